"""Lots: units that were made together, and expire together."""

from datetime import date, datetime

from tortoise import fields

from models.catalog import Variant
from models.rows import Row


class Lot(Row):
    """Of a variant tracked by lot, all units with this code. Of one tracked by serial number each
    unit is a lot of its own, and the code is its serial number.

    `supplier_id` is who it came from, `received_at` when the first of it came in, and
    `recalled_at` when it was called back. At `attend_at` somebody is to look whether units of it
    have to be put aside.
    """

    PREFIX = "LOT"

    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    code = fields.CharField(max_length=60)
    made_on = fields.DateField(null=True)
    expires_on = fields.DateField(null=True)
    supplier_id = fields.BigIntField(null=True)
    received_at: datetime | None = fields.DatetimeField(null=True)
    recalled_at: datetime | None = fields.DatetimeField(null=True)
    recall_reason = fields.CharField(max_length=500, default="")
    attend_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "lots"
        unique_together = (("variant_id", "code"),)
        indexes = (
            ("recalled_at", "id"),
            ("expires_on", "id"),
            ("code", "id"),
            ("supplier_id", "id"),
            ("attend_at", "id"),
        )

    def is_good(self, on: date) -> bool:
        """Whether its units may be in use on a day."""
        return self.recalled_at is None and (self.expires_on is None or on <= self.expires_on)


class Recall(Row):
    """One time that a lot was called back.

    Orders that had units of it are told one by one, in the order of their ids, up to `told_up_to`.
    `is_open` is empty once it has ended, so that a lot has one open recall at most.
    """

    PREFIX = "RCL"

    lot: fields.ForeignKeyRelation[Lot] = fields.ForeignKeyField(
        "models.Lot", related_name=False, on_delete=fields.RESTRICT
    )
    lot_id: int
    reason = fields.CharField(max_length=500)
    actor = fields.CharField(max_length=60)
    is_open = fields.BooleanField(null=True, default=True)
    told_up_to = fields.BigIntField(default=0)
    orders_told = fields.IntField(default=0)
    told_at: datetime | None = fields.DatetimeField(null=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)
    ended_by = fields.CharField(max_length=60, null=True)

    class Meta:
        table = "recalls"
        unique_together = (("lot_id", "is_open"),)
        indexes = (
            ("ended_at", "id"),
            ("told_at", "id"),
        )

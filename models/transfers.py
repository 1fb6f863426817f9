"""Transfers: units on their way from one location to another."""

from datetime import datetime

from tortoise import fields

from models.catalog import Variant
from models.lifecycle import TRANSFER_STEPS, TransferStatus
from models.locations import Location
from models.lots import Lot
from models.rows import Lifecycle, Row


class Transfer(Lifecycle):
    """From `source` to `destination`, due there at `expected_at` once it has left.

    `reason` says why it was called off, or why what is missing never came.
    """

    PREFIX = "TRF"
    STEPS = TRANSFER_STEPS

    source: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    source_id: int
    destination: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    destination_id: int
    status = fields.CharEnumField(TransferStatus, max_length=20, default=TransferStatus.DRAFT)
    note = fields.CharField(max_length=500, default="")
    reason = fields.CharField(max_length=500, default="")
    expected_at: datetime | None = fields.DatetimeField(null=True)
    allocated_at: datetime | None = fields.DatetimeField(null=True)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    received_at: datetime | None = fields.DatetimeField(null=True)
    cancelled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "transfers"
        indexes = (
            ("source_id", "status", "id"),
            ("destination_id", "status", "id"),
            ("status", "id"),
        )

    def allocate(self, *, at: datetime) -> None:
        self.step_to(TransferStatus.ALLOCATED)
        self.allocated_at = at

    def send(self, *, at: datetime) -> None:
        self.step_to(TransferStatus.IN_TRANSIT)
        self.sent_at = at

    def receive(self, *, in_full: bool, at: datetime) -> None:
        """Count a delivery; with the last of its units it is over."""
        if in_full:
            self.step_to(TransferStatus.RECEIVED)
            self.received_at = at
        elif self.status is not TransferStatus.PARTIALLY_RECEIVED:
            self.step_to(TransferStatus.PARTIALLY_RECEIVED)

    def close(self, *, reason: str, at: datetime) -> None:
        """Give up what has not come."""
        self.receive(in_full=True, at=at)
        self.reason = reason

    def cancel(self, *, reason: str, at: datetime) -> None:
        self.step_to(TransferStatus.CANCELLED)
        self.reason, self.cancelled_at = reason, at


class TransferLine(Row):
    """`quantity` units of a variant, of one lot where it has lots. `allocated` were set aside at
    the source, `sent` have left it, of which `received` came, `damaged` of those not in good
    order, and `missing` never did."""

    PREFIX = "TRL"

    transfer: fields.ForeignKeyRelation[Transfer] = fields.ForeignKeyField(
        "models.Transfer", related_name=False, on_delete=fields.RESTRICT
    )
    transfer_id: int
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    lot: fields.ForeignKeyNullableRelation[Lot] = fields.ForeignKeyField(
        "models.Lot", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    lot_id: int | None
    level_id = fields.BigIntField(null=True)
    quantity = fields.IntField()
    allocated = fields.IntField(default=0)
    sent = fields.IntField(default=0)
    received = fields.IntField(default=0)
    damaged = fields.IntField(default=0)
    missing = fields.IntField(default=0)

    class Meta:
        table = "transfer_lines"
        indexes = (("transfer_id", "id"), ("variant_id", "id"), ("level_id", "allocated"))

    @property
    def outstanding(self) -> int:
        """Units that are on their way."""
        return self.sent - self.received - self.missing

    def receive(self, *, good: int, damaged: int) -> None:
        self.received += good + damaged
        self.damaged += damaged

    def miss(self) -> int:
        """Give up what is on its way; says how many units that are."""
        lost = self.outstanding
        self.missing += lost
        return lost

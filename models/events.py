"""The event log: everything that ever happened, in one order, never edited."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Event(Model):
    """A fact recorded in the transaction that made it true.

    `position` is empty until the log has taken the row in: rows commit in any order, and only
    after the commit can they be given one order that no reader will ever see a gap in.
    """

    id = fields.BigIntField(primary_key=True)
    position = fields.BigIntField(null=True, unique=True)
    kind = fields.CharField(max_length=60)
    actor = fields.CharField(max_length=60)
    order_id = fields.BigIntField(null=True)
    customer_id = fields.BigIntField(null=True)
    variant_id = fields.BigIntField(null=True)
    location_id = fields.BigIntField(null=True)
    supplier_id: int | None = fields.BigIntField(null=True)
    details: dict[str, Any] = fields.JSONField(default=dict)
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "events"
        indexes = (
            ("order_id", "position"),
            ("customer_id", "position"),
            ("variant_id", "position"),
            ("location_id", "position"),
            ("supplier_id", "position"),
            ("kind", "position"),
        )


class LogCursor(Model):
    """How far a reader has read the log. Whoever reads on for it has locked it, so that nothing
    is read twice."""

    id = fields.BigIntField(primary_key=True)
    reader = fields.CharField(max_length=40, unique=True)
    position = fields.BigIntField(default=0)

    class Meta:
        table = "log_cursors"

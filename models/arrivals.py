"""Arrivals: units of a variant that are expected at a location."""

from datetime import datetime

from tortoise import fields

from models.catalog import Variant
from models.lifecycle import ARRIVAL_STEPS, ArrivalStatus
from models.locations import Location
from models.rows import Lifecycle


class Arrival(Lifecycle):
    """`quantity` units are expected, of which `arrived` have come.

    `reason` says why it was last changed or given up. What a purchase order or a transfer brings
    is written, changed and ended by that alone.
    """

    PREFIX = "ARR"
    STEPS = ARRIVAL_STEPS

    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    quantity = fields.IntField()
    arrived = fields.IntField(default=0)
    expected_at = fields.DatetimeField()
    purchase_order_id = fields.BigIntField(null=True)
    purchase_order_line_id = fields.BigIntField(null=True)
    transfer_line_id = fields.BigIntField(null=True)
    reference = fields.CharField(max_length=100, default="")
    reason = fields.CharField(max_length=500, default="")
    status = fields.CharEnumField(ArrivalStatus, max_length=20, default=ArrivalStatus.EXPECTED)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "arrivals"
        indexes = (
            ("variant_id", "status", "expected_at"),
            ("location_id", "status", "expected_at"),
            ("status", "expected_at", "id"),
            ("expected_at", "id"),
            ("purchase_order_id", "id"),
            ("purchase_order_line_id", "id"),
            ("transfer_line_id", "id"),
        )

    @property
    def outstanding(self) -> int:
        """Units that are still to come."""
        if self.status is not ArrivalStatus.EXPECTED:
            return 0
        return max(0, self.quantity - self.arrived)

    def arrive(self, units: int, *, at: datetime) -> None:
        """Count units that came; with the last of them, or more, nothing is expected any more."""
        if self.status is not ArrivalStatus.EXPECTED or self.arrived + units >= self.quantity:
            self.step_to(ArrivalStatus.ARRIVED)
            self.ended_at = at
        self.arrived += units

    def cancel(self, *, reason: str, at: datetime) -> None:
        self.step_to(ArrivalStatus.CANCELLED)
        self.reason, self.ended_at = reason, at

"""Fulfillments: the work one location does for one order."""

from datetime import UTC, datetime

from tortoise import fields

from models.lifecycle import FULFILLMENT_STEPS, FulfillmentStatus
from models.locations import Location
from models.order_lines import OrderLine
from models.orders import Order
from models.reservations import Reservation
from models.rows import Lifecycle, Row
from models.waves import Wave


def at_once() -> datetime:
    return datetime.now(UTC)


class Fulfillment(Lifecycle):
    """Is to be handed over by `dispatch_by`: the order's, or at once where it has none."""

    PREFIX = "FUL"
    STEPS = FULFILLMENT_STEPS

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    status = fields.CharEnumField(
        FulfillmentStatus, max_length=20, default=FulfillmentStatus.PENDING
    )
    wave: fields.ForeignKeyNullableRelation[Wave] = fields.ForeignKeyField(
        "models.Wave", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    wave_id: int | None
    dispatch_by = fields.DatetimeField(default=at_once)
    picker = fields.CharField(max_length=60, null=True)
    released_at = fields.DatetimeField(null=True)
    picked_at = fields.DatetimeField(null=True)
    packed_at = fields.DatetimeField(null=True)
    handed_over_at = fields.DatetimeField(null=True)
    cancelled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "fulfillments"
        indexes = (
            ("order_id", "id"),
            ("location_id", "status", "id"),
            ("status", "id"),
            ("wave_id", "id"),
            ("picker", "id"),
            ("dispatch_by", "id"),
            ("status", "dispatch_by"),
        )

    def release(self, *, at: datetime) -> None:
        self.step_to(FulfillmentStatus.RELEASED)
        self.released_at = at

    def start_picking(self, *, by: str) -> None:
        self.step_to(FulfillmentStatus.PICKING)
        self.picker = by

    def complete_picking(self, *, at: datetime) -> None:
        self.step_to(FulfillmentStatus.PICKED)
        self.picked_at = at

    def start_packing(self) -> None:
        self.step_to(FulfillmentStatus.PACKING)

    def complete_packing(self, *, at: datetime) -> None:
        self.step_to(FulfillmentStatus.PACKED)
        self.packed_at = at

    def hand_over(self, *, at: datetime) -> None:
        self.step_to(FulfillmentStatus.HANDED_OVER)
        self.handed_over_at = at

    def cancel(self, *, at: datetime) -> None:
        self.step_to(FulfillmentStatus.CANCELLED)
        self.cancelled_at = at


class FulfillmentLine(Row):
    """Units of an order line that one reservation keeps at the fulfillment's location."""

    PREFIX = "FLN"

    fulfillment: fields.ForeignKeyRelation[Fulfillment] = fields.ForeignKeyField(
        "models.Fulfillment", related_name=False, on_delete=fields.RESTRICT
    )
    fulfillment_id: int
    line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "models.OrderLine", related_name=False, on_delete=fields.RESTRICT
    )
    line_id: int
    reservation: fields.ForeignKeyRelation[Reservation] = fields.ForeignKeyField(
        "models.Reservation", related_name=False, on_delete=fields.RESTRICT
    )
    reservation_id: int
    quantity = fields.IntField()
    picked = fields.IntField(default=0)
    packed = fields.IntField(default=0)

    class Meta:
        table = "fulfillment_lines"
        indexes = (("fulfillment_id", "id"), ("line_id", "id"))

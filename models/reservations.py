"""Reservations: units of a line set aside at a location."""

from tortoise import fields

from models.lifecycle import RESERVATION_STEPS, ReservationStatus
from models.lots import Lot
from models.order_lines import OrderLine
from models.rows import Lifecycle
from models.stock import Level


class Reservation(Lifecycle):
    """One without `expires_at` keeps its units until they leave or are given back."""

    PREFIX = "RSV"
    STEPS = RESERVATION_STEPS

    line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "models.OrderLine", related_name=False, on_delete=fields.RESTRICT
    )
    line_id: int
    order_id = fields.BigIntField()
    level: fields.ForeignKeyRelation[Level] = fields.ForeignKeyField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    location_id = fields.BigIntField()
    lot: fields.ForeignKeyNullableRelation[Lot] = fields.ForeignKeyField(
        "models.Lot", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    lot_id: int | None
    quantity = fields.IntField()
    status = fields.CharEnumField(
        ReservationStatus, max_length=20, default=ReservationStatus.ACTIVE
    )

    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reservations"
        indexes = (
            ("location_id", "id"),
            ("status", "id"),
            ("order_id", "id"),
            ("line_id", "id"),
            ("level_id", "status"),
            ("lot_id", "status", "order_id"),
            ("expires_at", "status"),
        )

    def consume(self) -> None:
        self.step_to(ReservationStatus.CONSUMED)

    def release(self) -> None:
        self.step_to(ReservationStatus.RELEASED)

    def expire(self) -> None:
        self.step_to(ReservationStatus.EXPIRED)

"""Shipments: one parcel on its way, and what its carrier reported of it."""

from collections.abc import Iterable
from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from models.fulfillments import Fulfillment, FulfillmentLine
from models.lifecycle import SHIPMENT_STEPS, ShipmentStatus
from models.orders import Order
from models.packages import Package
from models.rows import Lifecycle, Row

# What a carrier can report; everything before is ours to say.
CARRIER_STATUSES = frozenset(ShipmentStatus) - {
    ShipmentStatus.CREATED,
    ShipmentStatus.LABELLED,
    ShipmentStatus.SHIPPED,
    ShipmentStatus.VOIDED,
}


class Shipment(Lifecycle):
    """What a package holds travels in one parcel. `weight` is in grams."""

    PREFIX = "SHP"
    STEPS = SHIPMENT_STEPS

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    fulfillment: fields.ForeignKeyRelation[Fulfillment] = fields.ForeignKeyField(
        "models.Fulfillment", related_name=False, on_delete=fields.RESTRICT
    )
    fulfillment_id: int
    package: fields.ForeignKeyNullableRelation[Package] = fields.ForeignKeyField(
        "models.Package", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    package_id: int | None
    status = fields.CharEnumField(ShipmentStatus, max_length=20, default=ShipmentStatus.CREATED)
    carrier = fields.CharField(max_length=60)
    service = fields.CharField(max_length=60, default="")
    tracking_code = fields.CharField(max_length=120, null=True)
    weight = fields.IntField(null=True)
    shipped_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "shipments"
        unique_together = (("carrier", "tracking_code"), ("package_id",))
        indexes = (
            ("order_id", "id"),
            ("fulfillment_id", "id"),
            ("status", "id"),
            ("tracking_code",),
        )

    def label(self, *, tracking_code: str) -> None:
        self.step_to(ShipmentStatus.LABELLED)
        self.tracking_code = tracking_code

    def ship(self, *, at: datetime) -> None:
        self.step_to(ShipmentStatus.SHIPPED)
        self.shipped_at = at

    def void(self) -> None:
        self.step_to(ShipmentStatus.VOIDED)

    def follow(self, events: Iterable["CarrierEvent"]) -> bool:
        """Take the status that all reports together give; says whether that is a new one.

        The reports are read in the order of the carrier's clock, each followed where the
        lifecycle has such a step, so a late or repeated report moves nothing back, and a parcel
        that has reached its end stays there.
        """
        told = ShipmentStatus.SHIPPED
        at = None
        for event in sorted(events, key=lambda event: (event.occurred_at, event.id)):
            if event.status in SHIPMENT_STEPS[told]:
                told, at = event.status, event.occurred_at
        has_ended = not SHIPMENT_STEPS[self.status]
        if told is self.status or has_ended or self.shipped_at is None:
            return False
        # Every step to it is in the table, though one whose report came late may lie between.
        self.status = told
        if told is ShipmentStatus.DELIVERED:
            self.delivered_at = at
        return True


class ShipmentLine(Row):
    """Units of a fulfillment line that travel in this parcel."""

    PREFIX = "SLN"

    shipment: fields.ForeignKeyRelation[Shipment] = fields.ForeignKeyField(
        "models.Shipment", related_name=False, on_delete=fields.RESTRICT
    )
    shipment_id: int
    fulfillment_line: fields.ForeignKeyRelation[FulfillmentLine] = fields.ForeignKeyField(
        "models.FulfillmentLine", related_name=False, on_delete=fields.RESTRICT
    )
    fulfillment_line_id: int
    line_id = fields.BigIntField()
    quantity = fields.IntField()

    class Meta:
        table = "shipment_lines"
        indexes = (("shipment_id", "id"), ("fulfillment_line_id", "id"), ("line_id", "id"))


class CarrierEvent(Model):
    """A report of the carrier, kept as it was received and kept once. Where the carrier's `code` is
    one that nobody here knows, it has no status."""

    id = fields.BigIntField(primary_key=True)
    shipment: fields.ForeignKeyRelation[Shipment] = fields.ForeignKeyField(
        "models.Shipment", related_name=False, on_delete=fields.RESTRICT
    )
    shipment_id: int
    code = fields.CharField(max_length=60, default="")
    status = fields.CharEnumField(ShipmentStatus, max_length=20, null=True)
    occurred_at = fields.DatetimeField()
    place = fields.CharField(max_length=200, default="")
    description = fields.CharField(max_length=500, default="")
    received_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "carrier_events"
        unique_together = (("shipment_id", "status", "occurred_at"),)

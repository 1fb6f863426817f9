"""What whoever has an order's tracking token sees of it: its way, and nobody's person."""

from datetime import datetime

import strawberry

import models
from api.fields import batched, column, many
from services import progress, promises


@strawberry.type(description="What is bought.")
class TrackedLine:
    name: str = column("What it is called.")
    ordered: int = column("Units asked for.")
    cancelled: int = column("Units given up.")
    shipped: int = column("Units the carrier took.")
    delivered: int = column("Units that have arrived.")


@strawberry.type(description="What a carrier reported of a parcel.")
class TrackedEvent:
    status: models.ShipmentStatus | None = column("What became of it; null where that is unknown.")
    occurred_at: datetime = column("When, by the carrier's clock.")
    place: str = column("Where.")
    description: str = column("In the carrier's words.")


@strawberry.type(description="A parcel on its way.")
class TrackedShipment:
    status: models.ShipmentStatus = column("Where it stands.")
    carrier: str = column("Who carries it.")
    tracking_code: str | None = column("The carrier's name for it.")
    shipped_at: datetime | None = column("When the carrier took it.")
    delivered_at: datetime | None = column("When it arrived.")
    events: list[TrackedEvent] = many(
        models.CarrierEvent, "shipment_id", "What the carrier reported, as it came in."
    )


@strawberry.type(description="An order, for whoever has its tracking token.")
class TrackedOrder:
    number: str = column("The number people read aloud, such as ORD-1042.")
    status: models.OrderStatus = column("Where it stands.")
    stage: progress.OrderStage | None = batched(
        progress.stages, "Which part of order management it is in; none once given up."
    )
    fulfillment_status: progress.OrderFulfillmentStatus = batched(
        progress.fulfillment_statuses, "How far its units have come."
    )
    promised_at: datetime | None = column("Until when everything is to arrive.")
    is_late: bool = batched(
        promises.late, "Whether that has passed, or had before everything arrived."
    )
    placed_at: datetime | None = column("When it was placed.")
    completed_at: datetime | None = column("When everything had arrived.")
    lines: list[TrackedLine] = many(models.OrderLine, "order_id", "What is bought.")
    shipments: list[TrackedShipment] = many(models.Shipment, "order_id", "Its parcels.")

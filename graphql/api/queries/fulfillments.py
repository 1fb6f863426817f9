"""Questions about fulfillments and shipments."""

from datetime import datetime

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.enums import publish
from api.types.fulfillments import Fulfillment, Shipment
from models.lifecycle import Status


class FulfillmentSort(Status):
    NEWEST = "-id", "Latest planned first."
    OLDEST = "id", "Earliest planned first."
    DISPATCH_SOONEST = "dispatch_by", "What is to be handed over first, first."
    DISPATCH_LATEST = "-dispatch_by", "What is to be handed over last, first."


publish(FulfillmentSort, "How fulfillments are sorted.")


@strawberry.input(description="Which fulfillments.")
class FulfillmentFilter:
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    status: list[models.FulfillmentStatus] | None = condition("status__in", "In any of these.")
    wave_id: strawberry.ID | None = condition("wave_id", "In this wave.", of=models.Wave)
    picker: str | None = condition("picker", "Picked by this person, by their number.")
    dispatch_before: datetime | None = condition(
        "dispatch_by__lt", "To be handed over before then."
    )


@strawberry.input(description="Which shipments.")
class ShipmentFilter:
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    fulfillment_id: strawberry.ID | None = condition(
        "fulfillment_id", "Of this fulfillment.", of=models.Fulfillment
    )
    status: list[models.ShipmentStatus] | None = condition("status__in", "In any of these.")
    carrier: str | None = condition("carrier__iexact", "With this carrier.")
    tracking_code: str | None = condition("tracking_code", "With exactly this code.")


@strawberry.type
class FulfillmentQueries:
    fulfillments: Connection[Fulfillment] = listed(
        models.Fulfillment,
        "Fulfillments. Search looks for their numbers.",
        filter=FulfillmentFilter,
        sort=FulfillmentSort,
        search=[],
    )
    shipments: Connection[Shipment] = listed(
        models.Shipment,
        "Shipments. Search looks into tracking codes.",
        filter=ShipmentFilter,
        sort=ById,
        search=["tracking_code"],
    )

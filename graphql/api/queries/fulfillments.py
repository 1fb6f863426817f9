"""Questions about fulfillments and shipments."""

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.fulfillments import Fulfillment, Shipment


@strawberry.input(description="Which fulfillments.")
class FulfillmentFilter:
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    status: list[models.FulfillmentStatus] | None = condition("status__in", "In any of these.")
    picker: str | None = condition("picker", "Picked by this person, by their number.")


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
        sort=ById,
        search=[],
    )
    shipments: Connection[Shipment] = listed(
        models.Shipment,
        "Shipments. Search looks into tracking codes.",
        filter=ShipmentFilter,
        sort=ById,
        search=["tracking_code"],
    )

"""What clients see of fulfillments and shipments."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, many, one
from api.nodes import Node, node
from api.types.actions import Action
from api.types.locations import Location
from api.types.lots import Lot
from api.types.packages import Package
from api.types.papers import Paper
from api.types.picking import PickListLine, Wave
from services import actions, mispicks, papers, pick_lists, traces
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.orders import Order, OrderLine

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
OrderLineRef = Annotated["OrderLine", strawberry.lazy("api.types.orders")]


@node(models.FulfillmentLine, "Units of an order line that a fulfillment is to send.")
class FulfillmentLine(Node):
    line: OrderLineRef = one(models.OrderLine, "line_id", "The line of the order.")
    quantity: int = column("Units asked for.")
    picked: int = column("Units picked.")
    packed: int = column("Units packed.")
    lot: Lot | None = batched(
        traces.of_fulfillment_lines,
        "The lot, or serial number, that is set aside; needs STOCK_READ.",
        needs=Permission.STOCK_READ,
    )


@node(models.Fulfillment, "The work one location does for one order.")
class Fulfillment(Node):
    order: OrderRef = one(models.Order, "order_id", "The order it works for.")
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where the work is done; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    status: models.FulfillmentStatus = column("Where it stands.")
    wave: Wave | None = one(
        models.Wave,
        "wave_id",
        "The wave it is picked in; needs PICKING_READ.",
        needs=Permission.PICKING_READ,
    )
    dispatch_by: datetime = column("When it is to be handed over at the latest.")
    picker: str | None = column("Who picks.")
    released_at: datetime | None = column("When its location was given the work.")
    picked_at: datetime | None = column("When picking was completed.")
    packed_at: datetime | None = column("When packing was completed.")
    handed_over_at: datetime | None = column("When the carrier took it.")
    cancelled_at: datetime | None = column("When it was given up.")
    lines: list[FulfillmentLine] = many(
        models.FulfillmentLine, "fulfillment_id", "What it is to send."
    )
    pick_list: list[PickListLine] | None = batched(
        pick_lists.of_fulfillments,
        "What to collect, in walking order; needs PICKING_READ.",
        needs=Permission.PICKING_READ,
    )
    mispick_count: int | None = batched(
        mispicks.of_fulfillments,
        "How many scans were refused; needs PICKING_READ.",
        needs=Permission.PICKING_READ,
    )
    packages: list[Package] = many(
        models.Package, "fulfillment_id", "Its boxes, the voided ones too."
    )
    papers: list[Paper] = batched(papers.of_fulfillments, "What can be printed for it.")
    shipments: list["Shipment"] = many(models.Shipment, "fulfillment_id", "Its parcels.")
    actions: list[Action] = batched(actions.of_fulfillments, "What you can do with it now.")


@node(models.ShipmentLine, "Units that travel in a parcel.")
class ShipmentLine(Node):
    line: OrderLineRef = one(models.OrderLine, "line_id", "The line of the order.")
    quantity: int = column("Units in this parcel.")
    lot: Lot | None = batched(
        traces.of_shipment_lines,
        "The lot, or serial number, they are of; needs STOCK_READ.",
        needs=Permission.STOCK_READ,
    )


@strawberry.type(description="What a carrier reported of a parcel.")
class CarrierEvent:
    status: models.ShipmentStatus | None = column(
        "What became of the parcel; null where the carrier's code is one that nobody here knows."
    )
    code: str = column("In the carrier's own code, where it came from the carrier.")
    occurred_at: datetime = column("When, by the carrier's clock.")
    place: str = column("Where.")
    description: str = column("In the carrier's words.")
    received_at: datetime = column("When we were told.")


@node(models.Shipment, "One parcel on its way to the customer.")
class Shipment(Node):
    order: OrderRef = one(models.Order, "order_id", "The order it belongs to.")
    fulfillment: Fulfillment = one(models.Fulfillment, "fulfillment_id", "The work it came from.")
    status: models.ShipmentStatus = column("Where it stands: what all reports together say.")
    package: Package | None = one(
        models.Package, "package_id", "The box that it is, where units were scanned into boxes."
    )
    carrier: str = column("Who carries it.")
    service: str = column("The carrier's product, such as express.")
    tracking_code: str | None = column("The carrier's name for it.")
    weight: int | None = column("What it weighs, in grams.")
    shipped_at: datetime | None = column("When the carrier took it.")
    delivered_at: datetime | None = column("When the customer had it, by the carrier's clock.")
    lines: list[ShipmentLine] = many(models.ShipmentLine, "shipment_id", "What is in it.")
    events: list[CarrierEvent] = many(
        models.CarrierEvent, "shipment_id", "What the carrier reported, as it came in."
    )
    papers: list[Paper] = batched(papers.of_shipments, "What can be printed for it.")
    actions: list[Action] = batched(actions.of_shipments, "What you can do with it now.")

"""What clients see of lots and serial numbers, of recalls, and of where units went."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.connections import After, Before, Connection, First, Last
from api.context import Info
from api.fields import batched, column, many, one
from api.nodes import Node, node
from api.permissions import require
from api.types.actions import Action
from api.types.suppliers import Supplier
from services import actions, listing, recalls, traces
from services.actors import Permission
from services.listing import Window

if TYPE_CHECKING:
    from api.types.catalog import Variant
    from api.types.fulfillments import Shipment
    from api.types.orders import Order
    from api.types.stock import Movement, Quant

VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]
OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
ShipmentRef = Annotated["Shipment", strawberry.lazy("api.types.fulfillments")]
MovementRef = Annotated["Movement", strawberry.lazy("api.types.stock")]
QuantRef = Annotated["Quant", strawberry.lazy("api.types.stock")]


@node(models.Lot, "Units of a variant that were made together; or one unit with a serial number.")
class Lot(Node):
    variant: VariantRef = one(models.Variant, "variant_id", "What it is a lot of.")
    code: str = column("What stands on it: its lot code, or its serial number.")
    made_on: date | None = column("When it was made.")
    expires_on: date | None = column("The last day on which it is good; empty where it keeps.")
    received_at: datetime | None = column("When the first of it came in.")
    supplier: Supplier | None = one(
        models.Supplier,
        "supplier_id",
        "Who it came from; needs SUPPLIERS_READ.",
        needs=Permission.SUPPLIERS_READ,
    )
    recalled_at: datetime | None = column("When it was called back.")
    recall_reason: str = column("Why it was called back.")
    recalls: list["Recall"] = many(models.Recall, "lot_id", "Each time that it was called back.")
    lies: list[QuantRef] = many(models.Quant, "lot_id", "Where units of it lie.")
    actions: list[Action] = batched(actions.of_lots, "What you can do with it now.")


@strawberry.type(description="How far a recall has come.")
class RecallProgress:
    orders: int = column("Orders that were sent units of the lot.")
    orders_told: int = column("Orders of those whose customers were told.")
    units_reserved: int = column("Units that are still set aside for somebody.")


@node(models.Recall, "One time that a lot was called back.")
class Recall(Node):
    lot: Lot = one(models.Lot, "lot_id", "What was called back.")
    reason: str = column("Why.")
    actor: str = column("By whom.")
    told_at: datetime | None = column("When everybody who was sent some had been told.")
    ended_at: datetime | None = column("When it was called back no longer.")
    ended_by: str | None = column("Who ended it.")
    progress: RecallProgress = batched(recalls.progress, "How far it has come.")


@strawberry.type(description="Units of a lot that were sent with an order.")
class LotDelivery:
    order: OrderRef = one(
        models.Order,
        "order_id",
        "The order, which says whose it is; needs ORDERS_READ.",
        needs=Permission.ORDERS_READ,
    )
    quantity: int = column("How many units.")
    shipments: list[ShipmentRef] = batched(
        traces.of_deliveries,
        "The parcels they travelled in; needs ORDERS_READ.",
        needs=Permission.ORDERS_READ,
    )


@strawberry.type(description="A lot, from where it came from to who has it.")
class LotTrace:
    lot: Lot = column("The lot.")

    @strawberry.field(
        description="The movements with which units of it came in, the first 100 of them.",
        graphql_type=list[MovementRef],
    )
    async def sources(root: Any, info: Info) -> Any:
        return await traces.sources(info.context.actor, root.lot)

    @strawberry.field(
        description="Who was sent units of it, by their orders; needs ORDERS_READ.",
        graphql_type=Connection[LotDelivery],
    )
    async def deliveries(
        root: Any,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        require(info.context.actor, Permission.ORDERS_READ)
        query = traces.deliveries(root.lot)
        window = Window(first=first, after=after, last=last, before=before)
        page = await listing.page(query, traces.BY_ORDER, window)
        return Connection(page=page, count=query.count)

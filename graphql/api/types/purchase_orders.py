"""What clients see of purchase orders: what suppliers are asked for, and what became of it."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.context import Info
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.permissions import require
from api.scalars import CurrencyCode, Money
from api.types.actions import Action
from api.types.locations import Location
from api.types.papers import Paper
from api.types.suppliers import Supplier
from services import impacts, papers, purchase_actions
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.arrivals import Arrival
    from api.types.catalog import Variant
    from api.types.orders import Order, OrderLine

VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]
ArrivalRef = Annotated["Arrival", strawberry.lazy("api.types.arrivals")]
OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
LineRef = Annotated["OrderLine", strawberry.lazy("api.types.orders")]
_OURS, _ORDERS = Permission.BUYING_READ, Permission.ORDERS_READ


@node(models.LandedCost, "What a purchase order costs besides its goods.")
class LandedCost(Node):
    kind: models.LandedCostKind = column("What for.")
    amount: Money = money("amount", "How much, in the order's currency.")
    note: str = column("What else is to be said of it.")
    actor: str = column("Who entered it, by their number.")


@node(models.PurchaseDispatch, "Something a supplier is told about an order.")
class PurchaseDispatch(Node):
    channel: models.PurchaseChannel = column("By which way.")
    message: models.PurchaseMessage = column("What.")
    address: str = column("Where to.")
    attempts: int = column("How often it was tried.")
    due_at: datetime | None = column("When it is tried next; null when it is over.")
    delivered_at: datetime | None = column("When they had it.")
    trouble: str = column("Why it did not work the last time.")


@node(models.PurchaseOrderLine, "Units of a variant that a supplier is asked for.")
class PurchaseOrderLine(Node):
    variant: VariantRef | None = one(
        models.Variant,
        "variant_id",
        "What it is; needs CATALOG_READ.",
        needs=Permission.CATALOG_READ,
    )
    sku: str = column("What we call it.")
    supplier_sku: str = column("What the supplier calls it.")
    name: str = column("What it was called when it was ordered.")
    quantity: int = column("Units asked for in all.")
    price: Money = money("price", "What one unit costs.")
    total: Money = money("total", "What the units that are still wanted, or came, are worth.")
    landed: Money | None = money(
        "landed",
        "Its part of what the order costs besides its goods; needs BUYING_READ.",
        needs=_OURS,
    )
    confirmed: int | None = column("Units the supplier has confirmed; null before they answer.")
    expected_at: datetime | None = column("When it was asked for.")
    confirmed_at: datetime | None = column("When the supplier says it comes.")
    received: int = column("Units that came, the damaged ones among them.")
    damaged: int = column("Units that came damaged.")
    cancelled: int = column("Units that are no longer asked for, or will not be delivered.")
    outstanding: int = column("Units that are still to come.")


@strawberry.type(description="A line of a customer's order that waits for a purchase order.")
class FedLine:
    order: OrderRef = column("The order.")
    line: LineRef = column("The line.")
    units: int = column("Units of the purchase order that it gets.")
    expected_before: datetime | None = column("When it was told that all of its units come.")
    expected_at: datetime | None = column("When they come as things stand; null if nobody knows.")
    is_missed: bool = column("Whether what the customer is promised cannot be kept so.")


@strawberry.type(description="What depends on a purchase order.")
class PurchaseOrderImpact:
    order_count: int = column("Orders that wait for it.")
    line_count: int = column("Lines that wait for it.")
    units: int = column("Units of it that they wait for.")
    lines: list[FedLine] = column("The first 200 of them, in the order of the queue.")


@node(models.PurchaseOrder, "What a supplier is asked for, from its draft to its end.")
class PurchaseOrder(Node):
    supplier: Supplier = one(models.Supplier, "supplier_id", "Who is asked.")
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where it should come; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    status: models.PurchaseOrderStatus = column("Where it stands.")
    currency: CurrencyCode = column("What it is paid in.")
    total: Money = money("total", "The worth of what is still wanted, or came.")
    landed: Money | None = money("landed", "What it costs besides; needs BUYING_READ.", needs=_OURS)
    reference: str = column("What we call it.")
    supplier_reference: str = column("What the supplier calls it.")
    note: str = column("What the supplier is told with it.")
    reason: str = column("Why it was last changed, sent back or given up.")
    expected_at: datetime | None = column("When all of it should be there, as things stand.")
    due_at: datetime | None = column("When the next of it is to be there not to be late.")
    late_since: datetime | None = column("Since when it is late; null when it is not.")
    submitted_at: datetime | None = column("When it was put up for approval.")
    approved_at: datetime | None = column("When it was approved.")
    sent_at: datetime | None = column("When the supplier was asked.")
    acknowledged_at: datetime | None = column("When the supplier had answered for all of it.")
    received_at: datetime | None = column("When all of it had come.")
    closed_at: datetime | None = column("When it was settled.")
    cancelled_at: datetime | None = column("When it was given up.")
    lines: list[PurchaseOrderLine] = many(
        models.PurchaseOrderLine, "purchase_order_id", "What is asked for."
    )
    arrivals: list[ArrivalRef] | None = many(
        models.Arrival,
        "purchase_order_id",
        "What is expected of it, and was; needs STOCK_READ.",
        needs=Permission.STOCK_READ,
    )
    landed_costs: list[LandedCost] | None = many(
        models.LandedCost,
        "purchase_order_id",
        "What it costs besides its goods; needs BUYING_READ.",
        needs=_OURS,
    )
    dispatches: list[PurchaseDispatch] | None = many(
        models.PurchaseDispatch,
        "purchase_order_id",
        "What the supplier was told, or is to be; needs BUYING_READ.",
        needs=_OURS,
    )
    papers: list[Paper] = batched(
        papers.of_purchase_orders, "It on paper, as the supplier gets it."
    )
    impact: PurchaseOrderImpact | None = batched(
        impacts.of_purchase_orders,
        "Which customers' orders wait for it, and what becomes of their dates; needs ORDERS_READ.",
        needs=_ORDERS,
    )
    actions: list[Action] = batched(
        purchase_actions.of_purchase_orders, "What you can do with it now."
    )

    @strawberry.field(description="Who drafted it, by their number; needs BUYING_READ.")
    def drafted_by(root: models.PurchaseOrder, info: Info) -> str | None:
        require(info.context.actor, _OURS)
        return root.drafted_by

    @strawberry.field(description="Who approved it, by their number; needs BUYING_READ.")
    def approved_by(root: models.PurchaseOrder, info: Info) -> str | None:
        require(info.context.actor, _OURS)
        return root.approved_by

    @strawberry.field(
        description="Why the supplier could not be told; empty when they were. Needs BUYING_READ."
    )
    def problem(root: models.PurchaseOrder, info: Info) -> str | None:
        require(info.context.actor, _OURS)
        return root.problem

    @strawberry.field(
        description="What one unit of its currency is worth in the shop's; null if nobody said. "
        "Needs BUYING_READ."
    )
    def exchange_rate(root: models.PurchaseOrder, info: Info) -> Decimal | None:
        require(info.context.actor, _OURS)
        return None if root.rate is None else Decimal(root.rate).scaleb(-6).normalize() + 0

"""Questions about orders."""

from datetime import datetime
from typing import Annotated

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.enums import publish
from api.types.orders import DataIssue, Hold, Order, OrderLine
from api.types.tracking import TrackedOrder
from models.lifecycle import Status
from services import holds, scopes, watching
from services.actors import Permission


class OrderSort(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."
    RECENTLY_CHANGED = "-updated_at", "Latest changed first."
    HIGHEST_TOTAL = "-total", "The largest amount first."
    LOWEST_TOTAL = "total", "The smallest amount first."


publish(OrderSort, "How orders are sorted.")


@strawberry.input(description="Which orders.")
class OrderFilter:
    status: list[models.OrderStatus] | None = condition("status__in", "In any of these.")
    payment_status: list[models.PaymentStatus] | None = condition(
        "payment_status__in", "With any of these payment statuses."
    )
    payment_due_until: datetime | None = condition(
        "payment_due_at__lt", "Due to be paid before then."
    )
    channel: list[models.OrderChannel] | None = condition("channel__in", "From any of these.")
    customer_id: strawberry.ID | None = condition(
        "customer_id", "Of this customer.", of=models.Customer
    )
    fraud_review: list[models.FraudReview] | None = condition(
        "fraud_review__in", "Whose review for fraud is at any of these."
    )
    source: str | None = condition("source", "From exactly this source.")
    external_reference: str | None = condition("external_reference", "With exactly this reference.")
    entered_since: datetime | None = condition("created_at__gte", "Entered then or later.")
    entered_until: datetime | None = condition("created_at__lt", "Entered before then.")
    promised_before: datetime | None = condition("promised_at__lt", "Promised until before then.")
    dispatch_before: datetime | None = condition(
        "dispatch_by__lt", "To be handed over before then."
    )
    placed_since: datetime | None = condition("placed_at__gte", "Placed then or later.")
    placed_until: datetime | None = condition("placed_at__lt", "Placed before then.")


@strawberry.input(description="Which order lines.")
class OrderLineFilter:
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    order_status: list[models.OrderStatus] | None = condition(
        "order__status__in", "Of orders in any of these."
    )


@strawberry.input(description="Which holds.")
class HoldFilter:
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    kind: list[models.HoldKind] | None = condition("kind__in", "Of any of these kinds.")
    active: bool | None = condition("released_at__isnull", "Not released yet, or released.")
    owner: str | None = condition("owner", "To be cleared up by them, by their number.")
    owned: bool | None = condition("owner__not_isnull", "Somebody's, or nobody's yet.")
    due_before: datetime | None = condition("due_at__lt", "Due before then.")
    overdue: bool | None = condition(holds.is_overdue, "Active and due before now, or not.")


@strawberry.input(description="Which data issues.")
class DataIssueFilter:
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    kind: list[models.DataIssueKind] | None = condition("kind__in", "Of any of these kinds.")
    open: bool | None = condition("resolved_at__isnull", "Not resolved yet, or resolved.")
    order_status: list[models.OrderStatus] | None = condition(
        "order__status__in", "Of orders in any of these."
    )
    channel: list[models.OrderChannel] | None = condition(
        "order__channel__in", "Of orders that came in by any of these."
    )


Number = Annotated[
    str, strawberry.argument(description="A number such as ORD-1042, or the order's id.")
]
TrackingToken = Annotated[
    str, strawberry.argument(description="The tracking token of the order, as its link has it.")
]


@strawberry.type
class OrderQueries:
    orders: Connection[Order] = listed(
        models.Order,
        "Orders. Search looks into the customer's name, the reference and the note.",
        filter=OrderFilter,
        sort=OrderSort,
        search=["customer__name", "external_reference", "note"],
    )
    order_lines: Connection[OrderLine] = listed(
        models.OrderLine,
        "Order lines. Search looks into names and stock keeping units.",
        filter=OrderLineFilter,
        sort=ById,
        search=["name", "sku"],
    )
    holds: Connection[Hold] = listed(
        models.Hold,
        "Holds on orders. Search looks into the reasons.",
        filter=HoldFilter,
        sort=ById,
        search=["reason"],
    )
    data_issues: Connection[DataIssue] = listed(
        models.DataIssue,
        "What is missing or wrong in orders. Search looks into the messages.",
        filter=DataIssueFilter,
        sort=ById,
        search=["message"],
    )

    @strawberry.field(
        description="One order by the number people say; null where there is none you may see.",
        extensions=[Needs(Permission.ORDERS_READ)],
        graphql_type=Order | None,
    )
    async def order(self, info: Info, number: Number) -> models.Order | None:
        row_id = decode(models.Order, number)
        looked_at = info.context.columns.get(info.path.key)
        return await scopes.see(info.context.actor, models.Order, row_id, columns=looked_at)

    @strawberry.field(
        description="The order behind a tracking token; needs no account.",
        graphql_type=TrackedOrder,
    )
    async def tracked_order(self, token: TrackingToken) -> models.Order:
        return await watching.find_by_token(token)

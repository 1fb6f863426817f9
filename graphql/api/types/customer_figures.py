"""What clients see of what customers are worth."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.fields import column, computed, money, one
from api.nodes import Node, node
from api.scalars import Money

if TYPE_CHECKING:
    from api.types.catalog import Variant
    from api.types.customers import Customer

CustomerRef = Annotated["Customer", strawberry.lazy("api.types.customers")]
VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]


def _average(row: Any) -> Money | None:
    """What an order costs on average; none where no order stands."""
    if not row.orders:
        return None
    mean = (Decimal(row.spent) / row.orders).quantize(Decimal(1), ROUND_HALF_UP)
    return Money.of(int(mean), row.currency)


@node(models.CustomerFigure, "What a customer has ordered in one currency, and their segment.")
class CustomerFigure(Node):
    customer: CustomerRef = one(models.Customer, "customer_id", "Who ordered.")
    currency: str = column("The currency all of this is in.")
    orders: int = column(
        "Orders that stand. What was split off an order, exchanges or replaces it is part of it."
    )
    cancelled: int = column("Orders that were placed and given up.")
    units: int = column("Units of the orders that stand.")
    returned: int = column("Units of those that came back.")
    spent: Money = money("spent", "What the orders cost as they stand.")
    allowed: Money = money("allowed", "What returns, claims and exchanges took off them.")
    average_order: Money | None = computed(
        _average,
        "What an order costs on average; null where none stands.",
        "spent",
        "orders",
        "currency",
    )
    first_order_at: datetime = column("When the first order was placed, whatever became of it.")
    last_order_at: datetime = column("When the last one was.")
    segment: models.CustomerSegment | None = column(
        "How they buy; told anew once a day, and null before the first time."
    )
    recency: int | None = column("How lately they ordered: which fifth they are in, 5 the latest.")
    frequency: int | None = column("How often they ordered: 5 is the fifth of most orders.")
    monetary: int | None = column("For how much: 5 is the fifth that spent most.")


@strawberry.type(description="How a customer buys, in the currency that they order most in.")
class CustomerStanding:
    name: models.CustomerSegment = computed(lambda row: row.segment, "The segment.", "segment")
    currency: str = column("The currency they order most in.")
    recency: int = column("How lately they ordered: which fifth they are in, 5 the latest.")
    frequency: int = column("How often they ordered: 5 is the fifth of most orders.")
    monetary: int = column("For how much: 5 is the fifth that spent most.")


@strawberry.type(description="What a customer ordered in a month, in one currency.")
class CustomerMonth:
    month: str = column("The month, in UTC, such as 2026-01.")
    currency: str = column("The currency.")
    orders: int = column("Orders of it that stand.")
    units: int = column("Units of those.")
    spent: Money = money("spent", "What they cost as they stand.")


@strawberry.type(description="What a customer buys much of.")
class CustomerFavorite:
    variant: VariantRef = one(models.Variant, "variant_id", "What it is.")
    orders: int = column("In how many orders that stand.")
    units: int = column("Units of it in all of those.")


@strawberry.type(description="How many customers are in a segment, and what they are worth.")
class SegmentSum:
    segment: models.CustomerSegment = column("The segment.")
    currency: str = column("The currency they order in.")
    customers: int = column("How many there are.")
    orders: int = column("Orders of theirs that stand.")
    spent: Money = money("spent", "What those cost as they stand.")
    told_at: datetime = column("When customers were told apart; nothing since is in these sums.")

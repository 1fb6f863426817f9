"""What clients see of prices: price lists, tax rates, discounts, and how a total came about."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.fields import column, money, one, percentage
from api.nodes import Node, node
from api.scalars import CurrencyCode, Money
from api.types.catalog import Variant
from services.amounts import StepKind

if TYPE_CHECKING:
    from api.types.orders import Order, OrderLine

LineRef = Annotated["OrderLine", strawberry.lazy("api.types.orders")]
OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]


@node(models.PriceList, "Prices in a currency, on a channel or all of them, for a while.")
class PriceList(Node):
    name: str = column("What it is called.")
    currency: CurrencyCode = column("The currency of its prices, and of orders they are for.")
    channel: models.OrderChannel | None = column("The channel it is for; none for all.")
    priority: int = column("Of several lists the lowest wins, then the newest.")
    prices_include_tax: bool = column("Whether its prices contain tax; for orders that count so.")
    valid_from: datetime | None = column("When it begins to count.")
    valid_until: datetime | None = column("When it no longer counts.")
    archived_at: datetime | None = column("When it was put away.")


@node(models.Price, "What one unit of a variant costs on a price list, from a quantity on.")
class Price(Node):
    price_list: PriceList = one(models.PriceList, "price_list_id", "The list it is on.")
    variant: Variant = one(models.Variant, "variant_id", "What it is the price of.")
    from_quantity: int = column("How many units a line must have for it.")
    price: Money = money("price", "What one unit costs.")


@node(models.TaxRate, "How a class of goods is taxed in a country or region.")
class TaxRate(Node):
    name: str = column("What it is called on an invoice.")
    country_code: str = column("The country, by its two letters of ISO 3166-1.")
    region: str = column("The region whose rate it is; empty for the whole country.")
    tax_class: models.TaxClass = column("What is taxed so.")
    percent: Decimal = percentage("rate", "How much of the price without tax.")
    valid_from: datetime | None = column("When it comes into force.")
    valid_until: datetime | None = column("When it is no longer in force.")
    archived_at: datetime | None = column("When it was put away.")


@node(models.Discount, "What somebody took off an order or one of its lines, and why.")
class Discount(Node):
    order: OrderRef = one(models.Order, "order_id", "The order it is on.")
    line: LineRef | None = one(
        models.OrderLine, "line_id", "The line it is on; none where it is spread over all."
    )
    percent: Decimal | None = percentage("rate", "How much of what it is taken off.")
    amount: Money | None = money("amount", "How much, where it is no percentage.")
    reason: str = column("Why it was given.")
    actor: str = column("Who gave it.")


@strawberry.type(description="What a variant would cost in an order.")
class PriceQuote:
    variant: Variant = column("What was asked for.")
    quantity: int = column("How many units.")
    unit_price: Money = money("unit_price", "What one unit costs.")
    total: Money = money("total", "What all of them cost, before discounts.")
    rule: str = column("The rule that says so, in words.")
    price: Price | None = column("The price on a list that says so; none for the variant's own.")


@strawberry.type(description="A rule that was applied to the price of an order.")
class PriceStep:
    kind: StepKind = column("Which kind of rule.")
    line: LineRef | None = one(
        models.OrderLine, "line_id", "The line it is about; none for shipping."
    )
    description: str = column("The rule in words: which price, discount or rate, and why.")
    amount: Money = column("What it adds to the total, or takes off where it is negative.")
    contained: Money = column("Tax contained in the price, which adds nothing to the total.")
    line_id: strawberry.Private[int | None]


def price_explanation(root: Any) -> Any:
    return [_shown(step, root.currency) for step in root.price_steps]


def _shown(step: dict[str, Any], currency: str) -> PriceStep:
    return PriceStep(
        kind=StepKind[step["kind"]],
        line_id=step["line_id"],
        description=step["description"],
        amount=Money.of(step["amount"], currency),
        contained=Money.of(step["contained"], currency),
    )

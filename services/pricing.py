"""Pricing: what an order costs now, by the price lists, discounts and tax rates that apply to it.

Until an order is placed its prices are those of the moment; placing it agrees them. From then on
a line is priced anew only when other units of it are ordered than its price was agreed for, and
tax stays that of the day it was placed. Cancelled units cost nothing, and an order that is given
up keeps its amounts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models import (
    Discount,
    Order,
    OrderChannel,
    OrderLine,
    OrderStatus,
    Price,
    TaxClass,
    TaxRate,
    Variant,
)
from models.errors import Blocked, Problem, Refused
from models.rows import store_all
from models.statements import select, select_by_id
from services import policies, shipping_options
from services.amounts import Account, Bill, Item, Reduction, Step, Tax, reckon
from services.clock import now
from services.money import MOST_MINOR_UNITS

# The columns of a line that are set here.
MONEY = ("unit_price", "agreed_for", "price_basis", "discount", "tax", "total")
OWN_PRICE = "price of the variant"


@dataclass(frozen=True, kw_only=True)
class Book:
    """What prices, by variant, tax and discounts there are to choose from at a moment."""

    at: datetime
    variants: Mapping[int, Variant] = field(default_factory=dict)
    prices: Mapping[int, Sequence[Price]] = field(default_factory=dict)
    rates: Sequence[TaxRate] = ()
    discounts: Sequence[Discount] = ()


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What decides which price lists apply."""

    currency: str
    channel: OrderChannel
    includes_tax: bool

    @classmethod
    def of(cls, order: Order) -> "Terms":
        return cls(
            currency=order.currency,
            channel=order.channel,
            includes_tax=order.prices_include_tax,
        )


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What one unit costs, by which rule, and the price of a list that says so, if one does."""

    unit_price: int
    basis: str
    price: Price | None = None


async def reprice(
    order: Order,
    lines: Sequence[OrderLine],
    *columns: str,
    touched: Sequence[OrderLine] = (),
    path: str = "id",
) -> None:
    """Set what an order and its lines cost, and store them: to be called after every change of
    its lines, discounts, shipping charge or destination.

    `lines` are all lines of the order, by id. The order is stored whole. Of the lines those are
    stored that cost something else now, and those of them that were `touched` before, with the
    `columns` that were changed then.
    """
    before = [_money(line) for line in lines]
    if not order.is_given_up:
        await price(order, lines, path=path)
    stale = {line.id for line in touched} | {
        line.id for line, was in zip(lines, before, strict=True) if _money(line) != was
    }
    await store_all([line for line in lines if line.id in stale], *MONEY, *columns)
    await order.store()


async def price(
    order: Order,
    lines: Sequence[OrderLine],
    *,
    variants: Mapping[int, Variant] | None = None,
    path: str = "id",
) -> Account:
    """Set what an order and its lines cost; the caller stores them.

    Refused where a variant has no price in the order's currency, or the order costs more than
    can be counted exactly.
    """
    book = await _book(order, lines, variants)
    account = apply(order, lines, book, path=path)
    # What shipping costs can depend on the value of the goods.
    if await shipping_options.charge(order, lines):
        account = apply(order, lines, book, path=path)
    return account


def apply(order: Order, lines: Sequence[OrderLine], book: Book, *, path: str = "id") -> Account:
    """Set what an order and its lines cost by a book."""
    _agree(order, [line for line in lines if _is_open(order, line)], book, path)
    account = reckon(_bill(order, lines, book))
    if account.subtotal + account.total > MOST_MINOR_UNITS:
        message = "An order cannot cost more than a thousand billion. Enter several."
        raise Refused(Problem(message=message, path=(path,)))
    for line, charge in zip(lines, account.charges, strict=True):
        line.discount, line.tax, line.total = charge.discount, charge.tax, charge.total
    order.subtotal, order.discount_total = account.subtotal, account.discount
    order.shipping_total, order.shipping_tax = account.shipping.total, account.shipping.tax
    order.tax_total, order.total = account.tax, account.total
    explain(order, lines, account)
    return account


def explain(order: Order, lines: Sequence[OrderLine], account: Account) -> None:
    """Keep the steps that led to an order's total, each with the id of its line."""
    order.price_steps = [_written(step, lines) for step in account.steps]


def best_price(prices: Iterable[Price], quantity: int, terms: Terms, at: datetime) -> Price | None:
    """Of the prices of a variant the one for so many units, or None where its own price counts.

    Of the lists that are valid and have a price for that few units the one with the lowest
    priority wins, then the newest; in it, the price from the highest quantity.
    """
    fitting = [
        each
        for each in prices
        if each.from_quantity <= quantity
        and each.currency == terms.currency
        and each.price_list.channel in (None, terms.channel)
        and each.price_list.prices_include_tax == terms.includes_tax
        and each.price_list.is_valid_at(at)
    ]
    return min(
        fitting,
        key=lambda each: (each.price_list.priority, -each.price_list_id, -each.from_quantity),
        default=None,
    )


def agreed_price(variant: Variant, quantity: int, terms: Terms, book: Book) -> Agreed | None:
    """What one of so many units costs, and by which rule; None where nothing says so."""
    found = best_price(book.prices.get(variant.id, ()), quantity, terms, book.at)
    if found is not None:
        since = f", from {found.from_quantity} units" if found.from_quantity > 1 else ""
        basis = f"price list {found.price_list.number} {found.price_list.name}{since}"
        return Agreed(unit_price=found.price, basis=basis, price=found)
    if variant.currency != terms.currency:
        return None
    return Agreed(unit_price=variant.price, basis=OWN_PRICE)


def tax_for(
    rates: Iterable[TaxRate], tax_class: TaxClass, region: str, at: datetime
) -> TaxRate | None:
    """The rate of a class in a region of the rates' country: the region's own, else the country's;
    of several, that which came into force last."""
    fitting = [
        each
        for each in rates
        if each.tax_class is tax_class
        and each.region.casefold() in ("", region.casefold())
        and each.is_valid_at(at)
    ]
    return max(
        fitting,
        key=lambda each: (
            bool(each.region),
            each.valid_from.timestamp() if each.valid_from else 0.0,
            each.id,
        ),
        default=None,
    )


def place_of(order: Order) -> tuple[str, str]:
    """The country and region whose tax an order bears: where it goes, else where the shop is."""
    ship_to = order.ship_to
    if ship_to is None:
        return policies.current().home_country, policies.current().home_region
    # What was imported may lack either.
    return ship_to.get("country_code", ""), ship_to.get("region", "")


async def _book(
    order: Order, lines: Sequence[OrderLine], variants: Mapping[int, Variant] | None
) -> Book:
    moment = now()
    wanted = [line.variant_id for line in lines if _is_open(order, line)]
    if variants is None:
        variants = await select_by_id(Variant, wanted) if wanted else {}
    country, _ = place_of(order)
    # What was never stored has no discounts.
    is_stored = any(line.id for line in lines)
    return Book(
        at=moment,
        variants=variants,
        prices=await candidates(wanted, order.currency) if wanted else {},
        rates=await select(TaxRate, country_code=country) if country else (),
        discounts=await select(Discount, order_id=order.id) if is_stored else (),
    )


async def candidates(variant_ids: Iterable[int], currency: str) -> dict[int, list[Price]]:
    """The prices of variants, by variant, on lists that are in use, valid now or not."""
    return by_variant(
        await Price.filter(
            variant_id__in=sorted(set(variant_ids)), currency=currency, price_list__archived_at=None
        ).select_related("price_list")
    )


def by_variant(prices: Iterable[Price]) -> dict[int, list[Price]]:
    found: dict[int, list[Price]] = defaultdict(list)
    for each in prices:
        found[each.variant_id].append(each)
    return found


def _is_open(order: Order, line: OrderLine) -> bool:
    return order.status is OrderStatus.DRAFT or line.ordered != line.agreed_for


def _agree(order: Order, lines: Sequence[OrderLine], book: Book, path: str) -> None:
    problems, terms = [], Terms.of(order)
    for line in lines:
        found = agreed_price(book.variants[line.variant_id], line.ordered, terms, book)
        if found is None:
            message = f"{line.sku} has no price in {order.currency}. Put it on a price list."
            problems.append(Blocked(message=message, path=(path,)))
        else:
            line.unit_price, line.price_basis = found.unit_price, found.basis
            line.agreed_for = line.ordered
    if problems:
        raise Refused(*problems)


def _bill(order: Order, lines: Sequence[OrderLine], book: Book) -> Bill:
    on_line: dict[int | None, list[Reduction]] = defaultdict(list)
    for each in book.discounts:
        reduction = Reduction(reason=each.reason, rate=each.rate, amount=each.amount)
        on_line[each.line_id].append(reduction)
    moment, (_, region) = order.placed_at or book.at, place_of(order)
    taxes = {kind: _tax(tax_for(book.rates, kind, region, moment)) for kind in TaxClass}
    return Bill(
        currency=order.currency,
        includes_tax=order.prices_include_tax,
        items=[
            Item(
                units=line.remaining,
                unit_price=line.unit_price,
                basis=line.price_basis,
                reductions=on_line[line.id] if line.id else (),
                tax=taxes[line.tax_class],
            )
            for line in lines
        ],
        reductions=on_line[None],
        shipping=order.shipping_price,
        shipping_tax=taxes[TaxClass.STANDARD],
    )


def _tax(rate: TaxRate | None) -> Tax | None:
    return None if rate is None or not rate.rate else Tax(name=rate.name, rate=rate.rate)


def _written(step: Step, lines: Sequence[OrderLine]) -> dict[str, Any]:
    return {
        "kind": step.kind.name,
        "line_id": None if step.item is None else lines[step.item].id,
        "description": step.description,
        "amount": step.amount,
        "contained": step.contained,
        "rate": step.rate,
        "name": step.name,
    }


def _money(line: OrderLine) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in MONEY)

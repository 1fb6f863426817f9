"""The demo shop's exchanges: other goods in place of those that come back, sent in advance or once
the old ones are there, as services.exchanges does."""

from base64 import urlsafe_b64encode
from collections import deque
from random import Random
from typing import TYPE_CHECKING, Any

from models import (
    Exchange,
    ExchangeMode,
    Hold,
    HoldKind,
    Order,
    OrderLine,
    Return,
    ReturnLine,
    ReturnResolution,
    Role,
    Tracking,
)
from services import goods, pricing, return_worth
from services.exceptions import OF_HOLDS
from services.facts.exchanges import ExchangeArranged, ExchangeBalanced, ExchangeFact
from services.facts.orders import OrderDrafted, OrderHeld
from services.goods import LineDraft
from services.money import to_decimal
from services.refunds import Refund, Sale
from services.seeds import exceptions, orders, payments

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop

# Of ten returns, how some are exchanged; others are refunded.
MODES = {
    2: ExchangeMode.ADVANCE,
    3: ExchangeMode.ON_RECEIPT,
    7: ExchangeMode.ON_RECEIPT,
}
TEN = 10
# What others come for meanwhile.
SPARE = 3


def arrange(shop: "Shop", life: "Life", row: Return, asked: ReturnLine) -> None:
    """Order other goods for a return that was just approved, where there are any."""
    mode = MODES.get(row.id % TEN)
    wanted = _instead(shop, asked)
    if mode is None or wanted is None:
        return
    support = shop.staff[Role.SUPPORT]
    fresh = _ordered(shop, life, row, wanted)
    if fresh is None:
        return
    exchange = shop.rows.make(
        Exchange,
        returned_id=row.id,
        order_id=fresh.order.id,
        original_id=life.order.id,
        customer_id=life.customer_id,
        mode=mode,
        currency=life.order.currency,
        arranged_by=support.label,
    )
    shop.exchanges[row.id] = exchange, fresh
    row.resolution = ReturnResolution.EXCHANGE
    shop.rows.change(row)
    _tell(shop, ExchangeArranged, exchange, into_order_id=fresh.order.id, mode=mode)
    _share(shop, exchange, fresh, worth_of(life, row, asked).amount, rest=0)
    if mode is ExchangeMode.ON_RECEIPT:
        _hold(shop, fresh, f"{row.number} has not come back yet.")
    if fresh.order.price:
        payments.pay(shop, fresh)
    payments.recount(shop, fresh)
    shop.take_up(fresh, mode is ExchangeMode.ADVANCE)


def follow_receipt(shop: "Shop", row: Return) -> None:
    """New goods that waited for the old ones go out."""
    exchange, fresh = shop.exchanges.get(row.id, (None, None))
    if exchange is not None and fresh is not None and exchange.mode is ExchangeMode.ON_RECEIPT:
        orders.let_go(shop, fresh)
        shop.take_up(fresh, True)


def worth_of(life: "Life", row: Return, asked: ReturnLine) -> Refund:
    """What a return is worth, of an order of which nothing else was made good."""
    order = life.order
    lines = {
        each.id: return_worth.sold_of(order, each, 0, 0) for each in life.lines if each.remaining
    }
    sale = Sale(currency=order.currency, lines=lines, shipping=order.shipping_total)
    return return_worth.worth(row, [asked], sale)


def make_good(shop: "Shop", row: Return) -> int:
    """What of the worth of a return is to be given back in money."""
    worth: int = row.refund or 0
    exchange, fresh = shop.exchanges.get(row.id, (None, None))
    if exchange is None or fresh is None:
        return worth
    rest: int = worth - min(worth, fresh.order.total)
    _share(shop, exchange, fresh, worth, rest=rest)
    return rest


def _share(shop: "Shop", exchange: Exchange, fresh: "Life", worth: int, *, rest: int) -> None:
    before = exchange.credit, exchange.rest
    exchange.worth, exchange.credit = worth, min(worth, fresh.order.total)
    exchange.rest = rest
    fresh.order.allowance = exchange.credit
    shop.rows.change(exchange, fresh.order)
    if (exchange.credit, exchange.rest) != before:
        credit, left = (to_decimal(each, exchange.currency) for each in (exchange.credit, rest))
        told = {"credit": credit, "rest": left, "currency": exchange.currency}
        _tell(shop, ExchangeBalanced, exchange, **told)


def _instead(shop: "Shop", asked: ReturnLine) -> LineDraft | None:
    """Another size or color, or else the same once more."""
    old = shop.variants[asked.variant_id]
    alike = [each for each in shop.variants.values() if each.product_id == old.product_id]
    for variant in sorted(alike, key=lambda each: (each.id == old.id, each.id)):
        enough = shop.stock.available(variant.id) >= asked.quantity + SPARE
        if enough and variant.tracking is Tracking.NONE:
            return LineDraft(variant_id=variant.id, quantity=asked.quantity)
    return None


def _ordered(shop: "Shop", life: "Life", row: Return, wanted: LineDraft) -> "Life | None":
    """As services.linked_orders does."""
    support, old = shop.staff[Role.SUPPORT], life.order
    fresh = orders.Life(
        customer=life.customer,
        customer_id=life.customer_id,
        channel=life.channel,
        actor=support,
        steps=deque(),
    )
    fresh.order = order = shop.rows.make(
        Order,
        customer_id=life.customer_id,
        channel=life.channel,
        keyed_by=support.label,
        currency=old.currency,
        ship_to=old.ship_to,
        note=f"In place of what {row.number} of {old.number} brings back.",
        origin_id=old.id,
        tracking_token=urlsafe_b64encode(Random(row.id).randbytes(24)).decode(),
    )
    values = goods.agreed(order, wanted, shop.variants[wanted.variant_id or 0])
    fresh.lines.append(shop.rows.make(OrderLine, **values))
    pricing.apply(order, fresh.lines, shop.book([]))
    orders.tell(shop, fresh, OrderDrafted)
    demand = [(line, line.ordered) for line in fresh.lines]
    if not orders.reserve(shop, fresh, demand, actor=support):
        shop.take_up(fresh, False)
        return None
    orders.placed(shop, fresh)
    return fresh


def _hold(shop: "Shop", fresh: "Life", reason: str) -> None:
    kind, support = HoldKind.AWAITING_RETURN, shop.staff[Role.SUPPORT]
    row = shop.rows.make(
        Hold,
        order_id=fresh.order.id,
        kind=kind,
        reason=reason,
        actor=support.label,
        automatic=True,
    )
    fresh.holds.append(row)
    exceptions.open(shop, fresh, OF_HOLDS[kind], reason, actor=support)
    orders.tell(shop, fresh, OrderHeld, support, hold_kind=kind, hold_reason=reason)


def _tell(shop: "Shop", fact: type[ExchangeFact], exchange: Exchange, **details: Any) -> None:
    about = {
        "order_id": exchange.original_id,
        "customer_id": exchange.customer_id,
        "return_id": exchange.returned_id,
        "exchange_id": exchange.id,
    }
    shop.rows.tell(shop.staff[Role.SUPPORT], fact(**about, **details))

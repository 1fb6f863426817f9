"""An input that works for every mutation of store credit, and what lists of it are filtered by."""

from collections.abc import Awaitable, Callable
from typing import Any

from models import Order, StoreCredit, StoreCreditMovement
from services import store_credits
from services.actors import SYSTEM
from tests.cast import Shop
from tests.credit import granted, spent

Input = dict[str, Any]
MONEY = {"amount": "5.00", "currency": "EUR"}


async def _grant(shop: Shop) -> Input:
    return {"customerId": shop.customer.number, "amount": MONEY, "reason": "It was late."}


async def _revoke(shop: Shop) -> Input:
    return {"id": (await granted(shop)).number, "amount": MONEY, "reason": "By mistake."}


CREDIT: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "storeCreditGrant": _grant,
    "storeCreditRevoke": _revoke,
}


async def differ(shop: Shop, other: Shop, order: Order) -> StoreCreditMovement:
    """Store credit of two shops that differs in everything it can be filtered by; gives the
    movement with which the order was paid."""
    await granted(shop, reason="A birthday")
    empty = await granted(other, currency="USD")
    await store_credits.revoke(SYSTEM, empty.id, reason="By mistake.")
    await spent(order, 500)
    return await StoreCreditMovement.get(reason="payment")


FILTERS: dict[str, dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], bool]]]] = {
    "storeCredits": {
        "customerId": (
            lambda w: w.other.customer.number,
            lambda w, row: row.customer_id == w.other.customer.id,
        ),
        "currency": (lambda w: "usd", lambda w, row: row.currency == "USD"),
        "empty": (lambda w: True, lambda w, row: row.balance == 0),
    },
    "storeCreditMovements": {
        "storeCreditId": (
            lambda w: StoreCredit.number_of(w.credit.store_credit_id),
            lambda w, row: row.store_credit_id == w.credit.store_credit_id,
        ),
        "customerId": (
            lambda w: w.shop.customer.number,
            lambda w, row: row.store_credit_id == w.credit.store_credit_id,
        ),
        "orderId": (
            lambda w: f"ORD-{1000 + w.credit.order_id}",
            lambda w, row: row.order_id == w.credit.order_id,
        ),
        "reason": (lambda w: ["REVOKE"], lambda w, row: row.reason == "revoke"),
        "since": (
            lambda w: w.credit.happened_at.isoformat(),
            lambda w, row: row.happened_at >= w.credit.happened_at,
        ),
        "until": (
            lambda w: w.credit.happened_at.isoformat(),
            lambda w, row: row.happened_at < w.credit.happened_at,
        ),
    },
}
SEARCHES: list[tuple[str, str, Callable[[Any, Any], bool]]] = [
    ("storeCredits", "usd", lambda w, row: row.currency == "USD"),
    ("storeCreditMovements", "BIRTHDAY", lambda w, row: row.note == "A birthday"),
]

"""An input that works for every mutation of what is known of customers, and what lists of it are
filtered by."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from models import Customer, CustomerDuplicate, CustomerFigure, CustomerSegment, Row
from services import customer_duplicates
from services.clock import now
from tests.cast import Shop
from tests.customers import read_figures, told_apart

Input = dict[str, Any]


async def pair_in(shop: Shop) -> CustomerDuplicate:
    """The customer of a shop, and one who has the same telephone."""
    phone = f"+49 40 {5_550_000 + shop.customer.id}"
    await Customer.filter(id=shop.customer.id).update(phone=phone)
    other = await Customer.create(name="Ada B.", phone=phone)
    await customer_duplicates.look_at([shop.customer.id, other.id])
    return await CustomerDuplicate.get(customer_id=shop.customer.id, other_id=other.id)


async def _merge(shop: Shop) -> Input:
    other = await Customer.create(name="Ada B.")
    return {"fromId": other.number, "intoId": shop.customer.number}


async def _on(row: Awaitable[Row], **rest: Any) -> Input:
    return {"id": (await row).number} | rest


async def _whose(shop: Shop, **rest: Any) -> Input:
    return {"id": shop.customer.number} | rest


CUSTOMERS: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "customerMerge": _merge,
    "customerDuplicateDismiss": lambda shop: _on(pair_in(shop)),
    "customerExport": _whose,
    "customerErase": lambda shop: _whose(shop, reason="Asked for by letter"),
}

_LONG_AGO = timedelta(days=900)


async def differ(shop: Shop, other: Shop) -> CustomerFigure:
    """Customers who differ in everything a list can be filtered by; the figures of the other."""
    await read_figures()
    await told_apart()
    await CustomerFigure.all().update(segment=CustomerSegment.LOST)
    await pair_in(shop)
    twin = await Customer.create(name="Ada B.")
    await CustomerDuplicate.create(
        customer_id=other.customer.id, other_id=twin.id, score=40, dismissed_at=now()
    )
    row = await CustomerFigure.get(customer_id=shop.customer.id)
    return await CustomerFigure.create(
        customer_id=other.customer.id,
        currency="SEK",
        spent=100,
        segment=CustomerSegment.AT_RISK,
        first_order_at=row.first_order_at - _LONG_AGO,
        last_order_at=row.last_order_at - _LONG_AGO,
    )


def _is_theirs(w: Any, row: CustomerFigure) -> bool:
    return row.id == w.figure.id


FILTERS: dict[str, dict[str, Any]] = {
    "customerFigures": {
        "customerId": (
            lambda w: w.shop.customer.number,
            lambda w, row: row.customer_id == w.shop.customer.id,
        ),
        "segment": (lambda w: "AT_RISK", _is_theirs),
        "currency": (lambda w: "sek", _is_theirs),
        "spentAtLeast": (lambda w: {"amount": "0.01", "currency": "SEK"}, _is_theirs),
        "lastOrderAfter": (
            lambda w: w.figure.last_order_at.isoformat(),
            lambda w, row: row.id != w.figure.id,
        ),
        "lastOrderBefore": (
            lambda w: (w.figure.last_order_at + timedelta(days=1)).isoformat(),
            _is_theirs,
        ),
    },
    "customerDuplicates": {
        "dismissed": (lambda w: True, lambda w, row: row.dismissed_at is not None),
        "customerId": (
            lambda w: w.shop.customer.number,
            lambda w, row: row.customer_id == w.shop.customer.id,
        ),
    },
}
SEARCHES = [
    ("customerFigures", "ADA BERG", lambda w, row: True),
    ("customerDuplicates", "ada b.", lambda w, row: True),
]

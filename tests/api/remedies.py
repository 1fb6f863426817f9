"""An input that works for every mutation of claims, and what lists of them are filtered by."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from models import Claim, ClaimKind, Exchange, ExchangeMode, Order
from services import claim_recoveries, claims
from services.actors import SYSTEM
from tests import remedies
from tests.buying import supplier_of
from tests.cast import Shop
from tests.returning import returned

Input = dict[str, Any]
MONEY = {"amount": "3.00", "currency": "EUR"}


async def _open(shop: Shop) -> Input:
    order = await remedies.paid(shop, mug=2)
    line = await remedies.line_of(order)
    lines = [{"lineId": line.number, "units": 1}]
    return {"orderId": order.number, "kind": "MISSING", "lines": lines, "note": "One was missing"}


async def _on(shop: Shop, step: str, **rest: Any) -> Input:
    return {"id": (await remedies.claim(shop, step)).number} | rest


async def _exchange(shop: Shop) -> Input:
    row = await returned(shop, "approved", mug=1, back=1)
    await shop.receive(shop.mug, shop.north, 1)
    lines = [{"variantId": shop.mug.number, "quantity": 1}]
    return {"returnId": row.number, "mode": "ON_RECEIPT", "lines": lines}


REMEDIES: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "exchangeArrange": _exchange,
    "claimOpen": _open,
    "claimApprove": lambda shop: _on(shop, "open"),
    "claimDecline": lambda shop: _on(shop, "open", reason="It was signed for"),
    "claimReplace": lambda shop: _on(shop, "approved"),
    "claimRefund": lambda shop: _on(shop, "approved"),
    "claimRecoveryRequest": lambda shop: _on(shop, "approved", amount=MONEY, reference="R-1"),
    "claimRecoverySettle": lambda shop: _on(shop, "asked", amount=MONEY),
    "claimRecoveryRefuse": lambda shop: _on(shop, "asked"),
}


async def differ(shop: Shop, other: Shop) -> tuple[Claim, Exchange]:
    """Claims and exchanges of two shops that differ in everything they can be filtered by; gives
    the last of each."""
    first = await _of(await shop.order("shipped", mug=1), ClaimKind.LOST)
    await claims.approve(SYSTEM, first.id)
    supplier, amount = await supplier_of(shop), (Decimal(3), "EUR")
    await claim_recoveries.request(SYSTEM, first.id, amount=amount, supplier_id=supplier.id)
    await remedies.exchange(shop)
    swapped = await remedies.exchange(other, mode=ExchangeMode.ADVANCE)
    order = await other.order("shipped", mug=1)
    return await _of(order, ClaimKind.MISSING, "An empty box"), swapped


async def _of(order: Order, kind: ClaimKind, note: str = "") -> Claim:
    line = await remedies.line_of(order)
    return await claims.open(SYSTEM, order.id, kind=kind, lines=[(line.id, 1)], note=note)


FILTERS: dict[str, dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], bool]]]] = {
    "exchanges": {
        "originalId": (
            lambda w: f"ORD-{1000 + w.exchange.original_id}",
            lambda w, row: row.original_id == w.exchange.original_id,
        ),
        "customerId": (
            lambda w: w.other.customer.number,
            lambda w, row: row.customer_id == w.other.customer.id,
        ),
        "mode": (lambda w: ["ADVANCE"], lambda w, row: row.mode == "advance"),
    },
    "claims": {
        "orderId": (
            lambda w: f"ORD-{1000 + w.claimed.order_id}",
            lambda w, row: row.order_id == w.claimed.order_id,
        ),
        "customerId": (
            lambda w: w.other.customer.number,
            lambda w, row: row.customer_id == w.other.customer.id,
        ),
        "shipmentId": (
            lambda w: f"SHP-{1000 + w.claimed.shipment_id}",
            lambda w, row: row.shipment_id == w.claimed.shipment_id,
        ),
        "kind": (lambda w: ["MISSING"], lambda w, row: row.kind == "missing"),
        "status": (lambda w: ["APPROVED"], lambda w, row: row.status == "approved"),
        "recovery": (lambda w: ["REQUESTED"], lambda w, row: row.recovery == "requested"),
        "supplierId": (
            lambda w: w.supplier.number,
            lambda w, row: row.supplier_id == w.supplier.id,
        ),
        "carrier": (lambda w: w.claimed.carrier, lambda w, row: row.carrier == w.claimed.carrier),
        "since": (
            lambda w: w.claimed.created_at.isoformat(),
            lambda w, row: row.created_at >= w.claimed.created_at,
        ),
        "until": (
            lambda w: w.claimed.created_at.isoformat(),
            lambda w, row: row.created_at < w.claimed.created_at,
        ),
    },
}
SEARCHES: list[tuple[str, str, Callable[[Any, Any], bool]]] = [
    ("claims", "EMPTY", lambda w, row: row.id == w.claimed.id),
]

"""An input that works for every mutation of returns, and lists of returns that differ."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from models import Disposition, Lot, Order, Return, ReturnReason, ReturnResolution, Row
from services import returns
from services.actors import SYSTEM
from tests import returning
from tests.cast import Shop, lines_of
from tests.returning import returned, unit_of
from tests.warehouse import bin_at

Input = dict[str, Any]


async def _on(row: Awaitable[Row], **rest: Any) -> Input:
    return {"id": (await row).number} | rest


async def _lines(order: Order) -> list[Input]:
    [line] = await lines_of(order)
    asked = {"lineId": line.number, "quantity": 1, "reason": "WRONG_SIZE"}
    return [asked | {"comment": "Too small", "photos": ["https://pictures.example/1.jpg"]}]


async def _request(shop: Shop) -> Input:
    order = await shop.order("delivered")
    return {"orderId": order.number, "lines": await _lines(order), "note": "Ring twice"}


async def _by_token(shop: Shop) -> Input:
    order = await shop.order("delivered")
    return {"token": order.tracking_token, "lines": await _lines(order)}


async def _tracked(shop: Shop, **rest: Any) -> Input:
    row = await returned(shop, "approved")
    order = await Order.get(id=row.order_id)
    return {"token": order.tracking_token, "id": row.number} | rest


async def _scan(shop: Shop) -> Input:
    row = await returned(shop, "in_transit")
    shelf = await bin_at(shop.north)
    return {"id": row.number, "code": shop.mug.sku, "quantity": 2, "binId": shelf.number}


async def _inspect(shop: Shop) -> Input:
    row = await returned(shop, "received")
    unit = await unit_of(row)
    finding = {"units": 1, "condition": "NEW", "disposition": "RESTOCK", "note": "As new"}
    return {"id": row.number, "unitId": unit.number, "findings": [finding]}


async def _revise(shop: Shop) -> Input:
    row = await returned(shop, "inspected")
    unit = await unit_of(row)
    return {"id": row.number, "unitId": unit.number, "units": 1, "disposition": "WRITE_OFF"}


RETURNS: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "orderClose": lambda shop: _on(shop.order("delivered")),
    "returnRequest": _request,
    "trackedReturnRequest": _by_token,
    "trackedReturnCancel": lambda shop: _tracked(shop, reason="I keep it"),
    "trackedReturnSend": lambda shop: _tracked(shop, carrier="DHL", trackingCode="RT-TRACKED"),
    "returnApprove": lambda shop: _on(returned(shop)),
    "returnDecline": lambda shop: _on(returned(shop), reason="It was worn"),
    "returnCancel": lambda shop: _on(returned(shop, "approved"), reason="I keep it"),
    "returnSend": lambda shop: _on(
        returned(shop, "approved"), carrier="DHL", trackingCode="RT-EXAMPLE"
    ),
    "returnReceiveScan": _scan,
    "returnReceiveComplete": lambda shop: _on(returned(shop, "in_transit"), reason="Empty box"),
    "returnInspect": _inspect,
    "returnRevise": _revise,
    "returnResolve": lambda shop: _on(returned(shop, "inspected"), resolution="NONE"),
    "returnClose": lambda shop: _on(returned(shop, "resolved")),
}


class Differing:
    """Returns that no filter finds all of, and no search."""

    asked: Return
    back: Return
    lot: Lot


async def differ(shop: Shop, other: Shop) -> Differing:
    found = Differing()
    found.back = await returned(shop, "inspected")
    found.back = await returns.resolve(SYSTEM, found.back.id, resolution=ReturnResolution.NONE)
    order = await other.order("delivered", mug=1)
    found.asked = await returning.requested(
        order, 1, reason=ReturnReason.DEFECTIVE, comment="It leaks", note="By bicycle"
    )
    tea = await other.tracked()
    found.lot = await other.receive_lot(tea, other.north, 1, "TEA-BACK")
    work = await other.work_of(tea, 1, "delivered")
    sent = await returning.requested(await Order.get(id=work.order_id), 1)
    await returning.take(sent, "received", tea)
    unheard = await returned(other, "received")
    unit = await unit_of(unheard)
    unit.note = "Chipped"
    await unit.store()
    return found


def _iso(moment: Any) -> str:
    return str(moment.isoformat())


FILTERS: dict[str, Any] = {
    "returns": {
        "status": (lambda w: ["REQUESTED"], lambda w, row: row.status == "requested"),
        "resolution": (
            lambda w: ["NONE"],
            lambda w, row: row.resolution == "none",
        ),
        "orderId": (
            lambda w: f"ORD-{1000 + w.returns.asked.order_id}",
            lambda w, row: row.order_id == w.returns.asked.order_id,
        ),
        "customerId": (
            lambda w: w.shop.customer.number,
            lambda w, row: row.customer_id == w.shop.customer.id,
        ),
        "locationId": (
            lambda w: w.shop.north.number,
            lambda w, row: row.location_id == w.shop.north.id,
        ),
        "trackingCode": (
            lambda w: w.returns.back.tracking_code,
            lambda w, row: row.id == w.returns.back.id,
        ),
        "requestedSince": (
            lambda w: _iso(w.returns.asked.created_at),
            lambda w, row: row.created_at >= w.returns.asked.created_at,
        ),
        "requestedUntil": (
            lambda w: _iso(w.returns.asked.created_at),
            lambda w, row: row.created_at < w.returns.asked.created_at,
        ),
        "dueBefore": (
            lambda w: _iso(w.returns.back.due_at + timedelta(microseconds=1)),
            lambda w, row: row.due_at is not None and row.due_at <= w.returns.back.due_at,
        ),
    },
    "returnLines": {
        "returnId": (
            lambda w: w.returns.asked.number,
            lambda w, row: row.returned_id == w.returns.asked.id,
        ),
        "variantId": (
            lambda w: w.shop.mug.number,
            lambda w, row: row.variant_id == w.shop.mug.id,
        ),
        "reason": (lambda w: ["DEFECTIVE"], lambda w, row: row.reason == "defective"),
    },
    "returnUnits": {
        "returnId": (
            lambda w: w.returns.back.number,
            lambda w, row: row.returned_id == w.returns.back.id,
        ),
        "variantId": (
            lambda w: w.shop.mug.number,
            lambda w, row: row.variant_id == w.shop.mug.id,
        ),
        "lotId": (
            lambda w: w.returns.lot.number,
            lambda w, row: row.lot_id == w.returns.lot.id,
        ),
        "disposition": (
            lambda w: ["RESTOCK"],
            lambda w, row: row.disposition == Disposition.RESTOCK,
        ),
        "judged": (lambda w: False, lambda w, row: row.disposition is None),
    },
}

SEARCHES = [
    ("returns", "BICYCLE", lambda w, row: row.id == w.returns.asked.id),
    ("returnLines", "leaks", lambda w, row: row.comment == "It leaks"),
    ("returnUnits", "CHIPPED", lambda w, row: row.note == "Chipped"),
]

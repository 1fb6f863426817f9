"""Inputs that work for the mutations of purchase orders."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from models import PurchaseOrder, PurchaseOrderStatus
from services import purchase_orders
from services.actors import SYSTEM
from tests.buying import supplier_of
from tests.cast import Shop
from tests.purchases import bought, line_of, receive

Input = dict[str, Any]


async def on(row: Awaitable[PurchaseOrder], **given: Any) -> Input:
    return {"id": (await row).number} | given


async def _purchase_create(shop: Shop) -> Input:
    supplier = await supplier_of(shop)
    line = {"variantId": shop.mug.number, "quantity": 100}
    return {
        "supplierId": supplier.number,
        "locationId": shop.north.number,
        "lines": [line],
        "reference": "Spring",
    }


async def _purchase_line_add(shop: Shop) -> Input:
    order = await bought(shop, "draft")
    shirts = {"variantId": shop.shirt.number, "quantity": 5, "price": "7.50"}
    return {"purchaseOrderId": order.number} | shirts


async def _purchase_line(shop: Shop, **given: Any) -> Input:
    line = await line_of(await bought(shop, "draft", shirt=1), shop.mug)
    return {"id": line.number} | given


async def _acknowledge(shop: Shop) -> Input:
    order = await bought(shop, "sent", shirt=1)
    line = await line_of(order, shop.mug)
    part = {"lineId": line.number, "units": 6, "expectedAt": "2126-01-20T08:00:00Z"}
    return {"id": order.number, "lines": [part], "expectedAt": "2126-01-22T08:00:00Z"}


async def _purchase_change(shop: Shop) -> Input:
    order = await bought(shop, "sent")
    line = await line_of(order, shop.mug)
    return {
        "id": order.number,
        "lines": [{"lineId": line.number, "units": 20}],
        "reason": "We sell more",
    }


async def _partly_come(shop: Shop) -> PurchaseOrder:
    return await receive(await bought(shop, "sent"), shop.mug, 4)


PURCHASES: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "purchaseOrderCreate": _purchase_create,
    "purchaseOrderUpdate": lambda shop: on(bought(shop, "draft"), reference="Summer"),
    "purchaseOrderLineAdd": _purchase_line_add,
    "purchaseOrderLineChange": lambda shop: _purchase_line(shop, quantity=20),
    "purchaseOrderLineRemove": _purchase_line,
    "purchaseOrderSubmit": lambda shop: on(bought(shop, "draft")),
    "purchaseOrderApprove": lambda shop: on(bought(shop, "submitted")),
    "purchaseOrderReject": lambda shop: on(bought(shop, "submitted"), reason="Too many"),
    "purchaseOrderSend": lambda shop: on(bought(shop, "approved"), channel="HAND"),
    "purchaseOrderTell": lambda shop: on(bought(shop, "sent"), channel="HAND"),
    "purchaseOrderAcknowledge": _acknowledge,
    "purchaseOrderChange": _purchase_change,
    "purchaseOrderCancel": lambda shop: on(bought(shop, "sent"), reason="Found cheaper"),
    "purchaseOrderClose": lambda shop: on(_partly_come(shop), reason="Sold out"),
    "purchaseOrderLandedCostAdd": lambda shop: on(
        bought(shop, "sent"), kind="FREIGHT", amount="40.00", note="By truck"
    ),
}


async def differ(shop: Shop, other: Shop) -> None:
    """Purchase orders that differ in everything a list of them can be filtered by."""
    await bought(shop, "draft")
    moment = datetime(2126, 1, 20, 8, tzinfo=UTC)
    soon = await bought(shop, "acknowledged", at=moment - timedelta(days=9))
    await PurchaseOrder.filter(id=soon.id).update(late_since=soon.sent_at, problem="No answer.")
    theirs = await bought(other, "acknowledged", mug=0, shirt=2, at=moment)
    await purchase_orders.update(SYSTEM, theirs.id, {"reference": "Autumn"})


FILTERS: dict[str, dict[str, Any]] = {
    "purchaseOrders": {
        "status": (lambda w: ["DRAFT"], lambda w, row: row.status is PurchaseOrderStatus.DRAFT),
        "supplierId": (lambda w: "SUP-1001", lambda w, row: row.supplier_id == 1),
        "locationId": (
            lambda w: w.other.north.number,
            lambda w, row: row.location_id == w.other.north.id,
        ),
        "late": (lambda w: True, lambda w, row: row.late_since is not None),
        "dueBefore": (
            lambda w: "2126-01-19T00:00:00Z",
            lambda w, row: (
                row.due_at is not None and row.due_at < datetime(2126, 1, 19, tzinfo=UTC)
            ),
        ),
        "untold": (lambda w: True, lambda w, row: row.problem != ""),
    },
}
SEARCHES = [("purchaseOrders", "autumn", lambda w, row: row.reference == "Autumn")]

"""An input that works for every mutation of goods that come in, and what it needs."""

from collections.abc import Awaitable, Callable
from typing import Any

from models import Row, Supplier
from tests import inbound
from tests.cast import Shop
from tests.inbound import lines_of, transfer
from tests.purchases import bought
from tests.warehouse import bin_at

Input = dict[str, Any]


async def _on(row: Awaitable[Row], **rest: Any) -> Input:
    return {"id": (await row).number} | rest


async def _create(shop: Shop) -> Input:
    return {
        "sourceId": shop.north.number,
        "destinationId": shop.south.number,
        "lines": [{"variantId": shop.mug.number, "quantity": 3}],
        "note": "For the summer",
    }


async def _line_of(shop: Shop, **rest: Any) -> Input:
    row = await transfer(shop, mug=2)
    [line] = await lines_of(row)
    return {"id": row.number, "lineId": line.number} | rest


async def _receive(shop: Shop) -> Input:
    row = await transfer(shop, "in_transit", mug=4)
    [line] = await lines_of(row)
    shelf = await bin_at(shop.south)
    came = {"lineId": line.number, "quantity": 2, "damaged": 1, "binId": shelf.number}
    return {"id": row.number, "lines": [came]}


async def _open(shop: Shop) -> Input:
    return {"purchaseOrderId": (await bought(shop)).number, "reference": "DN-1"}


async def _scan(shop: Shop) -> Input:
    shelf = await bin_at(shop.north)
    row = await inbound.receipt(shop)
    return {"id": row.number, "code": shop.mug.sku, "quantity": 3, "binId": shelf.number}


async def _complete(shop: Shop) -> Input:
    row = await inbound.receipt(shop)
    line = await inbound.receipt_line(row, shop.mug)
    return {"id": row.number, "shorts": [{"lineId": line.number, "quantity": 2, "final": True}]}


async def _inspect(shop: Shop) -> Input:
    row = await inbound.receipt(shop)
    await Supplier.filter(id=row.supplier_id).update(inspect=True)
    await inbound.scan(row, shop.mug.sku, 3)
    line = await inbound.receipt_line(row, shop.mug)
    return {"id": row.number, "lineId": line.number, "quantity": 2, "verdict": "GOOD"}


async def _claim(shop: Shop) -> Input:
    line = await inbound.receipt_line(await inbound.completed(shop), shop.mug)
    return {"lineId": line.number, "kind": "QUALITY", "units": 2, "note": "Cracked"}


MONEY = {"amount": "3.00", "currency": "EUR"}

INBOUND: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "transferCreate": _create,
    "transferUpdate": lambda shop: _on(
        transfer(shop, "in_transit", mug=2), expectedAt="2126-12-01T08:00:00Z", note="By sea"
    ),
    "transferLineAdd": lambda shop: _on(transfer(shop), variantId=shop.shirt.number, quantity=2),
    "transferLineUpdate": lambda shop: _line_of(shop, quantity=4),
    "transferLineRemove": _line_of,
    "transferAllocate": lambda shop: _on(transfer(shop, mug=2)),
    "transferSend": lambda shop: _on(transfer(shop, "allocated", mug=2)),
    "transferReceive": _receive,
    "transferClose": lambda shop: _on(transfer(shop, "in_transit", mug=2), reason="Stolen"),
    "receiptOpen": _open,
    "receiptScan": _scan,
    "receiptComplete": _complete,
    "receiptInspect": _inspect,
    "receiptCancel": lambda shop: _on(inbound.receipt(shop), reason="The wrong order"),
    "supplierClaimCreate": _claim,
    "supplierClaimUpdate": lambda shop: _on(inbound.claim(shop), units=1, amount=MONEY),
    "supplierClaimSend": lambda shop: _on(inbound.claim(shop)),
    "supplierClaimSettle": lambda shop: _on(
        inbound.claim(shop, "sent"), settlement="CREDIT", amount=MONEY, reference="CN-1"
    ),
    "supplierClaimDrop": lambda shop: _on(inbound.claim(shop), reason="Found it"),
    "transferCancel": lambda shop: _on(transfer(shop, "allocated", mug=2), reason="Not needed"),
}

"""An input that works in a fresh shop for every mutation, and what the schema says of each."""

from collections.abc import Awaitable, Callable
from typing import Any

from api.changes import CarryOut
from api.execution import core
from models import (
    Address,
    FulfillmentLine,
    Hold,
    HoldKind,
    Location,
    LocationKind,
    OrderException,
    OrderLine,
    Person,
    Role,
    Row,
    Shipment,
    ShipmentStatus,
    StockAlert,
)
from services import customers, holds, shipments, stock
from services.actors import SYSTEM, Permission
from tests.cast import HOME, Shop, report

Input = dict[str, Any]

MUTATIONS = core.mutation_type.fields


def needs(mutation: str) -> Permission:
    """The permission that the schema declares a mutation to need."""
    [how] = MUTATIONS[mutation].extensions["strawberry-definition"].extensions
    assert isinstance(how, CarryOut)
    return how.needs


def takes(mutation: str, field: str) -> bool:
    return field in MUTATIONS[mutation].args["input"].type.of_type.fields


def operation(mutation: str) -> str:
    """The name of the document that sends a mutation."""
    return mutation[0].upper() + mutation[1:]


async def example(mutation: str, shop: Shop) -> Input:
    return await EXAMPLES[mutation](shop)


async def alert_in(shop: Shop) -> StockAlert:
    """The north has run out of mugs."""
    level = await shop.level(shop.mug, shop.north)
    at = {"variant_id": level.variant_id, "location_id": level.location_id}
    await stock.adjust(SYSTEM, **at, change=-level.available, note="Gone")
    return await StockAlert.get(variant_id=shop.mug.id)


async def address_of(shop: Shop) -> Address:
    return await customers.create_address(SYSTEM, shop.customer.id, HOME)


async def hold_in(shop: Shop) -> Hold:
    order = await shop.order("placed")
    await holds.hold(SYSTEM, order.id, kind=HoldKind.MANUAL, reason="Wait")
    return await Hold.get(order_id=order.id)


async def exception_in(shop: Shop) -> OrderException:
    """A parcel whose carrier rang in vain."""
    parcel = await shop.shipment("shipped")
    await report(parcel, ShipmentStatus.DELIVERY_FAILED)
    return await OrderException.get(order_id=parcel.order_id)


async def line_in(shop: Shop, stage: str = "draft") -> OrderLine:
    order = await shop.order(stage, mug=2)
    return await OrderLine.get(order_id=order.id)


async def unlabelled(shop: Shop) -> Shipment:
    fulfillment = await shop.fulfillment("packed")
    return await shipments.create(SYSTEM, fulfillment.id, carrier="DHL")


async def empty_location() -> Location:
    return await Location.create(code="OLD", name="Old", kind=LocationKind.STORE)


async def _given(**input: Any) -> Input:
    return input


async def _on(row: Row | Awaitable[Row], **rest: Any) -> Input:
    found = row if isinstance(row, Row) else await row
    return {"id": found.number} | rest


async def _line_add(shop: Shop) -> Input:
    order = await shop.order()
    return {"orderId": order.number, "variantId": shop.shirt.number, "quantity": 1}


async def _pick_complete(shop: Shop) -> Input:
    fulfillment = await shop.fulfillment("picking", mug=2)
    line = await FulfillmentLine.get(fulfillment_id=fulfillment.id)
    return {"id": fulfillment.number, "lines": [{"lineId": line.number, "quantity": 2}]}


async def _assign(shop: Shop) -> Input:
    someone = await Person.create(name="Samir", role=Role.SUPPORT)
    return await _on(exception_in(shop), ownerId=someone.number)


async def _parcel(shop: Shop) -> Input:
    fulfillment = await shop.fulfillment("packed")
    return {"fulfillmentId": fulfillment.number, "carrier": "DHL", "trackingCode": "JD-NEW"}


def at_north(shop: Shop) -> Input:
    return {"variantId": shop.mug.number, "locationId": shop.north.number}


def draft(shop: Shop, quantity: int = 2) -> Input:
    """A new order of mugs."""
    return {
        "customerId": shop.customer.number,
        "channel": "PHONE",
        "shippingAddress": PLACE,
        "lines": [{"variantId": shop.mug.number, "quantity": quantity}],
    }


PLACE = {
    "recipient": HOME.recipient,
    "line1": HOME.line1,
    "city": HOME.city,
    "countryCode": HOME.country_code,
}
PRICE = {"amount": "12.50", "currency": "EUR"}

EXAMPLES: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "orderCreate": lambda shop: _given(**draft(shop)),
    "orderUpdate": lambda shop: _on(shop.order(), note="Ring twice", shippingAddress=PLACE),
    "orderLineAdd": _line_add,
    "orderLineUpdate": lambda shop: _on(line_in(shop), quantity=3),
    "orderLineRemove": lambda shop: _on(line_in(shop)),
    "orderPlace": lambda shop: _on(shop.order()),
    "orderConfirm": lambda shop: _on(shop.order("placed")),
    "orderHold": lambda shop: _on(
        shop.order("placed"), kind="ADDRESS", reason="Which door?", dueAt="2026-02-01T12:00:00Z"
    ),
    "orderReleaseHold": lambda shop: _on(hold_in(shop)),
    "orderCancel": lambda shop: _on(shop.order("placed"), reason="Changed their mind"),
    "exceptionAssign": _assign,
    "exceptionResolve": lambda shop: _on(exception_in(shop), note="Called them"),
    "fulfillmentRelease": lambda shop: _on(shop.fulfillment("confirmed")),
    "fulfillmentPickStart": lambda shop: _on(shop.fulfillment("released")),
    "fulfillmentPickComplete": _pick_complete,
    "fulfillmentPackStart": lambda shop: _on(shop.fulfillment("picked")),
    "fulfillmentPackComplete": lambda shop: _on(shop.fulfillment("packing")),
    "fulfillmentHandOver": lambda shop: _on(shop.fulfillment("parcelled")),
    "fulfillmentCancel": lambda shop: _on(shop.fulfillment("released")),
    "shipmentCreate": _parcel,
    "shipmentLabel": lambda shop: _on(unlabelled(shop), trackingCode="JD-NEW"),
    "shipmentEventRecord": lambda shop: _on(
        shop.shipment("shipped"),
        status="IN_TRANSIT",
        occurredAt="2026-01-02T12:00:00+01:00",
        place="Leipzig",
    ),
    "stockReceive": lambda shop: _given(**at_north(shop), quantity=3),
    "stockAdjust": lambda shop: _given(**at_north(shop), change=-1, note="Broken"),
    "reorderPointSet": lambda shop: _given(**at_north(shop), reorderPoint=5),
    "stockAlertAcknowledge": lambda shop: _on(alert_in(shop)),
    "productCreate": lambda shop: _given(name="Plate", description="Round."),
    "productUpdate": lambda shop: _on(shop.product, name="Gift"),
    "productArchive": lambda shop: _on(shop.product),
    "variantCreate": lambda shop: _given(
        productId=shop.product.number, sku="MUG-BLUE", name="Blue mug", price=PRICE
    ),
    "variantUpdate": lambda shop: _on(shop.mug, price=PRICE, barcode="4006381333931"),
    "variantArchive": lambda shop: _on(shop.mug),
    "customerCreate": lambda shop: _given(name="Bea Holm", email="bea@example.com"),
    "customerUpdate": lambda shop: _on(shop.customer, phone="+49 40 123456"),
    "customerArchive": lambda shop: _on(shop.customer),
    "addressCreate": lambda shop: _given(customerId=shop.customer.number, address=PLACE),
    "addressUpdate": lambda shop: _on(address_of(shop), line1="Hafenstr. 8"),
    "addressArchive": lambda shop: _on(address_of(shop)),
    "locationCreate": lambda shop: _given(code="BER1", name="Berlin", kind="WAREHOUSE"),
    "locationUpdate": lambda shop: _on(shop.north, priority=20),
    "locationArchive": lambda _: _on(empty_location()),
}

"""An input that works in a fresh shop for every mutation, and what the schema says of each."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from api.changes import CarryOut
from api.execution import core
from api.permissions import Anybody
from models import (
    Address,
    Arrival,
    Carrier,
    CreditNote,
    DataIssue,
    Discount,
    Fulfillment,
    FulfillmentLine,
    Hold,
    HoldKind,
    Invoice,
    LandedCost,
    LandedCostKind,
    Location,
    LocationKind,
    Lot,
    Order,
    OrderChannel,
    OrderException,
    OrderLine,
    Payment,
    PaymentEvent,
    PaymentEventState,
    Person,
    Price,
    PriceList,
    Reservation,
    Role,
    Row,
    Shipment,
    ShipmentStatus,
    ShippingMethod,
    ShippingZone,
    StockAlert,
    TaxClass,
    TaxRate,
    Wave,
)
from services import (
    chargebacks,
    customers,
    discounts,
    holds,
    invoices,
    landed_costs,
    orders,
    payments,
    policies,
    prices,
    recalls,
    reservation_terms,
    shipments,
    stock,
    stock_settings,
    stock_states,
    taxes,
)
from services.actors import SYSTEM, Permission
from services.clock import now
from services.goods import LineDraft
from services.payment_inputs import Said
from services.stock_states import Place
from tests.api.counting import COUNTS
from tests.api.credit import CREDIT
from tests.api.customers import CUSTOMERS
from tests.api.desk import DESK
from tests.api.inbound import INBOUND
from tests.api.people import PEOPLE
from tests.api.planning import PLANNING
from tests.api.purchases import PURCHASES
from tests.api.remedies import REMEDIES
from tests.api.returning import RETURNS
from tests.api.suppliers import SUPPLIERS
from tests.cast import HOME, PICKER, Shop, report
from tests.purchases import bought
from tests.warehouse import bin_at, box_for, boxed, wave_of

Input = dict[str, Any]


MUTATIONS = core.mutation_type.fields


def needs(mutation: str) -> Permission | Anybody | None:
    """The permission that the schema declares a mutation to need; None for being known."""
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


async def lot_in(shop: Shop) -> Lot:
    """Five units of a lot in the north."""
    tea = await shop.tracked()
    await shop.receive_lot(tea, shop.north, 5, "L-1")
    return await Lot.get(variant_id=tea.id)


async def landed(shop: Shop) -> LandedCost:
    """What mugs that were asked for cost besides."""
    order = await bought(shop, "sent")
    freight = {"kind": LandedCostKind.FREIGHT, "amount": Decimal(40)}
    await landed_costs.add(SYSTEM, order.id, **freight)
    return await LandedCost.get(purchase_order_id=order.id)


async def recalled(shop: Shop) -> Lot:
    """A lot that was called back."""
    lot = await lot_in(shop)
    return await recalls.start(SYSTEM, lot.id, reason="Glass in it")


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


async def issue_in(shop: Shop) -> DataIssue:
    """A marketplace sells what nobody here knows."""
    wanted = LineDraft(sku="NO-SUCH", quantity=1)
    entered = shop.draft(mug=1, channel=OrderChannel.MARKETPLACE)
    order = await orders.place(SYSTEM, draft=replace(entered, lines=[*entered.lines, wanted]))
    return await DataIssue.get(order_id=order.id)


async def price_in(shop: Shop) -> Price:
    """In dollars, so that it changes nothing for the shop's orders."""
    price_list = await prices.create(SYSTEM, name=f"Export {shop.mug.sku}", currency="USD")
    return await prices.set_price(
        SYSTEM, price_list.id, shop.mug.id, price=Decimal(9), currency="USD", from_quantity=10
    )


async def price_list_in(shop: Shop) -> PriceList:
    return await PriceList.get(id=(await price_in(shop)).price_list_id)


async def tax_rate() -> TaxRate:
    """Of a country where nobody lives."""
    return await taxes.create(
        SYSTEM, name="Moms", country_code="SE", tax_class=TaxClass.STANDARD, percent=Decimal(25)
    )


async def discount_in(shop: Shop) -> Discount:
    order = await shop.order()
    await discounts.give(SYSTEM, order.id, reason="Loyal", rate=Decimal(5))
    return await Discount.get(order_id=order.id)


async def method_in(shop: Shop) -> ShippingMethod:
    _, air = await shop.ships()
    return air


async def risky(shop: Shop) -> Order:
    """An order that looks so risky that somebody has to decide."""
    usual = policies.current()
    policies.apply(replace(usual, fraud_review_score=1))
    order = await shop.order("placed")
    policies.apply(usual)
    return order


async def invoice_in(shop: Shop) -> Invoice:
    order = await shop.order("shipped", mug=1)
    return await Invoice.get(order_id=order.id)


async def credit_note_in(shop: Shop) -> CreditNote:
    invoice = await invoice_in(shop)
    return await invoices.issue_credit(SYSTEM, invoice.id, reason="Scratched", amount=FIVE)


async def line_in(shop: Shop, stage: str = "draft") -> OrderLine:
    order = await shop.order(stage, mug=2)
    return await OrderLine.get(order_id=order.id)


async def reservation_in(shop: Shop) -> Reservation:
    order = await shop.order("placed")
    return await Reservation.get(order_id=order.id)


async def stepped_out(shop: Shop) -> Order:
    """An order whose reservation was given back."""
    row = await reservation_in(shop)
    await reservation_terms.release(SYSTEM, row.id, reason="Needed in the shop")
    return await Order.get(id=row.order_id)


async def arrival_in(shop: Shop) -> Arrival:
    return await shop.expect(shop.mug, 5)


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


async def _split(shop: Shop) -> Input:
    line = await line_in(shop, "placed")
    order = await Order.get(id=line.order_id)
    return {"id": order.number, "lines": [{"lineId": line.number, "quantity": 1}]}


async def _merge(shop: Shop) -> Input:
    return await _on(shop.order("placed"), otherId=(await shop.order("placed")).number)


async def _hold_assign(shop: Shop) -> Input:
    clerk = await Person.create(name="Clara", role=Role.CLERK)
    return await _on(hold_in(shop), ownerId=clerk.number, dueAt="2026-02-01T12:00:00Z")


async def _for_order(shop: Shop) -> Input:
    order = await shop.order("placed")
    return {"orderId": order.number}


async def _line_add(shop: Shop) -> Input:
    order = await shop.order()
    return {"orderId": order.number, "variantId": shop.shirt.number, "quantity": 1}


async def _pick_complete(shop: Shop) -> Input:
    fulfillment = await shop.fulfillment("picking", mug=2)
    line = await FulfillmentLine.get(fulfillment_id=fulfillment.id)
    return {"id": fulfillment.number, "lines": [{"lineId": line.number, "quantity": 2}]}


async def _swap(shop: Shop) -> Input:
    tea = await shop.tracked()
    for code in ("L-1", "L-2"):
        await shop.receive_lot(tea, shop.north, 5, code)
    work = await shop.work_of(tea, 2, "picking")
    line = await FulfillmentLine.get(fulfillment_id=work.id)
    return {"id": work.number, "lineId": line.number, "code": "L-2"}


async def _assign(shop: Shop) -> Input:
    someone = await Person.create(name="Samir", role=Role.SUPPORT)
    return await _on(exception_in(shop), ownerId=someone.number)


async def _scannable(shop: Shop, stage: str) -> Input:
    return {"id": (await shop.fulfillment(stage, mug=2)).number, "barcode": shop.mug.sku}


async def _pack_scan(shop: Shop) -> Input:
    work = await shop.fulfillment("packing", mug=2)
    box = await box_for(work)
    return {"id": work.number, "barcode": shop.mug.sku, "quantity": 2, "box": box.box}


async def _package_create(shop: Shop) -> Input:
    work = await shop.fulfillment("picked")
    return {"fulfillmentId": work.number, "box": "BOX-NEW", "material": "Carton M"}


async def _alert_accept(shop: Shop) -> Input:
    alert = await alert_in(shop)
    place = {"variant_id": shop.mug.id, "location_id": shop.north.id}
    await stock_settings.set_level(SYSTEM, **place, settings={"reorder_point": 5, "target": 30})
    return {"id": alert.number}


async def _restore(shop: Shop) -> Input:
    place = Place(variant_id=shop.mug.id, location_id=shop.north.id)
    await stock_states.damage(SYSTEM, place, quantity=2, note="Wet")
    return at_north(shop) | {"quantity": 1, "state": "DAMAGED", "note": "Dry again"}


async def _move(shop: Shop) -> Input:
    return at_north(shop) | {"quantity": 3, "toBinId": (await bin_at(shop.north)).number}


async def _home(shop: Shop) -> Input:
    return at_north(shop) | {"binId": (await bin_at(shop.north)).number}


async def _wave(shop: Shop, *, started: bool = False) -> Wave:
    work = [await shop.fulfillment("released", mug=units) for units in (2, 1)]
    return await wave_of(*work, started_by=PICKER if started else None)


async def _lot_create(shop: Shop) -> Input:
    tea = await shop.tracked()
    return {"variantId": tea.number, "code": "L-7", "expiresOn": "2126-01-31"}


async def _wave_create(shop: Shop) -> Input:
    work = await shop.fulfillment("released")
    return {"locationId": shop.north.number, "fulfillmentIds": [work.number]}


async def _wave_scan(shop: Shop) -> Input:
    wave = await _wave(shop, started=True)
    return {"id": wave.number, "barcode": shop.mug.sku, "quantity": 3}


async def _wave_remove(shop: Shop) -> Input:
    wave = await _wave(shop)
    work = await Fulfillment.filter(wave_id=wave.id).first()
    return {"id": wave.number, "fulfillmentId": work.number if work else ""}


async def _carrier_update(shop: Shop) -> Input:
    await shop.ships()
    carrier = await Carrier.all().order_by("-id").first()
    assert carrier is not None
    return await _on(carrier, silenceHours=24)


async def _method_create(shop: Shop) -> Input:
    await shop.ships()
    carrier = await Carrier.all().order_by("-id").first()
    assert carrier is not None
    names = {"code": "TWO", "name": "Two days", "serviceLevel": "TWO_DAY"}
    return {"carrierId": carrier.number, "cutOff": "14:00", "isDefault": True} | names


async def _zone_set(shop: Shop) -> Input:
    method = await method_in(shop)
    rates = [{"price": PRICE, "maxWeightGrams": 5000}, {"price": FREE, "minOrderValue": "100"}]
    names = {"name": "Alps", "countries": ["at", "CH"], "postalPrefixes": ["10"]}
    return {"methodId": method.number, "minDays": 1, "maxDays": 4, "rates": rates} | names


async def _zone_remove(shop: Shop) -> Input:
    method = await method_in(shop)
    return await _on(await ShippingZone.get(method_id=method.id))


async def _shipping_set(shop: Shop) -> Input:
    method = await method_in(shop)
    return await _on(shop.order("placed"), methodId=method.number)


async def _promise_revise(shop: Shop) -> Input:
    await shop.ships()
    wanted = {"promisedAt": "2026-02-05T22:59:59Z", "reason": "They are away."}
    return await _on(shop.order("placed"), **wanted)


async def _parcel(shop: Shop) -> Input:
    fulfillment = await shop.fulfillment("packed")
    return {"fulfillmentId": fulfillment.number, "carrier": "DHL", "trackingCode": "JD-NEW"}


async def _price_set(shop: Shop) -> Input:
    price_list = await price_list_in(shop)
    price = {"amount": "9.90", "currency": "USD"}
    return {
        "priceListId": price_list.number,
        "variantId": shop.mug.number,
        "fromQuantity": 20,
        "price": price,
    }


async def _discount(shop: Shop) -> Input:
    line = await line_in(shop, "placed")
    order = await Order.get(id=line.order_id)
    return {
        "orderId": order.number,
        "lineId": line.number,
        "percent": "5",
        "reason": "It came late last time",
    }


async def _credit(shop: Shop) -> Input:
    invoice = await invoice_in(shop)
    return {
        "invoiceId": invoice.number,
        "amount": {"amount": "5", "currency": "EUR"},
        "reason": "It was late",
    }


async def _invoice(shop: Shop) -> Input:
    return {"orderId": (await shop.order("placed")).number}


FIVE = (Decimal(5), "EUR")


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
    "postalCode": HOME.postal_code,
    "countryCode": HOME.country_code,
}
FREE = {"amount": "0", "currency": "EUR"}
PRICE = {"amount": "12.50", "currency": "EUR"}


async def paid(shop: Shop, units: int = 1) -> Payment:
    """The payment of a placed order that is paid in cash."""
    order = await shop.order("placed", mug=units)
    return await payments.take(SYSTEM, order.id)


async def authorized(shop: Shop) -> Payment:
    order = await shop.order("placed")
    return await payments.authorize(SYSTEM, order.id)


async def disputed(shop: Shop) -> Payment:
    payment = await paid(shop)
    return await chargebacks.record(SYSTEM, payment.id)


async def in_state(shop: Shop, state: PaymentEventState) -> Input:
    """A payment and its only event."""
    order = await shop.order("placed")
    payment = await payments.authorize(SYSTEM, order.id, said=Said(outcome=state))
    event = await PaymentEvent.get(payment_id=payment.id)
    return {"id": payment.number, "eventId": event.number}


EXAMPLES: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "orderCreate": lambda shop: _given(**draft(shop)),
    "orderUpdate": lambda shop: _on(shop.order(), note="Ring twice", shippingAddress=PLACE),
    "orderLineAdd": _line_add,
    "orderLineUpdate": lambda shop: _on(line_in(shop), quantity=3),
    "orderLineRemove": lambda shop: _on(line_in(shop)),
    "orderLineCancel": lambda shop: _on(line_in(shop, "placed"), quantity=1, reason="Too many"),
    "orderPlace": lambda shop: _on(shop.order()),
    "orderConfirm": lambda shop: _on(shop.order("placed")),
    "orderCancel": lambda shop: _on(shop.order("placed"), reason="Changed their mind"),
    "orderSplit": _split,
    "orderMerge": _merge,
    "orderHold": lambda shop: _on(
        shop.order("placed"), kind="ADDRESS", reason="Which door?", dueAt="2026-02-01T12:00:00Z"
    ),
    "orderReleaseHold": lambda shop: _on(hold_in(shop)),
    "orderHoldAssign": _hold_assign,
    "orderInspect": lambda shop: _on(shop.order()),
    "orderDataIssueAccept": lambda shop: _on(issue_in(shop), note="They know"),
    "orderSkuSubstitute": lambda shop: _on(issue_in(shop), variantId=shop.shirt.number),
    "orderFraudAccept": lambda shop: _on(risky(shop), note="Known"),
    "orderFraudReject": lambda shop: _on(risky(shop), note="Stolen card"),
    "exceptionAssign": _assign,
    "exceptionResolve": lambda shop: _on(exception_in(shop), note="Called them"),
    "fulfillmentRelease": lambda shop: _on(shop.fulfillment("confirmed")),
    "fulfillmentPickStart": lambda shop: _on(shop.fulfillment("released")),
    "fulfillmentPickScan": lambda shop: _scannable(shop, "picking"),
    "fulfillmentPickLotSwap": _swap,
    "fulfillmentPickComplete": _pick_complete,
    "fulfillmentPackStart": lambda shop: _on(shop.fulfillment("picked")),
    "fulfillmentPackScan": _pack_scan,
    "fulfillmentPackComplete": lambda shop: _on(shop.fulfillment("packing")),
    "fulfillmentHandOver": lambda shop: _on(shop.fulfillment("parcelled")),
    "fulfillmentCancel": lambda shop: _on(shop.fulfillment("released")),
    "waveCreate": _wave_create,
    "waveStart": lambda shop: _on(_wave(shop)),
    "wavePickScan": _wave_scan,
    "waveFulfillmentRemove": _wave_remove,
    "waveCancel": lambda shop: _on(_wave(shop)),
    "packageCreate": _package_create,
    "packageClose": lambda shop: _on(boxed(shop), weight=800),
    "shipmentCreate": _parcel,
    "shipmentLabel": lambda shop: _on(unlabelled(shop), trackingCode="JD-NEW"),
    "shipmentEventRecord": lambda shop: _on(
        shop.shipment("shipped"),
        status="IN_TRANSIT",
        occurredAt="2026-01-02T12:00:00+01:00",
        place="Leipzig",
    ),
    "paymentAuthorize": lambda shop: _for_order(shop),
    "paymentTake": lambda shop: _for_order(shop),
    "paymentCapture": lambda shop: _on(authorized(shop)),
    "paymentVoid": lambda shop: _on(authorized(shop)),
    "paymentRefund": lambda shop: _on(paid(shop), reason="A scratch"),
    "paymentRetry": lambda shop: in_state(shop, PaymentEventState.FAILED),
    "paymentOutcomeRecord": lambda shop: in_state(shop, PaymentEventState.REQUESTED),
    "paymentChargeback": lambda shop: _on(paid(shop)),
    "paymentChargebackReverse": lambda shop: _on(disputed(shop)),
    "carrierCreate": lambda _: _given(
        code="UPS", name="UPS", workingDays=["MONDAY", "FRIDAY"], holidaysOf="DE-HH"
    ),
    "carrierUpdate": _carrier_update,
    "shippingMethodCreate": _method_create,
    "shippingMethodUpdate": lambda shop: _on(method_in(shop), cutOff="16:30", isDefault=True),
    "shippingMethodArchive": lambda shop: _on(method_in(shop)),
    "shippingZoneSet": _zone_set,
    "shippingZoneRemove": _zone_remove,
    "orderShippingMethodSet": _shipping_set,
    "orderPromiseRevise": _promise_revise,
    "stockReceive": lambda shop: _given(**at_north(shop), quantity=3),
    "stockAdjust": lambda shop: _given(**at_north(shop), change=-1, note="Broken"),
    "lotCreate": _lot_create,
    "lotUpdate": lambda shop: _on(lot_in(shop), expiresOn="2126-03-01"),
    "stockSet": lambda shop: _given(**at_north(shop), quantity=12, **{"from": 10}, note="Seen"),
    "stockDamage": lambda shop: _given(**at_north(shop), quantity=1, note="Wet"),
    "stockQuarantine": lambda shop: _given(**at_north(shop), quantity=1, note="Smells"),
    "stockRestore": _restore,
    "stockWriteOff": lambda shop: _given(
        **at_north(shop), quantity=1, state="GOOD", note="Crushed"
    ),
    "stockMove": _move,
    "lotRecall": lambda shop: _on(lot_in(shop), reason="Glass in it"),
    "lotRecallEnd": lambda shop: _on(recalled(shop)),
    "reorderPointSet": lambda shop: _given(**at_north(shop), reorderPoint=5),
    "stockLevelSet": lambda shop: _given(**at_north(shop), reorderPoint=5, maximum=60),
    "stockAlertAcknowledge": lambda shop: _on(alert_in(shop)),
    **COUNTS,
    **DESK,
    "stockAlertSnooze": lambda shop: _on(
        alert_in(shop), until=(now() + timedelta(days=3)).isoformat()
    ),
    "stockAlertAccept": _alert_accept,
    "arrivalExpect": lambda shop: _given(
        **at_north(shop), quantity=5, expectedAt="2026-12-01T08:00:00Z", reference="DN-1"
    ),
    "arrivalUpdate": lambda shop: _on(
        arrival_in(shop), quantity=7, expectedAt="2026-12-02T08:00:00Z", reason="Late"
    ),
    "arrivalCancel": lambda shop: _on(arrival_in(shop), reason="Sold out"),
    **PLANNING,
    "reservationExtend": lambda shop: _on(reservation_in(shop), until="2126-01-01T12:00:00Z"),
    "reservationRelease": lambda shop: _on(reservation_in(shop), reason="Needed in the shop"),
    "orderReserve": lambda shop: _on(stepped_out(shop)),
    **PURCHASES,
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
    "locationCalendarSet": lambda shop: _on(
        shop.north, timeZone="Europe/Paris", workingDays=["SUNDAY", "MONDAY"], holidaysOf="FR"
    ),
    "locationArchive": lambda _: _on(empty_location()),
    "binCreate": lambda shop: _given(locationId=shop.north.number, code="A-01-1", position=1),
    "binUpdate": lambda shop: _on(bin_at(shop.north), position=7),
    "binArchive": lambda shop: _on(bin_at(shop.north)),
    "levelBinSet": _home,
    "priceListCreate": lambda shop: _given(name="Wholesale", currency="EUR", channel="EDI"),
    "priceListUpdate": lambda shop: _on(price_list_in(shop), priority=20),
    "priceListArchive": lambda shop: _on(price_list_in(shop)),
    "priceSet": _price_set,
    "priceRemove": lambda shop: _on(price_in(shop)),
    "taxRateCreate": lambda shop: _given(name="VAT", countryCode="DE", percent="19"),
    "taxRateUpdate": lambda _: _on(tax_rate(), percent="24.5"),
    "taxRateArchive": lambda _: _on(tax_rate()),
    "orderDiscountAdd": _discount,
    "orderDiscountRemove": lambda shop: _on(discount_in(shop)),
    **PEOPLE,
    **SUPPLIERS,
    **INBOUND,
    **CUSTOMERS,
    **REMEDIES,
    **CREDIT,
    **RETURNS,
    "invoiceIssue": _invoice,
    "creditNoteIssue": _credit,
}

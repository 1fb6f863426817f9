"""What the filters and the search of every list find."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from api.nodes import encode
from models import (
    Carrier,
    DataIssue,
    Exchange,
    Fulfillment,
    Hold,
    HoldKind,
    Invoice,
    LocationKind,
    Lot,
    Mispick,
    Movement,
    Order,
    OrderChannel,
    OrderException,
    PaymentEvent,
    PaymentEventState,
    PaymentMethod,
    PaymentProvider,
    Person,
    Receipt,
    Role,
    Row,
    ServiceCase,
    StockAlert,
    SupplierClaim,
    Survey,
    TaxClass,
)
from models.errors import Refused
from services import (
    alerts,
    arrivals,
    bins,
    catalog,
    customers,
    discounts,
    entry,
    exceptions,
    fulfillments,
    holds,
    locations,
    orders,
    payments,
    people,
    prices,
    promises,
    scans,
    shipments,
    shipping_methods,
    stock,
    supplier_claims,
    taxes,
    transfers,
)
from services.actors import SYSTEM
from services.clock import now
from services.goods import LineDraft
from services.mispicks import Scan
from services.payment_inputs import Said
from tests import inbound, tracking
from tests.api import counting, credit, desk, planning, purchases, remedies, returning, suppliers
from tests.api import customers as worth
from tests.api.examples import (
    address_of,
    alert_in,
    credit_note_in,
    discount_in,
    empty_location,
    price_in,
    risky,
    tax_rate,
)
from tests.api.test_lists import FIELDS, LISTS, named, read, rows_of
from tests.buying import supplier_of
from tests.cast import CLERK, HOME, LEAD, PICKER, Shop
from tests.inbound import transfer
from tests.warehouse import bin_at, boxed, home, mispicked, pack, packed, wave_of


class World:
    """Two shops that differ in everything a list can be filtered by."""

    async def begin(self):
        self.shop, self.other = await Shop.open(), await Shop.open()
        await self.shop.ships()
        _, air = await self.other.ships()
        await shipping_methods.archive(SYSTEM, air.id)
        self.carrier = await Carrier.get(id=air.carrier_id)
        self.draft = await self.shop.order()
        self.placed = await self.shop.order("placed", shirt=2)
        self.shipped = await self.shop.order("shipped", mug=2)
        self.moment = (await self.shop.order()).created_at
        given = {"channel": OrderChannel.PHONE, "external_reference": "A-1", "note": "50% off"}
        self.theirs = await orders.create(SYSTEM, self.other.draft(mug=1, **given))
        await self._work()
        await self._hold()
        await self._issues()
        await self._stock()
        await self._prices()
        await self._wait()
        await self._transfer()
        await self._pay()
        await self._ask()
        self.claimed, self.exchange = await remedies.differ(self.shop, self.other)
        self.exchanged = [row.order_id for row in await Exchange.all()]
        self.credit = await credit.differ(self.shop, self.other, self.shipped)
        self.figure = await worth.differ(self.shop, self.other)
        self.returns = await returning.differ(self.shop, self.other)
        await self._records()
        await suppliers.differ(self.shop, self.other)
        self.supplier = await supplier_of(self.shop)
        self.other_supplier = await supplier_of(self.other)
        await purchases.differ(self.shop, self.other)
        await planning.differ(self.shop, self.other)
        self.counts = await counting.differ(self.shop, self.other)
        await tracking.differ(self.shop)
        self.lot = await Lot.get(code="TRK-1").select_related("variant")
        return self

    async def _ask(self):
        for shop in (self.shop, self.other):
            await shop.receive(shop.mug, shop.north, 50)
        self.asked = await desk.differ(self.shop, self.other)
        about = ServiceCase.filter(order__status="placed")
        self.asked_about = await about.values_list("order_id", flat=True)
        self.worst = await Survey.get(score=1)
        self.surveyed = await Survey.get(score=5)
        self.unanswered = await Survey.get(status="expired")

    async def _prices(self):
        for shop in (self.shop, self.other):
            self.note = await credit_note_in(shop)
            self.bill = await Invoice.get(id=self.note.invoice_id)
            self.price, self.discount = await price_in(shop), await discount_in(shop)
        await discounts.give(CLERK, self.draft.id, reason="It was late", rate=Decimal(1))
        given = {"name": "Counter", "currency": "EUR", "channel": OrderChannel.EDI}
        await prices.archive(SYSTEM, (await prices.create(SYSTEM, **given)).id)
        await taxes.archive(SYSTEM, (await tax_rate()).id)
        of_class = {"tax_class": TaxClass.REDUCED, "percent": Decimal(7)}
        await taxes.create(SYSTEM, name="VAT", country_code="PL", region="X", **of_class)

    async def _work(self):
        work = await self.other.fulfillment("released")
        await fulfillments.pick_start(PICKER, work.id)
        self.begun = work.order_id
        packed = await self.other.fulfillment("packed")
        await self._scan()
        later = packed.dispatch_by + timedelta(days=30)
        await promises.agree(SYSTEM, packed.order_id, promised_at=later, reason="Away.")
        self.packed = await Fulfillment.get(id=packed.id)
        self.agreed = await Order.get(id=packed.order_id)
        self.parcel = await shipments.create(SYSTEM, packed.id, carrier="UPS", tracking_code="1Z9")

    async def _scan(self):
        self.bin = await home(self.shop.mug, self.shop.north, code="A-01")
        await bins.archive(SYSTEM, (await bin_at(self.other.north)).id)
        self.wave = await wave_of(await self.shop.fulfillment("released"))
        await wave_of(await self.other.fulfillment("released"), started_by=PICKER)
        self.box = await boxed(self.shop)
        await packed(self.other)
        self.mistake = await mispicked(self.shop, PICKER)
        with suppress(Refused):
            await pack(SYSTEM, await self.other.fulfillment("picked"), self.shop.mug, self.box.box)
        wave = await wave_of(await self.shop.fulfillment("released"), started_by=SYSTEM)
        with suppress(Refused):
            await scans.pick_wave(SYSTEM, wave.id, Scan(barcode="?"))
        self.lost = await Mispick.get(wave_id=wave.id)

    async def _hold(self):
        for order, kind, reason in (
            (self.placed, HoldKind.ADDRESS, "Which door?"),
            (self.theirs, HoldKind.MANUAL, "Wait"),
        ):
            await holds.hold(SYSTEM, order.id, kind=kind, reason=reason)
        await holds.release(SYSTEM, (await Hold.get(kind=HoldKind.MANUAL)).id)
        self.clerk = await Person.create(name="Clara", role=Role.CLERK)
        await people.make_token(self.clerk.id, by_password=True)
        gone = await Person.create(name="Gerd", role=Role.BUYER)
        await people.give_token(SYSTEM, gone.id, label="Old desk")
        await people.deactivate(SYSTEM, gone.id)
        hold = await Hold.get(kind=HoldKind.ADDRESS)
        long_ago = self.moment - timedelta(days=1)
        await holds.assign(SYSTEM, hold.id, owner_id=self.clerk.id, due_at=long_ago)

    async def _issues(self):
        """A draft by EDI with two faults, and a placed order of which one was accepted."""
        given = {"channel": OrderChannel.EDI, "source": "Globex", "shipping_address": None}
        unknown = LineDraft(sku="NO-SUCH", quantity=1)
        wrong = replace(self.shop.draft(**given), lines=[unknown])
        odd = await risky(self.other)
        await orders.cancel(SYSTEM, odd.id, reason="Enough")
        self.wrong = await orders.create(SYSTEM, wrong)
        afar = replace(HOME, postal_code="1")
        placed = self.other.draft(mug=1, shipping_address=afar)
        placed = await orders.place(SYSTEM, draft=placed)
        issue = await DataIssue.get(order_id=placed.id)
        await entry.accept(SYSTEM, issue.id, note="Collected")
        await orders.cancel(SYSTEM, placed.id, reason="Enough")
        held = await OrderException.get(order_id=self.placed.id)
        self.owner = await Person.create(name="Samir", role=Role.SUPPORT)
        await exceptions.assign(SYSTEM, held.id, owner_id=self.owner.id)
        self.due = held.due_at + timedelta(hours=1)

    async def _stock(self):
        await alert_in(self.shop)
        at = {"variant_id": self.other.shirt.id, "location_id": self.other.north.id}
        await stock.set_reorder_point(SYSTEM, **at, reorder_point=50)
        low = await StockAlert.get(**at)
        await alerts.acknowledge(SYSTEM, low.id)
        await alerts.snooze(SYSTEM, low.id, until=now() + timedelta(days=1))
        self.alerted = low.created_at
        self.since = (await Movement.all().order_by("-id").first()).at

    async def _transfer(self):
        await transfer(self.other, mug=1)
        self.claim = await inbound.claim(self.other, "sent")
        self.came = await inbound.completed(self.shop)
        self.delivered = await inbound.receipt(self.shop)
        await Receipt.filter(id=self.delivered.id).update(reference="Lorry 7")
        later = await SupplierClaim.get(supplier_id=self.delivered.supplier_id, kind="short")
        await supplier_claims.update(SYSTEM, later.id, {"note": "Two were missing"})
        self.sent = await transfer(self.shop, "in_transit", mug=1, back=True)
        await transfers.update(SYSTEM, self.sent.id, {"note": "For the summer"})

    async def _wait(self):
        coming = await self.shop.expect(self.shop.shirt, 3)
        await self.other.expect(self.other.shirt, 3, day=25)
        await arrivals.cancel(SYSTEM, coming.id, reason="Sold out")
        self.expected = coming.expected_at + timedelta(days=1)
        self.waiting = await self.shop.backorder(shirt=2)
        self.coming = await self.other.backorder(shirt=2)

    async def _pay(self):
        self.paid = await payments.take(SYSTEM, self.begun, said=Said(reference="till-7"))
        http = PaymentProvider.HTTP
        self.authorized = await payments.authorize(SYSTEM, self.placed.id, provider=http)
        refused = Said(outcome=PaymentEventState.FAILED, failure_message="Declined.")
        card = PaymentMethod.CARD_PRESENT
        await payments.take(SYSTEM, self.shipped.id, method=card, said=refused)
        self.paid_since = (await PaymentEvent.all().order_by("-id").first()).happened_at
        self.due_at = datetime(2026, 1, 1, tzinfo=UTC)
        await Order.filter(id=self.placed.id).update(payment_due_at=self.due_at)

    async def _records(self):
        await catalog.update_variant(SYSTEM, self.shop.shirt.id, {"barcode": "4006381"}, None)
        await catalog.archive_variant(SYSTEM, self.other.mug.id)
        await catalog.archive_product(SYSTEM, self.other.product.id)
        await customers.update(SYSTEM, self.other.customer.id, {"phone": "+49 40 1"})
        await address_of(self.other)
        await customers.archive(SYSTEM, self.other.customer.id)
        await address_of(self.shop)
        away = await address_of(self.shop)
        await customers.update_address(SYSTEM, away.id, {"country_code": "FR", "city": "Brest"})
        await customers.archive_address(SYSTEM, away.id)
        await locations.update(SYSTEM, self.other.south.id, {"kind": LocationKind.STORE})
        await locations.archive(SYSTEM, (await empty_location()).id)
        for role in (Role.PICKER, Role.CLERK):
            await people.create_token(SYSTEM, role, name=f"Pia the {role}")


def iso(moment):
    return moment.isoformat()


# What is given for each filter in a world, and which rows are then to be found.
FILTERS = {
    "orders": {
        "status": (lambda w: ["DRAFT"], lambda w, row: row.status == "draft"),
        "channel": (lambda w: ["PHONE"], lambda w, row: row.channel == "phone"),
        "paymentStatus": (lambda w: ["PAID"], lambda w, row: row.id == w.paid.order_id),
        "paymentDueUntil": (lambda w: "2026-01-02T00:00:00Z", lambda w, row: row.payment_due_at),
        "customerId": (
            lambda w: w.other.customer.number,
            lambda w, row: row.customer_id == w.other.customer.id,
        ),
        "fraudReview": (lambda w: ["DROPPED"], lambda w, row: row.fraud_review == "dropped"),
        "source": (lambda w: "Globex", lambda w, row: row.id == w.wrong.id),
        "externalReference": (lambda w: "A-1", lambda w, row: row.id == w.theirs.id),
        "enteredSince": (lambda w: iso(w.moment), lambda w, row: row.created_at >= w.moment),
        "enteredUntil": (lambda w: iso(w.moment), lambda w, row: row.created_at < w.moment),
        "promisedBefore": (
            lambda w: iso(w.agreed.promised_at),
            lambda w, row: row.promised_at and row.promised_at < w.agreed.promised_at,
        ),
        "dispatchBefore": (
            lambda w: iso(w.agreed.dispatch_by),
            lambda w, row: row.dispatch_by and row.dispatch_by < w.agreed.dispatch_by,
        ),
        "placedSince": (
            lambda w: iso(w.shipped.placed_at),
            lambda w, row: row.placed_at and row.placed_at >= w.shipped.placed_at,
        ),
        "placedUntil": (
            lambda w: iso(w.shipped.placed_at),
            lambda w, row: row.placed_at and row.placed_at < w.shipped.placed_at,
        ),
    },
    "orderLines": {
        "orderId": (lambda w: encode(w.placed), lambda w, row: row.order_id == w.placed.id),
        "variantId": (
            lambda w: w.shop.shirt.number,
            lambda w, row: row.variant_id == w.shop.shirt.id,
        ),
        "orderStatus": (
            lambda w: ["PLACED"],
            lambda w, row: (
                row.order_id
                in (w.placed.id, w.waiting.id, w.coming.id, *w.asked_about, *w.exchanged)
            ),
        ),
    },
    "holds": {
        "orderId": (lambda w: w.placed.number, lambda w, row: row.order_id == w.placed.id),
        "kind": (
            lambda w: ["MANUAL", "FRAUD_REVIEW"],
            lambda w, row: row.kind in ("manual", "fraud_review"),
        ),
        "active": (lambda w: True, lambda w, row: row.released_at is None),
        "owner": (lambda w: w.clerk.number, lambda w, row: row.owner == w.clerk.number),
        "owned": (lambda w: False, lambda w, row: row.owner is None),
        "dueBefore": (
            lambda w: iso(w.moment),
            lambda w, row: row.due_at is not None and row.due_at < w.moment,
        ),
        "overdue": (
            lambda w: False,
            lambda w, row: row.released_at is not None or row.due_at is None,
        ),
    },
    "dataIssues": {
        "orderId": (lambda w: w.wrong.number, lambda w, row: row.order_id == w.wrong.id),
        "kind": (lambda w: ["UNKNOWN_SKU"], lambda w, row: row.kind == "unknown_sku"),
        "open": (lambda w: False, lambda w, row: row.resolved_at is not None),
        "orderStatus": (lambda w: ["DRAFT"], lambda w, row: row.order_id == w.wrong.id),
        "channel": (lambda w: ["EDI"], lambda w, row: row.order_id == w.wrong.id),
    },
    "exceptions": {
        "kind": (lambda w: ["ADDRESS"], lambda w, row: row.kind == "address"),
        "owner": (lambda w: w.owner.number, lambda w, row: row.owner == w.owner.number),
        "owned": (lambda w: True, lambda w, row: row.owner is not None),
        "open": (lambda w: False, lambda w, row: row.resolved_at is not None),
        "orderId": (lambda w: w.placed.number, lambda w, row: row.order_id == w.placed.id),
        "dueBefore": (lambda w: iso(w.due), lambda w, row: row.due_at < w.due),
    },
    "carriers": {
        "code": (lambda w: w.carrier.code.lower(), lambda w, row: row.id == w.carrier.id),
    },
    "shippingMethods": {
        "carrierId": (lambda w: w.carrier.number, lambda w, row: row.carrier_id == w.carrier.id),
        "serviceLevel": (lambda w: ["STANDARD"], lambda w, row: row.service_level == "standard"),
        "archived": (lambda w: True, lambda w, row: row.archived_at is not None),
    },
    "reservations": {
        "orderId": (lambda w: w.placed.number, lambda w, row: row.order_id == w.placed.id),
        "locationId": (
            lambda w: w.other.north.number,
            lambda w, row: row.location_id == w.other.north.id,
        ),
        "status": (lambda w: ["CONSUMED"], lambda w, row: row.status == "consumed"),
        "expiresBefore": (
            lambda w: "2100-01-01T00:00:00Z",
            lambda w, row: row.expires_at is not None,
        ),
    },
    "backorders": {
        "orderId": (lambda w: w.waiting.number, lambda w, row: row.order_id == w.waiting.id),
        "variantId": (
            lambda w: w.shop.shirt.number,
            lambda w, row: row.variant_id == w.shop.shirt.id,
        ),
        "expectedBefore": (
            lambda w: "2100-01-01T00:00:00Z",
            lambda w, row: row.order_id == w.coming.id,
        ),
        "unexpected": (lambda w: True, lambda w, row: row.order_id == w.waiting.id),
    },
    "receipts": {
        "purchaseOrderId": (
            lambda w: f"PUR-{1000 + w.delivered.purchase_order_id}",
            lambda w, row: row.id == w.delivered.id,
        ),
        "supplierId": (
            lambda w: f"SUP-{1000 + w.delivered.supplier_id}",
            lambda w, row: row.supplier_id == w.delivered.supplier_id,
        ),
        "locationId": (
            lambda w: w.shop.north.number,
            lambda w, row: row.location_id == w.shop.north.id,
        ),
        "status": (lambda w: ["OPEN"], lambda w, row: row.status == "open"),
        "since": (
            lambda w: iso(w.delivered.created_at),
            lambda w, row: row.created_at >= w.delivered.created_at,
        ),
        "until": (
            lambda w: iso(w.delivered.created_at),
            lambda w, row: row.created_at < w.delivered.created_at,
        ),
    },
    "supplierClaims": {
        "purchaseOrderId": (
            lambda w: f"PUR-{1000 + w.claim.purchase_order_id}",
            lambda w, row: row.purchase_order_id == w.claim.purchase_order_id,
        ),
        "supplierId": (
            lambda w: f"SUP-{1000 + w.claim.supplier_id}",
            lambda w, row: row.supplier_id == w.claim.supplier_id,
        ),
        "kind": (lambda w: ["DAMAGED"], lambda w, row: row.kind == "damaged"),
        "status": (lambda w: ["SENT"], lambda w, row: row.status == "sent"),
    },
    "transfers": {
        "sourceId": (
            lambda w: w.other.north.number,
            lambda w, row: row.source_id == w.other.north.id,
        ),
        "destinationId": (
            lambda w: w.shop.north.number,
            lambda w, row: row.destination_id == w.shop.north.id,
        ),
        "status": (lambda w: ["DRAFT"], lambda w, row: row.status == "draft"),
    },
    "arrivals": {
        "variantId": (
            lambda w: w.shop.shirt.number,
            lambda w, row: row.variant_id == w.shop.shirt.id,
        ),
        "locationId": (
            lambda w: w.other.north.number,
            lambda w, row: row.location_id == w.other.north.id,
        ),
        "status": (lambda w: ["CANCELLED"], lambda w, row: row.status == "cancelled"),
        "expectedSince": (lambda w: iso(w.expected), lambda w, row: row.expected_at >= w.expected),
        "expectedUntil": (lambda w: iso(w.expected), lambda w, row: row.expected_at < w.expected),
    },
    "fulfillments": {
        "orderId": (lambda w: w.shipped.number, lambda w, row: row.order_id == w.shipped.id),
        "locationId": (
            lambda w: w.other.north.number,
            lambda w, row: row.location_id == w.other.north.id,
        ),
        "status": (lambda w: ["PICKING"], lambda w, row: row.status == "picking"),
        "waveId": (lambda w: w.wave.number, lambda w, row: row.wave_id == w.wave.id),
        "picker": (lambda w: PICKER.label, lambda w, row: row.picker == PICKER.label),
        "dispatchBefore": (
            lambda w: iso(w.packed.dispatch_by),
            lambda w, row: row.dispatch_by < w.packed.dispatch_by,
        ),
    },
    "bins": {
        "locationId": (lambda w: w.shop.north.number, lambda w, row: row.id == w.bin.id),
        "archived": (lambda w: True, lambda w, row: row.id != w.bin.id),
    },
    "waves": {
        "locationId": (
            lambda w: w.shop.north.number,
            lambda w, row: row.location_id == w.shop.north.id,
        ),
        "status": (lambda w: ["OPEN"], lambda w, row: row.id == w.wave.id),
        "picker": (lambda w: PICKER.label, lambda w, row: row.picker == PICKER.label),
    },
    "packages": {
        "orderId": (
            lambda w: f"ORD-{1000 + w.box.order_id}",
            lambda w, row: row.id == w.box.id,
        ),
        "fulfillmentId": (
            lambda w: f"FUL-{1000 + w.box.fulfillment_id}",
            lambda w, row: row.id == w.box.id,
        ),
        "status": (lambda w: ["OPEN"], lambda w, row: row.id == w.box.id),
        "box": (lambda w: w.box.box, lambda w, row: row.id == w.box.id),
    },
    "mispicks": {
        "kind": (lambda w: ["WRONG_BOX"], lambda w, row: row.kind == "wrong_box"),
        "step": (lambda w: ["PACKING"], lambda w, row: row.step == "packing"),
        "picker": (lambda w: PICKER.label, lambda w, row: row.id == w.mistake.id),
        "orderId": (
            lambda w: f"ORD-{1000 + w.mistake.order_id}",
            lambda w, row: row.id == w.mistake.id,
        ),
        "fulfillmentId": (
            lambda w: f"FUL-{1000 + w.mistake.fulfillment_id}",
            lambda w, row: row.id == w.mistake.id,
        ),
        "waveId": (
            lambda w: f"WAV-{1000 + w.lost.wave_id}",
            lambda w, row: row.id == w.lost.id,
        ),
        "locationId": (
            lambda w: w.other.north.number,
            lambda w, row: row.location_id == w.other.north.id,
        ),
        "since": (
            lambda w: iso(w.lost.created_at),
            lambda w, row: row.created_at >= w.lost.created_at,
        ),
        "until": (
            lambda w: iso(w.lost.created_at),
            lambda w, row: row.created_at < w.lost.created_at,
        ),
    },
    "shipments": {
        "orderId": (lambda w: w.shipped.number, lambda w, row: row.order_id == w.shipped.id),
        "fulfillmentId": (
            lambda w: f"FUL-{1000 + w.parcel.fulfillment_id}",
            lambda w, row: row.id == w.parcel.id,
        ),
        "status": (lambda w: ["SHIPPED"], lambda w, row: row.status == "shipped"),
        "carrier": (lambda w: "ups", lambda w, row: row.carrier == "UPS"),
        "trackingCode": (lambda w: "1Z9", lambda w, row: row.tracking_code == "1Z9"),
    },
    "payments": {
        "orderId": (lambda w: w.placed.number, lambda w, row: row.order_id == w.placed.id),
        "customerId": (lambda w: w.other.customer.number, lambda w, row: row.id == w.paid.id),
        "status": (lambda w: ["PAID"], lambda w, row: row.status == "paid"),
        "method": (lambda w: ["CASH", "WALLET"], lambda w, row: row.method == "cash"),
        "provider": (lambda w: "HTTP", lambda w, row: row.provider == "http"),
        "reference": (lambda w: "till-7", lambda w, row: row.id == w.paid.id),
        "enteredSince": (
            lambda w: iso(w.authorized.created_at),
            lambda w, row: row.created_at >= w.authorized.created_at,
        ),
        "enteredUntil": (
            lambda w: iso(w.authorized.created_at),
            lambda w, row: row.created_at < w.authorized.created_at,
        ),
    },
    "paymentEvents": {
        "paymentId": (lambda w: w.paid.number, lambda w, row: row.payment_id == w.paid.id),
        "orderId": (lambda w: w.placed.number, lambda w, row: row.provider == "http"),
        "kind": (lambda w: ["AUTHORIZATION"], lambda w, row: row.kind == "authorization"),
        "state": (lambda w: ["FAILED"], lambda w, row: row.state == "failed"),
        "since": (lambda w: iso(w.paid_since), lambda w, row: row.happened_at >= w.paid_since),
        "until": (lambda w: iso(w.paid_since), lambda w, row: row.happened_at < w.paid_since),
    },
    "stockLevels": {
        "variantId": (lambda w: w.shop.mug.number, lambda w, row: row.variant_id == w.shop.mug.id),
        "locationId": (
            lambda w: w.other.north.number,
            lambda w, row: row.location_id == w.other.north.id,
        ),
        "binId": (lambda w: w.bin.number, lambda w, row: row.bin_id == w.bin.id),
        "onHandAtMost": (lambda w: 5, lambda w, row: row.on_hand <= 5),
    },
    "stockMovements": {
        "variantId": (lambda w: w.shop.mug.number, lambda w, row: row.variant_id == w.shop.mug.id),
        "locationId": (
            lambda w: w.other.north.number,
            lambda w, row: row.location_id == w.other.north.id,
        ),
        "binId": (lambda w: w.bin.number, lambda w, row: row.bin_id == w.bin.id),
        "lotId": (lambda w: w.lot.number, lambda w, row: row.lot_id == w.lot.id),
        "orderId": (lambda w: w.placed.number, lambda w, row: row.order_id == w.placed.id),
        "actor": (lambda w: LEAD.label, lambda w, row: row.actor == LEAD.label),
        "transferId": (lambda w: w.sent.number, lambda w, row: row.transfer_id == w.sent.id),
        "receiptId": (lambda w: w.came.number, lambda w, row: row.receipt_id == w.came.id),
        "countId": (
            lambda w: w.counts["done"].number,
            lambda w, row: row.count_id == w.counts["done"].id,
        ),
        "reason": (lambda w: ["RECEIVED"], lambda w, row: row.reason == "received"),
        "since": (lambda w: iso(w.since), lambda w, row: row.at >= w.since),
        "until": (lambda w: iso(w.since), lambda w, row: row.at < w.since),
    },
    "stockAlerts": {
        "variantId": (lambda w: w.shop.mug.number, lambda w, row: row.variant_id == w.shop.mug.id),
        "locationId": (
            lambda w: w.other.north.number,
            lambda w, row: row.location_id == w.other.north.id,
        ),
        "status": (lambda w: ["OPEN"], lambda w, row: row.status == "open"),
        "kind": (lambda w: ["LOW_STOCK"], lambda w, row: row.kind == "low_stock"),
        "snoozed": (lambda w: True, lambda w, row: row.snoozed_until is not None),
        "since": (lambda w: iso(w.alerted), lambda w, row: row.created_at >= w.alerted),
        "until": (lambda w: iso(w.alerted), lambda w, row: row.created_at < w.alerted),
    },
    "products": {"archived": (lambda w: True, lambda w, row: row.archived_at is not None)},
    "variants": {
        "archived": (lambda w: True, lambda w, row: row.archived_at is not None),
        "productId": (
            lambda w: w.shop.product.number,
            lambda w, row: row.product_id == w.shop.product.id,
        ),
        "sku": (lambda w: w.shop.mug.sku, lambda w, row: row.id == w.shop.mug.id),
        "barcode": (lambda w: "4006381", lambda w, row: row.id == w.shop.shirt.id),
    },
    "customers": {
        "archived": (lambda w: False, lambda w, row: row.archived_at is None),
        "email": (
            lambda w: w.shop.customer.email.upper(),
            lambda w, row: row.id == w.shop.customer.id,
        ),
    },
    "addresses": {
        "archived": (lambda w: False, lambda w, row: row.archived_at is None),
        "customerId": (
            lambda w: w.shop.customer.number,
            lambda w, row: row.customer_id == w.shop.customer.id,
        ),
        "countryCode": (lambda w: "fr", lambda w, row: row.country_code == "FR"),
    },
    "locations": {
        "archived": (lambda w: True, lambda w, row: row.archived_at is not None),
        "kind": (lambda w: ["STORE"], lambda w, row: row.kind == "store"),
    },
    "priceLists": {
        "archived": (lambda w: True, lambda w, row: row.archived_at is not None),
        "currency": (lambda w: "EUR", lambda w, row: row.currency == "EUR"),
        "channel": (lambda w: ["EDI"], lambda w, row: row.channel == "edi"),
    },
    "prices": {
        "priceListId": (
            lambda w: f"PLS-{1000 + w.price.price_list_id}",
            lambda w, row: row.price_list_id == w.price.price_list_id,
        ),
        "variantId": (lambda w: w.shop.mug.number, lambda w, row: row.variant_id == w.shop.mug.id),
    },
    "taxRates": {
        "archived": (lambda w: True, lambda w, row: row.archived_at is not None),
        "countryCode": (lambda w: "pl", lambda w, row: row.country_code == "PL"),
        "taxClass": (lambda w: ["REDUCED"], lambda w, row: row.tax_class == "reduced"),
    },
    "discounts": {
        "orderId": (lambda w: w.draft.number, lambda w, row: row.order_id == w.draft.id),
        "actor": (lambda w: CLERK.label, lambda w, row: row.actor == CLERK.label),
    },
    "invoices": {
        "orderId": (lambda w: w.shipped.number, lambda w, row: row.order_id == w.shipped.id),
        "customerId": (
            lambda w: w.other.customer.number,
            lambda w, row: row.content["buyer"]["number"] == w.other.customer.number,
        ),
        "issuedSince": (
            lambda w: iso(w.bill.issued_at),
            lambda w, row: row.issued_at >= w.bill.issued_at,
        ),
        "issuedUntil": (
            lambda w: iso(w.bill.issued_at),
            lambda w, row: row.issued_at < w.bill.issued_at,
        ),
    },
    "creditNotes": {
        "orderId": (
            lambda w: f"ORD-{1000 + w.note.order_id}",
            lambda w, row: row.id == w.note.id,
        ),
        "invoiceId": (
            lambda w: f"INV-{w.note.invoice_id:06}",
            lambda w, row: row.id == w.note.id,
        ),
        "issuedSince": (lambda w: iso(w.note.issued_at), lambda w, row: row.id == w.note.id),
        "issuedUntil": (lambda w: iso(w.note.issued_at), lambda w, row: row.id != w.note.id),
    },
    **suppliers.FILTERS,
    **purchases.FILTERS,
    **planning.FILTERS,
    **counting.FILTERS,
    **desk.FILTERS,
    **worth.FILTERS,
    **returning.FILTERS,
    **tracking.FILTERS,
    **remedies.FILTERS,
    **credit.FILTERS,
    "people": {
        "role": (lambda w: ["PICKER"], lambda w, row: row.role == "picker"),
        "active": (lambda w: False, lambda w, row: row.deactivated_at is not None),
    },
    "tokens": {
        "personId": (lambda w: w.clerk.number, lambda w, row: row.person_id == w.clerk.id),
        "revoked": (lambda w: True, lambda w, row: row.revoked_at is not None),
        "byPassword": (lambda w: True, lambda w, row: row.by_password),
    },
}

# What is searched for in each list, and which rows are then to be found.
SEARCHES = [
    ("orders", "a-1", lambda w, row: row.id == w.theirs.id),
    ("orders", "50%", lambda w, row: row.id == w.theirs.id),
    ("orders", "ADA", lambda w, row: True),
    ("orderLines", "SHIRT", lambda w, row: row.name == "Shirt"),
    ("holds", "DOOR", lambda w, row: row.reason == "Which door?"),
    ("dataIssues", "no-such", lambda w, row: row.sku == "NO-SUCH"),
    ("exceptions", "DOOR", lambda w, row: row.reason == "Which door?"),
    ("bins", "a-01", lambda w, row: row.id == w.bin.id),
    ("packages", "box", lambda w, row: True),
    ("mispicks", "?", lambda w, row: row.id == w.lost.id),
    ("carriers", "dhl", lambda w, row: True),
    ("shippingMethods", "air-", lambda w, row: row.code.startswith("AIR")),
    ("shipments", "z9", lambda w, row: row.id == w.parcel.id),
    ("payments", "TILL", lambda w, row: row.id == w.paid.id),
    ("paymentEvents", "declined", lambda w, row: row.state == "failed"),
    ("stockLevels", "shirt", lambda w, row: row.variant_id in (w.shop.shirt.id, w.other.shirt.id)),
    ("stockMovements", "gone", lambda w, row: row.note == "Gone"),
    ("receipts", "lorry", lambda w, row: row.id == w.delivered.id),
    ("supplierClaims", "MISSING", lambda w, row: row.note == "Two were missing"),
    ("transfers", "SUMMER", lambda w, row: row.id == w.sent.id),
    ("products", "SOUV", lambda w, row: True),
    ("variants", "06381", lambda w, row: row.id == w.shop.shirt.id),
    ("customers", "+49 40", lambda w, row: (row.phone or "").startswith("+49 40")),
    ("addresses", "brest", lambda w, row: row.city == "Brest"),
    ("locations", "south", lambda w, row: row.code.startswith("SOUTH")),
    ("priceLists", "counter", lambda w, row: row.name == "Counter"),
    ("prices", "mug", lambda w, row: True),
    ("taxRates", "VAT", lambda w, row: row.name == "VAT"),
    ("invoices", "ada", lambda w, row: True),
    ("creditNotes", "scratch", lambda w, row: True),
    ("discounts", "late", lambda w, row: row.reason == "It was late"),
    *suppliers.SEARCHES,
    *purchases.SEARCHES,
    *planning.SEARCHES,
    *counting.SEARCHES,
    *desk.SEARCHES,
    *worth.SEARCHES,
    *remedies.SEARCHES,
    *credit.SEARCHES,
    *returning.SEARCHES,
    ("people", "picker", lambda w, row: row.role == "picker"),
    ("tokens", "desk", lambda w, row: row.label == "Old desk"),
]


@pytest.fixture
async def world(database):
    return await World().begin()


async def found(api, name, **given):
    page = await read(api, name, first=100, sort="OLDEST", **given)
    assert page["totalCount"] == len(page["nodes"])
    return page["nodes"]


async def those(world, name, holds):
    """The rows of a list for which something holds, as the list shows them."""
    rows = await rows_of(name)
    return [n for n, row in enumerate(rows) if holds(world, row)]


class TestFilter:
    def test_is_tried_in_every_list(self):
        assert {name: set(cases) for name, cases in FILTERS.items()} == {
            name: set(named(field.args["filter"].type).fields) for name, field in FIELDS.items()
        }

    async def test_finds_the_rows_for_which_it_holds(self, api, world):
        for name, cases in FILTERS.items():
            whole = await found(api, name)
            for given, (value, holds_for) in cases.items():
                wanted = await those(world, name, holds_for)

                nodes = await found(api, name, filter={given: value(world)})

                assert nodes == [whole[n] for n in wanted], (name, given)
                assert 0 < len(nodes) < len(whole), (name, given)

    async def test_finds_nothing_of_what_there_is_not(self, api, world):
        for given in ("", "x", "💥", "ORD-9999", "ORD-999999999999999", "CUS-1001"):
            assert await found(api, "holds", filter={"orderId": given}) == []

    async def test_holds_together_with_the_others(self, api, world):
        filter = {"status": ["DRAFT"], "channel": ["PHONE"]}

        [order] = await found(api, "orders", filter=filter)

        assert order["number"] == world.theirs.number

    async def test_finds_nothing_in_none_of_the_statuses(self, api, world):
        assert await found(api, "orders", filter={"status": []}) == []


class TestSearch:
    async def test_finds_text_in_any_case(self, api, world):
        for name, text, holds_for in SEARCHES:
            whole = await found(api, name)
            wanted = await those(world, name, holds_for)

            nodes = await found(api, name, search=f" {text} ")

            assert nodes == [whole[n] for n in wanted] != [], (name, text)

    async def test_finds_a_row_by_its_number(self, api, world):
        for name in LISTS:
            last = (await rows_of(name))[-1]
            if isinstance(last, Row):
                for text in (last.number, last.number.lower()):
                    [node] = await found(api, name, search=text)

                    assert node == (await found(api, name))[-1]

    async def test_takes_every_character_for_itself(self, api, world):
        for text in ("%", "_", "\\", "'", "5_%", "x" * 10_000):
            for name in LISTS:
                nodes = await found(api, name, search=text)

                assert len(nodes) == (name == "orders" and text == "%"), (name, text)

    async def test_finds_everything_by_nothing(self, api, world):
        for text in ("", " ", None):
            assert len(await found(api, "orders", search=text)) == len(await rows_of("orders"))

"""What is offered can be done, and what is not cannot, each for the reasons given."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from models import (
    Arrival,
    Fulfillment,
    FulfillmentLine,
    HoldKind,
    Order,
    OrderLine,
    Package,
    Payment,
    PaymentEvent,
    PaymentEventState,
    Reservation,
    Shipment,
    ShipmentStatus,
    StockAlert,
    Variant,
    Wave,
)
from models.errors import Problem, Refused
from models.rows import Row
from services import (
    actions,
    alerts,
    arrivals,
    backorders,
    chargebacks,
    discounts,
    fraud_reviews,
    fulfillments,
    holds,
    invoices,
    merges,
    order_lines,
    orders,
    packages,
    payments,
    reservation_terms,
    scans,
    shipments,
    splits,
    stock,
    waves,
)
from services.actors import GUEST, SYSTEM
from services.commit import rehearsal
from services.goods import LineDraft
from services.mispicks import Scan
from services.orders import Draft
from services.payment_inputs import Said
from tests.cast import HOME, STAGES, one_database, work_on
from tests.warehouse import box_for, boxed, packed, wave_of

LATER = datetime(2126, 1, 5, 12, tzinfo=UTC)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

ORDERS: dict[str, Callable[[Order], Awaitable[Any]]] = {
    "orderUpdate": lambda row: orders.update(SYSTEM, row.id, {"note": "Ring twice."}),
    "orderLineAdd": lambda row: add_line(row),
    "orderLineCancel": lambda row: cancel_line(row),
    "orderPlace": lambda row: orders.place(SYSTEM, row.id),
    "orderDiscountAdd": lambda row: discounts.give(SYSTEM, row.id, reason="Late.", rate=Decimal(5)),
    "invoiceIssue": lambda row: invoices.issue(SYSTEM, row.id),
    "orderConfirm": lambda row: orders.confirm(SYSTEM, row.id),
    "orderSplit": lambda row: split_off(row),
    "orderMerge": lambda row: take_in(row),
    "orderFraudAccept": lambda row: fraud_reviews.accept(SYSTEM, row.id, note="Known."),
    "orderHold": lambda row: holds.hold(SYSTEM, row.id, kind=HoldKind.MANUAL, reason="Wait."),
    "paymentAuthorize": lambda row: payments.authorize(SYSTEM, row.id),
    "paymentTake": lambda row: payments.take(SYSTEM, row.id),
    "orderReserve": lambda row: backorders.reserve(SYSTEM, row.id),
    "orderCancel": lambda row: orders.cancel(SYSTEM, row.id, reason="Enough."),
}
FULFILLMENTS: dict[str, Callable[[Fulfillment], Awaitable[Any]]] = {
    "fulfillmentRelease": lambda row: fulfillments.release(SYSTEM, row.id),
    "fulfillmentPickStart": lambda row: fulfillments.pick_start(SYSTEM, row.id),
    "fulfillmentPickScan": lambda row: scan(row),
    "fulfillmentPickComplete": lambda row: fulfillments.pick_complete(SYSTEM, row.id),
    "fulfillmentPackStart": lambda row: fulfillments.pack_start(SYSTEM, row.id),
    "packageCreate": lambda row: packages.create(SYSTEM, row.id, box="BOX-1"),
    "fulfillmentPackScan": lambda row: box_up(row),
    "fulfillmentPackComplete": lambda row: fulfillments.pack_complete(SYSTEM, row.id),
    "shipmentCreate": lambda row: shipments.create(SYSTEM, row.id, carrier="DHL"),
    "fulfillmentHandOver": lambda row: fulfillments.hand_over(SYSTEM, row.id),
    "fulfillmentCancel": lambda row: fulfillments.cancel(SYSTEM, row.id),
}
SHIPMENTS: dict[str, Callable[[Shipment], Awaitable[Any]]] = {
    "shipmentLabel": lambda row: shipments.label(SYSTEM, row.id, tracking_code="JD-1"),
    "shipmentEventRecord": lambda row: shipments.record_event(
        SYSTEM, row.id, status=ShipmentStatus.DELIVERED, occurred_at=NOON
    ),
}
RESERVATIONS: dict[str, Callable[[Reservation], Awaitable[Any]]] = {
    "reservationExtend": lambda row: reservation_terms.extend(SYSTEM, row.id, until=LATER),
    "reservationRelease": lambda row: reservation_terms.release(SYSTEM, row.id, reason="Needed."),
}
ARRIVALS: dict[str, Callable[[Arrival], Awaitable[Any]]] = {
    "arrivalUpdate": lambda row: arrivals.update(SYSTEM, row.id, {"quantity": 9}, reason="More."),
    "arrivalCancel": lambda row: arrivals.cancel(SYSTEM, row.id, reason="Sold out."),
}
PAYMENTS: dict[str, Callable[[Payment], Awaitable[Any]]] = {
    "paymentCapture": lambda row: payments.capture(SYSTEM, row.id),
    "paymentVoid": lambda row: payments.void(SYSTEM, row.id),
    "paymentRefund": lambda row: payments.refund(SYSTEM, row.id),
    "paymentRetry": lambda row: retry(row),
    "paymentOutcomeRecord": lambda row: record_outcome(row),
    "paymentChargeback": lambda row: chargebacks.record(SYSTEM, row.id),
    "paymentChargebackReverse": lambda row: chargebacks.reverse(SYSTEM, row.id),
}
ALERTS: dict[str, Callable[[StockAlert], Awaitable[Any]]] = {
    "stockAlertAcknowledge": lambda row: alerts.acknowledge(SYSTEM, row.id),
}


WAVES: dict[str, Callable[[Wave], Awaitable[Any]]] = {
    "waveStart": lambda row: waves.start(SYSTEM, row.id),
    "wavePickScan": lambda row: scan_for(row),
    "waveFulfillmentRemove": lambda row: remove_from(row),
    "waveCancel": lambda row: waves.cancel(SYSTEM, row.id),
}
PACKAGES: dict[str, Callable[[Package], Awaitable[Any]]] = {
    "packageClose": lambda row: packages.close(SYSTEM, row.id),
}


async def item_of(row: Fulfillment) -> Scan:
    line = await FulfillmentLine.filter(fulfillment_id=row.id).select_related("line").first()
    return Scan(barcode=line.line.sku, box="BOX-1")


async def scan(row: Fulfillment) -> None:
    await scans.pick(SYSTEM, row.id, await item_of(row))


async def box_up(row: Fulfillment) -> None:
    await packages.create(SYSTEM, row.id, box="BOX-1")
    await scans.pack(SYSTEM, row.id, await item_of(row))


async def scan_for(row: Wave) -> None:
    work = await Fulfillment.all().order_by("id").first()
    await scans.pick_wave(SYSTEM, row.id, await item_of(work))


async def remove_from(row: Wave) -> None:
    work = await Fulfillment.all().order_by("id").first()
    await waves.remove(SYSTEM, row.id, fulfillment_id=work.id)


async def add_line(order: Order) -> None:
    variant = await Variant.all().order_by("id").first()
    await order_lines.add(SYSTEM, order.id, LineDraft(variant_id=variant.id, quantity=1))


async def retry(payment: Payment) -> None:
    failed = await PaymentEvent.filter(payment_id=payment.id, state="failed").last()
    await payments.retry(SYSTEM, payment.id, event_id=failed.id if failed else 0)


async def record_outcome(payment: Payment) -> None:
    asked = await PaymentEvent.filter(payment_id=payment.id, state="requested").last()
    await payments.record_outcome(SYSTEM, payment.id, event_id=asked.id if asked else 0)


async def split_off(order: Order) -> None:
    line = await OrderLine.filter(order_id=order.id).order_by("id").first()
    await splits.split(SYSTEM, order.id, units={line.id: 1} if line else {})


async def take_in(order: Order) -> None:
    line = await OrderLine.filter(order_id=order.id).order_by("id").first()
    variant = line.variant_id if line else (await Variant.first()).id
    other = Draft(
        customer_id=order.customer_id,
        channel=order.channel,
        lines=[LineDraft(variant_id=variant, quantity=1)],
        shipping_address=order.shipping_address or HOME,
    )
    placed = await orders.place(SYSTEM, draft=other)
    await merges.merge(SYSTEM, order.id, placed.id)


async def cancel_line(order: Order) -> None:
    line = await OrderLine.filter(order_id=order.id).order_by("id").first()
    if line is not None:
        await order_lines.cancel(SYSTEM, line.id, quantity=1, reason="Fewer")


async def try_out(verb: Callable[[Row], Awaitable[Any]], row: Row) -> Sequence[Problem]:
    """The reasons why a verb is refused, whose outcome is undone where it is not."""
    try:
        async with rehearsal():
            await verb(row)
    except Refused as refusal:
        return refusal.problems
    return []


async def assert_true(offered: list[actions.Action], verbs: dict[str, Any], row: Row) -> None:
    assert [each.name for each in offered] == list(verbs)
    for action in offered:
        problems = await try_out(verbs[action.name], row)

        assert action.enabled is not bool(problems), action.name
        said = {problem.message for problem in action.blocked_by}
        assert said == {problem.message for problem in problems}, action.name


@one_database
@pytest.mark.parametrize("stage", STAGES)
async def test_of_an_order_and_of_its_parts_are_true_at_every_stage(shop, stage):
    order = await shop.order(stage, mug=12)
    work = await work_on(order)
    parcels = await Shipment.filter(order_id=order.id).order_by("id")

    [offered] = await actions.of_orders(SYSTEM, [order])
    await assert_true(offered, ORDERS, order)
    for offered, row in zip(await actions.of_fulfillments(SYSTEM, work), work, strict=True):
        await assert_true(offered, FULFILLMENTS, row)
    kept = await Reservation.filter(order_id=order.id).order_by("id")
    for offered, row in zip(await actions.of_reservations(SYSTEM, kept), kept, strict=True):
        await assert_true(offered, RESERVATIONS, row)
    for offered, row in zip(await actions.of_shipments(SYSTEM, parcels), parcels, strict=True):
        await assert_true(offered, SHIPMENTS, row)


class TestOfOrders:
    async def test_are_true_when_it_has_no_lines_and_no_address(self, shop):
        order = await orders.create(SYSTEM, shop.draft(shipping_address=None))

        [offered] = await actions.of_orders(SYSTEM, [order])
        await assert_true(offered, ORDERS, order)

    async def test_are_true_when_it_is_cancelled(self, shop):
        order = await shop.order("placed")
        order = await orders.cancel(SYSTEM, order.id, reason="Enough.")

        [offered] = await actions.of_orders(SYSTEM, [order])
        await assert_true(offered, ORDERS, order)

    async def test_are_only_what_the_actor_may_do_at_all(self, shop, picker):
        order = await shop.order("placed")

        assert await actions.of_orders(picker, [order]) == [[]]
        assert await actions.of_orders(GUEST, [order]) == [[]]

    async def test_are_each_orders_own(self, shop, clerk):
        rows = [await shop.order(stage) for stage in ("draft", "placed")]

        enabled = [
            {action.name for action in offered if action.enabled}
            for offered in await actions.of_orders(clerk, rows)
        ]
        assert enabled[0] >= {"orderPlace", "orderCancel"}
        assert enabled[1] == {
            *("orderUpdate", "orderLineAdd", "orderLineCancel", "orderDiscountAdd", "orderMerge"),
            *("orderConfirm", "orderHold", "orderCancel"),
            *("paymentAuthorize", "paymentTake"),
        }


class TestOfArrivals:
    async def test_are_true_until_it_has_come_or_was_called_off(self, shop):
        here = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        come, gone, awaited = [await shop.expect(shop.mug, 5) for _ in range(3)]
        await stock.receive(SYSTEM, **here, quantity=5, arrival_id=come.id)
        await arrivals.cancel(SYSTEM, gone.id, reason="Sold out.")
        await stock.receive(SYSTEM, **here, quantity=1, arrival_id=awaited.id)

        rows = await Arrival.all().order_by("id")
        for offered, row in zip(await actions.of_arrivals(SYSTEM, rows), rows, strict=True):
            await assert_true(offered, ARRIVALS, row)


class TestOfFulfillments:
    async def test_are_true_when_the_order_is_held(self, shop):
        work = await shop.fulfillment("confirmed")
        await holds.hold(SYSTEM, work.order_id, kind=HoldKind.PAYMENT, reason="Unpaid.")

        [offered] = await actions.of_fulfillments(SYSTEM, [work])
        await assert_true(offered, FULFILLMENTS, work)

    async def test_are_true_when_a_part_is_in_a_parcel(self, shop):
        work = await shop.fulfillment("packed", mug=3)
        line = await fulfillments.FulfillmentLine.get(fulfillment_id=work.id)
        await shipments.create(SYSTEM, work.id, carrier="DHL", contents={line.id: 1})

        [offered] = await actions.of_fulfillments(SYSTEM, [work])
        await assert_true(offered, FULFILLMENTS, work)


class TestOfWaves:
    async def test_are_true_at_every_stage(self, shop):
        wave = await wave_of(await shop.fulfillment("released", mug=2))
        for step in (waves.start, waves.cancel, None):
            [offered] = await actions.of_waves(SYSTEM, [await Wave.get()])
            await assert_true(offered, WAVES, wave)
            if step is not None:
                await step(SYSTEM, wave.id)


class TestOfPackages:
    async def test_are_true_at_every_stage(self, shop):
        empty = await box_for(await shop.fulfillment("picked"))
        for box in (empty, await boxed(shop), await packed(shop)):
            [offered] = await actions.of_packages(SYSTEM, [box])
            await assert_true(offered, PACKAGES, box)


class TestOfPayments:
    async def test_are_true_whatever_became_of_it(self, shop):
        order = await shop.order("placed", mug=2)
        said = Said(outcome=PaymentEventState.REQUESTED)
        payment = await payments.authorize(SYSTEM, order.id, said=said)
        asked = await PaymentEvent.get(payment_id=payment.id)
        declined = Said(outcome=PaymentEventState.FAILED)
        for act in (
            lambda: payments.record_outcome(SYSTEM, payment.id, event_id=asked.id),
            lambda: payments.capture(SYSTEM, payment.id, said=declined),
            lambda: payments.capture(SYSTEM, payment.id),
            lambda: chargebacks.record(SYSTEM, payment.id),
            lambda: chargebacks.reverse(SYSTEM, payment.id),
            lambda: payments.refund(SYSTEM, payment.id),
            lambda: None,
        ):
            [offered] = await actions.of_payments(SYSTEM, [payment])
            await assert_true(offered, PAYMENTS, payment)

            if (doing := act()) is not None:
                await doing


class TestOfStockAlerts:
    async def test_are_true_until_it_is_resolved(self, shop):
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        await stock.set_reorder_point(SYSTEM, **at, reorder_point=10)
        alert = await StockAlert.get()
        for act in (
            lambda: alerts.acknowledge(SYSTEM, alert.id),
            lambda: stock.receive(SYSTEM, **at, quantity=9),
            lambda: None,
        ):
            [offered] = await actions.of_stock_alerts(SYSTEM, [await StockAlert.get()])
            await assert_true(offered, ALERTS, alert)

            if (doing := act()) is not None:
                await doing

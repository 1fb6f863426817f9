"""What is offered can be done, and what is not cannot, each for the reasons given."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from models import (
    Arrival,
    CaseStatus,
    Claim,
    Disposition,
    Fulfillment,
    FulfillmentLine,
    HoldKind,
    LandedCostKind,
    Lot,
    Order,
    OrderLine,
    Package,
    Payment,
    PaymentEvent,
    PaymentEventState,
    Proposal,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    Reservation,
    Return,
    ReturnCondition,
    ReturnUnit,
    ServiceCase,
    Settlement,
    Shipment,
    ShipmentStatus,
    StockAlert,
    Supplier,
    SupplierClaim,
    Survey,
    Transfer,
    TransferLine,
    Variant,
    Wave,
)
from models.errors import Problem, Refused
from models.rows import Row
from services import (
    actions,
    alert_answers,
    alerts,
    arrivals,
    backorders,
    case_actions,
    case_escalations,
    case_messages,
    case_steps,
    cases,
    chargebacks,
    claim_actions,
    claim_recoveries,
    claim_remedies,
    claims,
    completion,
    discounts,
    fraud_reviews,
    fulfillments,
    holds,
    inspections,
    invoices,
    landed_costs,
    merges,
    order_lines,
    orders,
    packages,
    payments,
    proposals,
    purchase_actions,
    purchase_approvals,
    purchase_dispatches,
    purchase_lines,
    purchase_orders,
    purchase_talks,
    recalls,
    receipt_actions,
    receipts,
    replenishment,
    reservation_terms,
    return_actions,
    return_inspections,
    return_receiving,
    returns,
    scans,
    shipments,
    splits,
    stock,
    stock_settings,
    supplier_claims,
    surveys,
    transfer_steps,
    transfers,
    waves,
)
from services.actors import GUEST, SYSTEM
from services.clock import now
from services.commit import rehearsal
from services.goods import LineDraft
from services.inspections import Verdict
from services.mispicks import Scan
from services.orders import Draft
from services.payment_inputs import Said
from services.purchase_lines import PurchaseLineDraft
from services.purchase_talks import Wish
from services.return_inspections import Finding
from services.return_receiving import Seen, Unexpected
from services.transfers import TransferLineDraft
from tests import desk, inbound, remedies, returning
from tests.buying import supplier_of
from tests.cast import HOME, STAGES, one_database, work_on
from tests.planning import policy_of, proposal_in
from tests.purchases import STEPS, bought, receive
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
    "returnRequest": lambda row: send_back(row),
    "orderClose": lambda row: completion.close(SYSTEM, row.id),
}
RETURNS: dict[str, Callable[[Return], Awaitable[Any]]] = {
    "returnApprove": lambda row: returns.approve(SYSTEM, row.id),
    "returnDecline": lambda row: returns.decline(SYSTEM, row.id, reason="Worn."),
    "returnCancel": lambda row: returns.cancel(SYSTEM, row.id),
    "returnSend": lambda row: returns.send(SYSTEM, row.id),
    "returnReceiveScan": lambda row: scan_back(row),
    "returnReceiveComplete": lambda row: return_receiving.complete(SYSTEM, row.id, reason="Lost."),
    "returnInspect": lambda row: inspect_back(row),
    "returnRevise": lambda row: revise_back(row),
    "returnResolve": lambda row: returns.resolve(SYSTEM, row.id),
    "returnClose": lambda row: returns.close(SYSTEM, row.id),
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
PURCHASES: dict[str, Callable[[PurchaseOrder], Awaitable[Any]]] = {
    "purchaseOrderUpdate": lambda row: purchase_orders.update(SYSTEM, row.id, {"note": "Soon."}),
    "purchaseOrderLineAdd": lambda row: ask_for_a_shirt(row),
    "purchaseOrderSubmit": lambda row: purchase_approvals.submit(SYSTEM, row.id),
    "purchaseOrderApprove": lambda row: purchase_approvals.approve(SYSTEM, row.id),
    "purchaseOrderReject": lambda row: purchase_approvals.reject(SYSTEM, row.id, reason="No."),
    "purchaseOrderSend": lambda row: purchase_talks.send(SYSTEM, row.id),
    "purchaseOrderTell": lambda row: purchase_dispatches.tell_again(SYSTEM, row.id),
    "purchaseOrderAcknowledge": lambda row: purchase_talks.acknowledge(SYSTEM, row.id, at=LATER),
    "purchaseOrderChange": lambda row: ask_for_more(row),
    "purchaseOrderLandedCostAdd": lambda row: landed_costs.add(
        SYSTEM, row.id, kind=LandedCostKind.FREIGHT, amount=Decimal(4)
    ),
    "purchaseOrderClose": lambda row: purchase_orders.close(SYSTEM, row.id, reason="Enough."),
    "purchaseOrderCancel": lambda row: purchase_orders.cancel(SYSTEM, row.id, reason="Enough."),
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
    "stockAlertSnooze": lambda row: alerts.snooze(SYSTEM, row.id, until=now() + timedelta(days=1)),
    "stockAlertAccept": lambda row: alert_answers.accept(SYSTEM, row.id),
}

PROPOSALS: dict[str, Callable[[Proposal], Awaitable[Any]]] = {
    "proposalAccept": lambda row: proposals.accept(SYSTEM, row.id),
    "proposalDismiss": lambda row: proposals.dismiss(SYSTEM, row.id, reason="Enough."),
}


GLASS = {"reason": "Glass in it."}
LOTS: dict[str, Callable[[Lot], Awaitable[Any]]] = {
    "lotRecall": lambda row: recalls.start(SYSTEM, row.id, **GLASS),
    "lotRecallEnd": lambda row: recalls.end(SYSTEM, row.id),
}
TRANSFERS: dict[str, Callable[[Transfer], Awaitable[Any]]] = {
    "transferUpdate": lambda row: transfers.update(SYSTEM, row.id, {"note": "By sea."}),
    "transferLineAdd": lambda row: add_to(row),
    "transferLineUpdate": lambda row: change_of(row),
    "transferLineRemove": lambda row: remove_of(row),
    "transferAllocate": lambda row: transfer_steps.allocate(SYSTEM, row.id),
    "transferSend": lambda row: transfer_steps.send(SYSTEM, row.id),
    "transferReceive": lambda row: transfer_steps.receive(SYSTEM, row.id),
    "transferClose": lambda row: transfer_steps.close(SYSTEM, row.id, reason="Stolen."),
    "transferCancel": lambda row: transfers.cancel(SYSTEM, row.id, reason="Not needed."),
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


async def send_back(order: Order) -> None:
    lines = await returning.drafts(order, 1)
    await returns.request(SYSTEM, order.id, lines=lines)


async def scan_back(row: Return) -> None:
    [line] = await returns.lines_of(row)
    variant = await Variant.get(id=line.variant_id)
    seen = Seen(code=variant.sku, unexpected=Unexpected.ACCEPT)
    await return_receiving.scan(SYSTEM, row.id, seen)


async def inspect_back(row: Return) -> None:
    unit = await ReturnUnit.filter(returned_id=row.id, disposition=None).first()
    finding = Finding(units=1, condition=ReturnCondition.NEW, disposition=Disposition.QUARANTINE)
    unit_id = unit.id if unit else 0
    await return_inspections.inspect(SYSTEM, row.id, unit_id, findings=[finding])


async def revise_back(row: Return) -> None:
    unit = await ReturnUnit.filter(returned_id=row.id, disposition__not_isnull=True).first()
    await return_inspections.revise(
        SYSTEM, row.id, unit.id if unit else 0, disposition=Disposition.WRITE_OFF
    )


@one_database
async def test_of_a_return_are_true_at_every_step(shop):
    rows = [await returning.returned(shop, "requested", mug=1, back=1)]
    for n, step in enumerate(returning.STEPS[1:]):
        await shop.receive(shop.mug, shop.north, n + 1)
        rows.append(await returning.returned(shop, step, mug=1, back=1))
    for offered, row in zip(await return_actions.of_returns(SYSTEM, rows), rows, strict=True):
        await assert_true(offered, RETURNS, row)


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


RECEIPTS: dict[str, Callable[[Receipt], Awaitable[Any]]] = {
    "receiptScan": lambda row: scan_of(row),
    "receiptComplete": lambda row: receipts.complete(SYSTEM, row.id),
    "receiptInspect": lambda row: inspect_of(row),
    "receiptCancel": lambda row: receipts.cancel(SYSTEM, row.id, reason="In error."),
}
CLAIMS: dict[str, Callable[[SupplierClaim], Awaitable[Any]]] = {
    "supplierClaimUpdate": lambda row: supplier_claims.update(SYSTEM, row.id, {"units": 1}),
    "supplierClaimSend": lambda row: supplier_claims.send(SYSTEM, row.id),
    "supplierClaimSettle": lambda row: supplier_claims.settle(
        SYSTEM, row.id, settlement=Settlement.REPLACEMENT
    ),
    "supplierClaimDrop": lambda row: supplier_claims.drop(SYSTEM, row.id, reason="Found it."),
}


CUSTOMER_CLAIMS: dict[str, Callable[[Claim], Awaitable[Any]]] = {
    "claimApprove": lambda row: claims.approve(SYSTEM, row.id),
    "claimDecline": lambda row: claims.decline(SYSTEM, row.id, reason="It was signed for."),
    "claimReplace": lambda row: claim_remedies.replace(SYSTEM, row.id),
    "claimRefund": lambda row: claim_remedies.refund(SYSTEM, row.id),
    "claimRecoveryRequest": lambda row: claim_recoveries.request(
        SYSTEM, row.id, amount=(Decimal(1), "EUR")
    ),
    "claimRecoverySettle": lambda row: claim_recoveries.settle(SYSTEM, row.id),
    "claimRecoveryRefuse": lambda row: claim_recoveries.refuse(SYSTEM, row.id),
}


async def scan_of(row: Receipt) -> None:
    line = await ReceiptLine.filter(receipt_id=row.id).first()
    variant = await Variant.get(id=line.variant_id if line else 0)
    await inbound.scan(row, variant.sku)


async def inspect_of(row: Receipt) -> None:
    line = await ReceiptLine.filter(receipt_id=row.id).order_by("-inspecting").first()
    assert line is not None
    await inspections.inspect(SYSTEM, row.id, line_id=line.id, quantity=1, verdict=Verdict.DAMAGED)


@one_database
async def test_of_a_claim_are_true_from_beginning_to_end(shop):
    row = await remedies.claim(shop)
    for name in ("claimApprove", "claimRecoveryRequest", "claimRecoveryRefuse", "claimRefund", ""):
        row = await Claim.get(id=row.id)
        [offered] = await claim_actions.of_claims(SYSTEM, [row])
        await assert_true(offered, CUSTOMER_CLAIMS, row)
        if name:
            await CUSTOMER_CLAIMS[name](row)


class TestOfReceipts:
    async def test_are_true_from_beginning_to_end(self, shop):
        row = await inbound.receipt(shop)
        for step in (
            lambda: Supplier.filter(id=row.supplier_id).update(inspect=True),
            lambda: inbound.scan(row, shop.mug.sku, 3),
            lambda: receipts.complete(SYSTEM, row.id),
            None,
        ):
            [offered] = await receipt_actions.of_receipts(SYSTEM, [await Receipt.get()])
            await assert_true(offered, RECEIPTS, row)
            if step is not None:
                await step()

    async def test_are_true_of_claims(self, shop):
        row = await inbound.claim(shop)
        for step in (supplier_claims.send, partial(supplier_claims.drop, reason="Found."), None):
            row = await SupplierClaim.get(id=row.id)
            [offered] = await receipt_actions.of_supplier_claims(SYSTEM, [row])
            await assert_true(offered, CLAIMS, row)
            if step is not None:
                await step(SYSTEM, row.id)


CASES: dict[str, Callable[[ServiceCase], Awaitable[Any]]] = {
    "serviceCaseUpdate": lambda row: cases.update(SYSTEM, row.id, {"team": "parcels"}),
    "serviceCaseAssign": lambda row: cases.assign(SYSTEM, row.id),
    "serviceCaseStart": lambda row: case_steps.start(SYSTEM, row.id),
    "serviceCaseWait": lambda row: case_steps.wait(
        SYSTEM, row.id, waiting=CaseStatus.WAITING_CUSTOMER
    ),
    "serviceCaseResume": lambda row: case_steps.resume(SYSTEM, row.id),
    "serviceCaseReply": lambda row: case_messages.reply(SYSTEM, row.id, body="Soon."),
    "serviceCaseNote": lambda row: case_messages.note(SYSTEM, row.id, body="Nasty."),
    "serviceCaseEscalate": lambda row: case_escalations.escalate(SYSTEM, row.id),
    "serviceCaseResolve": lambda row: case_steps.resolve(SYSTEM, row.id, resolution="Done."),
    "serviceCaseClose": lambda row: case_steps.close(SYSTEM, row.id),
    "serviceCaseReopen": lambda row: case_steps.reopen(SYSTEM, row.id),
}
SURVEYS: dict[str, Callable[[Survey], Awaitable[Any]]] = {
    "surveyAnswer": lambda row: surveys.answer(SYSTEM, survey_id=row.id, scores={"score": 5}),
}


class TestOfCases:
    async def test_are_true_at_every_stage(self, shop):
        for stage in desk.STAGES:
            row = await desk.case(shop, stage)
            [offered] = await case_actions.of_cases(SYSTEM, [row])
            await assert_true(offered, CASES, row)

    async def test_are_true_of_surveys(self, shop):
        row = await desk.survey(shop)
        [offered] = await case_actions.of_surveys(SYSTEM, [row])
        await assert_true(offered, SURVEYS, row)

        row = await surveys.answer(SYSTEM, survey_id=row.id, scores={"score": 5})
        [offered] = await case_actions.of_surveys(SYSTEM, [row])
        await assert_true(offered, SURVEYS, row)


async def add_to(row: Transfer) -> None:
    variant = await Variant.all().first()
    assert variant is not None
    draft = TransferLineDraft(variant_id=variant.id, quantity=1)
    await transfers.add_line(SYSTEM, row.id, draft)


async def change_of(row: Transfer) -> None:
    line = await TransferLine.filter(transfer_id=row.id).first()
    await transfers.update_line(SYSTEM, row.id, line_id=line.id if line else 0, quantity=1)


async def remove_of(row: Transfer) -> None:
    line = await TransferLine.filter(transfer_id=row.id).first()
    await transfers.remove_line(SYSTEM, row.id, line_id=line.id if line else 0)


class TestOfTransfers:
    async def test_are_true_at_every_stage(self, shop):
        for stage in inbound.STAGES:
            row = await inbound.transfer(shop, stage, mug=2)
            [offered] = await actions.of_transfers(SYSTEM, [row])
            await assert_true(offered, TRANSFERS, row)
        row = await transfers.cancel(
            SYSTEM, (await inbound.transfer(shop, "allocated", mug=1)).id, reason="Not needed."
        )
        [offered] = await actions.of_transfers(SYSTEM, [row])
        await assert_true(offered, TRANSFERS, row)

    async def test_tell_that_there_is_nothing_to_set_aside(self, shop):
        [offered] = await actions.of_transfers(SYSTEM, [await inbound.transfer(shop)])
        assert {each.name for each in offered if not each.enabled} >= {"transferAllocate"}


async def bought_and_come(shop) -> PurchaseOrder:
    return await receive(await bought(shop), shop.mug, 10)


async def ask_for_a_shirt(row: PurchaseOrder) -> Any:
    shirt = await Variant.filter(sku__startswith="SHIRT").order_by("-id").first()
    assert shirt is not None
    shirts = PurchaseLineDraft(variant_id=shirt.id, quantity=1, price=Decimal(8))
    return await purchase_lines.add(SYSTEM, row.id, shirts)


async def ask_for_more(row: PurchaseOrder) -> Any:
    line = await PurchaseOrderLine.filter(purchase_order_id=row.id).first()
    wishes = [Wish(line_id=line.id, units=20)] if line is not None else []
    return await purchase_talks.change(SYSTEM, row.id, wishes=wishes, reason="More.")


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


class TestOfLots:
    async def test_are_true_before_while_and_after_it_is_called_back(self, shop):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.north, 5, "L-1")
        for verb in (None, recalls.start, recalls.end):
            if verb is not None:
                lot = await verb(SYSTEM, lot.id, **GLASS if verb is recalls.start else {})

            [offered] = await actions.of_lots(SYSTEM, [lot])
            await assert_true(offered, LOTS, lot)

    async def test_do_not_let_leave_what_was_called_back(self, shop):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.north, 5, "L-1")
        work = await shop.work_of(tea, 1, "parcelled")
        await recalls.start(SYSTEM, lot.id, **GLASS)

        [offered] = await actions.of_fulfillments(SYSTEM, [work])

        assert not next(each for each in offered if each.name == "fulfillmentHandOver").enabled


class TestOfPurchaseOrders:
    async def test_are_true_at_every_step_of_its_life(self, shop):
        lives = [await bought(shop, step, at=LATER) for step in STEPS]
        come, partly = [await bought(shop) for _ in range(2)]
        lives += [await receive(come, shop.mug, 10), await receive(partly, shop.mug, 4)]
        lives.append(await purchase_orders.close(SYSTEM, (await bought_and_come(shop)).id))
        lives.append(await purchase_orders.cancel(SYSTEM, (await bought(shop)).id, reason="No."))
        supplier = await supplier_of(shop)
        lives.append(await purchase_orders.draft(SYSTEM, supplier.id, shop.north.id, []))

        rows = [await PurchaseOrder.get(id=row.id) for row in lives]
        offers = await purchase_actions.of_purchase_orders(SYSTEM, rows)
        for offered, row in zip(offers, rows, strict=True):
            await assert_true(offered, PURCHASES, row)


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
        settings = {"reorder_point": 10, "target": 30}
        await stock_settings.set_level(SYSTEM, **at, settings=settings)
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


class TestOfProposals:
    async def test_are_true_whatever_was_decided(self, shop):
        policy = await policy_of(shop, variant=shop.shirt)
        await replenishment.evaluate(policy.id)
        nobodys, bought = await Proposal.get(), await proposal_in(shop)
        for act in (
            lambda: proposals.accept(SYSTEM, bought.id),
            lambda: proposals.dismiss(SYSTEM, nobodys.id, reason="Enough."),
            lambda: None,
        ):
            for row in await Proposal.all():
                [offered] = await actions.of_proposals(SYSTEM, [row])
                await assert_true(offered, PROPOSALS, row)

            if (doing := act()) is not None:
                await doing

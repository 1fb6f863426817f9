"""What can be done with a record now, and what stands in the way of the rest.

Every answer comes from the same tables and reasons that the verbs themselves consult.
"""

from collections import defaultdict
from collections.abc import Sequence

from models import (
    Arrival,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Hold,
    Lot,
    Order,
    OrderException,
    OrderLine,
    OrderStatus,
    Package,
    PackageLine,
    Payment,
    PaymentEventKind,
    Proposal,
    Reservation,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    StockAlert,
    StockAlertStatus,
    Transfer,
    TransferLine,
    TransferStatus,
    Wave,
    WaveStatus,
)
from services import (
    alert_answers,
    alerts,
    arrivals,
    backorders,
    completion,
    discounts,
    exceptions,
    fraud_reviews,
    fulfillments,
    holds,
    invoices,
    lot_fitness,
    moves,
    order_lines,
    order_units,
    orders,
    packages,
    proposals,
    recalls,
    reservation_terms,
    return_actions,
    return_eligibility,
    shipments,
    splits,
    transfer_steps,
    transfers,
    waves,
)
from services.actors import Actor, Permission
from services.balances import sums_of
from services.offers import Action
from services.offers import action as _action
from services.offers import offered as _offered
from services.offers import step as _step
from services.payment_events import events_of, sums_of_orders
from services.payment_inputs import (
    reasons_not_to,
    reasons_not_to_answer,
    reasons_not_to_dispute,
    reasons_not_to_pay,
    reasons_not_to_retry,
)

_P = Permission


async def of_orders(actor: Actor, rows: Sequence[Order]) -> list[list[Action]]:
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for line in await OrderLine.filter(order_id__in=[row.id for row in rows]):
        lines[line.order_id].append(line)
    paid = await sums_of_orders(rows)
    free = await order_units.free_units(rows, lines)
    held: dict[int, list[Hold]] = defaultdict(list)
    for hold in await Hold.filter(order_id__in=[row.id for row in rows], released_at=None):
        held[hold.order_id].append(hold)
    may_invoice = actor.may(_P.INVOICES_ISSUE)
    standings = await invoices.standings(rows if may_invoice else [])
    may_return = await return_eligibility.of_orders(actor, rows)
    unsettled = await completion.unsettled_of(rows)
    return [
        _offered(
            actor,
            _action("orderUpdate", _P.ORDERS_ENTER, orders.reasons_not_to_edit(row)),
            _action("orderLineAdd", _P.ORDERS_ENTER, orders.reasons_not_to_edit(row)),
            _action(
                "orderLineCancel",
                _P.ORDERS_CANCEL,
                order_lines.reasons_not_to_cancel_any(row, lines[row.id], free[row.id]),
            ),
            _action("orderPlace", _P.ORDERS_ENTER, orders.reasons_not_to_place(row, lines[row.id])),
            _action("orderDiscountAdd", _P.ORDERS_DISCOUNT, discounts.reasons_not_to_discount(row)),
            _action(
                "invoiceIssue",
                _P.INVOICES_ISSUE,
                invoices.reasons_not_to_issue(row, standings.get(row.id, invoices.Standing())),
            ),
            _action("orderConfirm", _P.ORDERS_CONFIRM, _step(row, OrderStatus.CONFIRMED)),
            _action(
                "orderSplit",
                _P.ORDERS_CONFIRM,
                splits.reasons_not_to_split(row, lines[row.id], free[row.id], held[row.id]),
            ),
            _action("orderMerge", _P.ORDERS_CONFIRM, moves.reasons_not_to_move(row, held[row.id])),
            _action("orderFraudAccept", _P.FRAUD_REVIEW, fraud_reviews.reasons_not_to_decide(row)),
            _action("orderHold", _P.ORDERS_CONFIRM, holds.reasons_not_to_hold(row)),
            _action("paymentAuthorize", _P.PAYMENTS_TAKE, reasons_not_to_pay(row, paid[row.id])),
            _action("paymentTake", _P.PAYMENTS_TAKE, reasons_not_to_pay(row, paid[row.id])),
            _action(
                "orderReserve",
                _P.RESERVATIONS_WRITE,
                backorders.reasons_not_to_reserve(row, lines[row.id]),
            ),
            _action(
                "orderCancel", _P.ORDERS_CANCEL, orders.reasons_not_to_cancel(row, lines[row.id])
            ),
            *return_actions.of_order(row, returnable, unsettled[row.id]),
        )
        for row, returnable in zip(rows, may_return, strict=True)
    ]


async def of_fulfillments(actor: Actor, rows: Sequence[Fulfillment]) -> list[list[Action]]:
    order_of = await Order.in_bulk([row.order_id for row in rows], "id")
    active: dict[int, list[Hold]] = defaultdict(list)
    for hold in await Hold.filter(order_id__in=list(order_of), released_at=None):
        active[hold.order_id].append(hold)
    work, boxed = await _contents(rows)
    lots = await lot_fitness.of_fulfillments(rows)
    status, release, do = FulfillmentStatus, _P.FULFILLMENTS_RELEASE, _P.FULFILLMENTS_WORK
    return [
        _offered(
            actor,
            _action(
                "fulfillmentRelease",
                release,
                fulfillments.reasons_not_to_release(
                    order_of[row.order_id], row, active[row.order_id]
                ),
            ),
            _action("fulfillmentPickStart", do, fulfillments.reasons_not_to_start_picking(row)),
            _action("fulfillmentPickScan", do, _step(row, status.PICKED)),
            _action("fulfillmentPickComplete", do, _step(row, status.PICKED)),
            _action("fulfillmentPackStart", do, _step(row, status.PACKING)),
            _action("packageCreate", do, packages.reasons_not_to_pack(row)),
            _action("fulfillmentPackScan", do, packages.reasons_not_to_pack(row)),
            _action(
                "fulfillmentPackComplete", do, packages.reasons_not_to_complete(row, work[row.id])
            ),
            _action(
                "shipmentCreate",
                do,
                shipments.reasons_not_to_create(
                    row, fulfillments.loose_units(work[row.id], boxed[row.id])
                ),
            ),
            _action(
                "fulfillmentHandOver",
                do,
                [
                    *fulfillments.reasons_not_to_hand_over(row, work[row.id], boxed[row.id]),
                    *lot_fitness.reasons_not_to_send(lots[row.id]),
                ],
            ),
            _action("fulfillmentCancel", release, _step(row, status.CANCELLED)),
        )
        for row in rows
    ]


async def of_waves(actor: Actor, rows: Sequence[Wave]) -> list[list[Action]]:
    release, do = _P.FULFILLMENTS_RELEASE, _P.FULFILLMENTS_WORK
    return [
        _offered(
            actor,
            _action("waveStart", do, _step(row, WaveStatus.PICKING)),
            _action("wavePickScan", do, waves.reasons_not_to_scan(row)),
            _action("waveFulfillmentRemove", release, waves.reasons_not_to_change(row)),
            _action("waveCancel", release, _step(row, WaveStatus.CANCELLED)),
        )
        for row in rows
    ]


async def of_packages(actor: Actor, rows: Sequence[Package]) -> list[list[Action]]:
    contents: dict[int, list[PackageLine]] = defaultdict(list)
    for line in await PackageLine.filter(package_id__in=[row.id for row in rows]):
        contents[line.package_id].append(line)
    return [
        _offered(
            actor,
            _action(
                "packageClose",
                _P.FULFILLMENTS_WORK,
                packages.reasons_not_to_close(row, contents[row.id]),
            ),
        )
        for row in rows
    ]


async def of_shipments(actor: Actor, rows: Sequence[Shipment]) -> list[list[Action]]:
    delivered = ShipmentStatus.DELIVERED
    return [
        _offered(
            actor,
            _action("shipmentLabel", _P.FULFILLMENTS_WORK, _step(row, ShipmentStatus.LABELLED)),
            _action(
                "shipmentEventRecord",
                _P.FULFILLMENTS_WORK,
                shipments.reasons_not_to_record(row, delivered),
            ),
        )
        for row in rows
    ]


async def of_reservations(actor: Actor, rows: Sequence[Reservation]) -> list[list[Action]]:
    work, write = await reservation_terms.work_on(rows), _P.RESERVATIONS_WRITE
    return [
        _offered(
            actor,
            _action("reservationExtend", write, reservation_terms.reasons_not_to_extend(row)),
            _action(
                "reservationRelease",
                write,
                reservation_terms.reasons_not_to_release(row, work.get(row.id)),
            ),
        )
        for row in rows
    ]


async def of_payments(actor: Actor, rows: Sequence[Payment]) -> list[list[Action]]:
    kind, take, back = PaymentEventKind, _P.PAYMENTS_TAKE, _P.PAYMENTS_REFUND
    order_of = await Order.in_bulk({row.order_id for row in rows}, "id")
    total = await sums_of_orders(list(order_of.values()))
    events = await events_of(rows)
    sums = {row.id: sums_of(events[row.id]) for row in rows}
    return [
        _offered(
            actor,
            _action("paymentCapture", take, reasons_not_to(kind.CAPTURE, sums[row.id])),
            _action("paymentVoid", take, reasons_not_to(kind.VOID, sums[row.id])),
            _action("paymentRefund", back, reasons_not_to(kind.REFUND, sums[row.id])),
            _action(
                "paymentRetry",
                take,
                reasons_not_to_retry(order_of[row.order_id], total[row.order_id], events[row.id]),
            ),
            _action("paymentOutcomeRecord", take, reasons_not_to_answer(row, events[row.id])),
            _action(
                "paymentChargeback",
                back,
                reasons_not_to_dispute(row, kind.CHARGEBACK, sums[row.id]),
            ),
            _action(
                "paymentChargebackReverse",
                back,
                reasons_not_to_dispute(row, kind.CHARGEBACK_REVERSAL, sums[row.id]),
            ),
        )
        for row in rows
    ]


async def of_arrivals(actor: Actor, rows: Sequence[Arrival]) -> list[list[Action]]:
    return [
        _offered(
            actor,
            _action("arrivalUpdate", _P.STOCK_EXPECT, arrivals.reasons_not_to_update(row)),
            _action("arrivalCancel", _P.STOCK_EXPECT, arrivals.reasons_not_to_cancel(row)),
        )
        for row in rows
    ]


async def of_transfers(actor: Actor, rows: Sequence[Transfer]) -> list[list[Action]]:
    write, status = _P.TRANSFERS_WRITE, TransferStatus
    lines: dict[int, list[TransferLine]] = defaultdict(list)
    for line in await TransferLine.filter(transfer_id__in=[row.id for row in rows]):
        lines[line.transfer_id].append(line)
    return [
        _offered(
            actor,
            _action("transferUpdate", write, transfers.reasons_not_to_update(row)),
            _action("transferLineAdd", write, transfers.reasons_not_to_edit(row)),
            _action("transferLineUpdate", write, transfers.reasons_not_to_edit(row)),
            _action("transferLineRemove", write, transfers.reasons_not_to_edit(row)),
            _action(
                "transferAllocate",
                write,
                transfer_steps.reasons_not_to_allocate(row, lines[row.id]),
            ),
            _action("transferSend", write, _step(row, status.IN_TRANSIT)),
            _action(
                "transferReceive", _P.STOCK_RECEIVE, transfer_steps.reasons_not_to_receive(row)
            ),
            _action("transferClose", write, transfer_steps.reasons_not_to_receive(row)),
            _action("transferCancel", write, _step(row, status.CANCELLED)),
        )
        for row in rows
    ]


async def of_stock_alerts(actor: Actor, rows: Sequence[StockAlert]) -> list[list[Action]]:
    return [
        _offered(
            actor,
            _action(
                "stockAlertAcknowledge", _P.STOCK_PLAN, _step(row, StockAlertStatus.ACKNOWLEDGED)
            ),
            _action("stockAlertSnooze", _P.STOCK_PLAN, alerts.reasons_not_to_answer(row)),
            _action("stockAlertAccept", _P.STOCK_PLAN, alert_answers.reasons_not_to_accept(row)),
        )
        for row in rows
    ]


async def of_proposals(actor: Actor, rows: Sequence[Proposal]) -> list[list[Action]]:
    buy = _P.PURCHASES_WRITE
    return [
        _offered(
            actor,
            _action("proposalAccept", buy, proposals.reasons_not_to_accept(row)),
            _action("proposalDismiss", buy, proposals.reasons_not_to_dismiss(row)),
        )
        for row in rows
    ]


async def of_lots(actor: Actor, rows: Sequence[Lot]) -> list[list[Action]]:
    return [
        _offered(
            actor,
            _action("lotRecall", _P.LOTS_RECALL, recalls.reasons_not_to_recall(row)),
            _action("lotRecallEnd", _P.LOTS_RECALL, recalls.reasons_not_to_end(row)),
        )
        for row in rows
    ]


async def of_exceptions(actor: Actor, rows: Sequence[OrderException]) -> list[list[Action]]:
    held: dict[int, list[Hold]] = defaultdict(list)
    for hold in await Hold.filter(order_id__in={row.order_id for row in rows}, released_at=None):
        held[hold.order_id].append(hold)
    return [
        _offered(
            actor,
            _action("exceptionAssign", _P.EXCEPTIONS_WORK, exceptions.reasons_not_to_work_on(row)),
            _action(
                "exceptionResolve",
                _P.EXCEPTIONS_WORK,
                exceptions.reasons_not_to_settle(row, held[row.order_id]),
            ),
        )
        for row in rows
    ]


async def _contents(
    rows: Sequence[Fulfillment],
) -> tuple[dict[int, list[FulfillmentLine]], dict[int, list[ShipmentLine]]]:
    work: dict[int, list[FulfillmentLine]] = defaultdict(list)
    for line in await FulfillmentLine.filter(fulfillment_id__in=[row.id for row in rows]):
        work[line.fulfillment_id].append(line)
    home = {line.id: line.fulfillment_id for lines in work.values() for line in lines}
    boxed: dict[int, list[ShipmentLine]] = defaultdict(list)
    for parcel_line in await ShipmentLine.filter(
        fulfillment_line_id__in=list(home), shipment__status__not=ShipmentStatus.VOIDED
    ):
        boxed[home[parcel_line.fulfillment_line_id]].append(parcel_line)
    return work, boxed

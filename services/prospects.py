"""The prospects of orders: what their delay risk is made of, looked at when it is time to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

from tortoise.functions import Max

from models import (
    Carrier,
    CarrierEvent,
    ExceptionKind,
    Fulfillment,
    FulfillmentStatus,
    Hold,
    HoldKind,
    Order,
    OrderLine,
    PurchaseOrder,
    Shipment,
    ShipmentStatus,
)
from models.statements import get, select
from services import delays, exceptions, policies, purchase_delays
from services.actors import SYSTEM, Actor, Permission
from services.clock import now
from services.commit import operation
from services.delays import STAGE_OF, STAGES, DelayRisk, Dwell, Dwells, Situation
from services.departures import PLACED
from services.promises import is_late

# Stages are as long as they were for so many fulfillments that were handed over last; of fewer
# than the least nothing is learned, and the usual hours count.
RECENT = 200
FEWEST = 8
USUAL: Dwells = {
    "release": Dwell(median=1, spread=1),
    "pick": Dwell(median=1, spread=1),
    "pack": Dwell(median=0.5, spread=0.5),
    "hand_over": Dwell(median=1, spread=1),
}
SILENCE_HOURS = 48
HERE = {ShipmentStatus.CREATED, ShipmentStatus.LABELLED}
DONE = {ShipmentStatus.DELIVERED, ShipmentStatus.VOIDED}
# When nothing is to be learned of an order any more.
GIVES_UP_AFTER = timedelta(days=30)


@dataclass(kw_only=True)
class Parts:
    """What there is of some orders, by their ids."""

    lines: dict[int, list[OrderLine]]
    holds: dict[int, list[Hold]]
    work: dict[int, list[Fulfillment]]
    parcels: dict[int, list[Shipment]]
    heard: dict[int, datetime]
    silence: dict[str, int]
    late_supply: dict[int, PurchaseOrder]


async def of_orders(actor: Actor, orders: Sequence[Order]) -> list[DelayRisk | None]:
    """How likely orders are late; None where nothing is promised or it is over, or for whoever
    does not see exceptions."""
    if not actor.may(Permission.EXCEPTIONS_READ):
        return [None] * len(orders)
    situations = await _situations(orders)
    dwells = await learned()
    return [delays.assess(each, dwells) if each is not None else None for each in situations]


async def due(at: datetime, limit: int) -> list[int]:
    """Orders that are to be looked at again, the longest due first."""
    return [
        order.id
        for order in await Order.filter(evaluate_at__lte=at)
        .order_by("evaluate_at", "id")
        .limit(limit)
        .only("id")
    ]


@operation
async def evaluate(order_id: int) -> None:
    """Look at an order: put it into the queue of exceptions where it is late, is going to be, or
    its carrier is silent, and take it out where it no longer is."""
    order = await get(Order, order_id, locked=True)
    moment = now()
    if order.evaluate_at is None or order.evaluate_at > moment:
        return
    [situation] = await _situations([order])
    if situation is not None:
        risk = delays.assess(situation, await learned())
        await _follow(order, situation, risk)
    order.evaluate_at = None if situation is None else _next_look(situation)
    # Nobody else's view of the order is outdated by this.
    await order.save(update_fields=["evaluate_at"])


async def learned() -> Dwells:
    """How long each stage takes, from the work that was handed over last."""
    rows = (
        await Fulfillment.filter(status=FulfillmentStatus.HANDED_OVER).order_by("-id").limit(RECENT)
    )
    hours: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        times = (row.created_at, row.released_at, row.picked_at, row.packed_at, row.handed_over_at)
        for stage, begun, ended in zip(STAGES, times, times[1:], strict=False):
            if begun is not None and ended is not None:
                hours[stage].append(max(0.0, (ended - begun).total_seconds() / 3600))
    return {stage: _dwell(hours[stage]) or USUAL[stage] for stage in STAGES}


def _dwell(hours: Sequence[float]) -> Dwell | None:
    if len(hours) < FEWEST:
        return None
    middle = median(hours)
    # Of a normal distribution five in six are below one standard deviation.
    high = quantiles(hours, n=6)[-1]
    return Dwell(median=middle, spread=max(high - middle, delays.LEAST_SPREAD))


async def _situations(orders: Sequence[Order]) -> list[Situation | None]:
    open_orders = [order for order in orders if order.status in PLACED and order.promised_at]
    parts = await _parts([order.id for order in open_orders])
    wanted = {order.id for order in open_orders}
    return [_situation(order, parts) if order.id in wanted else None for order in orders]


async def _parts(ids: Sequence[int]) -> Parts:
    parcels = await Shipment.filter(order_id__in=ids).exclude(status__in=HERE | DONE)
    reports: list[Any] = (
        await CarrierEvent.filter(shipment_id__in=[parcel.id for parcel in parcels])
        .group_by("shipment_id")
        .annotate(last=Max("occurred_at"))
        .values_list("shipment_id", "last")
    )
    carriers = await select(Carrier, code__in={parcel.carrier for parcel in parcels})
    work = await select(Fulfillment, order_id__in=ids, status__in=list(STAGE_OF))
    lines = await select(OrderLine, order_id__in=ids)
    return Parts(
        lines=_by_order(lines),
        holds=_by_order(await select(Hold, order_id__in=ids, released_at=None)),
        work=_by_order(work),
        parcels=_by_order(parcels),
        heard={parcel: _time(last) for parcel, last in reports},
        silence={carrier.code: carrier.silence_hours for carrier in carriers},
        late_supply=await purchase_delays.late_with(
            {line.variant_id for line in lines if line.backordered}
        ),
    )


def _situation(order: Order, parts: Parts) -> Situation:
    assert order.promised_at is not None
    moment, lines, work = now(), parts.lines[order.id], parts.work[order.id]
    reserved = sum(line.reserved for line in lines)
    return Situation(
        at=moment,
        promised_at=order.promised_at,
        dispatch_by=order.dispatch_by,
        has_unplanned=reserved > 0 and not work,
        holds=[
            delays.Held(
                number=hold.number,
                kind=hold.kind,
                is_payment=hold.kind is HoldKind.PAYMENT,
                due_at=hold.due_at,
            )
            for hold in parts.holds[order.id]
        ],
        work=[
            delays.Work(number=each.number, status=each.status, since=_since(each)) for each in work
        ],
        waiting=[_waiting(line, parts, moment) for line in lines if line.backordered],
        parcels=[_way(parcel, parts) for parcel in parts.parcels[order.id]],
    )


def _waiting(line: OrderLine, parts: Parts, at: datetime) -> delays.Waiting:
    unknown = at + timedelta(days=policies.current().restock_days)
    expected_at = line.expected_at or unknown
    late = parts.late_supply.get(line.variant_id)
    return delays.Waiting(
        sku=line.sku,
        units=line.backordered,
        expected_at=expected_at,
        purchase="" if late is None else late.number,
        due_at=None if late is None else late.due_at,
    )


def _way(parcel: Shipment, parts: Parts) -> delays.Way:
    shipped_at = parcel.shipped_at or parcel.created_at
    return delays.Way(
        number=parcel.number,
        status=parcel.status,
        carrier=parcel.carrier,
        heard_at=max(shipped_at, parts.heard.get(parcel.id, shipped_at)),
        silence_hours=parts.silence.get(parcel.carrier, SILENCE_HOURS),
    )


def _since(work: Fulfillment) -> datetime:
    times = (work.packed_at, work.picked_at, work.released_at)
    return next((at for at in times if at is not None), work.created_at)


async def _follow(order: Order, situation: Situation, risk: DelayRisk) -> None:
    late = is_late(order, situation.at)
    silent = [
        parcel.number
        for parcel in situation.parcels
        if parcel.falls_silent_at <= situation.at and parcel.status not in delays.ASTRAY
    ]
    why = " ".join(dict.fromkeys(cause.reason.description for cause in risk.causes))
    reasons = {
        ExceptionKind.LATE: f"Promised until {situation.promised_at:%Y-%m-%d}. {why}"
        if late
        else None,
        ExceptionKind.DELAY_PREDICTED: f"Promised until {situation.promised_at:%Y-%m-%d}. {why}"
        if not late and risk.probability >= policies.current().delay_threshold
        else None,
        ExceptionKind.CARRIER_SILENT: f"Nothing was heard of {', '.join(silent)}."
        if silent
        else None,
    }
    over = [kind for kind, reason in reasons.items() if reason is None]
    await exceptions.resolve(SYSTEM, order, *over)
    for kind, reason in reasons.items():
        if reason is not None and not await exceptions.was_settled(order, kind, reason):
            await exceptions.open(SYSTEM, order, kind, reason=reason)


def _next_look(situation: Situation) -> datetime | None:
    """The next moment at which something can have changed by itself; at the latest, soon."""
    if situation.at > situation.promised_at + GIVES_UP_AFTER:
        return None
    moments = [situation.promised_at, *(each.falls_silent_at for each in situation.parcels)]
    if situation.dispatch_by is not None:
        moments.append(situation.dispatch_by)
    soon = situation.at + timedelta(minutes=policies.current().evaluation_minutes)
    # A second later it is past.
    return min([soon, *(at + timedelta(seconds=1) for at in moments if at >= situation.at)])


def _by_order(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def _time(value: datetime | str) -> datetime:
    # SQLite gives the greatest of some times as text.
    return datetime.fromisoformat(value) if isinstance(value, str) else value

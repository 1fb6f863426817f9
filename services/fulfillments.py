"""Fulfillments: plan, release, pick, pack, hand over, and give up work at a location."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from models import (
    ExceptionKind,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Hold,
    Order,
    OrderLine,
    OrderStatus,
    Reservation,
    ReservationStatus,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from models.errors import Blocked, Problem, refuse_any
from models.rows import store_all
from models.statements import get, select
from services import (
    bin_picks,
    exceptions,
    invoices,
    lot_fitness,
    packages,
    payments,
    reservations,
    scopes,
    short_picks,
    waves,
)
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.fulfillments import (
    FulfillmentCancelled,
    FulfillmentFact,
    FulfillmentHandedOver,
    FulfillmentPacked,
    FulfillmentPackStarted,
    FulfillmentPicked,
    FulfillmentPickStarted,
    FulfillmentPlanned,
    FulfillmentReleased,
)
from services.facts.orders import OrderStarted
from services.facts.shipments import ShipmentFact, ShipmentShipped, ShipmentVoided


@operation
async def release(actor: Actor, fulfillment_id: int) -> Fulfillment:
    """Hand planned work to its location. Refused while the order is on hold."""
    order, fulfillment = await scopes.take_part(actor, Fulfillment, fulfillment_id)
    holds = await select(Hold, order_id=order.id, released_at=None)
    refuse_any(reasons_not_to_release(order, fulfillment, holds))
    fulfillment.release(at=now())
    await fulfillment.store()
    if order.status is OrderStatus.CONFIRMED:
        order.start()
        await order.store()
        announce(actor, OrderStarted(order_id=order.id, customer_id=order.customer_id))

    _announce(actor, FulfillmentReleased, order, fulfillment)
    return fulfillment


@operation
async def pick_start(actor: Actor, fulfillment_id: int) -> Fulfillment:
    """Take released work; of two pickers who try, one gets it."""
    order, fulfillment = await scopes.take_part(actor, Fulfillment, fulfillment_id)
    refuse_any(reasons_not_to_start_picking(fulfillment))
    fulfillment.start_picking(by=actor.label)
    await fulfillment.store()

    _announce(actor, FulfillmentPickStarted, order, fulfillment)
    return fulfillment


@operation
async def pick_complete(
    actor: Actor, fulfillment_id: int, *, picked: Mapping[int, int] | None = None
) -> Fulfillment:
    """Say what was picked: units by fulfillment line; or None for what was scanned and, where
    nothing was, for everything asked for.

    Units that were not found are taken off the books there. Others are reserved for them,
    elsewhere where possible, and planned as a new fulfillment, or waited for.
    """
    order, fulfillment = await scopes.take_part(actor, Fulfillment, fulfillment_id)
    fulfillment.complete_picking(at=now())
    work, in_bins = await bin_picks.work_of(fulfillment.id)
    scanned = {each.id: each.picked for each in work}
    if picked is None and any(scanned.values()):
        picked = scanned
    missing = short_picks.count(work, picked)
    lines = await _lines_of(work)
    for each in work:
        lines[each.line_id].pick(each.picked - scanned[each.id])
    if in_bins:
        if missing:
            await bin_picks.lock([line.variant_id for line in lines.values()])
        units = {each.id: each.picked - scanned[each.id] for each in work}
        await bin_picks.take_out(actor, bin_picks.picked(order.id, in_bins, units))
    await store_all(work, "picked")
    await store_all(list(lines.values()), "reserved", "picked")
    await fulfillment.store()
    announce(
        actor,
        FulfillmentPicked(
            order_id=order.id,
            customer_id=order.customer_id,
            location_id=fulfillment.location_id,
            fulfillment_id=fulfillment.id,
            units_picked=sum(each.picked for each in work),
            units_missing=sum(missing.values()),
        ),
    )

    await waves.settle(actor, [fulfillment])
    if missing:
        reason = f"{sum(missing.values())} units of {fulfillment.number} were not found."
        await exceptions.open(actor, order, ExceptionKind.SHORT_PICK, reason=reason)
        loose = await short_picks.split_off(work, missing)
        wanted = [(lines[row.line_id], row.quantity) for row in loose]
        note = f"Not found when picking {fulfillment.number}."
        place = fulfillment.location_id
        await reservations.replace(actor, order, loose, wanted, avoid=place, note=note)
        await plan(actor, order)
    return fulfillment


@operation
async def pack_start(actor: Actor, fulfillment_id: int) -> Fulfillment:
    """Begin to put picked units into parcels."""
    order, fulfillment = await scopes.take_part(actor, Fulfillment, fulfillment_id)
    fulfillment.start_packing()
    await fulfillment.store()

    _announce(actor, FulfillmentPackStarted, order, fulfillment)
    return fulfillment


@operation
async def pack_complete(actor: Actor, fulfillment_id: int) -> Fulfillment:
    """Say that every picked unit is packed, and close the packages.

    Refused where some units were scanned into packages and others were not; where none were, all
    of them count as packed.
    """
    order, fulfillment = await scopes.take_part(actor, Fulfillment, fulfillment_id)
    work = await select(FulfillmentLine, fulfillment_id=fulfillment.id)
    refuse_any(packages.reasons_not_to_complete(fulfillment, work))
    fulfillment.complete_packing(at=now())
    await packages.finish(actor, order, fulfillment)
    lines = await _lines_of(work)
    for each in work:
        lines[each.line_id].pack(each.picked - each.packed)
        each.packed = each.picked
    await store_all(work, "packed")
    await store_all(list(lines.values()), "packed")
    await fulfillment.store()

    _announce(actor, FulfillmentPacked, order, fulfillment)
    return fulfillment


@operation
async def hand_over(actor: Actor, fulfillment_id: int) -> Fulfillment:
    """Give the packed parcels to the carrier: the units leave stock and are shipped.

    Refused while a packed unit is in no parcel, or is of a lot that has expired or was called
    back.
    """
    order, fulfillment = await scopes.take_part(actor, Fulfillment, fulfillment_id)
    work = await select(FulfillmentLine, fulfillment_id=fulfillment.id)
    parcels = await _parcels(fulfillment)
    boxed = await select(ShipmentLine, shipment_id__in=[parcel.id for parcel in parcels])
    refuse_any(reasons_not_to_hand_over(fulfillment, work, boxed))
    moment = now()
    fulfillment.hand_over(at=moment)
    await fulfillment.store()
    lines = await _lines_of(work)
    for each in work:
        lines[each.line_id].ship(each.packed)
    await store_all(list(lines.values()), "shipped")
    kept = [each.reservation_id for each in work if each.packed]
    gone = await select(Reservation, id__in=kept)
    await reservations.consume(actor, order, gone)
    await lot_fitness.refuse_unfit(gone)
    _announce(actor, FulfillmentHandedOver, order, fulfillment)
    for parcel in parcels:
        parcel.ship(at=moment)
        _announce_shipment(actor, ShipmentShipped, order, parcel)
    await store_all(parcels, "status", "shipped_at")
    await payments.capture_for_shipment(actor, order)
    await invoices.issue_for_shipment(actor, order)
    return fulfillment


@operation
async def cancel(actor: Actor, fulfillment_id: int) -> Fulfillment:
    """Give up work the carrier does not have yet.

    Its units go back, are reserved afresh for the order, elsewhere where possible, and planned as
    a new fulfillment.
    """
    order, fulfillment = await scopes.take_part(actor, Fulfillment, fulfillment_id)
    lines = await select(OrderLine, order_id=order.id)
    await give_up(actor, order, [fulfillment], lines)
    work = await select(FulfillmentLine, fulfillment_id=fulfillment.id)
    loose = await select(
        Reservation, id__in=[each.reservation_id for each in work], status=ReservationStatus.ACTIVE
    )
    by_id = {line.id: line for line in lines}
    await _plan_anew(actor, order, loose, by_id, avoid=fulfillment.location_id)
    return fulfillment


async def plan(actor: Actor, order: Order) -> None:
    """Plan one fulfillment per location for every reservation that has none yet."""
    rows = await select(Reservation, order_id=order.id, status=ReservationStatus.ACTIVE)
    work = await select(FulfillmentLine, reservation_id__in=[row.id for row in rows])
    planned = {each.reservation_id for each in work}
    by_location: dict[int, list[Reservation]] = defaultdict(list)
    for row in rows:
        if row.id not in planned:
            by_location[row.location_id].append(row)
    for location_id, kept in by_location.items():
        fulfillment = await Fulfillment.create(
            order_id=order.id,
            location_id=location_id,
            dispatch_by=order.dispatch_by or now(),
        )
        await FulfillmentLine.bulk_create(
            FulfillmentLine(
                fulfillment_id=fulfillment.id,
                line_id=row.line_id,
                reservation_id=row.id,
                quantity=row.quantity,
            )
            for row in kept
        )
        _announce(actor, FulfillmentPlanned, order, fulfillment)


async def leave_out(actor: Actor, order: Order, rows: Sequence[Reservation]) -> None:
    """Plan what is not released yet without the units of reservations; work that has nothing else
    to send is cancelled."""
    planned = await FulfillmentLine.filter(
        reservation_id__in=[row.id for row in rows],
        fulfillment__status=FulfillmentStatus.PENDING,
    )
    for work_id in sorted({each.fulfillment_id for each in planned}):
        fulfillment = await get(Fulfillment, work_id)
        mine = [each.id for each in planned if each.fulfillment_id == work_id]
        if await FulfillmentLine.filter(fulfillment_id=work_id).exclude(id__in=mine).exists():
            await FulfillmentLine.filter(id__in=mine).delete()
        else:
            fulfillment.cancel(at=now())
            _announce(actor, FulfillmentCancelled, order, fulfillment)
        await fulfillment.store()


async def give_up(
    actor: Actor, order: Order, work: Sequence[Fulfillment], lines: Sequence[OrderLine]
) -> None:
    """Cancel fulfillments of an order, put back what was picked and void what was to be sent."""
    by_id = {line.id: line for line in lines}
    for fulfillment in work:
        fulfillment.cancel(at=now())
        await fulfillment.store()
        for each in await select(FulfillmentLine, fulfillment_id=fulfillment.id):
            by_id[each.line_id].put_back(picked=each.picked, packed=each.packed)
        parcels = await _parcels(fulfillment)
        for parcel in parcels:
            parcel.void()
            _announce_shipment(actor, ShipmentVoided, order, parcel)
        await store_all(parcels, "status")
        await packages.void_all(actor, order, fulfillment)
        _announce(actor, FulfillmentCancelled, order, fulfillment)
    await store_all(lines, "reserved", "picked", "packed")
    await waves.settle(actor, work)


def reasons_not_to_release(
    order: Order, fulfillment: Fulfillment, holds: Sequence[Hold]
) -> list[Problem]:
    problems: list[Problem] = []
    if not fulfillment.may_become(FulfillmentStatus.RELEASED):
        problems.append(fulfillment.wrong_status(FulfillmentStatus.RELEASED))
    problems += [
        Blocked(
            code="ON_HOLD",
            message=f"{order.number} is on hold ({hold.kind.spoken}): {hold.reason}. "
            "Release it first.",
            path=("id",),
        )
        for hold in holds
    ]
    return problems


def reasons_not_to_start_picking(fulfillment: Fulfillment) -> list[Problem]:
    if not fulfillment.may_become(FulfillmentStatus.PICKING):
        return [fulfillment.wrong_status(FulfillmentStatus.PICKING)]
    if fulfillment.wave_id is None:
        return []
    message = f"{fulfillment.number} is in a wave. Start that, or take it out of it first."
    return [Blocked(message=message, path=("id",))]


def reasons_not_to_hand_over(
    fulfillment: Fulfillment, work: Sequence[FulfillmentLine], boxed: Sequence[ShipmentLine]
) -> list[Problem]:
    if not fulfillment.may_become(FulfillmentStatus.HANDED_OVER):
        return [fulfillment.wrong_status(FulfillmentStatus.HANDED_OVER)]
    loose = loose_units(work, boxed)
    if not loose:
        return []
    message = f"{loose} packed units are in no parcel. Create a shipment for them first."
    return [Blocked(message=message, path=("id",))]


def loose_units(work: Sequence[FulfillmentLine], boxed: Sequence[ShipmentLine]) -> int:
    """How many packed units are in no parcel yet."""
    return sum(each.packed for each in work) - sum(each.quantity for each in boxed)


async def _lines_of(work: Sequence[FulfillmentLine]) -> dict[int, OrderLine]:
    lines = await select(OrderLine, id__in=[each.line_id for each in work])
    return {line.id: line for line in lines}


async def _parcels(fulfillment: Fulfillment) -> list[Shipment]:
    rows = await select(Shipment, fulfillment_id=fulfillment.id)
    return [row for row in rows if row.status is not ShipmentStatus.VOIDED]


async def _plan_anew(
    actor: Actor,
    order: Order,
    loose: Sequence[Reservation],
    lines: Mapping[int, OrderLine],
    *,
    avoid: int,
) -> None:
    wanted = [(lines[row.line_id], row.quantity) for row in loose]
    await reservations.renew(actor, order, loose, wanted, avoid=avoid)
    await plan(actor, order)


def _announce(
    actor: Actor, fact: type[FulfillmentFact], order: Order, fulfillment: Fulfillment
) -> None:
    announce(
        actor,
        fact(
            order_id=order.id,
            customer_id=order.customer_id,
            location_id=fulfillment.location_id,
            fulfillment_id=fulfillment.id,
        ),
    )


def _announce_shipment(
    actor: Actor, fact: type[ShipmentFact], order: Order, shipment: Shipment
) -> None:
    announce(actor, fact(order_id=order.id, customer_id=order.customer_id, shipment_id=shipment.id))

"""Units of an order that was placed: set more of them aside, and give back what nobody has been
handed to pick. Stock, reservations and planned work change together."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    Reservation,
    ReservationStatus,
)
from models.errors import Blocked, Problem
from models.rows import store_all
from models.statements import select
from services import fulfillments, reservations
from services.actors import Actor
from services.reservations import LineUnits

OPEN = {OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS}
PLANNED = {OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Units that are set aside, and the planned work on them, where there is any."""

    reservation: Reservation
    work: FulfillmentLine | None = None


KeptByLine = Mapping[int, Sequence[Kept]]


async def set_aside(
    actor: Actor, order: Order, wanted: LineUnits, *, backorder: bool = False
) -> None:
    """Reserve more units of lines, and plan them where the order is confirmed; with `backorder`
    what is missing waits."""
    missing = await reservations.reserve(actor, order, wanted, backorder=backorder)
    for line, units in wanted:
        line.reserve(units)
    await store_all([line for line, _ in wanted], "ordered", "reserved")
    await reservations.backorder(actor, order, missing, reason="Too few units were there.")
    if order.status in PLANNED:
        await join_work(actor, order)


async def give_back(actor: Actor, order: Order, wanted: LineUnits) -> None:
    """Want fewer units of lines: those that wait for stock first, then those planned last."""
    waiting = await let_go(actor, order, wanted)
    for line, units in wanted:
        line.give_back(units, backordered=waiting[line.id])


async def cancel(actor: Actor, order: Order, wanted: LineUnits) -> None:
    """Cancel units of lines, whose stock is free again."""
    waiting = await let_go(actor, order, wanted)
    for line, units in wanted:
        line.cancel_units(units, backordered=waiting[line.id])


def reasons_not_to_give_back(
    order: Order, line: OrderLine, units: int, kept: KeptByLine, *path: str | int
) -> list[Problem]:
    """`kept` is what `kept_for` gives."""
    free = line.backordered + sum(each.reservation.quantity for each in kept.get(line.id, ()))
    if units <= free:
        return []
    if units > line.remaining:
        message = f"{line.sku} has {line.remaining} units left in {order.number}."
        return [Problem(message=message, path=path)]
    message = (
        f"Only {free} units of {line.sku} can be given back: the others are released to a location "
        "or picked. Cancel that fulfillment first."
    )
    return [Blocked(message=message, path=path)]


async def free_units(
    rows: Sequence[Order], lines: Mapping[int, Sequence[OrderLine]]
) -> dict[int, int]:
    """How many units of each order nobody has been handed to pick; `lines` are by order."""
    pending: Counter[int] = Counter()
    for work in await FulfillmentLine.filter(
        fulfillment__order_id__in=[row.id for row in rows],
        fulfillment__status=FulfillmentStatus.PENDING,
    ):
        pending[work.line_id] += work.quantity
    return {
        row.id: sum(
            line.backordered + (pending[line.id] if row.status in PLANNED else line.reserved)
            for line in lines[row.id]
        )
        for row in rows
    }


def reasons_none_is_free(order: Order, free: int) -> list[Problem]:
    if free:
        return []
    message = (
        f"Every unit of {order.number} is released to a location or picked. "
        "Cancel a fulfillment first."
    )
    return [Blocked(message=message, path=("id",))]


def free_of(lines: Sequence[OrderLine], kept: KeptByLine) -> int:
    waiting = sum(line.backordered for line in lines)
    return waiting + sum(each.reservation.quantity for part in kept.values() for each in part)


async def kept_for(order: Order) -> KeptByLine:
    """What is set aside for each line of an order and has not been handed to anybody to pick."""
    rows = await select(Reservation, order_id=order.id, status=ReservationStatus.ACTIVE)
    work = {
        each.reservation_id: each
        for each in await FulfillmentLine.filter(
            reservation_id__in=[row.id for row in rows],
        )
        .exclude(fulfillment__status=FulfillmentStatus.CANCELLED)
        .select_related("fulfillment")
    }
    found: dict[int, list[Kept]] = defaultdict(list)
    for row in rows:
        piece = work.get(row.id)
        if piece is None or _waits(piece.fulfillment):
            found[row.line_id].append(Kept(reservation=row, work=piece))
    return found


async def let_go(actor: Actor, order: Order, wanted: LineUnits) -> dict[int, int]:
    """Free the reservations behind units of lines, and take them out of planned work.

    Gives how many of the units of each line were waiting for stock.
    """
    waiting = {line.id: min(units, line.backordered) for line, units in wanted}
    rest = [(line, units - waiting[line.id]) for line, units in wanted]
    await reservations.release(actor, order, await cut_out(actor, order, rest))
    return waiting


async def cut_out(actor: Actor, order: Order, wanted: LineUnits) -> list[Reservation]:
    """The reservations behind units of lines, cut to these units alone and taken out of planned
    work, the last planned first."""
    kept = await kept_for(order)
    cut = []
    for line, units in wanted:
        left = units
        for each in reversed(kept.get(line.id, ())):
            if taken := min(left, each.reservation.quantity):
                cut.append(await cut_off(each, taken))
                left -= taken
    await _give_up_empty_work(actor, order)
    return cut


async def join_work(actor: Actor, order: Order) -> None:
    """Put what was newly set aside to planned work at its location, or plan new work."""
    planned = {
        work.location_id: work
        for work in await select(Fulfillment, order_id=order.id, status=FulfillmentStatus.PENDING)
        if _waits(work)
    }
    if planned:
        loose = [
            each.reservation
            for kept in (await kept_for(order)).values()
            for each in kept
            if each.work is None and each.reservation.location_id in planned
        ]
        await FulfillmentLine.bulk_create(
            FulfillmentLine(
                fulfillment_id=planned[row.location_id].id,
                line_id=row.line_id,
                reservation_id=row.id,
                quantity=row.quantity,
            )
            for row in loose
        )
    await fulfillments.plan(actor, order)


async def cut_off(kept: Kept, units: int) -> Reservation:
    """A reservation of so many units alone, none of them picked, with no work planned any more."""
    row, work = kept.reservation, kept.work
    if units == row.quantity:
        if work is not None:
            await work.delete()
        return row
    row.quantity -= units
    await row.store()
    if work is not None:
        work.quantity -= units
        await work.store()
    return await Reservation.create(
        line_id=row.line_id,
        order_id=row.order_id,
        level_id=row.level_id,
        location_id=row.location_id,
        lot_id=row.lot_id,
        quantity=units,
        expires_at=row.expires_at,
    )


async def _give_up_empty_work(actor: Actor, order: Order) -> None:
    pending = await select(Fulfillment, order_id=order.id, status=FulfillmentStatus.PENDING)
    full = {
        each.fulfillment_id
        for each in await select(FulfillmentLine, fulfillment_id__in=[work.id for work in pending])
    }
    empty = [work for work in pending if work.id not in full]
    if empty:
        await fulfillments.give_up(actor, order, empty, [])


def _waits(work: Fulfillment) -> bool:
    """Whether nobody has been handed it yet."""
    return work.status is FulfillmentStatus.PENDING

"""Back-orders: allocate what arrives to those who wait, in their order, and tell them when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import ExceptionKind, Order, OrderLine, OrderStatus
from models.errors import Blocked, Problem, refuse_any
from models.rows import store_all
from models.statements import get
from services import backlog, exceptions, fulfillments, promises, reservations, scopes
from services.actors import SYSTEM, Actor
from services.backlog import Outlook
from services.commit import announce, operation
from services.facts.reservations import (
    BackorderAllocated,
    BackorderFact,
    BackorderQueued,
    BackorderRescheduled,
)
from services.reservations import LineUnits
from services.waiting import Place

WORKED_ON = {OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS}
OPEN = WORKED_ON | {OrderStatus.PLACED}


@dataclass(frozen=True, kw_only=True)
class Backorder:
    """A line that waits. Outside of the queue it has no position."""

    line: OrderLine
    position: int | None
    units_before: int
    explanation: str


@operation
async def reserve(actor: Actor, order_id: int) -> Order:
    """Reserve again what an order lost because its reservation ran out or was given back. What
    others need first, or is not there, it waits for in the queue."""
    order = await scopes.take(actor, Order, order_id)
    lines = await _waiting_lines(order)
    refuse_any(reasons_not_to_reserve(order, lines))
    await rejoin(actor, order, lines)
    await _allocate(actor, order, lines)
    await order.store()
    return order


@operation
async def allocate(order_id: int) -> None:
    """Give an order what is there for it now, and tell it when the rest should come. Does nothing
    where somebody was faster or it waits no more."""
    order = await get(Order, order_id, locked=True)
    lines = [line for line in await _waiting_lines(order) if line.is_queued]
    if lines and order.status in OPEN and await _allocate(SYSTEM, order, lines):
        await order.store()


async def due(at: datetime, limit: int) -> list[int]:
    """Orders for which units are there, or whose units should come at another time than they
    were told, in the order of the queue."""
    found: list[tuple[str, int]] = []
    for outlook in (await backlog.outlooks()).values():
        for each in outlook.queue:
            dealt = outlook.deal.lines[each.line_id]
            if dealt.units_now or dealt.expected_at != each.expected_at:
                found.append((each.key, each.order_id))
    return list(dict.fromkeys(order_id for _, order_id in sorted(found)))[:limit]


async def rejoin(actor: Actor, order: Order, lines: Sequence[OrderLine]) -> None:
    """Let lines that stepped out of the queue wait in it again."""
    for line in await backlog.requeue(order, [line for line in lines if line.stepped_out]):
        _announce(actor, BackorderQueued, order, line, line.backordered)


async def of_lines(actor: Actor, lines: Sequence[OrderLine]) -> list[Backorder | None]:
    """Where each line stands in the queue, and why; None where it does not wait."""
    waiting = {line.variant_id for line in lines if line.backordered}
    outlooks = await backlog.outlooks(waiting) if waiting else {}
    return [
        _backorder(line, line.queue_key, outlooks[line.variant_id]) if line.queue_key else None
        for line in lines
    ]


def reasons_not_to_reserve(order: Order, lines: Sequence[OrderLine]) -> list[Problem]:
    if any(line.stepped_out for line in lines):
        return []
    message = f"Nothing of {order.number} has stepped out of the queue for stock."
    return [Blocked(message=message, path=("id",))]


def _backorder(line: OrderLine, key: str, outlook: Outlook) -> Backorder:
    ids = [each.line_id for each in outlook.queue]
    before = outlook.queue[: ids.index(line.id)] if line.id in ids else ()
    position = len(before) + 1 if line.id in ids else None
    units = sum(each.units for each in before)
    return Backorder(
        line=line,
        position=position,
        units_before=units,
        explanation=Place.of(key).sentence(position, units),
    )


async def _allocate(actor: Actor, order: Order, lines: Sequence[OrderLine]) -> bool:
    """Whether anything became of it. The lines are saved, the order is the caller's to save."""
    # The levels are locked before the queue is read, so whoever is before this order and has not
    # got their units yet still finds them, however many allocate at once.
    stock = await reservations.stock_of({line.variant_id for line in lines}, order)
    outlooks = await backlog.outlooks({line.variant_id for line in lines})
    due: LineUnits = [
        (line, units)
        for line in lines
        if (units := outlooks[line.variant_id].deal.lines[line.id].units_now)
    ]
    # Lots that do not keep until the order is delivered are there for others, not for it.
    found, _ = reservations.divided(due, stock.available)
    await reservations.set_aside(actor, order, found, stock)
    for line, units in found:
        line.allocate(units)
    moved = _reschedule(lines, outlooks)
    changed = {line.id: line for line in (*moved, *(line for line, _ in found))}
    await store_all(list(changed.values()), *reservations.WAITING)
    if found and order.status in WORKED_ON:
        await fulfillments.plan(actor, order)
    for line, units in found:
        _announce(actor, BackorderAllocated, order, line, units)
    for line in moved:
        _announce(
            actor, BackorderRescheduled, order, line, line.backordered, expected_at=line.expected_at
        )
    if found:
        await settle(actor, order)
    if changed:
        await promises.revise(actor, order, "Stock comes at another time than was expected.")
    return bool(changed)


async def settle(actor: Actor, order: Order) -> None:
    """Take an order of which nothing waits any more out of the queue of exceptions."""
    if not await OrderLine.exists(order_id=order.id, backordered__gt=0):
        await exceptions.resolve(
            actor, order, ExceptionKind.BACKORDERED, note="All of its units are reserved."
        )


def _reschedule(lines: Sequence[OrderLine], outlooks: dict[int, Outlook]) -> list[OrderLine]:
    """The lines whose remaining units should come at another time than they were told."""
    moved = []
    for line in lines:
        expected_at = outlooks[line.variant_id].deal.lines[line.id].expected_at
        if line.backordered and line.expected_at != expected_at:
            line.expected_at = expected_at
            moved.append(line)
    return moved


async def _waiting_lines(order: Order) -> list[OrderLine]:
    return await OrderLine.filter(order_id=order.id, backordered__gt=0).order_by("id")


def _announce(
    actor: Actor,
    fact: type[BackorderFact],
    order: Order,
    line: OrderLine,
    units: int,
    **details: Any,
) -> None:
    announce(
        actor,
        fact(
            order_id=order.id,
            customer_id=order.customer_id,
            variant_id=line.variant_id,
            sku=line.sku,
            quantity=units,
            **details,
        ),
    )

"""How long reservations last: extend them, give them back, let them run out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

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
from models.errors import Blocked, Problem, refuse_any
from models.rows import store_all
from services import fulfillments, promises, reservations, scopes
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.reservations import (
    ReservationExpired,
    ReservationExtended,
    ReservationFact,
    ReservationReleased,
)
from services.inputs import Inputs

_R = ReservationStatus
OVER = {FulfillmentStatus.HANDED_OVER, FulfillmentStatus.CANCELLED}


@operation
async def extend(actor: Actor, reservation_id: int, *, until: datetime) -> Reservation:
    """Keep the units of a reservation until later than it would."""
    row = await scopes.take(actor, Reservation, reservation_id)
    refuse_any(reasons_not_to_extend(row))
    inputs = Inputs()
    inputs.moment(until, "until")
    inputs.refuse()
    if row.expires_at is not None and until <= max(row.expires_at, now()):
        inputs.wrong(
            f"Give a later time than {max(row.expires_at, now()):%Y-%m-%d %H:%M} UTC.", "until"
        )
    inputs.refuse()
    row.expires_at = until
    await row.store()

    order = await Order.get(id=row.order_id)
    await _announce(actor, ReservationExtended, order, [row], expires_at=until)
    return row


@operation
async def release(actor: Actor, reservation_id: int, *, reason: str) -> Reservation:
    """Give the units of a reservation back. The order waits for others, outside of the queue.

    Refused where work on them has been released: cancel that first. Work that is only planned is
    planned without them.
    """
    row = await scopes.take(actor, Reservation, reservation_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=500)
    work = await work_on([row])
    refuse_any([*inputs.problems, *reasons_not_to_release(row, work.get(row.id))])
    order = await Order.get(id=row.order_id)
    await fulfillments.leave_out(actor, order, [row])
    await reservations.release(actor, order, [row])
    await order.store()

    await _announce(actor, ReservationReleased, order, [row], reason=reason)
    await _wait(actor, order, [row], reason)
    return row


@operation
async def expire(order_id: int) -> None:
    """Free what an order has reserved for longer than it may; the order waits for others, outside
    of the queue. Does nothing where the order has been confirmed or extended meanwhile."""
    order = await Order.select_for_update().get(id=order_id)
    rows = await Reservation.filter(
        order_id=order.id, status=_R.ACTIVE, expires_at__lte=now()
    ).order_by("id")
    if not rows or order.status is not OrderStatus.PLACED:
        return
    await reservations.free(SYSTEM, order, rows)
    for row in rows:
        row.expire()
    await store_all(rows, "status")
    await order.store()

    await _announce(SYSTEM, ReservationExpired, order, rows)
    await _wait(SYSTEM, order, rows, "Its reservation ran out before it was confirmed.")


async def due(at: datetime, limit: int) -> list[int]:
    """Orders whose reservations have run out, the longest over first."""
    rows = (
        await Reservation.filter(expires_at__lte=at, status=_R.ACTIVE)
        .order_by("expires_at", "id")
        .limit(limit)
    )
    return list(dict.fromkeys(row.order_id for row in rows))


def reasons_not_to_extend(row: Reservation) -> list[Problem]:
    if row.status is not _R.ACTIVE:
        return [row.wrong_status(_R.ACTIVE)]
    if row.expires_at is None:
        return [Blocked(message=f"{row.number} does not expire.", path=("id",))]
    return []


def reasons_not_to_release(row: Reservation, work: Fulfillment | None) -> list[Problem]:
    """`work` is the open fulfillment that is to send its units, if there is one."""
    if not row.may_become(_R.RELEASED):
        return [row.wrong_status(_R.RELEASED)]
    if work is not None and work.status is not FulfillmentStatus.PENDING:
        message = f"{work.number} is {work.status.spoken} with its units. Cancel that first."
        return [Blocked(message=message, path=("id",))]
    return []


async def work_on(rows: Sequence[Reservation]) -> dict[int, Fulfillment]:
    """The open fulfillments that are to send the units of reservations, by reservation."""
    lines = await FulfillmentLine.filter(
        reservation_id__in=[row.id for row in rows], fulfillment__status__not_in=list(OVER)
    ).select_related("fulfillment")
    return {line.reservation_id: line.fulfillment for line in lines}


async def _wait(actor: Actor, order: Order, rows: Sequence[Reservation], reason: str) -> None:
    units: dict[int, int] = {}
    for row in rows:
        units[row.line_id] = units.get(row.line_id, 0) + row.quantity
    lines = await OrderLine.filter(id__in=list(units)).order_by("id")
    wanted = [(line, units[line.id]) for line in lines]
    await reservations.backorder(actor, order, wanted, reason=reason, outside=True)
    await promises.revise(actor, order, reason)


async def _announce(
    actor: Actor,
    fact: type[ReservationFact],
    order: Order,
    rows: Sequence[Reservation],
    **details: Any,
) -> None:
    lines = await OrderLine.in_bulk({row.line_id for row in rows}, "id")
    for row in rows:
        announce(
            actor,
            fact(
                order_id=order.id,
                customer_id=order.customer_id,
                variant_id=lines[row.line_id].variant_id,
                location_id=row.location_id,
                reservation_id=row.id,
                quantity=row.quantity,
                **details,
            ),
        )

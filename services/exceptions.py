"""The queue of exceptions: opened and resolved by what happens to orders, worked off by people."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models import (
    ExceptionKind,
    Hold,
    HoldKind,
    Order,
    OrderException,
    Person,
    Shipment,
    ShipmentStatus,
)
from models.errors import Blocked, NotFound, Problem, Refused, refuse_any
from models.statements import get, select, select_one
from services import case_openings, scopes
from services.actors import ROLE_PERMISSIONS, SYSTEM, Actor, Permission
from services.clock import now
from services.commit import announce, operation
from services.facts.exceptions import (
    ExceptionAssigned,
    ExceptionFact,
    ExceptionOpened,
    ExceptionResolved,
    ExceptionUpdated,
)
from services.inputs import Inputs

_K = ExceptionKind
MOST_TEXT = 500

# Hours in which somebody should have seen to it, where nobody says another time.
HOURS_TO_RESOLVE = {
    _K.ON_HOLD: 48,
    _K.PAYMENT: 24,
    _K.FRAUD_REVIEW: 4,
    _K.ADDRESS: 8,
    _K.OUT_OF_STOCK: 24,
    _K.DATA_ISSUE: 4,
    _K.POSSIBLE_DUPLICATE: 4,
    _K.AWAITING_RETURN: 24 * 14,
    _K.LATE: 4,
    _K.DELAY_PREDICTED: 8,
    _K.BACKORDERED: 48,
    _K.SHORT_PICK: 4,
    _K.DELIVERY_FAILED: 24,
    _K.LOST: 24,
    _K.DAMAGED: 8,
    _K.RETURNED_TO_SENDER: 24,
    _K.CARRIER_SILENT: 8,
    _K.PAYMENT_FAILED: 8,
    _K.DISPUTED: 24,
    _K.EXPIRED: 4,
    _K.RECALLED: 24,
}
# Which exception stands for a hold; it lasts as long as one of that kind does.
OF_HOLDS = {
    kind: _K.ON_HOLD if kind is HoldKind.MANUAL else ExceptionKind[kind.name] for kind in HoldKind
}
# Which exception a parcel is while it has a status.
OF_PARCELS = {
    ShipmentStatus.DELIVERY_FAILED: _K.DELIVERY_FAILED,
    ShipmentStatus.RETURNING: _K.RETURNED_TO_SENDER,
    ShipmentStatus.RETURNED_TO_SENDER: _K.RETURNED_TO_SENDER,
    ShipmentStatus.LOST: _K.LOST,
    ShipmentStatus.DAMAGED: _K.DAMAGED,
}
# Money is owed or disputed, and a customer has to be warned, whatever became of the order.
OUTLASTING = {_K.PAYMENT_FAILED, _K.DISPUTED, _K.RECALLED}


async def open(
    actor: Actor,
    order: Order,
    kind: ExceptionKind,
    *,
    reason: str,
    due_at: datetime | None = None,
) -> OrderException:
    """Put an order into the queue; where it is there already, refresh the reason.

    The caller holds the order's lock and is an operation, as for all that changes the queue.
    """
    moment, reason = now(), reason[:MOST_TEXT]
    row = await select_one(OrderException, order_id=order.id, kind=kind, is_open=True)
    if row is None:
        row = await OrderException.create(
            order_id=order.id,
            kind=kind,
            reason=reason,
            opened_at=moment,
            due_at=due_at or moment + timedelta(hours=HOURS_TO_RESOLVE[kind]),
        )
        _announce(actor, ExceptionOpened, order, row)
        await case_openings.follow_opened(actor, order, row)
    elif (reason, due_at or row.due_at) != (row.reason, row.due_at):
        row.reason, row.due_at = reason, due_at or row.due_at
        await row.store()
        _announce(actor, ExceptionUpdated, order, row)
    return row


async def was_settled(order: Order, kind: ExceptionKind, reason: str) -> bool:
    """Whether somebody has dealt with this already, for this very reason."""
    return (
        await OrderException.filter(
            order_id=order.id, kind=kind, reason=reason[:MOST_TEXT], resolved_at__not_isnull=True
        )
        .exclude(resolved_by=SYSTEM.label)
        .exists()
    )


async def resolve(actor: Actor, order: Order, *kinds: ExceptionKind, note: str = "") -> None:
    """Take an order out of the queue for these kinds, where it is there."""
    rows = await select(OrderException, order_id=order.id, kind__in=kinds, is_open=True)
    await _resolve(actor, order, rows, note)


async def follow_parcel(
    actor: Actor, order: Order, parcel: Shipment, before: ShipmentStatus, report: str
) -> None:
    """Open and resolve what a parcel's change of status says of its order."""
    was, kind = OF_PARCELS.get(before), OF_PARCELS.get(parcel.status)
    if was is not kind:
        order.look_again(at=now())
        await order.save(update_fields=["evaluate_at"])
    if kind is not None:
        status, said = parcel.status.spoken, report or "no word"
        reason = f"{parcel.number} with {parcel.carrier} is {status}: {said}"
        await open(actor, order, kind, reason=reason)
    if was is not None and was is not kind:
        alike = [status for status, each in OF_PARCELS.items() if each is was]
        if not await Shipment.exists(order_id=order.id, status__in=alike):
            await resolve(actor, order, was)


async def end(actor: Actor, order: Order) -> None:
    """Take an order that has ended out of the queue, but for what is owed."""
    rows = await select(OrderException, order_id=order.id, is_open=True)
    rows = [row for row in rows if row.kind not in OUTLASTING]
    await _resolve(actor, order, rows, f"{order.number} is {order.status.spoken}.")


@operation
async def assign(actor: Actor, exception_id: int, *, owner_id: int | None = None) -> OrderException:
    """Say who sees to an exception; without an owner it goes back into the queue."""
    row = await scopes.take(actor, OrderException, exception_id)
    refuse_any(reasons_not_to_work_on(row))
    row.owner = None if owner_id is None else (await _owner(owner_id)).number
    await row.store()

    _announce(actor, ExceptionAssigned, await get(Order, row.order_id), row)
    return row


@operation
async def settle(actor: Actor, exception_id: int, *, note: str) -> OrderException:
    """Say that an exception is dealt with, and how.

    Refused for one that stands for an active hold: releasing the hold resolves it.
    """
    row = await scopes.take(actor, OrderException, exception_id)
    inputs = Inputs()
    note = inputs.text(note, "note", most=MOST_TEXT)
    holds = await select(Hold, order_id=row.order_id, released_at=None)
    for problem in reasons_not_to_settle(row, holds):
        inputs.add(problem)
    inputs.refuse()
    await _resolve(actor, await get(Order, row.order_id), [row], note)
    return row


def reasons_not_to_work_on(row: OrderException) -> list[Problem]:
    if row.is_open:
        return []
    return [Blocked(message=f"{row.number} has been resolved already.", path=("id",))]


def reasons_not_to_settle(row: OrderException, holds: Sequence[Hold]) -> list[Problem]:
    """`holds` are the active ones of its order."""
    return reasons_not_to_work_on(row) + [
        Blocked(
            code="ON_HOLD",
            message=f"{hold.number} still holds the order ({hold.kind.spoken}): {hold.reason}. "
            "Release it, which resolves this.",
            path=("id",),
        )
        for hold in holds
        if OF_HOLDS[hold.kind] is row.kind
    ]


async def _owner(person_id: int) -> Person:
    person = await select_one(Person, id=person_id)
    if person is None or Permission.EXCEPTIONS_WORK not in ROLE_PERMISSIONS[person.role]:
        message = "There is nobody of this number who works on exceptions."
        raise Refused(NotFound(message=message, path=("ownerId",)))
    return person


async def _resolve(actor: Actor, order: Order, rows: Sequence[OrderException], note: str) -> None:
    for row in rows:
        row.resolve(by=actor.label, note=note, at=now())
        await row.store()
        _announce(actor, ExceptionResolved, order, row)
        await case_openings.follow_resolved(actor, order, row)


def _announce(actor: Actor, fact: type[ExceptionFact], order: Order, row: OrderException) -> None:
    announce(
        actor,
        fact(
            order_id=order.id,
            customer_id=order.customer_id,
            exception_id=row.id,
            exception_kind=row.kind,
            exception_reason=row.reason,
            exception_owner=row.owner,
        ),
    )

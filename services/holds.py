"""Holds: keep an order from going to fulfillment, and let it go again."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.expressions import Q

from models import Hold, HoldKind, Order, OrderStatus, Person
from models.errors import Blocked, Problem, Refused
from models.statements import get, select, select_one
from services import data_issues, exceptions, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.orders import HoldFact, OrderHeld, OrderHoldAssigned, OrderHoldReleased
from services.inputs import Inputs

MOST_REASON = 500
OVER = {
    OrderStatus.COMPLETED,
    OrderStatus.CLOSED,
    OrderStatus.CANCELLED,
    OrderStatus.EXPIRED,
}
_RELEASED = Blocked(message="This hold has been released already.", path=("id",))


@operation
async def hold(
    actor: Actor,
    order_id: int,
    *,
    kind: HoldKind,
    reason: str,
    due_at: datetime | None = None,
) -> Order:
    """Put an order on hold: no further work on it is released until the hold is."""
    order = await scopes.take(actor, Order, order_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=MOST_REASON)
    if due_at is not None:
        inputs.moment(due_at, "dueAt")
    for problem in reasons_not_to_hold(order):
        inputs.add(problem)
    inputs.refuse()
    row = await Hold.create(
        order_id=order.id, kind=kind, reason=reason, due_at=due_at, actor=actor.label
    )
    order.look_again(at=now())
    await order.store()
    kept = exceptions.OF_HOLDS[kind]
    await exceptions.open(actor, order, kept, reason=reason, due_at=due_at)

    _announce(actor, OrderHeld, order, row)
    return order


@operation
async def release(actor: Actor, hold_id: int) -> Order:
    """Release a hold; the order goes on when it was the last one. What was found wrong behind it,
    such as a data issue, is thereby accepted as it is."""
    row = await scopes.find(actor, Hold, hold_id)
    order = await scopes.take(actor, Order, row.order_id)
    row = await get(Hold, row.id)
    if row.released_at is not None:
        raise Refused(_RELEASED)
    if row.automatic:
        await _accept(actor, order, row.kind)
    await _end(actor, order, row)
    order.look_again(at=now())
    await order.store()
    return order


@operation
async def assign(
    actor: Actor, hold_id: int, *, owner_id: int | None, due_at: datetime | None = None
) -> Order:
    """Say who clears a hold up, and by when; without an owner it is anybody's again."""
    row = await scopes.take(actor, Hold, hold_id)
    inputs = Inputs()
    if due_at is not None:
        inputs.moment(due_at, "dueAt")
    owner = None if owner_id is None else await select_one(Person, id=owner_id)
    if owner is None and owner_id is not None:
        inputs.add(scopes.not_found(Person, ("ownerId",)))
    if row.released_at is not None:
        inputs.add(_RELEASED)
    inputs.refuse()
    row.owner = None if owner is None else owner.number
    row.due_at = due_at if due_at is not None else row.due_at
    await row.store()
    order = await get(Order, row.order_id)
    await order.store()

    announce(
        actor,
        OrderHoldAssigned(
            order_id=order.id,
            customer_id=order.customer_id,
            hold_kind=row.kind,
            hold_reason=row.reason,
            owner=row.owner,
        ),
    )
    return order


async def keep(actor: Actor, order: Order, kind: HoldKind, reason: str) -> None:
    """Hold an order for a reason found by itself, or let it go where there is none any more.

    The caller has locked the order, so there is one such hold of each kind at most.
    """
    row = await select_one(Hold, order_id=order.id, kind=kind, automatic=True, released_at=None)
    reason = reason if len(reason) <= MOST_REASON else f"{reason[: MOST_REASON - 1]}…"
    if row is None and reason:
        row = await Hold.create(
            order_id=order.id, kind=kind, reason=reason, actor=actor.label, automatic=True
        )
        await exceptions.open(actor, order, exceptions.OF_HOLDS[kind], reason=reason)
        _announce(actor, OrderHeld, order, row)
    elif row is not None and not reason:
        await _end(actor, order, row)
    elif row is not None and row.reason != reason:
        row.reason = reason
        await row.store()
        await exceptions.open(actor, order, exceptions.OF_HOLDS[kind], reason=reason)


async def active(order: Order) -> list[Hold]:
    return await select(Hold, order_id=order.id, released_at=None)


async def end_all(actor: Actor, order: Order) -> None:
    """Release every hold of an order that is over: there is nothing left to hold."""
    for row in await active(order):
        await _end(actor, order, row)


def is_overdue(wanted: bool) -> Q:
    """The holds that should have been cleared up by now, or all others."""
    condition = Q(released_at=None) & Q(due_at__lt=now())
    others = Q(released_at__isnull=False) | Q(due_at__isnull=True) | Q(due_at__gte=now())
    return condition if wanted else others


async def overdue(actor: Actor, rows: Sequence[Hold]) -> list[bool]:
    """Whether each hold should have been cleared up by now."""
    at = now()
    return [row.released_at is None and row.due_at is not None and row.due_at < at for row in rows]


def reasons_not_to_hold(order: Order) -> list[Problem]:
    if order.status not in OVER:
        return []
    message = f"{order.number} is {order.status.spoken}; there is nothing left to hold."
    return [Blocked(message=message, path=("id",))]


async def _accept(actor: Actor, order: Order, kind: HoldKind) -> None:
    """Whoever releases a hold by hand takes what is behind it as it is."""
    if kind is HoldKind.FRAUD_REVIEW:
        order.accept_risk(by=actor.label, note="Its hold was released.")
    else:
        await data_issues.accept_behind(actor, order, kind)


async def _end(actor: Actor, order: Order, row: Hold) -> None:
    row.released_at, row.released_by = now(), actor.label
    await row.store()
    if not await Hold.exists(order_id=order.id, kind=row.kind, released_at=None):
        await exceptions.resolve(actor, order, exceptions.OF_HOLDS[row.kind])
    _announce(actor, OrderHoldReleased, order, row)


def _announce(actor: Actor, fact: type[HoldFact], order: Order, row: Hold) -> None:
    announce(
        actor,
        fact(
            order_id=order.id,
            customer_id=order.customer_id,
            hold_kind=row.kind,
            hold_reason=row.reason,
        ),
    )

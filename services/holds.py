"""Holds: keep an order from going to fulfillment, and let it go again."""

from datetime import datetime

from models import Hold, HoldKind, Order, OrderStatus
from models.errors import Blocked, Problem, Refused
from services import exceptions, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.orders import HoldFact, OrderHeld, OrderHoldReleased
from services.inputs import Inputs

OVER = {
    OrderStatus.COMPLETED,
    OrderStatus.CLOSED,
    OrderStatus.CANCELLED,
    OrderStatus.EXPIRED,
}


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
    reason = inputs.text(reason, "reason", most=500)
    if due_at is not None:
        inputs.moment(due_at, "dueAt")
    for problem in reasons_not_to_hold(order):
        inputs.add(problem)
    inputs.refuse()
    row = await Hold.create(
        order_id=order.id, kind=kind, reason=reason, due_at=due_at, actor=actor.label
    )
    await order.store()
    kept = exceptions.OF_HOLDS[kind]
    await exceptions.open(actor, order, kept, reason=reason, due_at=due_at)

    _announce(actor, OrderHeld, order, row)
    return order


@operation
async def release(actor: Actor, hold_id: int) -> Order:
    """Release a hold; the order goes on when it was the last one."""
    row = await scopes.find(actor, Hold, hold_id)
    order = await scopes.take(actor, Order, row.order_id)
    row = await Hold.get(id=row.id)
    if row.released_at is not None:
        raise Refused(Blocked(message="This hold has been released already.", path=("id",)))
    row.released_at, row.released_by = now(), actor.label
    await row.store()
    await order.store()
    if not await Hold.exists(order_id=order.id, kind=row.kind, released_at=None):
        await exceptions.resolve(actor, order, exceptions.OF_HOLDS[row.kind])

    _announce(actor, OrderHoldReleased, order, row)
    return order


def reasons_not_to_hold(order: Order) -> list[Problem]:
    if order.status not in OVER:
        return []
    message = f"{order.number} is {order.status}; there is nothing left to hold."
    return [Blocked(message=message, path=("id",))]


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

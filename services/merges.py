"""Merges: two open orders of a customer become one."""

from collections.abc import Sequence

from models import Discount, HoldKind, Order, OrderLine
from models.errors import Blocked, Problem, Refused, refuse_any
from models.lifecycle import OrderStatus
from models.statements import select
from services import consequences, exceptions, holds, moves, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.orders import OrderCancelled, OrderMerged
from services.order_units import OPEN

# Nobody has been handed anything of such an order yet.
MERGEABLE = {OrderStatus.PLACED, OrderStatus.CONFIRMED}
# What two orders have to have in common, and how to say so.
ALIKE = {
    "customer_id": "customer",
    "channel": "channel",
    "currency": "currency",
    "prices_include_tax": "way of counting tax",
    "place_digest": "address",
}


@operation
async def merge(actor: Actor, order_id: int, other_id: int) -> Order:
    """Take another open order of the same customer, address, currency and channel into this one.
    Its units come with their stock, prices and discounts; it ends cancelled, with a link here.

    Refused where one is held, where somebody was handed work on the other, and where money was
    taken or a discount was given on the whole of it.
    """
    order, other = await _both(actor, order_id, other_id)
    refuse_any(await _reasons_not_to_merge(order, other))
    lines = await select(OrderLine, order_id=other.id)
    await moves.move(
        actor, other, order, [(line, line.remaining) for line in lines if line.remaining]
    )
    await _end(actor, other, order, lines)
    await holds.keep(actor, order, HoldKind.POSSIBLE_DUPLICATE, "")
    lines = await select(OrderLine, order_id=order.id)
    reason = f"{other.number} was merged into it."
    await consequences.follow(actor, order, lines, reason)

    about = {"customer_id": order.customer_id}
    announce(actor, OrderMerged(order_id=order.id, from_order_id=other.id, **about))
    return order


async def _both(actor: Actor, order_id: int, other_id: int) -> tuple[Order, Order]:
    """Two orders, locked in the order of their ids, so that two merges never wait in a circle."""
    await scopes.find(actor, Order, order_id)
    await scopes.find(actor, Order, other_id, "otherId")
    if order_id == other_id:
        message = "An order cannot be merged into itself. Name another."
        raise Refused(Problem(message=message, path=("otherId",)))
    rows = {row.id: row for row in await select(Order, locked=True, id__in=[order_id, other_id])}
    return rows[order_id], rows[other_id]


async def _reasons_not_to_merge(order: Order, other: Order) -> list[Problem]:
    if order.status not in OPEN:
        return [moves.not_open(order)]
    if other.status not in MERGEABLE:
        return [moves.not_open(other, "otherId")]
    problems: list[Problem] = [
        Blocked(message=f"They have not the same {what}.", path=("otherId",))
        for name, what in ALIKE.items()
        if getattr(order, name) != getattr(other, name)
    ]
    problems += moves.reasons_not_to_move(order, await holds.active(order))
    problems += moves.reasons_not_to_move(other, await holds.active(other), "otherId")
    if other.authorized or other.captured or other.refunded:
        message = f"Money was taken for {other.number}. Give it back first, or merge into that."
        problems.append(Blocked(message=message, path=("otherId",)))
    if await Discount.exists(order_id=other.id, line_id=None):
        message = f"{other.number} has a discount on the whole of it. Take that back first."
        problems.append(Blocked(message=message, path=("otherId",)))
    return problems


async def _end(actor: Actor, other: Order, into: Order, lines: Sequence[OrderLine]) -> None:
    """Cancel an order all of whose units have gone over to another."""
    await consequences.keep_units(lines)
    reason = f"It was merged into {into.number}."
    await holds.end_all(actor, other)
    other.drop_review(by=actor.label)
    other.merged_into_id = into.id
    other.cancel(reason=reason, at=now())
    await other.store()
    await exceptions.end(actor, other)
    about = {"order_id": other.id, "customer_id": other.customer_id}
    announce(actor, OrderCancelled(cancel_reason=reason, **about))

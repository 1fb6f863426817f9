"""Allowances: what returns, claims and exchanges take off what an order costs.

An order's allowance is what came back of it or was claimed and is given back, in money or as store
credit, and what exchanged or replaced goods pay for it; never more than its total.

Orders are locked in the order of their ids, so whoever changes one that exchanges or replaces the
goods of another does not touch that other one: it is settled in its own time, by its id.
"""

from models import Claim, Exchange, Order, Return
from models.statements import select, select_one
from services.clock import now


async def reckon(order: Order) -> None:
    """Set what is allowed on an order that the caller has locked. The money is not moved yet."""
    own = await _own(order)
    room = 0 if order.is_given_up else max(0, order.total - own)
    covered = await _cover(order, room) if order.origin_id is not None else 0
    allowance = min(order.total, own + covered)
    if allowance != order.allowance:
        order.allowance = allowance
        await order.store()


async def follow(order: Order) -> None:
    """The same after an order has changed that may have no allowance at all."""
    if order.allowance:
        await reckon(order)


async def _own(order: Order) -> int:
    """What is given back of what was of the order itself."""
    exchanges = {row.returned_id: row for row in await select(Exchange, original_id=order.id)}
    returns = await select(Return, order_id=order.id)
    claims = await select(Claim, order_id=order.id)
    sums = [
        exchanges[row.id].rest if row.id in exchanges else (row.refund or 0)
        for row in returns
        if row.refunded_at is not None
    ]
    total: int = sum(sums) + sum(row.refund for row in claims)
    return total


async def _cover(order: Order, room: int) -> int:
    """What of an order is paid for by the goods it exchanges or replaces. Where that has changed,
    the order of those goods is to be settled."""
    row: Exchange | Claim | None = await select_one(Exchange, order_id=order.id)
    if row is None:
        row = await select_one(Claim, replacement_id=order.id)
    if row is None:
        return 0
    credit: int = min(row.worth, room)
    if credit != row.credit:
        row.credit, row.unsettled_at = credit, now()
        await row.store()
    return credit

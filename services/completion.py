"""Completion: an order is complete when the customer has every unit that was not cancelled, but
for those that were lost and made good, and closed when nothing of it can come back any more."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from models import Claim, ClaimStatus, Order, OrderLine, OrderStatus, Return, ReturnStatus
from models.errors import Blocked, Problem, refuse_any
from models.statements import get
from services import exceptions, policies, return_eligibility, scopes, surveys
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.orders import OrderClosed, OrderCompleted

_R, _C = ReturnStatus, ClaimStatus
OPEN_RETURNS = (
    *(_R.REQUESTED, _R.APPROVED, _R.IN_TRANSIT),
    *(_R.PARTIALLY_RECEIVED, _R.RECEIVED, _R.INSPECTED),
)
OPEN_CLAIMS = (_C.OPEN, _C.APPROVED)


async def complete_if_received(actor: Actor, order: Order, lines: Iterable[OrderLine]) -> None:
    """Complete an order of which nothing is to come any more. `lines` are all its lines."""
    received = all(line.is_through for line in lines)
    if received and order.may_become(OrderStatus.COMPLETED):
        order.complete(at=now())
        await order.store()
        await exceptions.end(actor, order)
        announce(actor, OrderCompleted(order_id=order.id, customer_id=order.customer_id))
        await surveys.ask_about_order(actor, order)


@operation
async def close(actor: Actor, order_id: int) -> Order:
    """Say that nothing of a completed order comes back any more. Refused while a return or a
    claim of it is open."""
    order = await scopes.take(actor, Order, order_id)
    unsettled = await unsettled_of([order])
    refuse_any(reasons_not_to_close(order, unsettled[order.id]))
    order.close(at=now())
    await order.store()

    announce(actor, OrderClosed(order_id=order.id, customer_id=order.customer_id))
    return order


@operation
async def close_in_time(order_id: int) -> None:
    """Close an order whose time for returns is over. Does nothing where it was closed meanwhile,
    or something of it was opened."""
    order = await get(Order, order_id, locked=True)
    unsettled = await unsettled_of([order])
    is_over = return_eligibility.is_over(order, now())
    if is_over and not reasons_not_to_close(order, unsettled[order.id]):
        await close(SYSTEM, order.id)


async def over(at: datetime, limit: int) -> list[int]:
    """Completed orders whose time for returns is over and of which nothing is open, the earliest
    completed first."""
    days = policies.current().return_days
    if days is None:
        return []
    until = (at - timedelta(days=days)).isoformat(sep=" ")
    returns, claims = (
        ", ".join(f"'{status}'" for status in kind) for kind in (OPEN_RETURNS, OPEN_CLAIMS)
    )
    rows = await get_connection("default").execute_query_dict(
        f"SELECT id FROM orders WHERE status = '{OrderStatus.COMPLETED}' "
        f"AND completed_at <= '{until}' AND NOT EXISTS (SELECT 1 FROM returns "
        f"WHERE returns.order_id = orders.id AND returns.status IN ({returns})) "
        "AND NOT EXISTS (SELECT 1 FROM claims "
        f"WHERE claims.order_id = orders.id AND claims.status IN ({claims})) "
        f"ORDER BY completed_at, id LIMIT {limit:d}"
    )
    return [row["id"] for row in rows]


async def unsettled_of(orders: Sequence[Order]) -> dict[int, list[Return | Claim]]:
    """The returns and claims of each order that are open."""
    ids = [order.id for order in orders]
    found: dict[int, list[Return | Claim]] = defaultdict(list)
    for row in await Return.filter(order_id__in=ids, status__in=OPEN_RETURNS).order_by("id"):
        found[row.order_id].append(row)
    for claim in await Claim.filter(order_id__in=ids, status__in=OPEN_CLAIMS).order_by("id"):
        found[claim.order_id].append(claim)
    return found


def reasons_not_to_close(order: Order, unsettled: Sequence[Return | Claim]) -> list[Problem]:
    if not order.may_become(OrderStatus.CLOSED):
        return [order.wrong_status(OrderStatus.CLOSED)]
    return [
        Blocked(message=f"{row.number} is {row.status.spoken}. Settle it first.", path=("id",))
        for row in unsettled
    ]

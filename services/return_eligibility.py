"""What of an order may be sent back, until when, and why the rest may not."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Order, OrderLine, OrderStatus, Shipment, ShipmentLine, ShipmentStatus
from models.errors import Blocked, Problem
from models.statements import select
from services import claimed_units, policies
from services.actors import Actor
from services.clock import now


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Units of a line that the customer was brought together."""

    units: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Returnable:
    """How many units of a line may still be sent back, and until when all of them; None is for
    ever. Where none may, `blocked_by` says why."""

    line: OrderLine
    units: int
    until: datetime | None
    blocked_by: Sequence[Problem]


async def of_orders(actor: Actor, orders: Sequence[Order]) -> list[list[Returnable]]:
    """What of each order may be sent back, line by line."""
    ids = [order.id for order in orders]
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for line in await select(OrderLine, order_id__in=ids):
        lines[line.order_id].append(line)
    came = await _deliveries(ids)
    claimed = await claimed_units.of(line.id for each in lines.values() for line in each)
    at = now()
    return [
        [judge(order, line, came[line.id], at, claimed[line.id]) for line in lines[order.id]]
        for order in orders
    ]


def judge(
    order: Order,
    line: OrderLine,
    deliveries: Sequence[Delivery],
    at: datetime,
    claimed: int,
) -> Returnable:
    """What of a line may be sent back. Each delivery has its own window, and what was sent back
    already counts as of the earliest ones. What is `claimed` is made good as it is."""
    days = policies.current().return_days
    used = line.return_requested
    open_now: list[tuple[int, datetime | None]] = []
    for each in sorted(deliveries, key=lambda delivery: delivery.at):
        gone = min(used, each.units)
        used -= gone
        until = None if days is None else each.at + timedelta(days=days)
        if each.units > gone and (until is None or until > at):
            open_now.append((each.units - gone, until))
    units = sum(count for count, _ in open_now)
    units = min(units, claimed_units.returnable(line, {line.id: claimed}))
    reasons = _reasons(order, line, units, days, claimed)
    return Returnable(
        line=line,
        units=0 if reasons else units,
        until=None if reasons else min((u for _, u in open_now if u is not None), default=None),
        blocked_by=reasons,
    )


def reasons_not_to_request(order: Order, lines: Sequence[Returnable]) -> list[Problem]:
    """Why nothing of an order can be sent back."""
    if any(each.units for each in lines):
        return []
    reasons = [problem.message for each in lines for problem in each.blocked_by]
    message = " ".join(dict.fromkeys(reasons)) or f"{order.number} has no lines."
    return [Blocked(message=message, path=("orderId",))]


def is_over(order: Order, at: datetime) -> bool:
    """Whether nothing of a completed order may be sent back any more."""
    days = policies.current().return_days
    done = order.completed_at
    return days is not None and done is not None and done + timedelta(days=days) <= at


def _reasons(
    order: Order, line: OrderLine, units: int, days: int | None, claimed: int
) -> list[Problem]:
    if order.status is OrderStatus.CLOSED:
        return [Blocked(message="The order is closed; the time for returns is over.")]
    if not line.delivered:
        return [Blocked(message=f"No unit of {line.sku} has been delivered yet.")]
    if line.return_requested >= line.delivered:
        return [Blocked(message=f"Every delivered unit of {line.sku} is in a return already.")]
    if not units and not claimed_units.returnable(line, {line.id: claimed}):
        message = f"Every delivered unit of {line.sku} is in a return or a claim already."
        return [Blocked(message=message)]
    if not units:
        message = f"{line.sku} could be sent back within {days} days of its delivery."
        return [Blocked(message=message)]
    return []


async def _deliveries(order_ids: Sequence[int]) -> dict[int, list[Delivery]]:
    """What arrived of each line."""
    parcels: dict[int, datetime] = {
        row.id: row.delivered_at
        for row in await select(Shipment, order_id__in=order_ids)
        if row.status is ShipmentStatus.DELIVERED and row.delivered_at is not None
    }
    found: dict[int, list[Delivery]] = defaultdict(list)
    boxed = await select(ShipmentLine, shipment_id__in=sorted(parcels)) if parcels else []
    for each in boxed:
        delivery = Delivery(units=each.quantity, at=parcels[each.shipment_id])
        found[each.line_id].append(delivery)
    return found

"""When an order has to be paid, and what waits until it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Subquery

from models import Hold, HoldKind, Order, OrderChannel, OrderStatus, PaymentStatus
from models.errors import Blocked, Problem
from services import holds, policies
from services.actors import Actor
from services.balances import Sums
from services.clock import now

# Marketplaces are paid before they tell us, companies by invoice.
PAID_FIRST = frozenset({OrderChannel.ONLINE, OrderChannel.PHONE, OrderChannel.IN_PERSON})
# At a counter the money is due at once: this is for taking it.
AT_THE_COUNTER = timedelta(minutes=15)
UNPAID = "It is not paid or authorized in full yet."
DISPUTED = "The customer's bank has taken money back."
# From here on it is too late to wait for the money.
WAITING = {OrderStatus.PLACED, OrderStatus.CONFIRMED}
UNDER_WAY = {*WAITING, OrderStatus.IN_PROGRESS}


def due_at(order: Order) -> datetime | None:
    """By when an order that is placed has to be paid; None where that is no condition."""
    hours = policies.current().payment_due_hours
    if hours is None or order.channel not in PAID_FIRST or order.placed_at is None:
        return None
    counter = order.channel is OrderChannel.IN_PERSON
    due: datetime = order.placed_at + (AT_THE_COUNTER if counter else timedelta(hours=hours))
    return due


async def agree(actor: Actor, order: Order) -> None:
    """Have an order that is just placed wait for its money, where the policy wants that."""
    if policies.current().payment_required:
        await follow(actor, order, Sums(), may_hold=True)


async def follow(actor: Actor, order: Order, sums: Sums, *, may_hold: bool) -> None:
    """Hold an order that is not covered or is disputed, and let it go on once that is over.

    Only what takes money away may hold it for want of money: somebody may have let it go on
    without.
    """
    required = policies.current().payment_required and order.channel in PAID_FIRST
    unpaid = required and order.status in WAITING and not sums.covers(order.price)
    if order.status in UNDER_WAY and sums.disputed > 0:
        await holds.keep(actor, order, HoldKind.PAYMENT, DISPUTED)
    elif may_hold or not unpaid:
        await holds.keep(actor, order, HoldKind.PAYMENT, UNPAID if unpaid else "")


async def overdue(at: datetime, limit: int) -> Sequence[int]:
    """Placed orders that are neither paid nor authorized in full, though the time is over."""
    late = Order.filter(
        status=OrderStatus.PLACED,
        payment_due_at__lte=at,
        total__gt=F("allowance") + _paid(),
    )
    ids: list[Any] = (
        await late.order_by("payment_due_at", "id").limit(limit).values_list("id", flat=True)
    )
    return ids


async def ready(at: datetime, limit: int) -> Sequence[int]:
    """Placed orders that are covered and not held, where the policy confirms those by itself."""
    if not policies.current().auto_confirm:
        return []
    covered = Order.filter(
        status=OrderStatus.PLACED,
        total__lte=F("allowance") + _paid(),
    ).exclude(payment_status=PaymentStatus.DISPUTED)
    held = Subquery(Hold.filter(released_at=None).values("order_id"))
    ids: list[Any] = (
        await covered.exclude(id__in=held).order_by("id").limit(limit).values_list("id", flat=True)
    )
    return ids


def _paid() -> Any:
    return F("authorized") + F("captured") - F("refunded") + F("courtesy")


def reasons_not_to_expire(order: Order) -> list[Problem]:
    if not order.may_become(OrderStatus.EXPIRED):
        return [order.wrong_status(OrderStatus.EXPIRED)]
    if order.payment_due_at is None or order.payment_due_at > now():
        return [Blocked(message=f"{order.number} may still be paid.", path=("id",))]
    if order.authorized >= order.balance_due:
        return [Blocked(message=f"{order.number} is paid or authorized.", path=("id",))]
    return []

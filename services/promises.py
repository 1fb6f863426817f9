"""Promises: when a customer will have everything, and what is done to keep that.

An order is promised for its own shipping method or, while nobody has chosen one, for the default
method or else the cheapest that goes there. A promise is kept as long as it can be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import Fulfillment, FulfillmentStatus, Order, OrderLine, OrderStatus, Promise
from models.errors import Blocked, Problem
from models.rows import store_all
from models.statements import select
from services import lot_supplies, policies, scopes, shipping_options
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.departures import PLACED
from services.facts.promises import OrderPromised, PromiseChanged
from services.inputs import Inputs
from services.shipping_options import Consignment, Offer, ShippingOption

FINISHED = {FulfillmentStatus.HANDED_OVER, FulfillmentStatus.CANCELLED}
GIVEN_UP = {OrderStatus.CANCELLED, OrderStatus.EXPIRED}
AT_PLACEMENT = "When it was placed."
MOST_TEXT = 500


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """With which method an order is sent, what of it, and when that would arrive."""

    offer: Offer
    goods: Consignment
    option: ShippingOption


@dataclass(frozen=True)
class _Date:
    promised_at: datetime
    dispatch_by: datetime | None
    method_id: int | None


@operation
async def agree(actor: Actor, order_id: int, *, promised_at: datetime, reason: str) -> Order:
    """Promise another date, as agreed with the customer."""
    order = await scopes.take(actor, Order, order_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=MOST_TEXT)
    inputs.moment(promised_at, "promisedAt")
    for problem in reasons_not_to_promise(order):
        inputs.add(problem)
    inputs.refuse()
    lines = await select(OrderLine, order_id=order.id)
    method_id, dispatch_by = order.shipping_method_id, order.dispatch_by
    if (found := await _prospect(order, lines)) is not None:
        method_id = found.option.method.id
        dispatch_by = shipping_options.deadline(found.offer, found.goods, promised_at)
    await _promise(actor, order, _Date(promised_at, dispatch_by, method_id), reason)
    await order.store()
    return order


async def make(actor: Actor, order: Order, lines: Sequence[OrderLine]) -> None:
    """Promise an order that is being placed a date; the caller holds its lock and stores it.

    Without a method that goes there, nothing is promised.
    """
    if (found := await _prospect(order, lines)) is not None:
        await _promise(actor, order, _date(found.option), AT_PLACEMENT)


async def revise(actor: Actor, order: Order, reason: str, *, freely: bool = False) -> None:
    """Promise another date where the one that was promised can no longer be kept or, `freely`,
    whatever becomes of it now, as after the choice of another method.

    The caller holds the order's lock and is an operation. What has left already is past changing.
    """
    lines = await select(OrderLine, order_id=order.id)
    if order.status not in PLACED or all(line.shipped == line.remaining for line in lines):
        return
    if (found := await _prospect(order, lines)) is None:
        return
    possible = found.option.promised_at
    if not freely and order.promised_at is not None and possible <= order.promised_at:
        return
    if possible == order.promised_at:
        # Another method may need it earlier, or later, to keep the same promise.
        order.dispatch_by = found.option.dispatch_by
        await _hurry(order)
    else:
        await _promise(actor, order, _date(found.option), reason)
    await order.store()


async def late(actor: Actor, orders: Sequence[Order]) -> list[bool]:
    """Of which orders what was promised last has passed, or had before all was received."""
    return [is_late(order, now()) for order in orders]


async def delivery_day(order: Order) -> date:
    """On which day an order is delivered as promised or, while nothing is, as it would be; one
    that is late cannot be any more before what is ordered now."""
    if order.promised_at is not None:
        return max(order.promised_at.date(), lot_supplies.soonest())
    lines = await select(OrderLine, order_id=order.id)
    found = await _prospect(order, lines)
    return found.option.promised_at.date() if found else lot_supplies.soonest()


def is_late(order: Order, at: datetime) -> bool:
    if order.promised_at is None or order.status in GIVEN_UP:
        return False
    return (order.completed_at or at) > order.promised_at


def reasons_not_to_promise(order: Order) -> list[Problem]:
    if order.status in PLACED:
        return []
    status = order.status.spoken
    message = f"{order.number} is {status}; dates are promised from placing to receipt."
    return [Blocked(message=message, path=("id",))]


def _date(option: ShippingOption) -> _Date:
    return _Date(option.promised_at, option.dispatch_by, option.method.id)


async def _promise(actor: Actor, order: Order, date: _Date, reason: str) -> None:
    before, moment = order.promised_at, now()
    promised_at, dispatch_by = date.promised_at, date.dispatch_by
    order.promised_at, order.dispatch_by = promised_at, dispatch_by
    order.first_promised_at = order.first_promised_at or promised_at
    # What was just placed has nothing to be late with yet.
    soon = timedelta(minutes=policies.current().evaluation_minutes)
    order.evaluate_at = moment + soon if before is None else moment
    await Promise.create(
        order_id=order.id,
        promised_at=promised_at,
        dispatch_by=dispatch_by,
        shipping_method_id=date.method_id,
        reason=reason[:MOST_TEXT],
        actor=actor.label,
        made_at=moment,
    )
    # Work is planned when an order is confirmed; until then there is none.
    if order.status is not OrderStatus.PLACED:
        await _hurry(order)
    about = {"order_id": order.id, "customer_id": order.customer_id, "promised_at": promised_at}
    if before is None:
        announce(actor, OrderPromised(**about))
    else:
        announce(actor, PromiseChanged(**about, promised_before=before, promise_reason=reason))


async def _prospect(order: Order, lines: Sequence[OrderLine]) -> Prospect | None:
    offered = await shipping_options.offers(and_also=order.shipping_method_id)
    if not offered or order.ship_to is None:
        return None
    goods = await shipping_options.consignment(order, lines)
    found = shipping_options.options(offered, goods)
    if order.shipping_method_id is None:
        option = shipping_options.usual(found)
    else:
        option = shipping_options.option_of(found, order.shipping_method_id)
    if option is None:
        return None
    offer = next(each for each in offered if each.method.id == option.method.id)
    return Prospect(offer=offer, goods=goods, option=option)


async def _hurry(order: Order) -> None:
    """Let the work on an order be handed over when the order is to be."""
    work = await Fulfillment.filter(order_id=order.id).exclude(status__in=FINISHED).order_by("id")
    for each in work:
        each.dispatch_by = order.dispatch_by or each.dispatch_by
    await store_all(work, "dispatch_by")

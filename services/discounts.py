"""Discounts: give one on an order or on one of its lines, and take it back."""

from decimal import Decimal

from models import Discount, Order, OrderLine, OrderStatus
from models.errors import Blocked, DiscountLimit, Problem, refuse_any
from services import payments, policies, pricing, scopes
from services.actors import Actor, Permission
from services.amounts import WHOLE, half_up, percent
from services.commit import announce, operation
from services.facts.prices import DiscountFact, DiscountGiven, DiscountTakenBack
from services.inputs import Inputs

OVER = {
    OrderStatus.COMPLETED,
    OrderStatus.CLOSED,
    OrderStatus.CANCELLED,
    OrderStatus.EXPIRED,
}
MOST_DISCOUNTS = 100


@operation
async def give(
    actor: Actor,
    order_id: int,
    *,
    reason: str,
    line_id: int | None = None,
    rate: Decimal | None = None,
    amount: tuple[Decimal, str] | None = None,
) -> Order:
    """Take a percentage or an amount off an order, spread over its lines, or off one of them.

    It is taken off what the discounts before it have left. Refused with a DiscountLimitError
    where all discounts together are more than the caller's role may give.
    """
    order = await scopes.take(actor, Order, order_id, "orderId")
    row = await _checked(order, line_id, reason, rate, amount)
    row.order_id, row.actor = order.id, actor.label
    await row.save()
    lines = await OrderLine.filter(order_id=order.id).order_by("id")
    await pricing.reprice(order, lines)
    where = "amount" if row.rate is None else "percent"
    refuse_any(_beyond_limit(actor, order, lines, row, where))
    await payments.settle(actor, order)

    return _announce(actor, DiscountGiven, order, row)


@operation
async def take_back(actor: Actor, discount_id: int) -> Order:
    """Take a discount off an order again."""
    row = await scopes.find(actor, Discount, discount_id)
    order = await scopes.take(actor, Order, row.order_id)
    row = await scopes.find(actor, Discount, discount_id)
    refuse_any(reasons_not_to_discount(order))
    await row.delete()
    lines = await OrderLine.filter(order_id=order.id).order_by("id")
    await pricing.reprice(order, lines)
    await payments.settle(actor, order)

    return _announce(actor, DiscountTakenBack, order, row)


def reasons_not_to_discount(order: Order, *path: str) -> list[Problem]:
    if order.status not in OVER:
        return []
    message = f"{order.number} is {order.status.spoken}; what it costs is settled."
    return [Blocked(message=message, path=path or ("id",))]


def limit_of(actor: Actor) -> int:
    """How much of a value an actor may take off, in millionths."""
    policy = policies.current()
    if actor.may(Permission.ORDERS_DISCOUNT_MORE):
        return round(policy.manager_discount_percent * 10_000)
    return round(policy.clerk_discount_percent * 10_000)


async def _checked(
    order: Order,
    line_id: int | None,
    reason: str,
    rate: Decimal | None,
    amount: tuple[Decimal, str] | None,
) -> Discount:
    inputs = Inputs()
    row = Discount(
        order_id=order.id,
        currency=order.currency,
        reason=inputs.text(reason, "reason", most=500),
        actor="",
    )
    if (rate is None) is (amount is None):
        inputs.wrong("Give a percent or an amount, one of them.", "percent")
    elif rate is not None:
        row.rate = inputs.percent(rate, "percent")
    elif amount is not None:
        row.amount, currency = inputs.money(*amount, "amount", least=1)
        if currency != order.currency:
            inputs.wrong(f"The order is in {order.currency}.", "amount", "currency")
    for problem in reasons_not_to_discount(order, "orderId"):
        inputs.add(problem)
    if await Discount.filter(order_id=order.id).count() >= MOST_DISCOUNTS:
        inputs.wrong(f"An order has at most {MOST_DISCOUNTS} discounts.", "orderId")
    if line_id is not None:
        line = await OrderLine.get_or_none(id=line_id, order_id=order.id)
        if line is None:
            inputs.add(scopes.not_found(OrderLine, ("lineId",)))
        row.line_id = line_id
    inputs.refuse()
    return row


def _beyond_limit(
    actor: Actor, order: Order, lines: list[OrderLine], row: Discount, path: str
) -> list[Problem]:
    """All discounts on the order count, and those on the line that is discounted: two small ones
    are a large one."""
    limit = limit_of(actor)
    sums = [(order.subtotal, order.discount_total)]
    sums += [
        (line.unit_price * line.remaining, line.discount)
        for line in lines
        if line.id == row.line_id
    ]
    # What the limit itself comes to is rounded like a discount, so that exactly it may be given.
    wanted = [
        half_up(off * WHOLE, value) for value, off in sums if off > half_up(value * limit, WHOLE)
    ]
    if not wanted:
        return []
    message = (
        f"You may give {percent(limit)} in all; this makes it {percent(max(wanted))}. "
        "Ask somebody who may give more."
    )
    return [DiscountLimit(message=message, path=(path,), limit=limit, wanted=max(wanted))]


def _announce(actor: Actor, fact: type[DiscountFact], order: Order, row: Discount) -> Order:
    announce(
        actor,
        fact(
            order_id=order.id,
            customer_id=order.customer_id,
            discount_reason=row.reason,
            order_total=order.total,
        ),
    )
    return order

"""Order lines: add, update, cancel and remove them, before an order is placed and after."""

from collections.abc import Sequence

from models import Order, OrderLine, OrderStatus, Variant
from models.errors import Blocked, Problem, Refused, refuse_any
from models.statements import select
from services import consequences, order_units, orders, records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.orders import (
    OrderLineAdded,
    OrderLineCancelled,
    OrderLineFact,
    OrderLineRemoved,
    OrderLineUpdated,
)
from services.goods import MOST_LINES, NO_CURRENCY, LineDraft, agreed, check, variant_of
from services.inputs import Inputs
from services.order_units import OPEN


@operation
async def add(
    actor: Actor, order_id: int, draft: LineDraft, *, allow_backorder: bool = False
) -> Order:
    """Add a variant to an order at its price of today. Of an order that was placed its units are
    reserved at once, and planned where the order is confirmed.

    Refused with OutOfStockError where too few units are available; with `allowBackorder` what is
    missing of a variant that allows it waits.
    """
    order = await _editable(actor, order_id, "orderId")
    inputs = Inputs()
    check(inputs, draft)
    if await OrderLine.filter(order_id=order.id).count() >= MOST_LINES:
        inputs.wrong(f"An order has at most {MOST_LINES} lines.", "variantId")
    inputs.refuse()
    variant = await variant_of(actor, draft)
    records.refuse_archived(variant, "variantId")
    # The first line says which currency the order is in, unless that was chosen before.
    if order.currency == NO_CURRENCY:
        order.currency = variant.currency
    line = OrderLine(**agreed(order, draft, variant))
    await line.save()
    lines = await select(OrderLine, order_id=order.id)
    line = _of(lines, line.id)
    if order.status in OPEN:
        wanted = [(line, line.ordered)]
        await order_units.set_aside(actor, order, wanted, backorder=allow_backorder)
    reason = f"{line.ordered} × {line.sku} were added."
    await consequences.follow(actor, order, lines, reason, touched=[line], path="variantId")

    return _announce(actor, OrderLineAdded, order, line)


@operation
async def update(
    actor: Actor, line_id: int, *, quantity: int, allow_backorder: bool = False
) -> Order:
    """Change how many units of a line are wanted. Of an order that was placed more are reserved at
    once, and fewer given back, as far as nobody has been handed them to pick."""
    seen = await scopes.take(actor, OrderLine, line_id)
    order = await _editable(actor, seen.order_id)
    inputs = Inputs()
    inputs.number(quantity, "quantity")
    inputs.refuse()
    lines = await select(OrderLine, order_id=order.id)
    line = _of(lines, seen.id)
    before = line.ordered
    if order.status in OPEN:
        await _change(actor, order, line, quantity, backorder=allow_backorder)
    line.ordered = quantity
    reason = f"{quantity} × {line.sku} are wanted in place of {before}."
    await consequences.follow(actor, order, lines, reason, touched=[line], path="quantity")

    return _announce(actor, OrderLineUpdated, order, line)


@operation
async def remove(actor: Actor, line_id: int) -> Order:
    """Take a line out of an order. Of an order that was placed it stays to be seen, with all of its
    units cancelled, as long as nobody has been handed them to pick."""
    seen = await scopes.take(actor, OrderLine, line_id)
    order = await _editable(actor, seen.order_id)
    lines = await select(OrderLine, order_id=order.id)
    line = _of(lines, seen.id)
    if order.status in OPEN:
        refuse_any(await _reasons_not_to_remove(order, line, lines))
        await order_units.cancel(actor, order, [(line, line.remaining)])
    else:
        await line.delete()
        lines.remove(line)
    reason = f"{line.sku} was removed."
    await consequences.follow(actor, order, lines, reason, touched=[line])

    return _announce(actor, OrderLineRemoved, order, line)


@operation
async def cancel(actor: Actor, line_id: int, *, quantity: int, reason: str) -> Order:
    """Give up units of a line of an order that was placed: their stock and their money are given
    back. With the last units of an order the whole order is cancelled.

    Refused for units that somebody has been handed to pick.
    """
    seen = await scopes.take(actor, OrderLine, line_id)
    order = await Order.get(id=seen.order_id)
    lines = await select(OrderLine, order_id=order.id)
    line = _of(lines, seen.id)
    inputs = Inputs()
    inputs.number(quantity, "quantity")
    reason = inputs.text(reason, "reason", most=500)
    inputs.refuse()
    refuse_any(reasons_not_to_cancel(order, line))
    if quantity == sum(each.remaining for each in lines) == line.remaining:
        return await orders.cancel(actor, order.id, reason=reason)
    kept = await order_units.kept_for(order)
    refuse_any(reasons_not_to_cancel_any(order, lines, order_units.free_of(lines, kept)))
    refuse_any(order_units.reasons_not_to_give_back(order, line, quantity, kept, "quantity"))
    await order_units.cancel(actor, order, [(line, quantity)])
    why = f"{quantity} × {line.sku} were cancelled: {reason}"
    await consequences.follow(actor, order, lines, why, touched=[line])

    announce(
        actor,
        OrderLineCancelled(
            order_id=order.id,
            customer_id=order.customer_id,
            sku=line.sku,
            quantity=quantity,
            cancel_reason=reason,
        ),
    )
    return order


def reasons_not_to_cancel(order: Order, line: OrderLine) -> list[Problem]:
    if order.status in OPEN and line.remaining:
        return []
    if order.status in OPEN:
        return [Blocked(message="Every unit of this line is cancelled already.", path=("id",))]
    is_draft = order.status is OrderStatus.DRAFT
    why = "a draft; update or remove the line" if is_draft else order.status.spoken
    message = f"Units of {order.number} cannot be cancelled: it is {why}."
    return [orders.not_editable(order, message)]


def reasons_not_to_cancel_any(order: Order, lines: Sequence[OrderLine], free: int) -> list[Problem]:
    """Why no unit of an order can be cancelled, of which so many are free; nothing where some
    can."""
    reasons = [reasons_not_to_cancel(order, line) for line in lines]
    if reasons and all(reasons):
        return reasons[0]
    return order_units.reasons_none_is_free(order, free) if lines else []


async def _reasons_not_to_remove(
    order: Order, line: OrderLine, lines: Sequence[OrderLine]
) -> list[Problem]:
    if problems := reasons_not_to_cancel(order, line):
        return problems
    if line.remaining == sum(each.remaining for each in lines):
        message = f"{line.sku} is all that is left of {order.number}. Cancel the order instead."
        return [Blocked(message=message, path=("id",))]
    kept = await order_units.kept_for(order)
    return order_units.reasons_not_to_give_back(order, line, line.remaining, kept, "id")


async def _change(
    actor: Actor, order: Order, line: OrderLine, quantity: int, *, backorder: bool
) -> None:
    """Reserve or give back what a line of an open order is to have more or less."""
    if quantity <= line.cancelled:
        message = f"{line.cancelled} units of it are cancelled. Give more, or remove the line."
        raise Refused(Problem(message=message, path=("quantity",)))
    more = quantity - line.ordered
    if more > 0:
        records.refuse_archived(await Variant.get(id=line.variant_id), "id")
        line.ordered = quantity
        await order_units.set_aside(actor, order, [(line, more)], backorder=backorder)
    elif more < 0:
        kept = await order_units.kept_for(order)
        refuse_any(order_units.reasons_not_to_give_back(order, line, -more, kept, "quantity"))
        await order_units.give_back(actor, order, [(line, -more)])


def _of(lines: Sequence[OrderLine], line_id: int) -> OrderLine:
    return next(line for line in lines if line.id == line_id)


async def _editable(actor: Actor, order_id: int, *path: str) -> Order:
    order = await scopes.take(actor, Order, order_id, *path)
    refuse_any(orders.reasons_not_to_edit(order, *path))
    return order


def _announce(actor: Actor, fact: type[OrderLineFact], order: Order, line: OrderLine) -> Order:
    announce(
        actor,
        fact(
            order_id=order.id,
            customer_id=order.customer_id,
            sku=line.sku,
            quantity=line.ordered,
        ),
    )
    return order

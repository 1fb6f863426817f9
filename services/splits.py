"""Splits: units of an order become an order of their own beside it, with their stock."""

from collections.abc import Mapping, Sequence

from models import Hold, Order, OrderLine, OrderStatus
from models.errors import Blocked, NotFound, Problem, Refused, invalid, refuse_any
from models.statements import select
from services import consequences, holds, moves, order_units, payment_terms, promises, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.orders import OrderSplit, OrderSplitOff
from services.inputs import Inputs
from services.order_units import PLANNED, KeptByLine
from services.reservations import LineUnits

# What the new order has in common with the one it is split from.
COPIED = (
    *("customer_id", "channel", "source", "currency", "prices_include_tax", "ship_to", "bill_to"),
    *("note", "placed_at", "confirmed_at", "allocation_policy", "shipping_method_id"),
    *("fraud_score", "fraud_review", "fraud_signals", "fraud_decided_by", "fraud_note"),
)


@operation
async def split(actor: Actor, order_id: int, *, units: Mapping[int, int]) -> Order:
    """Move units of lines to a new order beside this one, such as what has to wait beside what can
    go now. Their stock, prices and place in the queue go with them, and so does their part of
    discounts; the shipping charge stays.

    Refused while the order is held, and for units that somebody has been handed to pick.
    """
    order = await scopes.take(actor, Order, order_id)
    lines = await select(OrderLine, order_id=order.id)
    kept = await order_units.kept_for(order)
    free = order_units.free_of(lines, kept)
    refuse_any(reasons_not_to_split(order, lines, free, await holds.active(order)))
    wanted = _wanted(order, lines, units)
    _refuse_handed_out(order, wanted, list(units), kept)
    fresh = await _beside(actor, order)
    await moves.move(actor, order, fresh, wanted)
    reason = f"It was split: {fresh.number} has the rest."
    await consequences.follow(actor, order, lines, reason, touched=lines)
    await _settle_in(actor, order, fresh)

    about = {"customer_id": order.customer_id}
    announce(actor, OrderSplit(order_id=order.id, into_order_id=fresh.id, **about))
    announce(actor, OrderSplitOff(order_id=fresh.id, from_order_id=order.id, **about))
    return order


async def _beside(actor: Actor, order: Order) -> Order:
    """A new order that has all in common with another but its lines."""
    status = OrderStatus.CONFIRMED if order.status in PLANNED else order.status
    fresh = Order(
        **{name: getattr(order, name) for name in COPIED},
        status=status,
        keyed_by=actor.label,
        split_from_id=order.id,
    )
    fresh.payment_due_at = payment_terms.due_at(fresh)
    await fresh.save()
    await moves.copy_accepted_issues(order, fresh)
    return fresh


async def _settle_in(actor: Actor, order: Order, fresh: Order) -> None:
    """Price and promise the new order, and have it wait for its money where that is wanted."""
    lines = await select(OrderLine, order_id=fresh.id)
    await promises.make(actor, fresh, lines)
    reason = f"It was split from {order.number}."
    await consequences.follow(actor, fresh, lines, reason, touched=lines)
    await payment_terms.agree(actor, fresh)


def _wanted(
    order: Order, lines: Sequence[OrderLine], units: Mapping[int, int]
) -> list[tuple[OrderLine, int]]:
    """The lines and how many units of each are to go; everything wrong is refused at once."""
    inputs = Inputs()
    by_id = {line.id: line for line in lines}
    if not units:
        inputs.wrong("Say which units are to go.", "lines")
    for n, (line_id, quantity) in enumerate(units.items()):
        if line_id not in by_id:
            message = f"{order.number} has no such line."
            inputs.add(NotFound(message=message, path=("lines", n, "lineId")))
        else:
            most = max(1, by_id[line_id].remaining)
            inputs.number(quantity, "lines", n, "quantity", most=most)
    inputs.refuse()
    wanted = [(line, units[line.id]) for line in lines if line.id in units]
    if sum(count for _, count in wanted) == sum(line.remaining for line in lines):
        raise Refused(invalid("Something has to stay. Leave a unit where it is.", "lines"))
    return wanted


def _refuse_handed_out(
    order: Order, wanted: LineUnits, ids: Sequence[int], kept: KeptByLine
) -> None:
    problems: list[Problem] = []
    for line, count in wanted:
        path = ("lines", ids.index(line.id), "quantity")
        problems += order_units.reasons_not_to_give_back(order, line, count, kept, *path)
    refuse_any(problems)


def reasons_not_to_split(
    order: Order, lines: Sequence[OrderLine], free: int, held: Sequence[Hold]
) -> list[Problem]:
    """`free` is how many of its units nobody has been handed, `held` are its active holds."""
    if problems := moves.reasons_not_to_move(order, held):
        return problems
    if sum(line.remaining for line in lines) == 1:
        return [Blocked(message="There is but one unit. It cannot be split.", path=("id",))]
    return order_units.reasons_none_is_free(order, free)

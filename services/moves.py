"""Moves: units of one order go over to another of the same customer, with all that belongs to
them. Splitting and merging are made of this."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import DataIssue, Discount, Hold, HoldKind, Order, OrderLine
from models.errors import Blocked, Problem
from models.order_lines import OUTSIDE
from models.rows import store_all
from models.statements import select
from services import ledger, order_units, orders, reservations
from services.actors import Actor
from services.order_units import OPEN, PLANNED
from services.reservations import LineUnits

# What a line keeps when it goes over: what was agreed stays agreed.
AGREED = (
    *("variant_id", "sku", "name", "tax_class", "currency", "unit_price", "price_basis"),
    "stated_price",
)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Units of a line that go over, how many of them wait for stock, and the line they make."""

    line: OrderLine
    fresh: OrderLine
    units: int
    waiting: int
    outside: bool


async def move(actor: Actor, giver: Order, taker: Order, wanted: LineUnits) -> None:
    """Let units of lines, none of which anybody was handed to pick, go over to another order.

    The lines of the giver are the caller's to save; those of the taker are new and saved.
    """
    worth = sum(line.total for line in await select(OrderLine, order_id=giver.id))
    moved = [await _go_over(giver, taker, line, units) for line, units in wanted]
    await _hand_on_stock(actor, giver, taker, moved)
    for each in moved:
        await _share_discounts(each)
    await _share_common_discounts(giver, taker, moved, worth)
    for each in moved:
        each.line.cancel_units(each.units, backordered=each.waiting, moved=True)
    for outside in (False, True):
        waiting = [
            (each.fresh, each.waiting) for each in moved if each.waiting and each.outside is outside
        ]
        reason = f"They waited in {giver.number} before."
        await reservations.backorder(actor, taker, waiting, reason=reason, outside=outside)
    if taker.status in PLANNED:
        await order_units.join_work(actor, taker)


def reasons_not_to_move(order: Order, held: Sequence[Hold], *path: str) -> list[Problem]:
    """Why the units of an order have to stay where they are; `held` are its active holds."""
    if order.origin_id is not None:
        message = f"{order.number} exchanges or replaces other goods. It stays whole."
        return [Blocked(message=message, path=path or ("id",))]
    if order.status not in OPEN:
        return [not_open(order, *path)]
    return [
        Blocked(
            code="ON_HOLD",
            message=f"{order.number} is on hold ({hold.kind.spoken}): {hold.reason} "
            "Release it first.",
            path=path or ("id",),
        )
        for hold in held
        if hold.kind is not HoldKind.POSSIBLE_DUPLICATE
    ]


def not_open(order: Order, *path: str) -> Problem:
    message = f"{order.number} is {order.status.spoken}; its units stay where they are."
    return orders.not_editable(order, message, *path)


async def copy_accepted_issues(giver: Order, taker: Order) -> None:
    """What somebody accepted of the one holds for the other, too."""
    for issue in await select(DataIssue, order_id=giver.id, accepted=True):
        await DataIssue.create(
            order_id=taker.id,
            kind=issue.kind,
            path=issue.path,
            message=issue.message,
            sku=issue.sku,
            quantity=issue.quantity,
            stated_price=issue.stated_price,
            resolved_at=issue.resolved_at,
            resolved_by=issue.resolved_by,
            resolution=issue.resolution,
            accepted=True,
        )


async def _go_over(giver: Order, taker: Order, line: OrderLine, units: int) -> Moved:
    fresh = OrderLine(
        **{name: getattr(line, name) for name in AGREED},
        order_id=taker.id,
        ordered=units,
        agreed_for=units,
        reserved=units,
    )
    await fresh.save()
    return Moved(
        line=line,
        fresh=fresh,
        units=units,
        waiting=min(units, line.backordered),
        outside=line.queue_key is not None and line.queue_key >= OUTSIDE,
    )


async def _hand_on_stock(actor: Actor, giver: Order, taker: Order, moved: Sequence[Moved]) -> None:
    """Let the reservations behind the units belong to the other order; no level changes."""
    taken = await order_units.cut_out(
        actor, giver, [(each.line, each.units - each.waiting) for each in moved]
    )
    home = {each.line.id: each.fresh for each in moved}
    places = reservations.by_place(taken)
    for row in taken:
        row.line_id, row.order_id = home[row.line_id].id, taker.id
        row.expires_at = reservations.expiry_of(taker)
    await store_all(taken, "line_id", "order_id", "expires_at")
    note = f"Handed on from {giver.number} to {taker.number}."
    await ledger.hand_on(actor, places, giver=giver.id, taker=taker.id, note=note)


async def _share_discounts(each: Moved) -> None:
    """Discounts of a line go with its units: a percentage as it is, an amount in proportion."""
    for discount in await select(Discount, line_id=each.line.id):
        part = None
        if discount.amount is not None:
            part = discount.amount * each.units // each.line.remaining
            discount.amount -= part
        await _give_part(discount, each.fresh.order_id, each.fresh.id, part)


async def _share_common_discounts(
    giver: Order, taker: Order, moved: Sequence[Moved], worth: int
) -> None:
    """Discounts of the whole order are shared in proportion to what the lines cost."""
    gone = sum(each.line.total * each.units // each.line.remaining for each in moved)
    for discount in await select(Discount, order_id=giver.id, line_id=None):
        part = None
        if discount.amount is not None:
            part = discount.amount * gone // worth if worth else 0
            discount.amount -= part
        await _give_part(discount, taker.id, None, part)


async def _give_part(
    discount: Discount, order_id: int, line_id: int | None, amount: int | None
) -> None:
    if amount != 0:
        await Discount.create(
            order_id=order_id,
            line_id=line_id,
            rate=discount.rate,
            amount=amount,
            currency=discount.currency,
            reason=discount.reason,
            actor=discount.actor,
        )
    if discount.amount == 0:
        await discount.delete()
    elif amount:
        await discount.store()

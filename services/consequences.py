"""What every change of an order brings with it: its price, its issues, its money, its promise."""

from collections.abc import Sequence

from models import Order, OrderLine
from models.rows import store_all
from services import (
    allowances,
    backorders,
    completion,
    duplicates,
    entry,
    payments,
    pricing,
    promises,
    reservations,
)
from services.actors import Actor
from services.order_units import OPEN

# What an edit changes in a line, besides its price.
UNITS = ("ordered", "cancelled", "moved", *reservations.WAITING)


async def follow(
    actor: Actor,
    order: Order,
    lines: Sequence[OrderLine],
    reason: str,
    *,
    touched: Sequence[OrderLine] = (),
    path: str = "id",
) -> None:
    """Price an order anew, look through it again, bring its money in line, and say when it will
    come now. `lines` are all its lines, by id, and `touched` those whose units have changed.

    The caller has locked the order; the order and its lines are stored.
    """
    await pricing.reprice(order, lines, *UNITS, touched=_still(touched, lines), path=path)
    await entry.inspect(actor, order, lines)
    if order.status not in OPEN:
        return
    order.goods_digest = duplicates.digest_of_goods(lines)
    order.place_digest = duplicates.digest_of_place(order.shipping_address)
    await order.save(update_fields=["goods_digest", "place_digest"])
    await backorders.settle(actor, order)
    await allowances.follow(order)
    await payments.settle(actor, order)
    await promises.revise(actor, order, reason)
    await completion.complete_if_received(actor, order, lines)


async def keep_units(lines: Sequence[OrderLine]) -> None:
    """Save what an edit has changed in lines, where they are not priced anew."""
    await store_all(lines, *UNITS)


def _still(touched: Sequence[OrderLine], lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Those that have not been deleted."""
    return [line for line in touched if line in lines]

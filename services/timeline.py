"""The timelines of orders, read from the event log."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tortoise.functions import Count

from models import Event, Order
from models.errors import Refused, invalid
from services.actors import Actor
from services.facts import every_fact
from services.listing import Page, Window, size_of

FACTS = every_fact()


async def of_orders(
    actor: Actor, orders: Sequence[Order], *, first: int | None, after: str | None
) -> list[Page[Event]]:
    """Everything that happened to each order and that the actor may know of, the earliest first, in
    one query for all of them.

    `after` is a cursor of the event log, the same that a subscription takes.
    """
    size, _ = size_of(Window(first=first))
    start = position(after)
    ids = ", ".join(f"{order.id:d}" for order in orders)
    hidden = ", ".join(f"'{kind}'" for kind in _hidden_from(actor)) or "''"
    # One event more than asked for tells whether there are further ones.
    rows: list[Event] = await Event.raw(f"""
        SELECT * FROM (
          SELECT events.*, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY position) AS place
          FROM events
          WHERE order_id IN ({ids}) AND position > {start:d} AND kind NOT IN ({hidden})
        ) AS told WHERE place <= {size + 1:d} ORDER BY position
    """)
    found: dict[int | None, list[Event]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return [_page(found[order.id], size, start) for order in orders]


async def lengths(actor: Actor, orders: Sequence[Order]) -> list[int]:
    """How many events the timeline of each order has."""
    ids = [order.id for order in orders]
    rows: list[Any] = (
        await Event.filter(order_id__in=ids, position__isnull=False)
        .exclude(kind__in=_hidden_from(actor))
        .group_by("order_id")
        .annotate(told=Count("id"))
        .values_list("order_id", "told")
    )
    told = dict(rows)
    return [told.get(order.id, 0) for order in orders]


def position(cursor: str | None) -> int:
    """The position in the event log that a cursor stands for; 0, its beginning, for none."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise Refused(invalid("Give a cursor of the event log, as an event has it.", "after"))
    return int(cursor)


def _hidden_from(actor: Actor) -> list[str]:
    return [name for name, fact in FACTS.items() if not actor.may(fact.NEEDS)]


def _page(rows: list[Event], size: int, start: int) -> Page[Event]:
    return Page(
        rows=rows[:size],
        cursors=[str(row.position) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=start > 0,
    )

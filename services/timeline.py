"""The timelines of orders and customers, read from the event log."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from tortoise.connection import get_connection
from tortoise.functions import Count

from models import Customer, Event, Order
from models.errors import Refused, invalid
from models.statements import select_by_id
from services.actors import Actor
from services.facts import every_fact
from services.listing import Page, Window, size_of

FACTS = every_fact()
# SQLite takes at most 500 queries in one, and a page has 100 customers.
MOST_FORMER = 300


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


async def of_customers(
    actor: Actor, customers: Sequence[Customer], *, first: int | None, after: str | None
) -> list[Page[Event]]:
    """Everything that happened to each customer, and to those who were merged into them, and that
    the actor may know of, the earliest first; found by an index, however much it is."""
    size, _ = size_of(Window(first=first))
    start = position(after)
    hidden = ", ".join(f"'{kind}'" for kind in _hidden_from(actor)) or "''"
    own = await _formerly(customers)
    pages = " UNION ALL ".join(
        f"SELECT id FROM (SELECT id FROM events WHERE customer_id = {each:d} "
        f"AND position > {start:d} AND kind NOT IN ({hidden}) "
        f"ORDER BY position LIMIT {size + 1:d}) AS theirs"
        for each in own
    )
    ids = await get_connection("default").execute_query_dict(pages)
    found: dict[int, list[Event]] = defaultdict(list)
    for event in (await select_by_id(Event, [each["id"] for each in ids])).values():
        found[own[event.customer_id or 0]].append(event)
    return [
        _page(sorted(found[each.id], key=lambda row: row.position or 0), size, start)
        for each in customers
    ]


async def lengths_of_customers(actor: Actor, customers: Sequence[Customer]) -> list[int]:
    """How many events the timeline of each customer has."""
    own = await _formerly(customers)
    rows: list[Any] = (
        await Event.filter(customer_id__in=list(own), position__isnull=False)
        .exclude(kind__in=_hidden_from(actor))
        .group_by("customer_id")
        .annotate(told=Count("id"))
        .values_list("customer_id", "told")
    )
    told: Counter[int] = Counter()
    for customer_id, events in rows:
        told[own[customer_id]] += events
    return [told[each.id] for each in customers]


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


def position(cursor: str | None, path: str = "after") -> int:
    """The position in the event log that a cursor stands for; 0, its beginning, for none."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise Refused(invalid("Give a cursor of the event log, as an event has it.", path))
    return int(cursor)


async def _formerly(customers: Sequence[Customer]) -> dict[int, int]:
    """Whose timeline the events of a customer are in: their own, or that of who they turned out to
    be."""
    own = {each.id: each.id for each in customers}
    former = Customer.filter(merged_into_id__in=list(own)).order_by("-id").limit(MOST_FORMER)
    for row in await former:
        own[row.id] = row.merged_into_id or row.id
    return own


def _hidden_from(actor: Actor) -> list[str]:
    return [name for name, fact in FACTS.items() if not actor.may(fact.NEEDS)]


def _page(rows: list[Event], size: int, start: int) -> Page[Event]:
    return Page(
        rows=rows[:size],
        cursor=lambda row: str(row.position),
        has_next=len(rows) > size,
        has_previous=start > 0,
    )

"""What customers have ordered: their orders, month by month, and what they buy most."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.connection import get_connection
from tortoise.functions import Count

from models import Customer, CustomerMonth, Order, OrderStatus
from models.errors import Refused, invalid
from models.statements import select_by_id
from services.actors import Actor
from services.clock import now
from services.listing import Page, Window, size_of

MOST_MONTHS = 120
MOST_FAVORITES = 10
_STANDS = tuple(
    status
    for status in OrderStatus
    if status not in (OrderStatus.DRAFT, OrderStatus.CANCELLED, OrderStatus.EXPIRED)
)


@dataclass(frozen=True, kw_only=True)
class Favorite:
    """A variant that a customer bought, in how many orders, and how many units that stand."""

    variant_id: int
    orders: int
    units: int


async def orders_of(
    actor: Actor, customers: Sequence[Customer], *, first: int | None, after: str | None
) -> list[Page[Order]]:
    """A page of the orders of each customer, the latest first. Each is found by an index, however
    many orders came before."""
    size, _ = size_of(Window(first=first))
    before = f"AND id < {_place(after):d}" if after is not None else ""
    # One order more than asked for tells whether there are further ones.
    pages = " UNION ALL ".join(
        f"SELECT id FROM (SELECT id FROM orders WHERE customer_id = {each.id:d} {before} "
        f"ORDER BY id DESC LIMIT {size + 1:d}) AS theirs"
        for each in customers
    )
    found = await get_connection("default").execute_query_dict(pages)
    rows = await select_by_id(Order, [each["id"] for each in found])
    by: dict[int, list[Order]] = defaultdict(list)
    for row in sorted(rows.values(), key=lambda row: -row.id):
        by[row.customer_id].append(row)
    return [
        Page(
            rows=by[each.id][:size],
            cursor=lambda row: str(row.id),
            has_next=len(by[each.id]) > size,
            has_previous=after is not None,
        )
        for each in customers
    ]


async def lengths(actor: Actor, customers: Sequence[Customer]) -> list[int]:
    """How many orders each customer has."""
    rows: list[Any] = (
        await Order.filter(customer_id__in=[each.id for each in customers])
        .group_by("customer_id")
        .annotate(count=Count("id"))
        .values_list("customer_id", "count")
    )
    counts = dict(rows)
    return [counts.get(each.id, 0) for each in customers]


async def trends(
    actor: Actor, customers: Sequence[Customer], *, months: int
) -> list[list[CustomerMonth]]:
    """What each customer ordered in each of the last months of UTC, this one included, the
    earliest first; months without an order are left out."""
    if not 1 <= months <= MOST_MONTHS:
        raise Refused(invalid(f"Give 1 to {MOST_MONTHS} months.", "months"))
    rows = await CustomerMonth.filter(
        customer_id__in=[each.id for each in customers], month__gte=_month_before(now(), months - 1)
    ).order_by("month", "currency")
    by: dict[int, list[CustomerMonth]] = defaultdict(list)
    for row in rows:
        by[row.customer_id].append(row)
    return [by[each.id] for each in customers]


async def favorites(actor: Actor, customers: Sequence[Customer]) -> list[list[Favorite]]:
    """The variants that each customer has bought most units of in orders that stand, ten at most.
    All their lines are looked at, and nobody else's."""
    ids = ", ".join(f"{each.id:d}" for each in customers)
    stands = ", ".join(f"'{status}'" for status in _STANDS)
    rows = await get_connection("default").execute_query_dict(f"""
        SELECT * FROM (
          SELECT bought.*, ROW_NUMBER() OVER (
                   PARTITION BY customer_id ORDER BY units DESC, orders DESC, variant_id
                 ) AS place
          FROM (
            SELECT o.customer_id, line.variant_id, COUNT(DISTINCT o.id) AS orders,
                   SUM(line.ordered - line.cancelled) AS units
            FROM orders AS o JOIN order_lines AS line ON line.order_id = o.id
            WHERE o.customer_id IN ({ids}) AND o.status IN ({stands})
              AND line.ordered > line.cancelled
            GROUP BY o.customer_id, line.variant_id
          ) AS bought
        ) AS placed WHERE place <= {MOST_FAVORITES} ORDER BY place
    """)
    by: dict[int, list[Favorite]] = defaultdict(list)
    for row in rows:
        counts = {name: int(row[name]) for name in ("orders", "units")}
        by[row["customer_id"]].append(Favorite(variant_id=row["variant_id"], **counts))
    return [by[each.id] for each in customers]


def _month_before(at: datetime, months: int) -> str:
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return f"{year:04}-{month + 1:02}"


def _place(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        message = "This cursor does not belong to this list. Use one that this list gave you."
        raise Refused(invalid(message, "after"))
    return int(cursor)

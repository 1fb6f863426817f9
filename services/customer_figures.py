"""What customers are worth, kept up to date from the event log as it grows.

Each placed order has a share in the sums of its customer. For every order that a batch of events
concerns, its share is reckoned anew from its rows, and the difference is added to the sums: so to
read an event again comes to the same, and an update costs the same however much was ordered before.

The first time, all orders there are get their shares at once, as the log may no longer go back to
the oldest of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.connection import get_connection

from models import CustomerFigure, CustomerMonth, OrderShare, OrderStatus
from models.rows import store_all
from models.statements import select, update
from services import event_log
from services.clock import now
from services.commit import operation

READER = "customer figures"
BATCH = 500
# So many batches in a row, then it is the turn of other work.
MOST_BATCHES = 10

SUMS = ("orders", "cancelled", "units", "returned", "spent", "allowed")
MONTHLY = ("orders", "units", "spent")
_GIVEN_UP = f"('{OrderStatus.CANCELLED}', '{OrderStatus.EXPIRED}')"

# Stands in a new row until the right time is looked up.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

Sums = Counter[str]
Key = tuple[int, str]
MonthKey = tuple[int, str, str]


async def due(at: datetime, limit: int) -> list[int]:
    """A number for each batch of events that were not read yet."""
    return [*range(min(MOST_BATCHES, -(-await event_log.unread(READER) // BATCH)))]


@operation
async def read_on(_: int) -> None:
    """Take the next events into account."""
    cursor = await event_log.hold(READER)
    if not cursor.position:
        cursor.position = await event_log.last_position()
        await update([cursor], ["position"])
        await _begin()
        return
    events = await event_log.read_on(READER, BATCH)
    await recount({each.order_id for each in events if each.order_id is not None})


async def recount(order_ids: Collection[int]) -> None:
    """Bring the figures of their customers up to date with what has become of orders. Nobody else
    does while the reader is held."""
    if not order_ids:
        return
    fresh = {row.order_id: row for row in await _reckon(order_ids)}
    kept = {row.order_id: row for row in await select(OrderShare, order_id__in=order_ids)}
    changed = [
        (kept.get(key), fresh.get(key))
        for key in sorted({*fresh, *kept})
        if key not in kept or key not in fresh or _content(kept[key]) != _content(fresh[key])
    ]
    await _save_shares(changed)
    await _add(changed)


def shares(ids: str = "", *, month: str = "''") -> str:
    """The query for what orders contribute, all of them or those with some ids; `month` makes the
    month of one."""

    def among(column: str) -> str:
        return f"{column} IN ({ids})" if ids else f"{column} IS NOT NULL"

    return f"""
        SELECT o.id AS order_id, o.customer_id, o.currency, {month} AS month, o.placed_at,
               CASE WHEN o.status IN {_GIVEN_UP} OR o.split_from_id IS NOT NULL
                         OR swap.id IS NOT NULL OR again.replacement_id IS NOT NULL
                    THEN 0 ELSE 1 END AS orders,
               CASE WHEN o.status IN {_GIVEN_UP} AND o.merged_into_id IS NULL
                    THEN 1 ELSE 0 END AS cancelled,
               CASE WHEN o.status IN {_GIVEN_UP} THEN 0 ELSE COALESCE(line.units, 0) END AS units,
               COALESCE(line.returned, 0) AS returned,
               CASE WHEN o.status IN {_GIVEN_UP} OR o.allowance > o.total THEN 0
                    ELSE o.total - o.allowance END AS spent,
               CASE WHEN o.status IN {_GIVEN_UP} THEN 0
                    WHEN o.allowance > o.total THEN o.total ELSE o.allowance END AS allowed
        FROM orders AS o
        LEFT JOIN (
          SELECT order_id, SUM(ordered - cancelled) AS units, SUM(return_received) AS returned
          FROM order_lines WHERE {among("order_id")} GROUP BY order_id
        ) AS line ON line.order_id = o.id
        LEFT JOIN exchanges AS swap ON swap.order_id = o.id
        LEFT JOIN (
          SELECT DISTINCT replacement_id FROM claims WHERE {among("replacement_id")}
        ) AS again ON again.replacement_id = o.id
        WHERE {among("o.id")} AND o.placed_at IS NOT NULL
    """


async def _reckon(order_ids: Iterable[int]) -> list[OrderShare]:
    ids = ", ".join(f"{each:d}" for each in sorted(order_ids))
    query = shares(ids, month=_month())
    rows = await get_connection("default").execute_query_dict(query)
    return [OrderShare(**row) for row in rows]


async def _begin() -> None:
    """Reckon everything from the orders there are, in as many statements for many as for few."""
    connection = get_connection("default")
    for table in ("order_shares", "customer_months", "customer_figures"):
        await connection.execute_query(f"DELETE FROM {table}")
    names = "order_id, customer_id, currency, month, placed_at, " + ", ".join(SUMS)
    await connection.execute_query(
        f"INSERT INTO order_shares ({names}) SELECT {names} FROM ({shares(month=_month())}) AS own "
        "ORDER BY order_id"
    )
    sums = ", ".join(f"SUM({name})" for name in MONTHLY)
    await connection.execute_query(
        f"INSERT INTO customer_months (customer_id, currency, month, {', '.join(MONTHLY)}) "
        f"SELECT customer_id, currency, month, {sums} FROM order_shares "
        "GROUP BY customer_id, currency, month ORDER BY customer_id, month, currency"
    )
    sums = ", ".join(f"SUM({name})" for name in SUMS)
    await connection.execute_query(
        f"INSERT INTO customer_figures (customer_id, currency, {', '.join(SUMS)}, "
        "first_order_at, last_order_at, version, created_at, updated_at) "
        f"SELECT customer_id, currency, {sums}, MIN(placed_at), MAX(placed_at), 1, "
        f"'{now()}', '{now()}' FROM order_shares GROUP BY customer_id, currency "
        "ORDER BY customer_id, currency"
    )


async def give_away(from_id: int, into_id: int) -> None:
    """Count the orders of a customer for another one, to whom they belong from now on."""
    before = await select(OrderShare, customer_id=from_id)
    await OrderShare.filter(customer_id=from_id).update(customer_id=into_id)
    after = await select(OrderShare, id__in=[row.id for row in before]) if before else []
    await _add(list(zip(before, after, strict=True)))
    await CustomerMonth.filter(customer_id=from_id).delete()


async def _look_up_times(figure_ids: Collection[int]) -> None:
    """When the first and the last order of some figures was placed, for each of which an index
    tells it at once. Figures that no order is left in go."""
    ids = ", ".join(f"{each:d}" for each in figure_ids)
    theirs = (
        "FROM order_shares AS own WHERE own.customer_id = customer_figures.customer_id "
        "AND own.currency = customer_figures.currency"
    )
    connection = get_connection("default")
    await connection.execute_query(
        f"DELETE FROM customer_figures WHERE id IN ({ids}) AND NOT EXISTS (SELECT 1 {theirs})"
    )
    await connection.execute_query(
        "UPDATE customer_figures SET "
        f"first_order_at = (SELECT MIN(own.placed_at) {theirs}), "
        f"last_order_at = (SELECT MAX(own.placed_at) {theirs}) WHERE id IN ({ids})"
    )


def _month() -> str:
    is_postgres = get_connection("default").capabilities.dialect == "postgres"
    in_postgres = "TO_CHAR(o.placed_at AT TIME ZONE 'UTC', 'YYYY-MM')"
    return in_postgres if is_postgres else "STRFTIME('%Y-%m', o.placed_at)"


def _content(row: OrderShare) -> tuple[Any, ...]:
    names = ("customer_id", "currency", "month", "placed_at", *SUMS)
    return tuple(getattr(row, name) for name in names)


Changed = Sequence[tuple[OrderShare | None, OrderShare | None]]


async def _save_shares(changed: Changed) -> None:
    await OrderShare.bulk_create([new for old, new in changed if old is None and new is not None])
    gone = [old.id for old, new in changed if old is not None and new is None]
    if gone:
        await OrderShare.filter(id__in=gone).delete()
    kept = []
    for old, new in changed:
        if old is not None and new is not None:
            new.id = old.id
            kept.append(new)
    if kept:
        names = ("customer_id", "currency", "month", "placed_at", *SUMS)
        await update(kept, names)


async def _add(changed: Changed) -> None:
    """Add what has changed to the sums of the customers."""
    totals: dict[Key, Sums] = defaultdict(Counter)
    months: dict[MonthKey, Sums] = defaultdict(Counter)
    for pair in changed:
        for row, sign in zip(pair, (-1, 1), strict=True):
            if row is not None:
                for name in SUMS:
                    totals[row.customer_id, row.currency][name] += sign * getattr(row, name)
                for name in MONTHLY:
                    key = (row.customer_id, row.currency, row.month)
                    months[key][name] += sign * getattr(row, name)
    if totals:
        await _add_totals(totals)
        await _add_months(months)


async def _add_totals(totals: Mapping[Key, Sums]) -> None:
    def key(row: CustomerFigure) -> Key:
        return row.customer_id, row.currency

    known = {
        key(row): row
        for row in await select(CustomerFigure, customer_id__in={each for each, _ in totals})
    }
    new = [
        CustomerFigure(
            customer_id=customer_id, currency=currency, first_order_at=_NEVER, last_order_at=_NEVER
        )
        for customer_id, currency in sorted(totals)
        if (customer_id, currency) not in known
    ]
    await CustomerFigure.bulk_create(new)
    if new:
        ids = {row.customer_id for row in new}
        known = {key(row): row for row in await select(CustomerFigure, customer_id__in=ids)} | known
    rows = [known[each] for each in sorted(totals)]
    _raise(rows, totals, key, SUMS)
    await store_all(rows, *SUMS)
    await _look_up_times([row.id for row in rows])


async def _add_months(months: Mapping[MonthKey, Sums]) -> None:
    def key(row: CustomerMonth) -> MonthKey:
        return row.customer_id, row.currency, row.month

    customers, spans = {each[0] for each in months}, {each[2] for each in months}
    found = await CustomerMonth.filter(customer_id__in=customers, month__in=spans)
    known = {key(row): row for row in found}
    new = [
        CustomerMonth(customer_id=customer_id, currency=currency, month=month)
        for customer_id, currency, month in sorted(months)
        if (customer_id, currency, month) not in known
    ]
    _raise(new, months, key, MONTHLY)
    await CustomerMonth.bulk_create(new)
    old = [known[each] for each in sorted(months) if each in known]
    _raise(old, months, key, MONTHLY)
    if old:
        await update(old, MONTHLY)


def _raise(
    rows: Sequence[Any],
    sums: Mapping[Any, Sums],
    key: Callable[[Any], Any],
    names: Sequence[str],
) -> None:
    for row in rows:
        for name in names:
            setattr(row, name, getattr(row, name) + sums[key(row)][name])

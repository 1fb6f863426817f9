"""A shop whose key figures were kept for years: orders that are long done, and what the journal
says of each, copied inside the database.

The reader itself reads the first thousand, and all others are as these were some days before. So
entries are what rows come to, and the last half year has the same orders on the same days, and as
many cells, however many orders came before.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

from bench import growing
from bench.drivers import Driver, Sqlite
from models import LogCursor, Order, OrderStatus
from models.statements import update
from services import event_log
from services.actors import SYSTEM
from services.commit import announce, operation
from services.facts.orders import OrderCompleted
from services.kpis import reader

# So many orders over the last so many days; each further block of them is another day older, and
# the first of those is all before.
BLOCK = 1_000
DAYS = 180
BEFORE = 200
TABLES = ("orders", "order_lines", "kpi_sources", "kpi_entries", "kpi_cells", "events")
TIMES = ("placed_at", "first_promised_at", "completed_at", "created_at", "updated_at")
# What is large plays no part.
EMPTY = ("price_steps", "fraud_signals", "ship_to")


async def begin(db: Driver) -> None:
    """The first block, read order by order."""
    await growing.grow(db, BLOCK)
    await _complete_all()
    await event_log.take_in()
    await reader.read_all()


@operation
async def _complete_all() -> None:
    today = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    rows = await Order.all().order_by("id")
    for row in rows:
        row.status, row.placed_at = OrderStatus.COMPLETED, today - timedelta(days=row.id % DAYS + 1)
        row.completed_at = row.placed_at + timedelta(hours=20 + row.id % 200)
        row.first_promised_at = row.placed_at + timedelta(days=7)
        announce(SYSTEM, OrderCompleted(order_id=row.id, customer_id=row.customer_id))
    await update(rows, ("status", "placed_at", "completed_at", "first_promised_at"))


async def reach(db: Driver, orders: int) -> int:
    """Copy the first block until there are so many orders; returns how many entries there are."""
    there = await _one(db, "SELECT COUNT(*) FROM orders")
    if there < orders:
        async with _unindexed(db, TABLES):
            await _copy_blocks(db, there // BLOCK, orders // BLOCK)
    await _settle(db)
    return await _one(db, "SELECT COUNT(*) FROM kpi_entries")


async def _settle(db: Driver) -> None:
    """What a database has put off would else be done while something is measured."""
    if isinstance(db, Sqlite):
        await db.rows("ANALYZE")
        await db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        for table in TABLES:
            await db.rows(f"VACUUM ANALYZE {table}")


async def _copy_blocks(db: Driver, first: int, beyond: int) -> None:
    """Some blocks, counted from 0; of each order the last thing that happened to it is an event
    that the reader has read."""
    blocks = _numbers(db, first, beyond)
    last = await event_log.last_position()
    lines = await _one(db, f"SELECT MAX(id) FROM order_lines WHERE order_id <= {BLOCK}")
    order = f"{{}} + block.n * {BLOCK}"
    line = f"{{}} + block.n * {lines}"
    days = f"({BEFORE} + block.n)"
    whose = {"order_id": order.format("row.order_id")}
    known = {"position": f"{last} + (block.n - {first}) * {BLOCK} + row.order_id"}

    of_orders = {name: _earlier(db, f"row.{name}", days) for name in TIMES}
    of_orders |= dict.fromkeys(EMPTY, "'[]'")
    of_orders |= {
        "id": order.format("row.id"),
        "tracking_token": f"'copy ' || ({order.format('row.id')})",
        "external_reference": "NULL",
    }
    await _copy(db, "orders", f"row.id <= {BLOCK}", blocks, of_orders)
    # One line of each is enough to be looked for.
    one = f"SELECT MIN(id) FROM order_lines WHERE order_id <= {BLOCK} GROUP BY order_id"
    await _copy(
        db, "order_lines", f"row.id IN ({one})", blocks, whose | {"id": line.format("row.id")}
    )
    source = whose | {"id": None, "line_id": line.format("row.line_id")}
    await _copy(db, "kpi_sources", f"row.line_id IN ({one})", blocks, source)
    ours = f"row.order_id <= {BLOCK}"
    entry = whose | known | {"id": None, "day": _day_before(db, "row.day", days)}
    await _copy(db, "kpi_entries", ours, blocks, entry)
    event = whose | known | {"id": None, "at": _earlier(db, "row.at", days)}
    await _copy(db, "events", f"row.kind = 'OrderCompleted' AND {ours}", blocks, event)
    await _add_up(db)
    await LogCursor.filter(reader=reader.READER).update(position=await event_log.last_position())


async def _copy(
    db: Driver, table: str, which: str, blocks: str, values: Mapping[str, str | None]
) -> None:
    """Each row once for every block, with other values in some columns; the database gives those
    that are None."""
    columns = [
        name for name in await growing.columns(db, table) if values.get(name, name) is not None
    ]
    told = ", ".join(values.get(name) or f"row.{name}" for name in columns)
    await db.rows(
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {told} FROM {table} AS row CROSS JOIN {blocks} WHERE {which}"
    )


async def _add_up(db: Driver) -> None:
    place = "kpi, day, channel, dimension, dimension_key, bucket"
    await db.rows("DELETE FROM kpi_cells")
    await db.rows(
        f"INSERT INTO kpi_cells ({place}, numerator, denominator) "
        f"SELECT {place}, SUM(numerator), SUM(denominator) FROM kpi_entries GROUP BY {place}"
    )


@asynccontextmanager
async def _unindexed(db: Driver, tables: Sequence[str]) -> AsyncIterator[None]:
    """Make the indexes of tables anew afterwards: a row at a time that takes many times as long."""
    made = []
    for table in tables:
        of_table = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = $1"
            if isinstance(db, Sqlite)
            else "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = $1"
        )
        made += [
            (name, sql)
            for name, sql in await db.rows(of_table, table)
            if sql is not None and "UNIQUE" not in sql
        ]
    # In kibibytes, or the like: they sort as much at once.
    if isinstance(db, Sqlite):
        await db.rows("PRAGMA cache_size = -500000")
    else:
        await db.rows("SET maintenance_work_mem = '500MB'")
    for name, _ in made:
        await db.rows(f'DROP INDEX "{name}"')
    yield
    for _, sql in made:
        await db.rows(sql)
    if isinstance(db, Sqlite):
        await db.rows("PRAGMA cache_size = -2000")


def _numbers(db: Driver, first: int, beyond: int) -> str:
    if isinstance(db, Sqlite):
        return (
            f"(WITH RECURSIVE counted(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM counted "
            f"WHERE n + 1 < {beyond}) SELECT n FROM counted) AS block"
        )
    return f"generate_series({first}, {beyond - 1}) AS block(n)"


def _earlier(db: Driver, moment: str, days: str) -> str:
    if isinstance(db, Sqlite):
        return f"date(substr({moment}, 1, 10), '-' || {days} || ' days') || substr({moment}, 11)"
    return f"{moment} - make_interval(hours => 24 * {days})"


def _day_before(db: Driver, day: str, days: str) -> str:
    if isinstance(db, Sqlite):
        return f"date({day}, '-' || {days} || ' days')"
    return f"{day} - {days}"


async def _one(db: Driver, sql: str) -> int:
    found: int = (await db.rows(sql))[0][0]
    return found

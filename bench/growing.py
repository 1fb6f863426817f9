"""A shop with a long past: its orders and their lines, copied inside the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.drivers import Driver, Sqlite

# What the copies do not have of the order they are copies of: every twentieth is not completed,
# every tenth is of the first customer, and one in a hundred has a note.
OF_ORDER = {
    "tracking_token": "'copy ' || {id}",
    "external_reference": "NULL",
    "status": "CASE WHEN {id} % 20 = 0 THEN 'confirmed' ELSE 'completed' END",
    "channel": "CASE WHEN {id} % 7 = 0 THEN 'phone' ELSE 'online' END",
    "customer_id": "CASE WHEN {id} % 10 = 0 THEN 1 ELSE 2 + {id} % 4999 END",
    "total": "total + {id} % 9973",
    "note": "CASE WHEN {id} % 100 = 0 THEN 'Leave it with neighbor ' || {id} ELSE '' END",
}


async def grow(db: Driver, orders: int) -> None:
    """Copy the orders there are until there are so many; each copy has lines of its own."""
    if await _count(db) >= orders:
        return
    async with _without_indexes(db, "orders", "order_lines"):
        while (there := await _count(db)) < orders:
            more = min(there, orders - there)
            last = await _last(db, "orders")
            first = (await db.rows("SELECT MIN(id) FROM orders"))[0][0]
            shift = last - first + 1
            lines = (await _last(db, "order_lines")) + 1
            own = {name: text.format(id=f"(id + {shift})") for name, text in OF_ORDER.items()}
            await _copy(db, "orders", f"id < {first + more}", shift, own)
            theirs = {"order_id": f"order_id + {shift}"}
            await _copy(db, "order_lines", f"order_id < {first + more}", lines, theirs)
    await db.rows("ANALYZE")


@asynccontextmanager
async def _without_indexes(db: Driver, *tables: str) -> AsyncIterator[None]:
    """To make an index of many rows at once takes a fraction of keeping it row by row."""
    names = ", ".join(f"'{table}'" for table in tables)
    if isinstance(db, Sqlite):
        found = await db.rows(
            "SELECT name, sql FROM sqlite_master "
            f"WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({names})"
        )
    else:
        # Those that belong to a constraint can only go with it.
        found = await db.rows(
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({names}) "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
    indexes = [tuple(row) for row in found]
    for name, _ in indexes:
        await db.rows(f'DROP INDEX "{name}"')
    yield
    for _, statement in indexes:
        await db.rows(statement)


async def _copy(db: Driver, table: str, which: str, shift: int, own: dict[str, str]) -> None:
    names = await columns(db, table)
    values = [f"id + {shift}" if name == "id" else own.get(name, name) for name in names]
    await db.rows(
        f"INSERT INTO {table} ({', '.join(names)}) "
        f"SELECT {', '.join(values)} FROM {table} WHERE {which}"
    )


async def columns(db: Driver, table: str) -> list[str]:
    """The names of the columns of a table."""
    if isinstance(db, Sqlite):
        return [row[1] for row in await db.rows(f"PRAGMA table_info({table})")]
    found = await db.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1", table
    )
    return [row[0] for row in found]


async def _count(db: Driver) -> int:
    count: int = (await db.rows("SELECT COUNT(*) FROM orders"))[0][0]
    return count


async def _last(db: Driver, table: str) -> int:
    last: int = (await db.rows(f"SELECT MAX(id) FROM {table}"))[0][0]
    return last

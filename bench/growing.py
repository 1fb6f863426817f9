"""A shop with a long past: its orders and their lines, copied inside the database."""

from bench.drivers import Driver, Sqlite

# Two rows may not have the same.
UNIQUE = {"tracking_token": "'copy ' || {id}", "external_reference": "NULL"}


async def grow(db: Driver, orders: int) -> None:
    """Copy the orders there are until there are so many; each copy has lines of its own."""
    while (there := await _count(db)) < orders:
        more = min(there, orders - there)
        last = await _last(db, "orders")
        first = (await db.rows("SELECT MIN(id) FROM orders"))[0][0]
        shift = last - first + 1
        lines = (await _last(db, "order_lines")) + 1
        await _copy(db, "orders", f"id < {first + more}", shift, {})
        await _copy(db, "order_lines", f"order_id < {first + more}", lines, {"order_id": shift})
    await db.rows("ANALYZE")


async def _copy(db: Driver, table: str, which: str, shift: int, shifted: dict[str, int]) -> None:
    names = await columns(db, table)
    values = [
        f"id + {shift}"
        if name == "id"
        else f"{name} + {shifted[name]}"
        if name in shifted
        else UNIQUE[name].format(id=f"(id + {shift})")
        if name in UNIQUE
        else name
        for name in names
    ]
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

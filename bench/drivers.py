"""The two drivers under Waybill's ORM, as a program that had no ORM would use them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import cache
from typing import Any, Protocol

import aiosqlite
import asyncpg


class Reader(Protocol):
    async def rows(self, sql: str, *values: Any) -> Sequence[Any]: ...


class Driver(Reader, Protocol):
    """`lock` is what a SELECT ends with to lock its rows; `statements` counts."""

    lock: str
    statements: int

    def transaction(self) -> AbstractAsyncContextManager[Any]: ...


class Postgres:
    lock = " FOR UPDATE OF s"

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection, self.statements = connection, 0
        self.transaction = connection.transaction

    async def rows(self, sql: str, *values: Any) -> Sequence[Any]:
        self.statements += 1
        return await self.connection.fetch(sql, *values)


class Pool:
    """Many connections, for a server that only reads."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def rows(self, sql: str, *values: Any) -> Sequence[Any]:
        return await self.pool.fetch(sql, *values)


class Sqlite:
    lock = ""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.connection, self.statements = connection, 0

    async def rows(self, sql: str, *values: Any) -> Sequence[Any]:
        self.statements += 1
        known = [str(each) if isinstance(each, datetime) else each for each in values]
        return list(await self.connection.execute_fetchall(sql.replace("$", "?"), known))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        await self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            await self.connection.execute("ROLLBACK")
            raise
        await self.connection.execute("COMMIT")


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Driver]:
    if url.startswith("sqlite:"):
        path = url.removeprefix("sqlite://")
        async with aiosqlite.connect(path, isolation_level=None, timeout=10) as connection:
            await connection.execute("PRAGMA journal_mode=WAL")
            await connection.execute("PRAGMA synchronous=NORMAL")
            yield Sqlite(connection)
    else:
        postgres = await asyncpg.connect(url)
        try:
            yield Postgres(postgres)
        finally:
            await postgres.close()


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Reader]:
    """For a server that reads for many callers at once."""
    if url.startswith("sqlite:"):
        async with connected(url) as driver:
            yield driver
    else:
        # As many connections as Waybill has, which does not undo what nobody sets either.
        async with asyncpg.create_pool(url, min_size=1, max_size=10, reset=_leave) as pool:
            yield Pool(pool)


async def _leave(_: object) -> None:
    pass


async def insert(db: Driver, table: str, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Rows with the same columns, in one statement; returns their ids."""
    sql = _insert(table, tuple(rows[0]), len(rows))
    return [
        row[0] for row in await db.rows(sql, *(value for row in rows for value in row.values()))
    ]


@cache
def _insert(table: str, columns: tuple[str, ...], rows: int) -> str:
    width = len(columns)
    places = (
        f"({', '.join(f'${row * width + n}' for n in range(1, width + 1))})" for row in range(rows)
    )
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join(places)} RETURNING id"

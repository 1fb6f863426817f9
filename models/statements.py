"""The reads and writes that every step needs, with their SQL made once.

Tortoise builds the SQL of a query anew each time, which takes it three times as long as the rest
of the query. These few shapes make up most of what a step asks.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import count
from typing import Any, TypeVar

import orjson
from tortoise.backends.base.executor import BaseExecutor
from tortoise.connection import get_connection
from tortoise.models import Model

M = TypeVar("M", bound=Model)


async def select(kind: type[M], /, *, locked: bool = False, **where: Any) -> list[M]:
    """The rows of a kind whose columns have these values, in the order of their ids.

    A column named with `__in` has one of many ids, one that is None has none. Locked, nobody else
    can change them until the transaction is over; SQLite has a single writer, and no such lock.
    """
    executor = _executor(kind)
    dialect = executor.db.capabilities.dialect
    empty = frozenset(name for name, value in where.items() if value is None)
    sql = _select(kind, tuple(where), empty, locked and dialect == "postgres", dialect)
    values = [_given(name, where[name], dialect) for name in where if name not in empty]
    found: list[M] = await executor.execute_select(sql, values)
    return found


async def select_one(kind: type[M], /, *, locked: bool = False, **where: Any) -> M | None:
    """The one row whose columns have these values, or None where there is none."""
    return next(iter(await select(kind, locked=locked, **where)), None)


async def get(kind: type[M], row_id: int, *, locked: bool = False) -> M:
    """The row with an id, which there is."""
    [row] = await select(kind, locked=locked, id=row_id)
    return row


async def select_by_id(kind: type[M], ids: Iterable[int]) -> dict[int, M]:
    """Those rows with these ids that there are, by id."""
    wanted = set(ids)
    return {row.pk: row for row in await select(kind, id__in=wanted)} if wanted else {}


async def select_after(kind: type[M], column: str, after: int, *, limit: int) -> list[M]:
    """The next rows in the order of a column that counts up."""
    executor = _executor(kind)
    columns = _columns(kind)
    sql = (
        f"SELECT {columns} FROM {kind._meta.db_table} WHERE {column} > $1 "
        f"ORDER BY {column} LIMIT {limit:d}"
    )
    found: list[M] = await executor.execute_select(sql, [after])
    return found


async def update(rows: Sequence[Model], names: Iterable[str]) -> None:
    """Write the named columns of rows of one kind, in one round trip."""
    names = tuple(names)
    kind = type(rows[0])
    executor = _executor(kind)
    columns = [(name, kind._meta.fields_map[name].to_db_value) for name in names]
    values = [
        [*(to_db_value(getattr(row, name), row) for name, to_db_value in columns), row.pk]
        for row in rows
    ]
    await executor.db.execute_many(executor.get_update_sql(names, None), values)


def _executor(kind: type[Model]) -> BaseExecutor:
    connection = get_connection("default")
    return connection.executor_class(model=kind, db=connection)


@cache
def _select(
    kind: type[Model], names: tuple[str, ...], empty: frozenset[str], locked: bool, dialect: str
) -> str:
    places = count(1)
    conditions = " AND ".join(
        f"{name} IS NULL" if name in empty else _condition(name, f"${next(places)}", dialect)
        for name in names
    )
    lock = " FOR UPDATE" if locked else ""
    table = kind._meta.db_table
    return f"SELECT {_columns(kind)} FROM {table} WHERE {conditions} ORDER BY id{lock}"


@cache
def _columns(kind: type[Model]) -> str:
    return ", ".join(kind._meta.fields_db_projection.values())


def _condition(name: str, place: str, dialect: str) -> str:
    column, _, among = name.partition("__")
    if not among:
        return f"{column} = {place}"
    if dialect == "postgres":
        return f"{column} = ANY({place})"
    return f"{column} IN (SELECT value FROM json_each({place}))"


def _given(name: str, value: Any, dialect: str) -> Any:
    if not name.endswith("__in"):
        return value
    return list(value) if dialect == "postgres" else orjson.dumps(list(value)).decode()

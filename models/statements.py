"""The reads and writes that every step needs, with their SQL made once.

Tortoise builds the SQL of a query anew each time, which takes it three times as long as the rest
of the query. These few shapes make up most of what a step asks.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any, TypeVar

import orjson
from tortoise.backends.base.executor import BaseExecutor
from tortoise.connection import get_connection
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.models import Model

M = TypeVar("M", bound=Model)
N = TypeVar("N", bound=Model)


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


async def select_kept(kind: type[M], row_id: int) -> M | None:
    """The row with an id, if any, that nobody else can lock until the transaction is over; many
    can keep it at once. SQLite has a single writer."""
    executor = _executor(kind)
    lock = " FOR KEY SHARE" if executor.db.capabilities.dialect == "postgres" else ""
    sql = f"SELECT {_columns(kind)} FROM {kind._meta.db_table} WHERE id = $1{lock}"
    return next(iter(await executor.execute_select(sql, [row_id])), None)


async def select_by_id(kind: type[M], ids: Iterable[int]) -> dict[int, M]:
    """Those rows with these ids that there are, by id."""
    wanted = set(ids)
    return {row.pk: row for row in await select(kind, id__in=wanted)} if wanted else {}


async def select_columns(kind: type[M], columns: tuple[str, ...], /, **where: Any) -> list[M]:
    """Like `select`, but the rows have only these columns, which are read alone.

    To make a whole row takes longer than anything else about it. Statuses and kinds are left as
    the texts they are kept as, which equal them; nothing but reading may be done with such rows.
    """
    executor = _executor(kind)
    dialect = executor.db.capabilities.dialect
    sql = _select(kind, tuple(where), frozenset(), False, dialect, columns)
    _, found = await executor.db.execute_query(
        sql, [_given(name, value, dialect) for name, value in where.items()]
    )
    return bare_rows(kind, columns, found)


async def select_beside(
    first: type[M], one: tuple[str, ...], second: type[N], other: tuple[str, ...], /, **where: Any
) -> list[tuple[M, N]]:
    """Rows of one kind whose columns have these values, with the row of another kind that their
    column of its name leads to; both have only the named columns, as those of `select_columns`."""
    executor = _executor(first)
    sql = _select_beside(first, one, second, other, tuple(where))
    _, found = await executor.db.execute_query(sql, list(where.values()))
    values = [tuple(row) for row in found]
    return list(
        zip(
            bare_rows(first, one, values),
            bare_rows(second, other, [row[len(one) :] for row in values]),
            strict=True,
        )
    )


def bare_rows(kind: type[M], columns: tuple[str, ...], found: Iterable[Any]) -> list[M]:
    """Rows that have only these columns, of what a driver found, in the same order."""
    rows: list[M] = _maker(kind, columns)(found)
    return rows


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


async def select_last(
    kind: type[M], column: str, ids: Iterable[int], *, time: str, at: datetime
) -> list[M]:
    """For each of many ids in a column the row that was the newest at a moment, if any. An index
    over the column, the time and the id finds it at once, however many came before or after."""
    executor = _executor(kind)
    dialect = executor.db.capabilities.dialect
    table = kind._meta.db_table
    among = "unnest($2::bigint[])" if dialect == "postgres" else "json_each($2)"
    name = "id" if dialect == "postgres" else "value"
    sql = (
        f"SELECT {_columns(kind)} FROM {table} WHERE id IN (SELECT ("
        f"SELECT id FROM {table} AS each WHERE each.{column} = wanted.{name} "
        f"AND each.{time} <= $1 ORDER BY each.{time} DESC, each.id DESC LIMIT 1"
        f") FROM {among} AS wanted{'(id)' if dialect == 'postgres' else ''}) ORDER BY id"
    )
    # SQLite counts places in the order in which they first stand there.
    values = [at.astimezone(UTC), _given(f"{column}__in", ids, dialect)]
    found: list[M] = await executor.execute_select(sql, values)
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
def _maker(kind: type[Model], columns: tuple[str, ...]) -> Any:
    """A function that makes such rows; what is no plain value is read as Tortoise reads it."""
    names: dict[str, Any] = {"new": kind.__new__, "kind": kind, "vars": vars}
    parts = []
    for place, column in enumerate(columns):
        field = kind._meta.fields_map[column]
        is_plain = field.field_type in (int, str) or isinstance(field, CharEnumFieldInstance)
        names[f"read{place}"] = field.to_python_value
        parts.append(f"{column!r}: " + (f"r[{place}]" if is_plain else f"read{place}(r[{place}])"))
    exec(
        "def make(found):\n"
        "    rows = []\n"
        "    for r in found:\n"
        "        row = new(kind)\n"
        f"        vars(row).update({{{', '.join(parts)}}})\n"
        "        rows.append(row)\n"
        "    return rows",
        names,
    )
    return names["make"]


@cache
def _select(
    kind: type[Model],
    names: tuple[str, ...],
    empty: frozenset[str],
    locked: bool,
    dialect: str,
    columns: tuple[str, ...] | None = None,
) -> str:
    places = count(1)
    conditions = " AND ".join(
        f"{name} IS NULL" if name in empty else _condition(name, f"${next(places)}", dialect)
        for name in names
    )
    lock = " FOR UPDATE" if locked else ""
    table = kind._meta.db_table
    read = _columns(kind) if columns is None else ", ".join(columns)
    return f"SELECT {read} FROM {table} WHERE {conditions} ORDER BY id{lock}"


@cache
def _select_beside(
    first: type[Model],
    one: tuple[str, ...],
    second: type[Model],
    other: tuple[str, ...],
    names: tuple[str, ...],
) -> str:
    columns = ", ".join([*(f"first.{name}" for name in one), *(f"second.{name}" for name in other)])
    conditions = " AND ".join(f"first.{name} = ${place}" for place, name in enumerate(names, 1))
    return (
        f"SELECT {columns} FROM {first._meta.db_table} AS first "
        f"JOIN {second._meta.db_table} AS second ON second.id = first.{second.__name__.lower()}_id "
        f"WHERE {conditions} ORDER BY first.id"
    )


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

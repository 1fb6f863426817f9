"""Pages of rows, forwards and backwards, by keyset: a page costs the same wherever it begins."""

import base64
import binascii
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from math import isfinite
from typing import Any, Generic, TypeVar

import orjson
from tortoise.expressions import Q, Subquery
from tortoise.fields.base import Field
from tortoise.fields.relational import RelationalField
from tortoise.models import Model
from tortoise.queryset import QuerySet

from models import Row
from models.errors import Problem, Refused, invalid
from models.statements import bare_rows
from services import policies
from services.inputs import storable

PAGE_DEFAULT = 20
# Characters that are looked for in a column which has no most of its own.
MOST_SOUGHT = 1_000

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Sort:
    """Sorted by a column and then by id, as many rows may share a value."""

    column: str = "id"
    descending: bool = True

    @classmethod
    def of(cls, text: str) -> "Sort":
        """`-total` is by total, the highest first."""
        return cls(column=text.removeprefix("-"), descending=text.startswith("-"))


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which page: `first` after a cursor, or `last` before one."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, kw_only=True)
class Page(Generic[M]):
    """`cursor` says where a row of it stands."""

    rows: Sequence[M]
    cursor: Callable[[M], str]
    has_next: bool
    has_previous: bool


async def page(
    query: QuerySet[M],
    sort: Sort,
    window: Window,
    columns: Collection[str] | None = None,
    ways: Sequence[Q] | None = None,
) -> Page[M]:
    """One page, of rows with all columns or only with these, to be read and nothing else; where
    there are ways to find them, of those that are found in one of them. Refuses sizes and cursors
    that make no sense."""
    size, backwards = size_of(window)
    after = _place(window.after, sort, query.model, "after")
    before = _place(window.before, sort, query.model, "before")
    wanted = query
    if after is not None:
        wanted = wanted.filter(_beyond(sort.column, after, descending=sort.descending))
    if before is not None:
        wanted = wanted.filter(_beyond(sort.column, before, descending=not sort.descending))
    sign = "-" if sort.descending != backwards else ""
    keys = [sign + key for key in dict.fromkeys((sort.column, "id"))]
    if ways is not None and size:
        wanted = wanted.filter(id__in=await _first(wanted.order_by(*keys).limit(size + 1), ways))
    # One row more than asked for tells whether there is another page.
    rows = await _rows(wanted.order_by(*keys).limit(size + 1), sort, columns) if size else []
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows=rows,
        cursor=partial(_cursor, sort=sort),
        has_next=before is not None if backwards else more,
        has_previous=more if backwards else after is not None,
    )


async def _rows(query: QuerySet[M], sort: Sort, columns: Collection[str] | None) -> list[M]:
    if columns is None:
        return list(await query)
    read = tuple(sorted({*columns, sort.column, "id"}))
    found: Any = await query.values_list(*read)
    return bare_rows(query.model, read, found)


async def _first(query: QuerySet[M], ways: Sequence[Q]) -> set[int]:
    """The ids of the first rows for each of these ways, among which are the first of all. Each is
    looked for by itself, as no index finds what one of several columns holds, in order."""
    return {row_id for way in ways for row_id in await _ids(query.filter(way))}


async def _ids(query: QuerySet[M]) -> list[int]:
    found: Any = await query.values_list("id", flat=True)
    return list(found)


def size_of(window: Window) -> tuple[int, bool]:
    """How many rows a page has, and whether it is read from the end."""
    if window.first is not None and window.last is not None:
        raise Refused(invalid("Give `first` or `last`, not both.", "last"))
    backwards = window.last is not None
    size = window.last if backwards else window.first
    most = policies.current().page_limit
    size = min(PAGE_DEFAULT, most) if size is None else size
    if not 0 <= size <= most:
        message = f"A page has 0 to {most} rows; {size} were asked for."
        path = ("last" if backwards else "first",)
        raise Refused(Problem(code="PAGE_LIMIT", message=message, path=path))
    return size, backwards


def _beyond(column: str, position: tuple[Any, int], *, descending: bool) -> Q:
    value, row_id = position
    than = "lt" if descending else "gt"
    if column == "id":
        return Q(id__lt=row_id) if descending else Q(id__gt=row_id)
    # Rows without a value sort as PostgreSQL and SQLite differ, so sorts are offered on columns
    # that always have one.
    later: dict[str, Any] = {f"{column}__{than}": value}
    tied: dict[str, Any] = {column: value, f"id__{than}": row_id}
    return Q(**later) | Q(**tied)


def _cursor(row: Model, sort: Sort) -> str:
    content = orjson.dumps([sort.column, getattr(row, sort.column), row.pk])
    return base64.urlsafe_b64encode(content).decode()


def _place(cursor: str | None, sort: Sort, kind: type[Model], path: str) -> tuple[Any, int] | None:
    """The value and id a cursor of this list stands for."""
    if cursor is None:
        return None
    try:
        column, value, row_id = orjson.loads(base64.b64decode(cursor, b"-_", validate=True))
        if column != sort.column or not _is_id(row_id):
            raise ValueError(column)
        value = _read(value, kind._meta.fields_map[column])
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        message = "This cursor does not belong to this list. Use one that this list gave you."
        raise Refused(invalid(message, path)) from error
    return value, row_id


def _read(value: Any, column: Field[Any]) -> Any:
    """A value out of a cursor; raises ValueError for one that its column cannot have."""
    kind = column.field_type
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    fits = {
        int: lambda: _is_id(abs(value)),
        float: lambda: isfinite(value),
        str: lambda: storable(value, _most_of(column)),
    }
    if type(value) is not kind or not fits[kind]():
        raise ValueError(value)
    return value


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def search(text: str, kind: type[Model], columns: Sequence[str]) -> list[Q]:
    """The ways to find rows by a text: their number is that, or it stands in one of the columns,
    in any case."""
    number = kind.id_of(text) if issubclass(kind, Row) else None
    ways = [] if number is None else [Q(id=number)]
    ways += [_holding(text, kind, column) for column in columns if _can_hold(kind, column, text)]
    return ways or [Q(id__in=())]


def _holding(text: str, kind: type[Model], column: str) -> Q:
    """Rows with a text in a column. Where that is one of another table, the rows of that are
    found first: those who search for a name mean few people, who have few orders."""
    name, _, rest = column.partition("__")
    if not rest:
        contains: dict[str, Any] = {f"{name}__icontains": text}
        return Q(**contains)
    related: type[Model] = kind._meta.fields_map[name].related_model  # type: ignore[attr-defined]
    found = related.filter(_holding(text, related, rest)).values("id")
    leads: dict[str, Any] = {f"{name}_id__in": Subquery(found)}
    return Q(**leads)


def matching(query: QuerySet[M], conditions: Mapping[str, Any]) -> QuerySet[M]:
    """Only rows for which every condition holds: Tortoise lookups and their values."""
    if all(_can_hold(query.model, lookup, value) for lookup, value in conditions.items()):
        return query.filter(**conditions) if conditions else query
    return query.filter(id__in=())


def _can_hold(kind: type[Model], lookup: str, value: Any) -> bool:
    """Whether any row could have it: a text that is too long for its column is not to be looked
    for, as Tortoise raises for it, and SQLite for a pattern made of it."""
    if not isinstance(value, str):
        return True
    field = None
    for name in lookup.split("__"):
        field = kind._meta.fields_map.get(name, field)
        if isinstance(field, RelationalField):
            kind = field.related_model
    return storable(value, _most_of(field))


def _most_of(column: object) -> int:
    """Characters of the longest text that is looked for in a column."""
    most: int = getattr(column, "max_length", MOST_SOUGHT)
    return most

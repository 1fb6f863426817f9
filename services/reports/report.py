"""What a report is: columns, parameters, and where its rows come from, page by page."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import OrderChannel, Row
from models.lifecycle import Status
from services import scopes
from services.actors import Actor, Permission
from services.money import to_decimal

# So many rows are read at once, and so many are in memory.
PAGE = 1_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class Parameter(Status):
    """What a report can be narrowed to; the value is how it is called in an address."""

    FROM = "from", "From this day, in UTC, or this moment on: 2026-01-31 or 2026-01-31T12:00:00Z."
    TO = "to", "Before this day, in UTC, or this moment."
    LOCATION = "location", "Only there: a location's number or code."
    CHANNEL = "channel", "Only what came this way, such as ONLINE."
    STATUS = "status", "Only what is in this status, such as PLACED."
    VARIANT = "variant", "Only of this: a variant's number or stock keeping unit."
    SUPPLIER = "supplier", "Only of this supplier: their number or code."
    CUSTOMER = "customer", "Only of this customer, by their number."


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a report is narrowed to. Without a beginning or an end it has none."""

    since: datetime | None = None
    until: datetime | None = None
    location_id: int | None = None
    channel: OrderChannel | None = None
    status: Status | None = None
    variant_id: int | None = None
    supplier_id: int | None = None
    customer_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One value of each row: what is read from the database for it, and what is made of that."""

    name: str
    description: str
    of: Callable[[Any], Any]
    reads: tuple[str, ...] = ()


Pages = AsyncIterator[Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class Report:
    """A table that can be downloaded. Its `statuses` are what its parameter of that name takes."""

    name: str
    description: str
    needs: frozenset[Permission]
    columns: tuple[Column, ...]
    parameters: tuple[Parameter, ...]
    pages: Callable[[Actor, Given], Pages] = field(repr=False)
    statuses: type[Status] | None = None


_WHERE = {
    Parameter.LOCATION: "location_id",
    Parameter.CHANNEL: "channel",
    Parameter.STATUS: "status",
    Parameter.VARIANT: "variant_id",
    Parameter.SUPPLIER: "supplier_id",
    Parameter.CUSTOMER: "customer_id",
}


def value(name: str, description: str, *, path: str | None = None) -> Column:
    """A column of the row, or what stands at a path from it."""
    read = path or name
    return Column(name=name, description=description, of=lambda row: row[read], reads=(read,))


def word(name: str, kind: type[Status], description: str) -> Column:
    """A status or a kind, by its name in the API."""
    return Column(
        name=name,
        description=description,
        of=lambda row: None if row[name] is None else kind(row[name]).name,  # type: ignore[call-arg]
        reads=(name,),
    )


def money(name: str, description: str, *, currency: str = "currency") -> Column:
    """An amount that is kept in minor units, in units of its currency."""
    return Column(
        name=name,
        description=description,
        of=lambda row: amount(row[name], row[currency]),
        reads=(name, currency),
    )


def number(name: str, kind: type[Row], description: str, *, path: str = "id") -> Column:
    """The number that people know a row by."""
    return Column(
        name=name,
        description=description,
        of=lambda row: None if row[path] is None else kind.number_of(row[path]),
        reads=(path,),
    )


def amount(minor_units: int | None, currency: str) -> Decimal | None:
    return None if minor_units is None else to_decimal(minor_units, currency)


def listing(
    name: str,
    kind: type[Row],
    description: str,
    *,
    by: str,
    needs: frozenset[Permission],
    columns: Sequence[Column],
    parameters: Sequence[Parameter] = (),
    only: Mapping[str, Any] | None = None,
    statuses: type[Status] | None = None,
) -> Report:
    """A report of the rows of a kind, a line for each, in the order of an indexed time `by`, or of
    their ids."""
    reads = tuple(dict.fromkeys(read for each in columns for read in each.reads))

    async def pages(actor: Actor, given: Given) -> Pages:
        query = narrowed(scopes.visible(actor, kind), given, parameters, by, **(only or {}))
        async for rows in keyed(query, by, reads):
            yield [dict(zip(reads, row[2:], strict=True)) for row in rows]

    periods = () if by == "id" else (Parameter.FROM, Parameter.TO)
    return Report(
        name=name,
        description=description,
        needs=needs | {Permission.KPIS_READ, scopes.SCOPES[kind].permission},
        columns=tuple(columns),
        parameters=(*periods, *parameters),
        pages=pages,
        statuses=statuses,
    )


def narrowed(
    query: QuerySet[Any],
    given: Given,
    parameters: Sequence[Parameter],
    by: str,
    **only: Any,
) -> QuerySet[Any]:
    """Only the rows that a report is narrowed to."""
    where: dict[str, Any] = dict(only)
    if by != "id":
        # Always bounded, so that rows without that time are left out on every database.
        where |= {f"{by}__gte": given.since or EARLIEST, f"{by}__lt": given.until or LATEST}
    for each in parameters:
        wanted = getattr(given, _WHERE[each])
        if wanted is not None:
            where[_WHERE[each]] = wanted
    return query.filter(**where) if where else query


async def keyed(query: QuerySet[Any], by: str, reads: Sequence[str]) -> AsyncIterator[list[Any]]:
    """The rows of a query in the order of a column, a page at a time, each begun where the one
    before it ended; each row is its value there, its id, and what is to be read."""
    last: tuple[Any, int] | None = None
    while True:
        page = query if last is None else query.filter(_beyond(by, *last))
        order = ("id",) if by == "id" else (by, "id")
        rows: list[Any] = list(
            await page.order_by(*order).limit(PAGE).values_list(by, "id", *reads)
        )
        if rows:
            last = rows[-1][0], rows[-1][1]
            yield rows
        if len(rows) < PAGE:
            return


def _beyond(by: str, reached: Any, row_id: int) -> Q:
    if by == "id":
        return Q(id__gt=row_id)
    later: dict[str, Any] = {f"{by}__gt": reached}
    tied: dict[str, Any] = {by: reached, "id__gt": row_id}
    # The bound by itself is what an index can be entered by.
    bound: dict[str, Any] = {f"{by}__gte": reached}
    return Q(**bound) & (Q(**later) | Q(**tied))

"""Lists as connections: pages of rows, filtered, searched and sorted, each declared in a line."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import fields
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from tortoise.expressions import Q
from tortoise.models import Model

from api.context import Info
from api.fields import column, computed
from api.nodes import decode
from api.permissions import Needs, require
from api.types.enums import publish
from models import Row
from models.lifecycle import Status
from services import listing, scopes
from services.actors import Actor, Permission
from services.listing import Page, Window

T = TypeVar("T")

First = Annotated[
    int | None, strawberry.argument(description="How many rows from the start, at most 100.")
]
After = Annotated[str | None, strawberry.argument(description="Only rows after this cursor.")]
Last = Annotated[
    int | None, strawberry.argument(description="How many rows from the end, at most 100.")
]
Before = Annotated[str | None, strawberry.argument(description="Only rows before this cursor.")]
Search = Annotated[
    str | None, strawberry.argument(description="Only rows with this number or text.")
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = column("Whether rows follow this page.")
    has_previous_page: bool = column("Whether rows come before this page.")
    start_cursor: str | None = column("The cursor of the first row of this page.")
    end_cursor: str | None = column("The cursor of the last row of this page.")


@strawberry.type(description="A row in a list.")
class Edge(Generic[T]):
    cursor: str = column("Where the row stands in this list.")
    node: T = column("The row.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    page: strawberry.Private[Page[Any]]
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    edges: list[Edge[T]] = computed(
        lambda root: _edges(root.page), "The rows of this page with their cursors."
    )
    nodes: list[T] = computed(lambda root: root.page.rows, "The rows of this page.")
    page_info: PageInfo = computed(
        lambda root: _page_info(root.page), "Where this page stands in the list."
    )

    @strawberry.field(description="How many rows the whole list has; counted only when asked.")
    async def total_count(self) -> int:
        return await self.count()


def _edges(page: Page[Any]) -> list[Edge[Any]]:
    return [Edge(cursor=page.cursor(row), node=row) for row in page.rows]


def _page_info(page: Page[Any]) -> PageInfo:
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursor(page.rows[0]) if page.rows else None,
        end_cursor=page.cursor(page.rows[-1]) if page.rows else None,
    )


class ById(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."


publish(ById, "How lists are sorted that are only read by age.")


def condition(
    lookup: str | Callable[[Any], Q],
    description: str,
    *,
    of: type[Row] | None = None,
    needs: Permission | None = None,
) -> Any:
    """A condition of a filter: a lookup of the row's columns, or what makes one of the value
    given; `of` names the kind of an id. Where the columns are not for everybody who sees the rows,
    it `needs` what they do, as else one could find out by asking."""
    return strawberry.field(
        description=description,
        default=None,
        metadata={"lookup": lookup, "of": of, "needs": needs},
    )


def listed(
    kind: type[Model],
    description: str,
    *,
    filter: type,
    sort: type[Status],
    search: Sequence[str],
    only: Mapping[str, Any] | None = None,
) -> Any:
    """A root field that lists the rows of a kind which the caller may see; `only` those for which
    some lookups always hold."""
    default = next(iter(sort))

    async def resolve(
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        search: Search = None,
        filter: Any = None,
        sort: Any = default,
    ) -> Any:
        permit(info.context.actor, filter)
        query = listing.matching(scopes.visible(info.context.actor, kind), only or {})
        query = listing.matching(query, conditions(filter))
        query = query.filter(*demands(filter))
        text = (search or "").strip()
        ways = listing.search(text, kind, columns) if text else None
        window = Window(first=first, after=after, last=last, before=before)
        looked_at = info.context.columns.get(info.path.key)
        page = await listing.page(query, listing.Sort.of(sort), window, looked_at, ways)
        found = query if ways is None else query.filter(Q(*ways, join_type=Q.OR))
        return Connection(page=page, count=found.count)

    columns = tuple(search)
    resolve.__annotations__["filter"] = Annotated[
        filter | None, strawberry.argument(description="Only rows for which all of this holds.")
    ]
    resolve.__annotations__["sort"] = Annotated[
        sort, strawberry.argument(description="In which order.")
    ]
    return strawberry.field(
        resolver=resolve,
        description=description,
        extensions=[Needs(scopes.SCOPES[kind].permission)],
        metadata={"search": columns},
    )


def permit(actor: Actor, filter: Any) -> None:
    """Raise where a condition was given that is not for this caller."""
    for each in fields(filter) if filter is not None else ():
        if getattr(filter, each.name) is not None and each.metadata["needs"] is not None:
            require(actor, each.metadata["needs"])


def conditions(filter: Any) -> dict[str, Any]:
    """The lookups of a filter for what was given."""
    found: dict[str, Any] = {}
    for each in fields(filter) if filter is not None else ():
        value = getattr(filter, each.name)
        if value is not None:
            lookup, of = each.metadata["lookup"], each.metadata["of"]
            if isinstance(lookup, str):
                found[lookup] = value if of is None else decode(of, value)
    return found


def demands(filter: Any) -> list[Q]:
    """What the conditions that are more than a lookup make of what was given."""
    given = [] if filter is None else fields(filter)
    made = ((each.metadata["lookup"], getattr(filter, each.name)) for each in given)
    return [
        lookup(value) for lookup, value in made if value is not None and not isinstance(lookup, str)
    ]

"""Any record by its id, and how far the event log goes."""

from collections import defaultdict
from typing import Annotated, Any

import strawberry

from api.context import Info
from api.nodes import Node, locate
from api.permissions import require
from models import Row
from models.errors import Refused, invalid
from services import scopes
from services.live import live

MOST_NODES = 100

Id = Annotated[strawberry.ID, strawberry.argument(description="An id, or a number like ORD-1042.")]
Ids = Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 ids or numbers.")]


@strawberry.type
class NodeQueries:
    @strawberry.field(
        description="A record by its id; null where there is none you may see.",
        graphql_type=Node | None,
    )
    async def node(self, info: Info, id: Id) -> Any:
        require(info.context.actor, None)
        [row] = await _find(info, [id])
        return row

    @strawberry.field(
        description="Records by their ids, in the same order; null where there is none.",
        graphql_type=list[Node | None],
    )
    async def nodes(self, info: Info, ids: Ids) -> Any:
        require(info.context.actor, None)
        if len(ids) > MOST_NODES:
            raise Refused(invalid(f"Give at most {MOST_NODES} ids.", "ids"))
        return await _find(info, ids)

    @strawberry.field(
        description="The end of the event log. Read it before what you show, then subscribe with "
        "it as `after`: nothing falls in between."
    )
    async def cursor(self, info: Info) -> str:
        require(info.context.actor, None)
        return str(live.position)


async def _find(info: Info, given: list[strawberry.ID]) -> list[Row | None]:
    located = [locate(each) for each in given]
    wanted: dict[type[Row], list[int]] = defaultdict(list)
    for place in located:
        if place is not None:
            wanted[place[0]].append(place[1])
    found = {
        kind: await scopes.find_all(info.context.actor, kind, ids) for kind, ids in wanted.items()
    }
    return [None if place is None else found[place[0]].get(place[1]) for place in located]

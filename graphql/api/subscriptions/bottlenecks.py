"""Where work piles up, live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import strawberry

from api.context import Info
from api.fields import column
from api.permissions import require
from api.queries.insight import LocationId, place
from api.subscriptions.events import Cursor, position
from api.types.bottlenecks import Bottleneck
from services import bottlenecks
from services.actors import Permission


@strawberry.type(description="Where work piles up, as it is now.")
class BottlenecksWatched:
    bottlenecks: list[Bottleneck] = column("All of them.")
    cursor: str = column("Give it as `after` to be told only of what changes from here on.")


@strawberry.type
class BottleneckSubscriptions:
    @strawberry.subscription(
        description="Where work piles up: first as it is, then again when something has changed, "
        "at most every three seconds.",
        graphql_type=BottlenecksWatched,
    )
    async def bottlenecks(
        self, info: Info, location_id: LocationId = None, after: Cursor = None
    ) -> AsyncGenerator[Any, None]:
        require(info.context.actor, Permission.KPIS_READ)
        snapshots = bottlenecks.watch(info.context.actor, place(location_id), position(after))
        async with aclosing(snapshots) as watched:
            async for snapshot in watched:
                info.context.forget()
                yield BottlenecksWatched(
                    bottlenecks=snapshot.bottlenecks,  # type: ignore[arg-type]
                    cursor=str(snapshot.position),
                )

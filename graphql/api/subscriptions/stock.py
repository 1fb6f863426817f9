"""Stock, live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

import strawberry

import models
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.permissions import require
from api.subscriptions.events import Cursor, position
from api.types.events import Event
from api.types.stock import Level, StockAlert
from services import watching
from services.actors import Permission

VariantId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this variant.")
]
LocationId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this location.")
]


@strawberry.type(description="A stock level as it is now, and what changed it.")
class LevelWatched:
    event: Event | None = column("What happened; null when this is how it was found.")
    level: Level = column("The level.")
    cursor: str = column("Give it as `after` to go on from here.")


@strawberry.type(description="A stock alert as it is now, and what changed it.")
class StockAlertWatched:
    event: Event | None = column("What happened; null when this is how it was found.")
    stock_alert: StockAlert = column("The alert.")
    cursor: str = column("Give it as `after` to go on from here.")


@strawberry.type
class StockSubscriptions:
    @strawberry.subscription(
        description="Stock levels: first each as it is, then each again whenever it moves. With a "
        "cursor, only what moved after it; one outside the log is refused as CURSOR_LOST.",
        graphql_type=LevelWatched,
    )
    async def stock_levels(
        self,
        info: Info,
        variant_id: VariantId = None,
        location_id: LocationId = None,
        after: Cursor = None,
    ) -> AsyncGenerator[Any, None]:
        async with aclosing(
            _watched(watching.stock_levels, info, variant_id, location_id, after)
        ) as updates:
            async for update in updates:
                yield LevelWatched(
                    event=update.event, level=update.row, cursor=str(update.position)
                )

    @strawberry.subscription(
        description="Stock alerts: first those that are not resolved, then each one that opens, "
        "is answered or resolves. With a cursor, only what happened after it; one outside the "
        "log is refused as CURSOR_LOST.",
        graphql_type=StockAlertWatched,
    )
    async def stock_alerts(
        self,
        info: Info,
        variant_id: VariantId = None,
        location_id: LocationId = None,
        after: Cursor = None,
    ) -> AsyncGenerator[Any, None]:
        async with aclosing(
            _watched(watching.stock_alerts, info, variant_id, location_id, after)
        ) as updates:
            async for update in updates:
                yield StockAlertWatched(
                    event=update.event, stock_alert=update.row, cursor=str(update.position)
                )


async def _watched(
    watch: Any,
    info: Info,
    variant_id: strawberry.ID | None,
    location_id: strawberry.ID | None,
    after: str | None,
) -> AsyncGenerator[Any, None]:
    require(info.context.actor, Permission.STOCK_READ)
    updates = watch(
        info.context.actor,
        None if variant_id is None else decode(models.Variant, variant_id),
        None if location_id is None else decode(models.Location, location_id),
        position(after),
    )
    async with aclosing(updates) as watched:
        async for update in watched:
            info.context.forget()
            yield update

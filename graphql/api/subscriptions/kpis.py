"""Key figures, live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import strawberry

from api.context import Info
from api.fields import column
from api.permissions import require
from api.queries.kpis import (
    Channel,
    From,
    LocationId,
    Names,
    Picker,
    SupplierId,
    To,
    question,
)
from api.subscriptions.events import Cursor, position
from api.types.events import Event
from api.types.kpis import Kpi
from services.actors import Permission
from services.kpis import watches


@strawberry.type(description="Key figures as they are now, and what told of their change.")
class KpisWatched:
    event: Event | None = column("What told of it; null when this is how they were found.")
    kpis: list[Kpi] = column("All of them.")
    cursor: str = column("Give it as `after` to go on from here.")


@strawberry.type
class KpiSubscriptions:
    @strawberry.subscription(
        description="Key figures: first as they are, then again whenever an order changes one of "
        "them. Without days, the period moves on with today. With a cursor, only what changed "
        "after it; one outside the log is refused as CURSOR_LOST.",
        graphql_type=KpisWatched,
    )
    async def kpis(
        self,
        info: Info,
        names: Names = None,
        from_: From = None,
        to: To = None,
        channel: Channel = None,
        location_id: LocationId = None,
        supplier_id: SupplierId = None,
        picker: Picker = None,
        after: Cursor = None,
    ) -> AsyncGenerator[Any, None]:
        require(info.context.actor, Permission.KPIS_READ)
        asked = question(from_, to, channel, location_id, supplier_id, picker)
        updates = watches.watch(info.context.actor, names, asked, position(after))
        async with aclosing(updates) as watched:
            async for update in watched:
                info.context.forget()
                yield KpisWatched(
                    event=update.event,  # type: ignore[arg-type]
                    kpis=update.figures,  # type: ignore[arg-type]
                    cursor=str(update.position),
                )

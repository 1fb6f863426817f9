"""The event log, live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

import strawberry

import models
from api.context import Info
from api.nodes import decode
from api.permissions import require
from api.types.events import Event, EventKind
from services import timeline, watching
from services.live import Interest, course

Cursor = Annotated[
    str | None,
    strawberry.argument(
        description="Go on after this cursor, without a gap. Left out, begin with what is now."
    ),
]


def position(cursor: str | None) -> int | None:
    """The position to go on after: what the stream's course says, or else the cursor; None, which
    begins with what is now, for none."""
    own = course.get()
    if own is not None and own.begins is not None:
        return own.begins
    return None if cursor is None else timeline.position(cursor)


@strawberry.input(description="Which events; everything given must hold.")
class EventFilter:
    order_id: strawberry.ID | None = strawberry.field(default=None, description="Of this order.")
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this customer."
    )
    variant_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this variant."
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this location."
    )
    supplier_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this supplier."
    )
    kinds: list[EventKind] | None = strawberry.field(
        default=None, description="Of any of these kinds. Heartbeats and resets always come."
    )

    def interest(self) -> Interest:
        kinds = None if self.kinds is None else frozenset(map(str, self.kinds))
        return Interest(
            order_id=_id(models.Order, self.order_id),
            customer_id=_id(models.Customer, self.customer_id),
            variant_id=_id(models.Variant, self.variant_id),
            location_id=_id(models.Location, self.location_id),
            supplier_id=_id(models.Supplier, self.supplier_id),
            kinds=kinds,
        )


def _id(kind: type[models.Row], given: strawberry.ID | None) -> int | None:
    return None if given is None else decode(kind, given)


@strawberry.type
class EventSubscriptions:
    @strawberry.subscription(
        description="Everything that happens and that you may see, in order, each once. While "
        "nothing does, a Heartbeat tells the cursor every 15 seconds; a cursor outside the log "
        "is answered with a Reset.",
        graphql_type=Event,
    )
    async def events(
        self,
        info: Info,
        after: Cursor = None,
        filter: Annotated[
            EventFilter | None, strawberry.argument(description="Only these events.")
        ] = None,
    ) -> AsyncGenerator[Any, None]:
        require(info.context.actor, None)
        interest = (filter or EventFilter()).interest()
        news = watching.events(info.context.actor, interest, position(after))
        async with aclosing(news) as watched:
            async for tidings in watched:
                info.context.forget()
                yield tidings

"""The queue of exceptions, live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

import strawberry

import models
from api.context import Info
from api.fields import column
from api.permissions import require
from api.subscriptions.events import Cursor, position
from api.types.events import Event
from api.types.exceptions import OrderException
from services import watching
from services.actors import Permission


@strawberry.type(description="An exception as it is now, and what changed it.")
class ExceptionWatched:
    event: Event | None = column("What happened; null when this is how it was found.")
    exception: OrderException = column("The exception.")
    cursor: str = column("Give it as `after` to go on from here.")


@strawberry.type
class ExceptionSubscriptions:
    @strawberry.subscription(
        description="The queue of exceptions: first those that are open, then each one that opens, "
        "is assigned, changes or is resolved. With a cursor, only what happened after it; one "
        "outside the log is refused as CURSOR_LOST.",
        graphql_type=ExceptionWatched,
    )
    async def exceptions(
        self,
        info: Info,
        kinds: Annotated[
            list[models.ExceptionKind] | None,
            strawberry.argument(description="Only of any of these kinds."),
        ] = None,
        after: Cursor = None,
    ) -> AsyncGenerator[Any, None]:
        require(info.context.actor, Permission.EXCEPTIONS_READ)
        wanted = None if kinds is None else frozenset(kinds)
        updates = watching.exceptions(info.context.actor, wanted, position(after))
        async with aclosing(updates) as watched:
            async for update in watched:
                info.context.forget()
                yield ExceptionWatched(
                    event=update.event,  # type: ignore[arg-type]
                    exception=update.row,  # type: ignore[arg-type]
                    cursor=str(update.position),
                )

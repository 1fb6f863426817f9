"""The service desk, live."""

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
from api.types.cases import ServiceCase
from api.types.events import Event
from services import watching
from services.actors import Permission


@strawberry.type(description="A service case as it is now, and what changed it.")
class ServiceCaseWatched:
    event: Event | None = column("What happened; null when this is how it was found.")
    service_case: ServiceCase = column("The case.")
    cursor: str = column("Give it as `after` to go on from here.")


@strawberry.type
class ServiceCaseSubscriptions:
    @strawberry.subscription(
        description="Service cases: first those that are not dealt with, then each one that opens "
        "or to which something happens; or one by its id, whatever has become of it. Customers "
        "are told of their own, and of nothing that is internal. With a cursor, only what "
        "happened after it; one outside the log is refused as CURSOR_LOST.",
        graphql_type=ServiceCaseWatched,
    )
    async def service_cases(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only this one.")
        ] = None,
        order_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those about this order.")
        ] = None,
        after: Cursor = None,
    ) -> AsyncGenerator[Any, None]:
        require(info.context.actor, Permission.CASES_READ)
        updates = watching.service_cases(
            info.context.actor,
            None if id is None else decode(models.ServiceCase, id),
            None if order_id is None else decode(models.Order, order_id),
            position(after),
        )
        async with aclosing(updates) as watched:
            async for update in watched:
                info.context.forget()
                yield ServiceCaseWatched(
                    event=update.event,  # type: ignore[arg-type]
                    service_case=update.row,  # type: ignore[arg-type]
                    cursor=str(update.position),
                )

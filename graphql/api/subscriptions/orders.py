"""Orders, live."""

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
from api.types.orders import Order
from api.types.tracking import TrackedOrder
from models.errors import Refused, invalid
from services import watching
from services.actors import Permission


@strawberry.type(description="An order as it is now, and what changed it.")
class OrderTracked:
    event: Event | None = column("What happened; null when this is how it was found.")
    tracked: TrackedOrder = column("The order, as its tracking link shows it.")
    order: Order | None = column("The order; null for whoever has only its tracking token.")
    cursor: str = column("Give it as `after` to go on from here.")


@strawberry.type
class OrderSubscriptions:
    @strawberry.subscription(
        description="One order: first as it is, then with everything that happens to it. Give its "
        "id, if you may see it, or its tracking token, which needs no account. With a cursor, "
        "only what happened after it; where that cursor is outside the log, first as it is again.",
        graphql_type=OrderTracked,
    )
    async def order_tracked(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The order's id or number.")
        ] = None,
        token: Annotated[
            str | None, strawberry.argument(description="The order's tracking token.")
        ] = None,
        after: Cursor = None,
    ) -> AsyncGenerator[Any, None]:
        if (id is None) is (token is None):
            raise Refused(invalid("Give an id or a token.", "id"))
        if token is not None:
            updates = watching.order_by_token(token, position(after))
        else:
            require(info.context.actor, Permission.ORDERS_READ)
            order_id = decode(models.Order, id or "")
            updates = watching.order(info.context.actor, order_id, position(after))
        async with aclosing(updates) as watched:
            async for update in watched:
                info.context.forget()
                yield OrderTracked(
                    event=None if token else update.event,  # type: ignore[arg-type]
                    tracked=update.row,  # type: ignore[arg-type]
                    order=None if token else update.row,  # type: ignore[arg-type]
                    cursor=str(update.position),
                )

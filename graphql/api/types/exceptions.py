"""What clients see of the queue of exceptions."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, one
from api.nodes import Node, node
from api.types.actions import Action
from services import actions
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.orders import Order

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]


@node(models.OrderException, "What keeps an order from going its way, and who sees to it.")
class OrderException(Node):
    order: OrderRef | None = one(
        models.Order, "order_id", "The order; needs ORDERS_READ.", needs=Permission.ORDERS_READ
    )
    kind: models.ExceptionKind = column("What is the matter.")
    reason: str = column("What is known of it, in words.")
    owner: str | None = column("Who sees to it, by their number; null while nobody does.")
    opened_at: datetime = column("When it began.")
    due_at: datetime = column("By when somebody should have seen to it.")
    resolved_at: datetime | None = column("When it was over; while empty, it is open.")
    resolved_by: str | None = column("Who or what ended it.")
    note: str = column("How it ended.")
    actions: list[Action] = batched(actions.of_exceptions, "What you can do with it now.")

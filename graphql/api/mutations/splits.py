"""Mutations that make two orders of one, and one of two."""

import strawberry

import models
from api.changes import Change, mutation
from api.context import Info
from api.fields import column
from api.mutations.orders import OrderPayload
from api.nodes import decode
from services import merges, splits
from services.actors import Permission


@strawberry.input(description="Units of a line that go to the new order.")
class OrderSplitLineInput:
    line_id: strawberry.ID = column("Which line.")
    quantity: int = column("How many of its units.")


@strawberry.input
class OrderSplitInput(Change):
    lines: list[OrderSplitLineInput] = column("What goes to the new order.")


@strawberry.input
class OrderMergeInput(Change):
    other_id: strawberry.ID = column("The order that is taken into this one.")


_CONFIRM = Permission.ORDERS_CONFIRM


@strawberry.type
class SplitMutations:
    @mutation(splits.split, OrderPayload, _CONFIRM, changes=models.Order)
    async def order_split(self, info: Info, input: OrderSplitInput) -> models.Order:
        units = [(decode(models.OrderLine, each.line_id), each.quantity) for each in input.lines]
        return await splits.split(
            info.context.actor, decode(models.Order, input.id), units=dict(units)
        )

    @mutation(merges.merge, OrderPayload, _CONFIRM, changes=models.Order)
    async def order_merge(self, info: Info, input: OrderMergeInput) -> models.Order:
        other_id = decode(models.Order, input.other_id)
        return await merges.merge(info.context.actor, decode(models.Order, input.id), other_id)

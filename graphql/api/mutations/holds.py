"""Mutations of what holds orders: holds, and what is missing or wrong."""

from datetime import datetime

import strawberry

import models
from api.changes import Change, mutation
from api.context import Info
from api.fields import column
from api.mutations.orders import OrderPayload
from api.nodes import decode
from services import entry, holds, substitutions
from services.actors import Permission


@strawberry.input
class OrderHoldInput(Change):
    kind: models.HoldKind = strawberry.field(
        default=models.HoldKind.MANUAL, description="What kind of reason."
    )
    reason: str = column("The reason in words.")
    due_at: datetime | None = strawberry.field(
        default=None, description="By when it should be cleared up."
    )


@strawberry.input
class OrderReleaseHoldInput(Change):
    pass


@strawberry.input
class OrderHoldAssignInput(Change):
    owner_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who is to clear it up; null for nobody in particular."
    )
    due_at: datetime | None = strawberry.field(
        default=None, description="By when; null leaves it as it is."
    )


@strawberry.input
class OrderInspectInput(Change):
    pass


@strawberry.input
class OrderDataIssueAcceptInput(Change):
    note: str = column("Why it may stay as it is.")


@strawberry.input
class OrderSkuSubstituteInput(Change):
    variant_id: strawberry.ID = column("What the unknown SKU stands for.")
    allow_backorder: bool = strawberry.field(
        default=False,
        description="Let what is missing wait for stock, where its variant allows it.",
    )


_CONFIRM = Permission.ORDERS_CONFIRM


@strawberry.type
class HoldMutations:
    @mutation(holds.hold, OrderPayload, _CONFIRM, changes=models.Order)
    async def order_hold(self, info: Info, input: OrderHoldInput) -> models.Order:
        return await holds.hold(
            info.context.actor,
            decode(models.Order, input.id),
            kind=input.kind,
            reason=input.reason,
            due_at=input.due_at,
        )

    @mutation(holds.release, OrderPayload, _CONFIRM, changes=models.Hold)
    async def order_release_hold(self, info: Info, input: OrderReleaseHoldInput) -> models.Order:
        return await holds.release(info.context.actor, decode(models.Hold, input.id))

    @mutation(holds.assign, OrderPayload, _CONFIRM, changes=models.Hold)
    async def order_hold_assign(self, info: Info, input: OrderHoldAssignInput) -> models.Order:
        return await holds.assign(
            info.context.actor,
            decode(models.Hold, input.id),
            owner_id=None if input.owner_id is None else decode(models.Person, input.owner_id),
            due_at=input.due_at,
        )

    @mutation(entry.inspect_again, OrderPayload, _CONFIRM, changes=models.Order)
    async def order_inspect(self, info: Info, input: OrderInspectInput) -> models.Order:
        return await entry.inspect_again(info.context.actor, decode(models.Order, input.id))

    @mutation(entry.accept, OrderPayload, _CONFIRM, changes=models.DataIssue)
    async def order_data_issue_accept(
        self, info: Info, input: OrderDataIssueAcceptInput
    ) -> models.Order:
        return await entry.accept(
            info.context.actor, decode(models.DataIssue, input.id), note=input.note
        )

    @mutation(substitutions.substitute, OrderPayload, _CONFIRM, changes=models.DataIssue)
    async def order_sku_substitute(
        self, info: Info, input: OrderSkuSubstituteInput
    ) -> models.Order:
        return await substitutions.substitute(
            info.context.actor,
            decode(models.DataIssue, input.id),
            variant_id=decode(models.Variant, input.variant_id),
            allow_backorder=input.allow_backorder,
        )

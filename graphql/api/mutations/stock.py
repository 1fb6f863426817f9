"""Mutations of stock."""

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.stock import Level, StockAlert
from services import alerts, stock
from services.actors import Permission


@strawberry.type(description="What a mutation of a stock level answers.")
class StockPayload(Payload):
    level: Level | None = column("The level as it is now; null when nothing was changed.")


@strawberry.type(description="What a mutation of a stock alert answers.")
class StockAlertPayload(Payload):
    stock_alert: StockAlert | None = column("The alert; null when nothing was changed.")


@strawberry.input
class StockReceiveInput(Step):
    variant_id: strawberry.ID = column("What came in.")
    location_id: strawberry.ID = column("Where it came in.")
    quantity: int = column("How many units.")
    arrival_id: strawberry.ID | None = strawberry.field(
        default=None, description="The arrival they were expected with."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")


@strawberry.input
class StockAdjustInput(Step):
    variant_id: strawberry.ID = column("What was counted or found.")
    location_id: strawberry.ID = column("Where.")
    change: int = column("How many units there are more, or fewer, than the level says.")
    note: str = column("Why.")
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse if the level has another version than this."
    )


@strawberry.input
class ReorderPointSetInput(Step):
    variant_id: strawberry.ID = column("What is watched.")
    location_id: strawberry.ID = column("Where it is watched.")
    reorder_point: int | None = column("At how many available units it is low; null for never.")
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse if the level has another version than this."
    )


@strawberry.input
class StockAlertAcknowledgeInput(Change):
    pass


@strawberry.type
class StockMutations:
    @mutation(stock.receive, StockPayload, Permission.STOCK_RECEIVE)
    async def stock_receive(self, info: Info, input: StockReceiveInput) -> models.Level:
        return await stock.receive(
            info.context.actor,
            variant_id=decode(models.Variant, input.variant_id),
            location_id=decode(models.Location, input.location_id),
            quantity=input.quantity,
            arrival_id=decode(models.Arrival, input.arrival_id)
            if input.arrival_id is not None
            else None,
            note=input.note,
        )

    @mutation(stock.adjust, StockPayload, Permission.STOCK_ADJUST)
    async def stock_adjust(self, info: Info, input: StockAdjustInput) -> models.Level:
        return await stock.adjust(
            info.context.actor,
            variant_id=decode(models.Variant, input.variant_id),
            location_id=decode(models.Location, input.location_id),
            change=input.change,
            note=input.note,
            expected_version=input.expected_version,
        )

    @mutation(stock.set_reorder_point, StockPayload, Permission.STOCK_PLAN)
    async def reorder_point_set(self, info: Info, input: ReorderPointSetInput) -> models.Level:
        return await stock.set_reorder_point(
            info.context.actor,
            variant_id=decode(models.Variant, input.variant_id),
            location_id=decode(models.Location, input.location_id),
            reorder_point=input.reorder_point,
            expected_version=input.expected_version,
        )

    @mutation(
        alerts.acknowledge, StockAlertPayload, Permission.STOCK_PLAN, changes=models.StockAlert
    )
    async def stock_alert_acknowledge(
        self, info: Info, input: StockAlertAcknowledgeInput
    ) -> models.StockAlert:
        return await alerts.acknowledge(info.context.actor, decode(models.StockAlert, input.id))

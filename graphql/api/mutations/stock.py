"""Mutations of stock."""

from datetime import datetime

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.mutations.lots import LotInput
from api.nodes import decode
from api.types.stock import Level, StockAlert
from services import alert_answers, alerts, stock, stock_settings
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
    bin_id: strawberry.ID | None = optional(
        "The bin they are put into; null for none, left out for where a picker finds them."
    )
    arrival_id: strawberry.ID | None = strawberry.field(
        default=None, description="The arrival they were expected with."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")
    lot: LotInput | None = strawberry.field(
        default=None, description="Which lot they are, where it is tracked by lot."
    )
    serials: list[str] | None = strawberry.field(
        default=None, description="The serial number of each, where it is tracked by those."
    )


@strawberry.input
class StockAdjustInput(Step):
    variant_id: strawberry.ID = column("What was counted or found.")
    location_id: strawberry.ID = column("Where.")
    change: int = column("How many units there are more, or fewer, than the level says.")
    note: str = column("Why.")
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse if the level has another version than this."
    )
    lot: LotInput | None = strawberry.field(
        default=None, description="Which lot they are, where it is tracked by lot."
    )
    serials: list[str] | None = strawberry.field(
        default=None, description="The serial number of each, where it is tracked by those."
    )


@strawberry.input
class StockSetInput(Step):
    variant_id: strawberry.ID = column("What was counted.")
    location_id: strawberry.ID = column("Where.")
    quantity: int = column("How many good units lie there.")
    held: int | None = strawberry.field(
        name="from", default=None, description="How many the level says there are, until now."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse if the level has another version than this."
    )
    note: str = column("Why it is not what the level says.")
    lot: LotInput | None = strawberry.field(
        default=None, description="Which lot the difference is of, where it is tracked by lot."
    )
    serials: list[str] | None = strawberry.field(
        default=None,
        description="The serial number of each unit more or fewer, where it is tracked by those.",
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
class StockLevelSetInput(Step):
    variant_id: strawberry.ID = column("What is kept.")
    location_id: strawberry.ID = column("Where it is kept.")
    reorder_point: int | None = optional("At how many available units it is low; null for never.")
    safety_stock: int | None = optional("How many units are kept for what nobody foresees.")
    target: int | None = optional("Up to how many units it is filled.")
    maximum: int | None = optional("More units than this are too many; null for never.")
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse if the level has another version than this."
    )


@strawberry.input
class StockAlertAcknowledgeInput(Change):
    pass


@strawberry.input
class StockAlertSnoozeInput(Change):
    until: datetime = column("When to tell of it again, within a year.")


@strawberry.input
class StockAlertAcceptInput(Change):
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
            **_bin(input.bin_id),
            arrival_id=decode(models.Arrival, input.arrival_id)
            if input.arrival_id is not None
            else None,
            note=input.note,
            lot=input.lot.written() if input.lot else None,
            serials=input.serials or (),
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
            lot=input.lot.written() if input.lot else None,
            serials=input.serials or (),
        )

    @mutation(stock.set_on_hand, StockPayload, Permission.STOCK_ADJUST)
    async def stock_set(self, info: Info, input: StockSetInput) -> models.Level:
        return await stock.set_on_hand(
            info.context.actor,
            variant_id=decode(models.Variant, input.variant_id),
            location_id=decode(models.Location, input.location_id),
            quantity=input.quantity,
            held=input.held,
            expected_version=input.expected_version,
            note=input.note,
            lot=input.lot.written() if input.lot else None,
            serials=input.serials or (),
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

    @mutation(stock_settings.set_level, StockPayload, Permission.STOCK_PLAN)
    async def stock_level_set(self, info: Info, input: StockLevelSetInput) -> models.Level:
        return await stock_settings.set_level(
            info.context.actor,
            variant_id=decode(models.Variant, input.variant_id),
            location_id=decode(models.Location, input.location_id),
            settings=given(input, *stock_settings.SETTINGS),
            expected_version=input.expected_version,
        )

    @mutation(
        alerts.acknowledge, StockAlertPayload, Permission.STOCK_PLAN, changes=models.StockAlert
    )
    async def stock_alert_acknowledge(
        self, info: Info, input: StockAlertAcknowledgeInput
    ) -> models.StockAlert:
        return await alerts.acknowledge(info.context.actor, decode(models.StockAlert, input.id))

    @mutation(alerts.snooze, StockAlertPayload, Permission.STOCK_PLAN, changes=models.StockAlert)
    async def stock_alert_snooze(
        self, info: Info, input: StockAlertSnoozeInput
    ) -> models.StockAlert:
        return await alerts.snooze(
            info.context.actor, decode(models.StockAlert, input.id), until=input.until
        )

    @mutation(
        alert_answers.accept, StockAlertPayload, Permission.STOCK_PLAN, changes=models.StockAlert
    )
    async def stock_alert_accept(
        self, info: Info, input: StockAlertAcceptInput
    ) -> models.StockAlert:
        return await alert_answers.accept(info.context.actor, decode(models.StockAlert, input.id))


def _bin(bin_id: strawberry.ID | None) -> dict[str, int | None]:
    if bin_id is strawberry.UNSET:
        return {}
    # An id that no row has, as 0 would be anywhere.
    return {"bin_id": None if bin_id is None else decode(models.Bin, bin_id) or -1}

"""Mutations of lots."""

from datetime import date

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.lots import Lot
from services import lots, recalls
from services.actors import Permission
from services.lots import LotDraft


@strawberry.type(description="What a mutation of a lot answers.")
class LotPayload(Payload):
    lot: Lot | None = column("The lot as it is now; null when nothing was changed.")


@strawberry.input(description="What is read off a lot as it comes in.")
class LotInput:
    code: str = strawberry.field(description="Its code.")
    expires_on: date | None = strawberry.field(
        default=None, description="The last day on which it is good."
    )
    made_on: date | None = strawberry.field(default=None, description="When it was made.")
    supplier_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who it came from."
    )

    def written(self) -> LotDraft:
        supplier = self.supplier_id
        return LotDraft(
            code=self.code,
            expires_on=self.expires_on,
            made_on=self.made_on,
            supplier_id=None if supplier is None else decode(models.Supplier, supplier),
        )


@strawberry.input
class LotCreateInput(Step):
    variant_id: strawberry.ID = column("What it is a lot of.")
    code: str = column("Its code, or serial number, unlike any other of the variant.")
    expires_on: date | None = strawberry.field(
        default=None, description="The last day on which it is good."
    )
    made_on: date | None = strawberry.field(default=None, description="When it was made.")
    supplier_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who it came from."
    )


@strawberry.input
class LotUpdateInput(Change):
    expires_on: date | None = optional("The last day on which it is good; null where it keeps.")
    made_on: date | None = optional("When it was made; null where nobody knows.")


@strawberry.input
class LotRecallInput(Change):
    reason: str = column("Why, in words that customers are told.")


@strawberry.input
class LotRecallEndInput(Change):
    pass


@strawberry.type
class LotMutations:
    @mutation(lots.create, LotPayload, Permission.STOCK_RECEIVE)
    async def lot_create(self, info: Info, input: LotCreateInput) -> models.Lot:
        supplier = input.supplier_id
        draft = LotDraft(
            code=input.code,
            expires_on=input.expires_on,
            made_on=input.made_on,
            supplier_id=None if supplier is None else decode(models.Supplier, supplier),
        )
        return await lots.create(
            info.context.actor, decode(models.Variant, input.variant_id), draft
        )

    @mutation(lots.update, LotPayload, Permission.STOCK_ADJUST, changes=models.Lot)
    async def lot_update(self, info: Info, input: LotUpdateInput) -> models.Lot:
        changes = given(input, "expires_on", "made_on")
        return await lots.update(info.context.actor, decode(models.Lot, input.id), changes)

    @mutation(recalls.start, LotPayload, Permission.LOTS_RECALL, changes=models.Lot)
    async def lot_recall(self, info: Info, input: LotRecallInput) -> models.Lot:
        lot_id = decode(models.Lot, input.id)
        return await recalls.start(info.context.actor, lot_id, reason=input.reason)

    @mutation(recalls.end, LotPayload, Permission.LOTS_RECALL, changes=models.Lot)
    async def lot_recall_end(self, info: Info, input: LotRecallEndInput) -> models.Lot:
        return await recalls.end(info.context.actor, decode(models.Lot, input.id))

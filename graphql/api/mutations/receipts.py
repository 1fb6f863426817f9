"""Mutations of receipts."""

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.mutations.lots import LotInput
from api.nodes import decode
from api.types.receipts import Receipt
from services import inspections, receipts, receiving
from services.actors import Permission
from services.inspections import Verdict
from services.ledger import ANY
from services.receipts import Short
from services.receiving import Delivered, OverDelivery, WrongItem


@strawberry.type(description="What a mutation of a receipt answers.")
class ReceiptPayload(Payload):
    receipt: Receipt | None = column("The receipt as it is now; null when nothing was changed.")


@strawberry.input
class ReceiptOpenInput(Step):
    purchase_order_id: strawberry.ID = column("The order that is delivered.")
    reference: str = strawberry.field(
        default="", description="What its papers go by, such as a delivery note."
    )


@strawberry.input
class ReceiptScanInput(Change):
    code: str = column(
        "A barcode or GTIN, a GS1 code with lot, date and count, or a stock keeping unit, ours or "
        "the supplier's."
    )
    quantity: int | None = strawberry.field(
        default=None, description="How many units of it; else what the code says, or one."
    )
    condition: models.Condition = strawberry.field(
        default=models.Condition.GOOD, description="In which condition they are."
    )
    lot: LotInput | None = strawberry.field(
        default=None, description="Of which lot, where it is tracked by lot."
    )
    serials: list[str] = strawberry.field(
        default_factory=list, description="The serial number of each unit, where it has one."
    )
    bin_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Where they are put; else good units go where a picker looks for them.",
    )
    over: OverDelivery = strawberry.field(
        default=OverDelivery.REFUSE, description="What to do with more than was ordered."
    )
    wrong: WrongItem = strawberry.field(
        default=WrongItem.REFUSE, description="What to do with what was not ordered."
    )

    def delivered(self) -> Delivered:
        return Delivered(
            code=self.code,
            quantity=self.quantity,
            condition=self.condition,
            lot=None if self.lot is None else self.lot.written(),
            serials=self.serials,
            bin_id=ANY if self.bin_id is None else decode(models.Bin, self.bin_id),
            over=self.over,
            wrong=self.wrong,
        )


@strawberry.input(description="Units on the papers of a delivery that did not come.")
class ShortInput:
    line_id: strawberry.ID = column("The line of this receipt.")
    quantity: int = column("How many units did not come.")
    final: bool = strawberry.field(
        default=False, description="Whether they are not expected any more."
    )


@strawberry.input
class ReceiptCompleteInput(Change):
    shorts: list[ShortInput] = strawberry.field(
        default_factory=list, description="What is on the papers and did not come."
    )


@strawberry.input
class ReceiptInspectInput(Change):
    line_id: strawberry.ID = column("The line of this receipt.")
    quantity: int = column("How many units.")
    verdict: Verdict = column("What becomes of them.")
    over: bool = strawberry.field(
        default=False, description="Whether they are of those beyond what was ordered."
    )
    lot_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of which lot, where there are several."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")


@strawberry.input
class ReceiptCancelInput(Change):
    reason: str = column("Why it was opened in error.")


_RECEIVE = Permission.STOCK_RECEIVE
Row = models.Receipt


@strawberry.type
class ReceiptMutations:
    @mutation(receipts.open, ReceiptPayload, _RECEIVE)
    async def receipt_open(self, info: Info, input: ReceiptOpenInput) -> Row:
        order_id = decode(models.PurchaseOrder, input.purchase_order_id)
        return await receipts.open(info.context.actor, order_id, reference=input.reference)

    @mutation(receiving.scan, ReceiptPayload, _RECEIVE, changes=Row)
    async def receipt_scan(self, info: Info, input: ReceiptScanInput) -> Row:
        return await receiving.scan(info.context.actor, decode(Row, input.id), input.delivered())

    @mutation(receipts.complete, ReceiptPayload, _RECEIVE, changes=Row)
    async def receipt_complete(self, info: Info, input: ReceiptCompleteInput) -> Row:
        shorts = [
            Short(
                line_id=decode(models.ReceiptLine, each.line_id),
                quantity=each.quantity,
                final=each.final,
            )
            for each in input.shorts
        ]
        return await receipts.complete(info.context.actor, decode(Row, input.id), shorts=shorts)

    @mutation(inspections.inspect, ReceiptPayload, Permission.STOCK_ADJUST, changes=Row)
    async def receipt_inspect(self, info: Info, input: ReceiptInspectInput) -> Row:
        return await inspections.inspect(
            info.context.actor,
            decode(Row, input.id),
            line_id=decode(models.ReceiptLine, input.line_id),
            quantity=input.quantity,
            verdict=input.verdict,
            over=input.over,
            lot_id=ANY if input.lot_id is None else decode(models.Lot, input.lot_id),
            note=input.note,
        )

    @mutation(receipts.cancel, ReceiptPayload, _RECEIVE, changes=Row)
    async def receipt_cancel(self, info: Info, input: ReceiptCancelInput) -> Row:
        return await receipts.cancel(info.context.actor, decode(Row, input.id), reason=input.reason)

"""Mutations of transfers."""

from datetime import datetime

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.transfers import Transfer
from services import transfer_steps, transfers
from services.actors import Permission
from services.transfer_steps import TransferUnits
from services.transfers import TransferLineDraft


@strawberry.type(description="What a mutation of a transfer answers.")
class TransferPayload(Payload):
    transfer: Transfer | None = column("The transfer as it is now; null when nothing was changed.")


@strawberry.input(description="What is to go with a transfer.")
class TransferLineInput:
    variant_id: strawberry.ID = column("What goes.")
    quantity: int = column("How many units.")
    lot_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Of which lot; without it, lots are chosen when units are set aside.",
    )

    def draft(self) -> TransferLineDraft:
        return TransferLineDraft(
            variant_id=decode(models.Variant, self.variant_id),
            quantity=self.quantity,
            lot_id=None if self.lot_id is None else decode(models.Lot, self.lot_id),
        )


@strawberry.input
class TransferCreateInput(Step):
    source_id: strawberry.ID = column("Where it comes from.")
    destination_id: strawberry.ID = column("Where it goes.")
    lines: list[TransferLineInput] = strawberry.field(
        default_factory=list, description="What goes with it."
    )
    expected_at: datetime | None = strawberry.field(
        default=None, description="When it should come."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")


@strawberry.input
class TransferUpdateInput(Change):
    expected_at: datetime | None = optional("When it should come.")
    note: str | None = optional("What there is to say about it.")


@strawberry.input
class TransferLineAddInput(Change, TransferLineInput):
    pass


@strawberry.input
class TransferLineUpdateInput(Change):
    line_id: strawberry.ID = column("The line of this transfer.")
    quantity: int = column("How many units of it are to go.")


@strawberry.input
class TransferLineRemoveInput(Change):
    line_id: strawberry.ID = column("The line of this transfer.")


@strawberry.input
class TransferAllocateInput(Change):
    pass


@strawberry.input
class TransferSendInput(Change):
    expected_at: datetime | None = strawberry.field(
        default=None, description="When it should come, where that was not said before."
    )


@strawberry.input(description="What came of a line of a transfer.")
class TransferUnitsInput:
    line_id: strawberry.ID = column("The line of this transfer.")
    quantity: int = strawberry.field(default=0, description="Good units that came.")
    damaged: int = strawberry.field(default=0, description="Damaged units that came besides.")
    bin_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Where the good ones are put; else where a picker looks for them.",
    )

    def units(self) -> TransferUnits:
        return TransferUnits(
            line_id=decode(models.TransferLine, self.line_id),
            quantity=self.quantity,
            damaged=self.damaged,
            bin_id=None if self.bin_id is None else decode(models.Bin, self.bin_id),
        )


@strawberry.input
class TransferReceiveInput(Change):
    lines: list[TransferUnitsInput] | None = strawberry.field(
        default=None, description="What came; without it, all that is on its way, undamaged."
    )


@strawberry.input
class TransferCloseInput(Change):
    reason: str = column("Why the rest did not come.")


@strawberry.input
class TransferCancelInput(Change):
    reason: str = column("Why it is called off.")


_WRITE, _RECEIVE = Permission.TRANSFERS_WRITE, Permission.STOCK_RECEIVE
Row = models.Transfer


@strawberry.type
class TransferMutations:
    @mutation(transfers.create, TransferPayload, _WRITE)
    async def transfer_create(self, info: Info, input: TransferCreateInput) -> Row:
        return await transfers.create(
            info.context.actor,
            source_id=decode(models.Location, input.source_id),
            destination_id=decode(models.Location, input.destination_id),
            lines=[line.draft() for line in input.lines],
            expected_at=input.expected_at,
            note=input.note,
        )

    @mutation(transfers.update, TransferPayload, _WRITE, changes=Row)
    async def transfer_update(self, info: Info, input: TransferUpdateInput) -> Row:
        return await transfers.update(
            info.context.actor, decode(Row, input.id), given(input, "expected_at", "note")
        )

    @mutation(transfers.add_line, TransferPayload, _WRITE, changes=Row)
    async def transfer_line_add(self, info: Info, input: TransferLineAddInput) -> Row:
        return await transfers.add_line(info.context.actor, decode(Row, input.id), input.draft())

    @mutation(transfers.update_line, TransferPayload, _WRITE, changes=Row)
    async def transfer_line_update(self, info: Info, input: TransferLineUpdateInput) -> Row:
        return await transfers.update_line(
            info.context.actor,
            decode(Row, input.id),
            line_id=decode(models.TransferLine, input.line_id),
            quantity=input.quantity,
        )

    @mutation(transfers.remove_line, TransferPayload, _WRITE, changes=Row)
    async def transfer_line_remove(self, info: Info, input: TransferLineRemoveInput) -> Row:
        line_id = decode(models.TransferLine, input.line_id)
        return await transfers.remove_line(
            info.context.actor, decode(Row, input.id), line_id=line_id
        )

    @mutation(transfer_steps.allocate, TransferPayload, _WRITE, changes=Row)
    async def transfer_allocate(self, info: Info, input: TransferAllocateInput) -> Row:
        return await transfer_steps.allocate(info.context.actor, decode(Row, input.id))

    @mutation(transfer_steps.send, TransferPayload, _WRITE, changes=Row)
    async def transfer_send(self, info: Info, input: TransferSendInput) -> Row:
        return await transfer_steps.send(
            info.context.actor, decode(Row, input.id), expected_at=input.expected_at
        )

    @mutation(transfer_steps.receive, TransferPayload, _RECEIVE, changes=Row)
    async def transfer_receive(self, info: Info, input: TransferReceiveInput) -> Row:
        units = None if input.lines is None else [line.units() for line in input.lines]
        return await transfer_steps.receive(info.context.actor, decode(Row, input.id), units=units)

    @mutation(transfer_steps.close, TransferPayload, _WRITE, changes=Row)
    async def transfer_close(self, info: Info, input: TransferCloseInput) -> Row:
        return await transfer_steps.close(
            info.context.actor, decode(Row, input.id), reason=input.reason
        )

    @mutation(transfers.cancel, TransferPayload, _WRITE, changes=Row)
    async def transfer_cancel(self, info: Info, input: TransferCancelInput) -> Row:
        return await transfers.cancel(
            info.context.actor, decode(Row, input.id), reason=input.reason
        )

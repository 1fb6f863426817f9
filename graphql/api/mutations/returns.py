"""Mutations of returns."""

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.permissions import Anybody
from api.types.returns import Return
from api.types.tracking import TrackedReturn
from services import return_inspections, return_receiving, returns, tracked_returns
from services.actors import Permission
from services.return_inspections import Finding
from services.return_receiving import Seen, Unexpected
from services.returns import ReturnLineDraft


@strawberry.type(description="What a mutation of a return answers.")
class ReturnPayload(Payload):
    returned: Return | None = column("The return as it is now; null when nothing was changed.")


@strawberry.type(description="What a mutation by a tracking link answers.")
class TrackedReturnPayload(Payload):
    tracked: TrackedReturn | None = column("The return; null when nothing was changed.")


@strawberry.input(description="Units of an order line that somebody wants to send back.")
class ReturnLineInput:
    line_id: strawberry.ID = column("The line of the order.")
    quantity: int = column("How many units of it.")
    reason: models.ReturnReason = column("Why.")
    comment: str = strawberry.field(default="", description="More about why.")
    photos: list[str] = strawberry.field(
        default_factory=list, description="Links to pictures, with https."
    )

    def draft(self) -> ReturnLineDraft:
        return ReturnLineDraft(
            line_id=decode(models.OrderLine, self.line_id),
            quantity=self.quantity,
            reason=self.reason,
            comment=self.comment,
            photos=self.photos,
        )


@strawberry.input
class ReturnRequestInput(Step):
    order_id: strawberry.ID = column("The order that something is to come back of.")
    lines: list[ReturnLineInput] = column("What is to come back.")
    resolution: models.ReturnResolution = strawberry.field(
        default=models.ReturnResolution.REFUND, description="What the customer wants for it."
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where it is to come back to; else where the shop wants it."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")


@strawberry.input
class TrackedReturnRequestInput(Step):
    token: str = column("The tracking token of the order, as its link has it.")
    lines: list[ReturnLineInput] = column("What is to come back.")
    resolution: models.ReturnResolution = strawberry.field(
        default=models.ReturnResolution.REFUND, description="What you want for it."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")


@strawberry.input
class TrackedReturnCancelInput(Step):
    token: str = column("The tracking token of the order, as its link has it.")
    id: strawberry.ID = column("Which return of this order: its number.")
    reason: str = strawberry.field(default="", description="Why you give it up.")


@strawberry.input
class TrackedReturnSendInput(Step):
    token: str = column("The tracking token of the order, as its link has it.")
    id: strawberry.ID = column("Which return of this order: its number.")
    carrier: str = strawberry.field(default="", description="Who brings it.")
    tracking_code: str | None = strawberry.field(
        default=None, description="The carrier's name for it."
    )


@strawberry.input
class ReturnApproveInput(Change):
    pass


@strawberry.input
class ReturnDeclineInput(Change):
    reason: str = column("Why it is not to be sent.")


@strawberry.input
class ReturnCancelInput(Change):
    reason: str = strawberry.field(default="", description="Why it is given up.")


@strawberry.input
class ReturnSendInput(Change):
    carrier: str = strawberry.field(default="", description="Who brings it.")
    tracking_code: str | None = strawberry.field(
        default=None, description="The carrier's name for it."
    )


@strawberry.input
class ReturnReceiveScanInput(Change):
    code: str = column("A stock keeping unit, a barcode or a serial number, as scanned.")
    quantity: int | None = strawberry.field(
        default=None, description="How many units; else what the code says, or one."
    )
    lot: str | None = strawberry.field(
        default=None,
        description="The lot or serial number; may be left out where only one was sent.",
    )
    bin_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where they are put; else in no bin."
    )
    condition: models.ReturnCondition | None = strawberry.field(
        default=None, description="In which condition they are, at first sight."
    )
    unexpected: Unexpected = strawberry.field(
        default=Unexpected.REFUSE, description="What to do with what nobody had announced."
    )

    def seen(self) -> Seen:
        return Seen(
            code=self.code,
            quantity=self.quantity,
            lot=self.lot,
            bin_id=None if self.bin_id is None else decode(models.Bin, self.bin_id),
            condition=self.condition,
            unexpected=self.unexpected,
        )


@strawberry.input
class ReturnReceiveCompleteInput(Change):
    reason: str = strawberry.field(
        default="", description="Why what has not come did not; needed where something has not."
    )


@strawberry.input(description="What was found of some units that came back together.")
class ReturnFindingInput:
    units: int = column("How many of them.")
    condition: models.ReturnCondition = column("In which condition these are.")
    disposition: models.Disposition = column("What is to become of these.")
    photos: list[str] = strawberry.field(
        default_factory=list, description="Links to pictures, with https."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")

    def finding(self) -> Finding:
        return Finding(
            units=self.units,
            condition=self.condition,
            disposition=self.disposition,
            photos=self.photos,
            note=self.note,
        )


@strawberry.input
class ReturnInspectInput(Change):
    unit_id: strawberry.ID = column("The units of this return, as they came.")
    findings: list[ReturnFindingInput] = column("What was found; the rest of them still waits.")


@strawberry.input
class ReturnReviseInput(Change):
    unit_id: strawberry.ID = column("The units of this return.")
    disposition: models.Disposition = column("What is to become of them instead.")
    units: int | None = strawberry.field(default=None, description="How many of them; else all.")
    condition: models.ReturnCondition | None = strawberry.field(
        default=None, description="In which condition they are now."
    )
    lot: str | None = strawberry.field(
        default=None, description="Which lot or serial number was found, of what was missing."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")


@strawberry.input
class ReturnResolveInput(Change):
    resolution: models.ReturnResolution | None = strawberry.field(
        default=None, description="What the customer gets; else what they asked for."
    )


@strawberry.input
class ReturnCloseInput(Change):
    pass


_ASK, _DECIDE = Permission.RETURNS_REQUEST, Permission.RETURNS_DECIDE
_RECEIVE = Permission.RETURNS_RECEIVE
Row = models.Return


@strawberry.type
class ReturnMutations:
    @mutation(returns.request, ReturnPayload, _ASK)
    async def return_request(self, info: Info, input: ReturnRequestInput) -> Row:
        location = input.location_id
        return await returns.request(
            info.context.actor,
            decode(models.Order, input.order_id),
            lines=[line.draft() for line in input.lines],
            resolution=input.resolution,
            location_id=None if location is None else decode(models.Location, location),
            note=input.note,
        )

    @mutation(tracked_returns.request, TrackedReturnPayload, Anybody.MAY)
    async def tracked_return_request(self, info: Info, input: TrackedReturnRequestInput) -> Row:
        return await tracked_returns.request(
            info.context.actor,
            input.token,
            lines=[line.draft() for line in input.lines],
            resolution=input.resolution,
            note=input.note,
        )

    @mutation(tracked_returns.cancel, TrackedReturnPayload, Anybody.MAY)
    async def tracked_return_cancel(self, info: Info, input: TrackedReturnCancelInput) -> Row:
        return await tracked_returns.cancel(
            info.context.actor, input.token, decode(Row, input.id), reason=input.reason
        )

    @mutation(tracked_returns.send, TrackedReturnPayload, Anybody.MAY)
    async def tracked_return_send(self, info: Info, input: TrackedReturnSendInput) -> Row:
        return await tracked_returns.send(
            info.context.actor,
            input.token,
            decode(Row, input.id),
            carrier=input.carrier,
            tracking_code=input.tracking_code,
        )

    @mutation(returns.approve, ReturnPayload, _DECIDE, changes=Row)
    async def return_approve(self, info: Info, input: ReturnApproveInput) -> Row:
        return await returns.approve(info.context.actor, decode(Row, input.id))

    @mutation(returns.decline, ReturnPayload, _DECIDE, changes=Row)
    async def return_decline(self, info: Info, input: ReturnDeclineInput) -> Row:
        return await returns.decline(info.context.actor, decode(Row, input.id), reason=input.reason)

    @mutation(returns.cancel, ReturnPayload, _ASK, changes=Row)
    async def return_cancel(self, info: Info, input: ReturnCancelInput) -> Row:
        return await returns.cancel(info.context.actor, decode(Row, input.id), reason=input.reason)

    @mutation(returns.send, ReturnPayload, _ASK, changes=Row)
    async def return_send(self, info: Info, input: ReturnSendInput) -> Row:
        return await returns.send(
            info.context.actor,
            decode(Row, input.id),
            carrier=input.carrier,
            tracking_code=input.tracking_code,
        )

    @mutation(return_receiving.scan, ReturnPayload, _RECEIVE, changes=Row)
    async def return_receive_scan(self, info: Info, input: ReturnReceiveScanInput) -> Row:
        return await return_receiving.scan(info.context.actor, decode(Row, input.id), input.seen())

    @mutation(return_receiving.complete, ReturnPayload, _RECEIVE, changes=Row)
    async def return_receive_complete(self, info: Info, input: ReturnReceiveCompleteInput) -> Row:
        return await return_receiving.complete(
            info.context.actor, decode(Row, input.id), reason=input.reason
        )

    @mutation(return_inspections.inspect, ReturnPayload, _RECEIVE, changes=Row)
    async def return_inspect(self, info: Info, input: ReturnInspectInput) -> Row:
        return await return_inspections.inspect(
            info.context.actor,
            decode(Row, input.id),
            decode(models.ReturnUnit, input.unit_id),
            findings=[each.finding() for each in input.findings],
        )

    @mutation(return_inspections.revise, ReturnPayload, _RECEIVE, changes=Row)
    async def return_revise(self, info: Info, input: ReturnReviseInput) -> Row:
        return await return_inspections.revise(
            info.context.actor,
            decode(Row, input.id),
            decode(models.ReturnUnit, input.unit_id),
            disposition=input.disposition,
            units=input.units,
            condition=input.condition,
            lot=input.lot,
            note=input.note,
        )

    @mutation(returns.resolve, ReturnPayload, _DECIDE, changes=Row)
    async def return_resolve(self, info: Info, input: ReturnResolveInput) -> Row:
        return await returns.resolve(
            info.context.actor, decode(Row, input.id), resolution=input.resolution
        )

    @mutation(returns.close, ReturnPayload, _DECIDE, changes=Row)
    async def return_close(self, info: Info, input: ReturnCloseInput) -> Row:
        return await returns.close(info.context.actor, decode(Row, input.id))

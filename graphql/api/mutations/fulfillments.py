"""Mutations of fulfillments."""

from collections import Counter

import strawberry

import models
from api.changes import Change, Payload, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.fulfillments import Fulfillment
from services import fulfillments, lot_swaps, scans
from services.actors import Permission
from services.mispicks import Scan


@strawberry.type(description="What a mutation of a fulfillment answers.")
class FulfillmentPayload(Payload):
    fulfillment: Fulfillment | None = column("The fulfillment; null when nothing was changed.")


@strawberry.input(description="Units of a line of a fulfillment.")
class FulfillmentUnitsInput:
    line_id: strawberry.ID = column("Which line of the fulfillment.")
    quantity: int = column("How many units.")


def units_by_line(lines: list[FulfillmentUnitsInput] | None) -> dict[int, int] | None:
    """The units of each line; one that is named twice has the units of both."""
    if lines is None:
        return None
    units: Counter[int] = Counter()
    for each in lines:
        units[decode(models.FulfillmentLine, each.line_id)] += each.quantity
    return units


@strawberry.input(description="What a picker's scanner read.")
class PickScanInput:
    barcode: str = column(
        "The barcode of an item, its stock keeping unit, its lot code or its serial number."
    )
    quantity: int = strawberry.field(default=1, description="How many units of it.")
    bin_code: str | None = strawberry.field(
        default=None, description="The bin they were taken from, to be checked as well."
    )
    lot_code: str | None = strawberry.field(
        default=None, description="Their lot code or serial number, where it was read as well."
    )

    def scanned(self) -> Scan:
        return Scan(
            barcode=self.barcode,
            quantity=self.quantity,
            bin_code=self.bin_code,
            lot_code=self.lot_code,
        )


@strawberry.input
class FulfillmentReleaseInput(Change):
    pass


@strawberry.input
class FulfillmentPickStartInput(Change):
    pass


@strawberry.input
class FulfillmentPickScanInput(Change, PickScanInput):
    pass


@strawberry.input
class FulfillmentPackScanInput(Change):
    barcode: str = column(
        "The barcode of an item, its stock keeping unit, its lot code or its serial number."
    )
    quantity: int = strawberry.field(default=1, description="How many units of it.")
    box: str = column("The code of the box they are put into.")
    lot_code: str | None = strawberry.field(
        default=None, description="Their lot code or serial number, where it was read as well."
    )


@strawberry.input
class FulfillmentPickCompleteInput(Change):
    lines: list[FulfillmentUnitsInput] | None = strawberry.field(
        default=None,
        description="What was picked; a line that is left out was not found. Leave out the list "
        "when everything was picked, or everything picked was scanned.",
    )


@strawberry.input
class FulfillmentPickLotSwapInput(Change):
    line_id: strawberry.ID = column("The line of the fulfillment that is picked from another lot.")
    code: str = column("The code of that lot, or the serial number of that unit.")
    quantity: int | None = strawberry.field(
        default=None, description="How many units; left out, all that are not picked yet."
    )


@strawberry.input
class FulfillmentPackStartInput(Change):
    pass


@strawberry.input
class FulfillmentPackCompleteInput(Change):
    pass


@strawberry.input
class FulfillmentHandOverInput(Change):
    pass


@strawberry.input
class FulfillmentCancelInput(Change):
    pass


_WORK, _RELEASE = Permission.FULFILLMENTS_WORK, Permission.FULFILLMENTS_RELEASE
Row = models.Fulfillment


@strawberry.type
class FulfillmentMutations:
    @mutation(fulfillments.release, FulfillmentPayload, _RELEASE, changes=Row)
    async def fulfillment_release(self, info: Info, input: FulfillmentReleaseInput) -> Row:
        return await fulfillments.release(info.context.actor, decode(Row, input.id))

    @mutation(fulfillments.pick_start, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_pick_start(self, info: Info, input: FulfillmentPickStartInput) -> Row:
        return await fulfillments.pick_start(info.context.actor, decode(Row, input.id))

    @mutation(scans.pick, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_pick_scan(self, info: Info, input: FulfillmentPickScanInput) -> Row:
        return await scans.pick(info.context.actor, decode(Row, input.id), input.scanned())

    @mutation(fulfillments.pick_complete, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_pick_complete(
        self, info: Info, input: FulfillmentPickCompleteInput
    ) -> Row:
        return await fulfillments.pick_complete(
            info.context.actor, decode(Row, input.id), picked=units_by_line(input.lines)
        )

    @mutation(lot_swaps.swap, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_pick_lot_swap(
        self, info: Info, input: FulfillmentPickLotSwapInput
    ) -> Row:
        return await lot_swaps.swap(
            info.context.actor,
            decode(Row, input.id),
            decode(models.FulfillmentLine, input.line_id),
            code=input.code,
            quantity=input.quantity,
        )

    @mutation(fulfillments.pack_start, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_pack_start(self, info: Info, input: FulfillmentPackStartInput) -> Row:
        return await fulfillments.pack_start(info.context.actor, decode(Row, input.id))

    @mutation(scans.pack, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_pack_scan(self, info: Info, input: FulfillmentPackScanInput) -> Row:
        scan = Scan(
            barcode=input.barcode,
            quantity=input.quantity,
            box=input.box,
            lot_code=input.lot_code,
        )
        return await scans.pack(info.context.actor, decode(Row, input.id), scan)

    @mutation(fulfillments.pack_complete, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_pack_complete(
        self, info: Info, input: FulfillmentPackCompleteInput
    ) -> Row:
        return await fulfillments.pack_complete(info.context.actor, decode(Row, input.id))

    @mutation(fulfillments.hand_over, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_hand_over(self, info: Info, input: FulfillmentHandOverInput) -> Row:
        return await fulfillments.hand_over(info.context.actor, decode(Row, input.id))

    @mutation(fulfillments.cancel, FulfillmentPayload, _RELEASE, changes=Row)
    async def fulfillment_cancel(self, info: Info, input: FulfillmentCancelInput) -> Row:
        return await fulfillments.cancel(info.context.actor, decode(Row, input.id))

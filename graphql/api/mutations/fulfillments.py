"""Mutations of fulfillments."""

from collections import Counter

import strawberry

import models
from api.changes import Change, Payload, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.fulfillments import Fulfillment
from services import fulfillments
from services.actors import Permission


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


@strawberry.input
class FulfillmentReleaseInput(Change):
    pass


@strawberry.input
class FulfillmentPickStartInput(Change):
    pass


@strawberry.input
class FulfillmentPickCompleteInput(Change):
    lines: list[FulfillmentUnitsInput] | None = strawberry.field(
        default=None,
        description="What was picked; a line that is left out was not found. Leave out the list "
        "when everything was picked.",
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

    @mutation(fulfillments.pick_complete, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_pick_complete(
        self, info: Info, input: FulfillmentPickCompleteInput
    ) -> Row:
        return await fulfillments.pick_complete(
            info.context.actor, decode(Row, input.id), picked=units_by_line(input.lines)
        )

    @mutation(fulfillments.pack_start, FulfillmentPayload, _WORK, changes=Row)
    async def fulfillment_pack_start(self, info: Info, input: FulfillmentPackStartInput) -> Row:
        return await fulfillments.pack_start(info.context.actor, decode(Row, input.id))

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

"""Mutations of waves."""

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.mutations.fulfillments import PickScanInput
from api.nodes import decode
from api.types.picking import Wave
from services import scans, waves
from services.actors import Permission


@strawberry.type(description="What a mutation of a wave answers.")
class WavePayload(Payload):
    wave: Wave | None = column("The wave as it is now; null when nothing was changed.")


@strawberry.input
class WaveCreateInput(Step):
    location_id: strawberry.ID = column("Where the work is done.")
    fulfillment_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The released fulfillments to put together; or give a `size`."
    )
    size: int | None = strawberry.field(
        default=None,
        description="How many of the most urgent to take, which are to be handed over first.",
    )


@strawberry.input
class WaveStartInput(Change):
    pass


@strawberry.input
class WavePickScanInput(Change, PickScanInput):
    pass


@strawberry.input
class WaveFulfillmentRemoveInput(Change):
    fulfillment_id: strawberry.ID = column("The fulfillment to take out of the wave.")


@strawberry.input
class WaveCancelInput(Change):
    pass


_RELEASE, _WORK = Permission.FULFILLMENTS_RELEASE, Permission.FULFILLMENTS_WORK
Row = models.Wave


@strawberry.type
class WaveMutations:
    @mutation(waves.create, WavePayload, _RELEASE)
    async def wave_create(self, info: Info, input: WaveCreateInput) -> Row:
        ids = input.fulfillment_ids
        return await waves.create(
            info.context.actor,
            decode(models.Location, input.location_id),
            fulfillment_ids=None if ids is None else [decode(models.Fulfillment, i) for i in ids],
            size=input.size,
        )

    @mutation(waves.start, WavePayload, _WORK, changes=Row)
    async def wave_start(self, info: Info, input: WaveStartInput) -> Row:
        return await waves.start(info.context.actor, decode(Row, input.id))

    @mutation(scans.pick_wave, WavePayload, _WORK, changes=Row)
    async def wave_pick_scan(self, info: Info, input: WavePickScanInput) -> Row:
        return await scans.pick_wave(info.context.actor, decode(Row, input.id), input.scanned())

    @mutation(waves.remove, WavePayload, _RELEASE, changes=Row)
    async def wave_fulfillment_remove(self, info: Info, input: WaveFulfillmentRemoveInput) -> Row:
        fulfillment_id = decode(models.Fulfillment, input.fulfillment_id)
        return await waves.remove(
            info.context.actor, decode(Row, input.id), fulfillment_id=fulfillment_id
        )

    @mutation(waves.cancel, WavePayload, _RELEASE, changes=Row)
    async def wave_cancel(self, info: Info, input: WaveCancelInput) -> Row:
        return await waves.cancel(info.context.actor, decode(Row, input.id))

"""Mutations of bins."""

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.mutations.stock import StockPayload
from api.nodes import decode
from api.types.bins import Bin
from services import bins
from services.actors import Permission


@strawberry.type(description="What a mutation of a bin answers.")
class BinPayload(Payload):
    bin: Bin | None = column("The bin as it is now; null when nothing was changed.")


@strawberry.input
class BinCreateInput(Step):
    location_id: strawberry.ID = column("The location it is in.")
    code: str = column("Its code, unlike any other there; also what a scanner reads on it.")
    position: int = column("Its place on a picker's walk; the lowest comes first.")
    storage: models.Storage = strawberry.field(
        default=models.Storage.AMBIENT, description="How goods lie in it."
    )


@strawberry.input
class BinUpdateInput(Change):
    code: str | None = optional("Its code, unlike any other there.")
    position: int | None = optional("Its place on a picker's walk.")
    storage: models.Storage | None = optional("How goods lie in it, while none do.")


@strawberry.input
class BinArchiveInput(Change):
    pass


@strawberry.input
class LevelBinSetInput(Step):
    variant_id: strawberry.ID = column("What lies in the bin.")
    location_id: strawberry.ID = column("The location of the bin.")
    bin_id: strawberry.ID | None = column("The bin; null when nobody knows.")
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse if the level has another version than this."
    )


_WRITE = Permission.BINS_WRITE


@strawberry.type
class BinMutations:
    @mutation(bins.create, BinPayload, _WRITE)
    async def bin_create(self, info: Info, input: BinCreateInput) -> models.Bin:
        location_id = decode(models.Location, input.location_id)
        return await bins.create(
            info.context.actor,
            location_id,
            code=input.code,
            position=input.position,
            storage=input.storage,
        )

    @mutation(bins.update, BinPayload, _WRITE, changes=models.Bin)
    async def bin_update(self, info: Info, input: BinUpdateInput) -> models.Bin:
        changes = given(input, "code", "position", "storage")
        return await bins.update(info.context.actor, decode(models.Bin, input.id), changes)

    @mutation(bins.archive, BinPayload, _WRITE, changes=models.Bin)
    async def bin_archive(self, info: Info, input: BinArchiveInput) -> models.Bin:
        return await bins.archive(info.context.actor, decode(models.Bin, input.id))

    @mutation(bins.set_home, StockPayload, _WRITE)
    async def level_bin_set(self, info: Info, input: LevelBinSetInput) -> models.Level:
        return await bins.set_home(
            info.context.actor,
            variant_id=decode(models.Variant, input.variant_id),
            location_id=decode(models.Location, input.location_id),
            bin_id=decode(models.Bin, input.bin_id) if input.bin_id is not None else None,
            expected_version=input.expected_version,
        )

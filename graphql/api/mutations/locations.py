"""Mutations of locations."""

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.locations import Location
from services import locations
from services.actors import Permission


@strawberry.type(description="What a mutation of a location answers.")
class LocationPayload(Payload):
    location: Location | None = column("The location as it is now; null when nothing was changed.")


@strawberry.input
class LocationCreateInput(Step):
    code: str = column("A short name, such as BER1, unlike any other.")
    name: str = column("What it is called.")
    kind: models.LocationKind = column("What it is for.")
    priority: int = strawberry.field(
        default=100, description="The lower, the earlier it is asked when stock is reserved."
    )


@strawberry.input
class LocationUpdateInput(Change):
    code: str | None = optional("A short name, such as BER1, unlike any other.")
    name: str | None = optional("What it is called.")
    kind: models.LocationKind | None = optional("What it is for.")
    priority: int | None = optional("The lower, the earlier it is asked.")


@strawberry.input
class LocationArchiveInput(Change):
    pass


_WRITE = Permission.LOCATIONS_WRITE


@strawberry.type
class LocationMutations:
    @mutation(locations.create, LocationPayload, _WRITE)
    async def location_create(self, info: Info, input: LocationCreateInput) -> models.Location:
        return await locations.create(
            info.context.actor,
            code=input.code,
            name=input.name,
            kind=input.kind,
            priority=input.priority,
        )

    @mutation(locations.update, LocationPayload, _WRITE, changes=models.Location)
    async def location_update(self, info: Info, input: LocationUpdateInput) -> models.Location:
        return await locations.update(
            info.context.actor,
            decode(models.Location, input.id),
            given(input, "code", "name", "kind", "priority"),
        )

    @mutation(locations.archive, LocationPayload, _WRITE, changes=models.Location)
    async def location_archive(self, info: Info, input: LocationArchiveInput) -> models.Location:
        return await locations.archive(info.context.actor, decode(models.Location, input.id))

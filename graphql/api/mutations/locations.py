"""Mutations of locations."""

from typing import Any

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
    line1: str = strawberry.field(default="", description="Street and house.")
    city: str = strawberry.field(default="", description="Town or city.")
    region: str = strawberry.field(default="", description="State or province.")
    postal_code: str = strawberry.field(default="", description="Postal code.")
    country_code: str = strawberry.field(
        default="", description="Two letters of ISO 3166-1, such as DE."
    )
    latitude: float | None = strawberry.field(default=None, description="Degrees north.")
    longitude: float | None = strawberry.field(default=None, description="Degrees east.")


@strawberry.input
class LocationUpdateInput(Change):
    code: str | None = optional("A short name, such as BER1, unlike any other.")
    name: str | None = optional("What it is called.")
    kind: models.LocationKind | None = optional("What it is for.")
    priority: int | None = optional("The lower, the earlier it is asked.")
    line1: str | None = optional("Street and house.")
    city: str | None = optional("Town or city.")
    region: str | None = optional("State or province.")
    postal_code: str | None = optional("Postal code.")
    country_code: str | None = optional("Two letters of ISO 3166-1, such as DE; empty if unknown.")
    latitude: float | None = optional("Degrees north; null where unknown.")
    longitude: float | None = optional("Degrees east; null where unknown.")


@strawberry.input
class LocationCalendarSetInput(Change):
    time_zone: str | None = optional("By which clock it works, such as Europe/Berlin.")
    working_days: list[models.Weekday] | None = optional("On which days of the week it works.")
    holidays_of: str | None = optional(
        "Whose holidays it keeps, such as DE or DE-HH; empty for none."
    )


@strawberry.input
class LocationArchiveInput(Change):
    pass


WHERE = (
    *("line1", "city", "region", "postal_code", "country_code"),
    *("latitude", "longitude"),
)


def calendar(values: dict[str, Any]) -> dict[str, Any]:
    """A calendar as it is stored: the days of the week in one text."""
    if "working_days" in values:
        values["works_on"] = "".join(values.pop("working_days") or ())
    return values


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
            **given(input, *WHERE),
        )

    @mutation(locations.update, LocationPayload, _WRITE, changes=models.Location)
    async def location_update(self, info: Info, input: LocationUpdateInput) -> models.Location:
        return await locations.update(
            info.context.actor,
            decode(models.Location, input.id),
            given(input, "code", "name", "kind", "priority", *WHERE),
        )

    @mutation(
        locations.set_calendar, LocationPayload, Permission.SHIPPING_WRITE, changes=models.Location
    )
    async def location_calendar_set(
        self, info: Info, input: LocationCalendarSetInput
    ) -> models.Location:
        return await locations.set_calendar(
            info.context.actor,
            decode(models.Location, input.id),
            calendar(given(input, "time_zone", "working_days", "holidays_of")),
        )

    @mutation(locations.archive, LocationPayload, _WRITE, changes=models.Location)
    async def location_archive(self, info: Info, input: LocationArchiveInput) -> models.Location:
        return await locations.archive(info.context.actor, decode(models.Location, input.id))

"""Questions about locations."""

import strawberry

import models
from api.connections import Connection, condition, listed
from api.types.enums import publish
from api.types.locations import Location
from models.lifecycle import Status


class LocationSort(Status):
    NEWEST = "-id", "Latest opened first."
    OLDEST = "id", "Earliest opened first."
    CODE = "code", "By code."
    PRIORITY = "priority", "In the order of asking."


publish(LocationSort, "How locations are sorted.")


@strawberry.input(description="Which locations.")
class LocationFilter:
    archived: bool | None = condition("archived_at__not_isnull", "Closed, or not.")
    kind: list[models.LocationKind] | None = condition("kind__in", "Of any of these kinds.")


@strawberry.type
class LocationQueries:
    locations: Connection[Location] = listed(
        models.Location,
        "Locations. Search looks into their codes and names.",
        filter=LocationFilter,
        sort=LocationSort,
        search=["code", "name"],
    )

"""Questions about bins, waves, packages and mispicks."""

from datetime import datetime
from typing import Annotated

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.bins import Bin
from api.types.enums import publish
from api.types.packages import Package
from api.types.picking import Mispick, MispickTally, Wave
from models.lifecycle import Status
from services import mispicks
from services.actors import Permission
from services.mispicks import Tally


class BinSort(Status):
    WALK = "position", "In the order of the walk."
    CODE = "code", "By code."
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."


publish(BinSort, "How bins are sorted.")


@strawberry.input(description="Which bins.")
class BinFilter:
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    archived: bool | None = condition("archived_at__not_isnull", "Taken down, or not.")


@strawberry.input(description="Which waves.")
class WaveFilter:
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    status: list[models.WaveStatus] | None = condition("status__in", "In any of these.")
    picker: str | None = condition("picker", "Picked by this person, by their number.")


@strawberry.input(description="Which packages.")
class PackageFilter:
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    fulfillment_id: strawberry.ID | None = condition(
        "fulfillment_id", "Of this fulfillment.", of=models.Fulfillment
    )
    status: list[models.PackageStatus] | None = condition("status__in", "In any of these.")
    box: str | None = condition("box", "In the box with exactly this code.")


@strawberry.input(description="Which mispicks.")
class MispickFilter:
    kind: list[models.MispickKind] | None = condition("kind__in", "Of any of these kinds.")
    step: list[models.MispickStep] | None = condition("step__in", "While doing any of these.")
    picker: str | None = condition("picker", "Made by this person, by their number.")
    order_id: strawberry.ID | None = condition("order_id", "On this order.", of=models.Order)
    fulfillment_id: strawberry.ID | None = condition(
        "fulfillment_id", "On this fulfillment.", of=models.Fulfillment
    )
    wave_id: strawberry.ID | None = condition("wave_id", "In this wave.", of=models.Wave)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    since: datetime | None = condition("created_at__gte", "At this moment or later.")
    until: datetime | None = condition("created_at__lt", "Before this moment.")


Since = Annotated[datetime | None, strawberry.argument(description="At this moment or later.")]
Until = Annotated[datetime | None, strawberry.argument(description="Before this moment.")]
There = Annotated[strawberry.ID | None, strawberry.argument(description="Only at this location.")]


@strawberry.type
class PickingQueries:
    bins: Connection[Bin] = listed(
        models.Bin,
        "Bins. Search looks into their codes.",
        filter=BinFilter,
        sort=BinSort,
        search=["code"],
    )
    waves: Connection[Wave] = listed(
        models.Wave,
        "Waves. Search looks for their numbers.",
        filter=WaveFilter,
        sort=ById,
        search=[],
    )
    packages: Connection[Package] = listed(
        models.Package,
        "Packages. Search looks into the codes of their boxes.",
        filter=PackageFilter,
        sort=ById,
        search=["box"],
    )
    mispicks: Connection[Mispick] = listed(
        models.Mispick,
        "Mispicks. Search looks into what was scanned.",
        filter=MispickFilter,
        sort=ById,
        search=["barcode", "found"],
    )

    @strawberry.field(
        description="How many mispicks each picker made of each kind.",
        extensions=[Needs(Permission.PICKING_READ)],
        graphql_type=list[MispickTally],
    )
    async def mispick_tallies(
        self,
        info: Info,
        since: Since = None,
        until: Until = None,
        location_id: There = None,
    ) -> list[Tally]:
        return await mispicks.by_picker(
            info.context.actor,
            since=since,
            until=until,
            location_id=None if location_id is None else decode(models.Location, location_id),
        )

"""What clients see of pick lists, waves and mispicks."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, many, one
from api.nodes import Node, node
from api.types.actions import Action
from api.types.bins import Bin
from api.types.catalog import Variant
from api.types.locations import Location
from api.types.lots import Lot
from api.types.papers import Paper
from services import actions, papers, pick_lists, waves
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.fulfillments import Fulfillment, FulfillmentLine

FulfillmentRef = Annotated["Fulfillment", strawberry.lazy("api.types.fulfillments")]
FulfillmentLineRef = Annotated["FulfillmentLine", strawberry.lazy("api.types.fulfillments")]


@strawberry.type(description="Units of a variant to be collected from a bin.")
class PickListLine:
    bin: Bin | None = column("Where they lie, as far as anybody said.")
    lot: Lot | None = column("Which lot, or serial number, is set aside, where it has some.")
    variant: Variant = column("What to collect.")
    sku: str = column("Its stock keeping unit, which may be scanned in place of a barcode.")
    name: str = column("What it is called.")
    barcode: str | None = column("What a scanner reads on it.")
    quantity: int = column("Units asked for.")
    picked: int = column("Units of those that are picked.")
    lines: list[FulfillmentLineRef] = column("The lines of fulfillments that ask for them.")


@strawberry.type(description="How far a wave has come.")
class WaveProgress:
    fulfillments: int = column("Fulfillments in it.")
    fulfillments_picked: int = column("Fulfillments of those that are picked.")
    units: int = column("Units asked for.")
    units_picked: int = column("Units of those that are picked.")


@node(models.Wave, "Fulfillments of one location that are picked together, in one walk.")
class Wave(Node):
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where it is picked; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    status: models.WaveStatus = column("Where it stands.")
    actor: str = column("Who put it together.")
    picker: str | None = column("Who picks it.")
    started_at: datetime | None = column("When picking began.")
    done_at: datetime | None = column("When nothing of it was left to pick.")
    cancelled_at: datetime | None = column("When it was dissolved.")
    fulfillments: list[FulfillmentRef] | None = many(
        models.Fulfillment,
        "wave_id",
        "What is picked together; needs ORDERS_READ.",
        needs=Permission.ORDERS_READ,
    )
    pick_list: list[PickListLine] = batched(
        pick_lists.of_waves, "What to collect for all its orders, in walking order."
    )
    progress: WaveProgress = batched(waves.progress, "How far it has come.")
    papers: list[Paper] = batched(papers.of_waves, "What can be printed for it.")
    actions: list[Action] = batched(actions.of_waves, "What you can do with it now.")


@node(models.Mispick, "A scan that was refused, as it was.")
class Mispick(Node):
    kind: models.MispickKind = column("What was wrong.")
    step: models.MispickStep = column("What was being done.")
    fulfillment: FulfillmentRef | None = one(
        models.Fulfillment,
        "fulfillment_id",
        "The work it was about; none where it fits no order of the wave. Needs ORDERS_READ.",
        needs=Permission.ORDERS_READ,
    )
    wave: Wave | None = one(models.Wave, "wave_id", "The wave that was picked, if it was one.")
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where it happened; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    barcode: str = column("What was scanned.")
    quantity: int = column("How many units were scanned.")
    bin_code: str | None = column("The bin that was scanned.")
    lot_code: str | None = column("The lot that was scanned beside the item.")
    box: str | None = column("The box that was scanned.")
    expected: str = column("What would have been right: codes or a count.")
    found: str = column("What was found in its place.")
    picker: str = column("Who scanned.")


@strawberry.type(description="How many mispicks of a kind somebody made.")
class MispickTally:
    picker: str = column("Who, by their number.")
    kind: models.MispickKind = column("What was wrong.")
    mispicks: int = column("How many.")

"""What clients see of stock levels, their movements and their alerts."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, one
from api.nodes import Node, node
from api.types.actions import Action
from api.types.arrivals import Arrival, Incoming
from api.types.bins import Bin
from api.types.locations import Location
from services import actions, availability
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.catalog import Variant

VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]


@node(models.Level, "How many units of a variant lie at a location, and how many are spoken for.")
class Level(Node):
    variant: VariantRef = one(models.Variant, "variant_id", "What lies there.")
    location: Location = one(models.Location, "location_id", "Where it lies.")
    bin: Bin | None = one(
        models.Bin, "bin_id", "The bin a picker finds it in.", needs=Permission.LOCATIONS_READ
    )
    on_hand: int = column("Units that lie there.")
    reserved: int = column("Units of those that are set aside for orders.")
    available: int = column("Units that can still be promised: on hand less reserved.")
    reorder_point: int | None = column("At how many available units the level is low.")
    incoming: Incoming = batched(availability.of_levels, "Units that are expected there.")
    updated_at: datetime = column("When it last changed.")


@strawberry.type(description="One change of one stock level. Together they are the level.")
class Movement:
    variant: VariantRef = one(models.Variant, "variant_id", "What moved.")
    location: Location = one(models.Location, "location_id", "Where it moved.")
    reason: models.MovementReason = column("Why it moved.")
    on_hand_change: int = column("Units added to what lies there.")
    reserved_change: int = column("Units added to what is set aside.")
    on_hand_after: int = column("Units that lay there afterwards.")
    reserved_after: int = column("Units that were set aside afterwards.")
    arrival: Arrival | None = one(
        models.Arrival, "arrival_id", "The arrival it was part of, where units came in."
    )
    note: str = column("What somebody said about it.")
    actor: str = column("Who did it.")
    at: datetime = column("When it happened.")


@node(models.StockAlert, "A stock level that needs attention, from its opening to its end.")
class StockAlert(Node):
    level: Level = one(models.Level, "level_id", "The level it is about, as it is now.")
    variant: VariantRef = one(models.Variant, "variant_id", "What there is too little of.")
    location: Location = one(models.Location, "location_id", "Where there is too little.")
    kind: models.StockAlertKind = column("What it is about.")
    status: models.StockAlertStatus = column("Where it stands.")
    threshold: int = column("It opened when no more units than this were available.")
    available: int = column("Units available when it opened or, once it is over, when it ended.")
    acknowledged_at: datetime | None = column("When somebody took notice.")
    acknowledged_by: str | None = column("Who took notice.")
    resolved_at: datetime | None = column("When the level had risen past threshold and margin.")
    actions: list[Action] = batched(actions.of_stock_alerts, "What you can do with it now.")

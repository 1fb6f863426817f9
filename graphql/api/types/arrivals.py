"""What clients see of units that are expected."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, one
from api.nodes import Node, node
from api.types.actions import Action
from api.types.locations import Location
from services import actions

if TYPE_CHECKING:
    from api.types.catalog import Variant
    from api.types.transfers import TransferLine

TransferLineRef = Annotated["TransferLine", strawberry.lazy("api.types.transfers")]
VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]


@node(models.Arrival, "Units of a variant that are expected at a location.")
class Arrival(Node):
    variant: VariantRef = one(models.Variant, "variant_id", "What should come.")
    location: Location = one(models.Location, "location_id", "Where it should come.")
    quantity: int = column("Units expected in all.")
    arrived: int = column("Units that have come.")
    outstanding: int = column("Units that are still to come.")
    expected_at: datetime = column("When they should come.")
    transfer_line: TransferLineRef | None = one(
        models.TransferLine, "transfer_line_id", "The line of the transfer that brings it."
    )
    reference: str = column("What it goes by, such as a delivery note.")
    reason: str = column("Why it was last changed, or called off.")
    status: models.ArrivalStatus = column("Where it stands.")
    ended_at: datetime | None = column("When everything had come, or it was called off.")
    actions: list[Action] = batched(actions.of_arrivals, "What you can do with it now.")


@strawberry.type(description="Units that are expected at a stock level.")
class Incoming:
    units: int = column("How many.")
    next_at: datetime | None = column("When the first of them should come.")


@strawberry.type(description="What can be had of a variant, now and later.")
class Availability:
    available: int = column("Units that a new order can have now.")
    waiting: int = column("Units that orders wait for already.")
    incoming: int = column("Units that are expected and that nobody waits for.")
    next_at: datetime | None = column("When the first of those should come.")

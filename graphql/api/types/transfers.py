"""What clients see of transfers between locations."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, many, one
from api.nodes import Node, node
from api.types.actions import Action
from api.types.locations import Location
from services import actions

if TYPE_CHECKING:
    from api.types.catalog import Variant
    from api.types.lots import Lot

LotRef = Annotated["Lot", strawberry.lazy("api.types.lots")]
VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]


@node(models.TransferLine, "Units of a variant, of one lot where it has lots, in a transfer.")
class TransferLine(Node):
    transfer: "Transfer" = one(models.Transfer, "transfer_id", "The transfer it is part of.")
    variant: VariantRef = one(models.Variant, "variant_id", "What goes.")
    lot: LotRef | None = one(
        models.Lot, "lot_id", "Of which lot; empty until lots are chosen, or where it has none."
    )
    quantity: int = column("Units that are to go.")
    allocated: int = column("Units that were set aside at the source.")
    sent: int = column("Units that have left.")
    received: int = column("Units of those that came.")
    damaged: int = column("Units of those that came damaged.")
    missing: int = column("Units that left and never came.")
    outstanding: int = column("Units that are on their way.")


@node(models.Transfer, "Units on their way from one location to another.")
class Transfer(Node):
    source: Location = one(models.Location, "source_id", "Where it comes from.")
    destination: Location = one(models.Location, "destination_id", "Where it goes.")
    status: models.TransferStatus = column("Where it stands.")
    note: str = column("What there is to say about it.")
    reason: str = column("Why it was called off, or what is missing never came.")
    expected_at: datetime | None = column("When it should come.")
    allocated_at: datetime | None = column("When its units were set aside.")
    sent_at: datetime | None = column("When it left.")
    received_at: datetime | None = column("When the last of it had come, or was given up.")
    cancelled_at: datetime | None = column("When it was called off.")
    lines: list[TransferLine] = many(models.TransferLine, "transfer_id", "What goes with it.")
    actions: list[Action] = batched(actions.of_transfers, "What you can do with it now.")

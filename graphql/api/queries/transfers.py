"""Questions about transfers."""

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.transfers import Transfer


@strawberry.input(description="Which transfers.")
class TransferFilter:
    source_id: strawberry.ID | None = condition("source_id", "From there.", of=models.Location)
    destination_id: strawberry.ID | None = condition(
        "destination_id", "To there.", of=models.Location
    )
    status: list[models.TransferStatus] | None = condition("status__in", "In any of these.")


@strawberry.type
class TransferQueries:
    transfers: Connection[Transfer] = listed(
        models.Transfer,
        "Transfers between locations. Search looks into their notes.",
        filter=TransferFilter,
        sort=ById,
        search=["note"],
    )

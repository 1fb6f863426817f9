"""Questions about claims of customers."""

from datetime import datetime

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.claims import Claim
from services.actors import Permission


@strawberry.input(description="Which claims.")
class ClaimFilter:
    order_id: strawberry.ID | None = condition("order_id", "About this order.", of=models.Order)
    customer_id: strawberry.ID | None = condition(
        "customer_id", "Of this customer.", of=models.Customer
    )
    shipment_id: strawberry.ID | None = condition(
        "shipment_id", "About this parcel.", of=models.Shipment
    )
    kind: list[models.ClaimKind] | None = condition("kind__in", "Of any of these kinds.")
    status: list[models.ClaimStatus] | None = condition("status__in", "In any of these.")
    recovery: list[models.RecoveryStatus] | None = condition(
        "recovery__in",
        "Of which having the cost borne has come to any of these; needs RETURNS_CLAIM.",
        needs=Permission.RETURNS_CLAIM,
    )
    supplier_id: strawberry.ID | None = condition(
        "supplier_id",
        "That this supplier was asked to bear; needs RETURNS_CLAIM.",
        of=models.Supplier,
        needs=Permission.RETURNS_CLAIM,
    )
    carrier: str | None = condition(
        "carrier",
        "About a parcel of this carrier, or that it was asked to bear; needs RETURNS_CLAIM.",
        needs=Permission.RETURNS_CLAIM,
    )
    since: datetime | None = condition("created_at__gte", "Opened then or later.")
    until: datetime | None = condition("created_at__lt", "Opened before.")


@strawberry.type
class ClaimQueries:
    claims: Connection[Claim] = listed(
        models.Claim,
        "Claims of customers: lost, damaged, wrong and missing units. Search looks into their "
        "notes.",
        filter=ClaimFilter,
        sort=ById,
        search=["note"],
    )

"""Questions about receipts and claims."""

from datetime import datetime

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.receipts import Receipt, SupplierClaim


@strawberry.input(description="Which receipts.")
class ReceiptFilter:
    purchase_order_id: strawberry.ID | None = condition(
        "purchase_order_id", "Of this order.", of=models.PurchaseOrder
    )
    supplier_id: strawberry.ID | None = condition(
        "supplier_id", "From this supplier.", of=models.Supplier
    )
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    status: list[models.ReceiptStatus] | None = condition("status__in", "In any of these.")
    since: datetime | None = condition("created_at__gte", "Opened then or later.")
    until: datetime | None = condition("created_at__lt", "Opened before.")


@strawberry.input(description="Which claims.")
class SupplierClaimFilter:
    purchase_order_id: strawberry.ID | None = condition(
        "purchase_order_id", "About this order.", of=models.PurchaseOrder
    )
    supplier_id: strawberry.ID | None = condition(
        "supplier_id", "Of this supplier.", of=models.Supplier
    )
    kind: list[models.SupplierClaimKind] | None = condition("kind__in", "Of any of these kinds.")
    status: list[models.SupplierClaimStatus] | None = condition("status__in", "In any of these.")


@strawberry.type
class ReceiptQueries:
    receipts: Connection[Receipt] = listed(
        models.Receipt,
        "Receipts. Search looks into what their papers go by.",
        filter=ReceiptFilter,
        sort=ById,
        search=["reference"],
    )
    supplier_claims: Connection[SupplierClaim] = listed(
        models.SupplierClaim,
        "Claims for deliveries that were not as ordered. Search looks into notes and references.",
        filter=SupplierClaimFilter,
        sort=ById,
        search=["note", "reference"],
    )

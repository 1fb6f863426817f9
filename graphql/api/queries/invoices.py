"""Questions about invoices and credit notes."""

from datetime import datetime

import strawberry

import models
from api.connections import Connection, condition, listed
from api.types.enums import publish
from api.types.invoices import CreditNote, Invoice
from models.lifecycle import Status


class DocumentSort(Status):
    NEWEST = "-id", "Highest number first."
    OLDEST = "id", "Lowest number first."
    HIGHEST_TOTAL = "-total", "The largest amount first."
    LOWEST_TOTAL = "total", "The smallest amount first."


publish(DocumentSort, "How invoices and credit notes are sorted.")


@strawberry.input(description="Which invoices.")
class InvoiceFilter:
    order_id: strawberry.ID | None = condition("order_id", "For this order.", of=models.Order)
    customer_id: strawberry.ID | None = condition(
        "order__customer_id", "For orders of this customer.", of=models.Customer
    )
    issued_since: datetime | None = condition("issued_at__gte", "Issued then or later.")
    issued_until: datetime | None = condition("issued_at__lt", "Issued before then.")


@strawberry.input(description="Which credit notes.")
class CreditNoteFilter:
    order_id: strawberry.ID | None = condition("order_id", "For this order.", of=models.Order)
    invoice_id: strawberry.ID | None = condition(
        "invoice_id", "On this invoice.", of=models.Invoice
    )
    issued_since: datetime | None = condition("issued_at__gte", "Issued then or later.")
    issued_until: datetime | None = condition("issued_at__lt", "Issued before then.")


@strawberry.type
class InvoiceQueries:
    invoices: Connection[Invoice] = listed(
        models.Invoice,
        "Invoices. Search looks into the customers' names.",
        filter=InvoiceFilter,
        sort=DocumentSort,
        search=["order__customer__name"],
    )
    credit_notes: Connection[CreditNote] = listed(
        models.CreditNote,
        "Credit notes. Search looks into the reasons and the customers' names.",
        filter=CreditNoteFilter,
        sort=DocumentSort,
        search=["reason", "order__customer__name"],
    )

"""What is announced of invoices and credit notes."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class InvoiceFact(OrderFact):
    NEEDS = Permission.INVOICES_READ

    invoice_id: int


@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(InvoiceFact):
    """An invoice was issued; its total is in minor units of the order's currency."""

    invoice_total: int


@dataclass(frozen=True, kw_only=True)
class CreditNoteIssued(InvoiceFact):
    """A part of an invoice was credited; the total is in minor units of its currency."""

    credit_note_id: int
    credit_total: int
    credit_reason: str

"""Mutations of invoices and credit notes."""

import strawberry

import models
from api.changes import Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.scalars import MoneyInput
from api.types.invoices import CreditNote, Invoice
from services import invoices
from services.actors import Permission


@strawberry.type(description="What a mutation of an invoice answers.")
class InvoicePayload(Payload):
    invoice: Invoice | None = column("The invoice; null when nothing was changed.")


@strawberry.type(description="What a mutation of a credit note answers.")
class CreditNotePayload(Payload):
    credit_note: CreditNote | None = column("The credit note; null when nothing was changed.")


@strawberry.input
class InvoiceIssueInput(Step):
    order_id: strawberry.ID = column("The order it is for.")


@strawberry.input
class CreditNoteIssueInput(Step):
    invoice_id: strawberry.ID = column("The invoice it is about.")
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much, with tax; without it, all that is left."
    )
    reason: str = column("Why.")


_ISSUE = Permission.INVOICES_ISSUE


@strawberry.type
class InvoiceMutations:
    @mutation(invoices.issue, InvoicePayload, _ISSUE)
    async def invoice_issue(self, info: Info, input: InvoiceIssueInput) -> models.Invoice:
        return await invoices.issue(info.context.actor, decode(models.Order, input.order_id))

    @mutation(invoices.issue_credit, CreditNotePayload, _ISSUE)
    async def credit_note_issue(self, info: Info, input: CreditNoteIssueInput) -> models.CreditNote:
        amount = input.amount
        return await invoices.issue_credit(
            info.context.actor,
            decode(models.Invoice, input.invoice_id),
            amount=(amount.amount, amount.currency) if amount else None,
            reason=input.reason,
        )

"""Invoices and credit notes: issue them, numbered without gaps, and never change them.

An order is invoiced when the carrier first takes goods of it, and again for what is added later.
What it then loses in value, or is given back, is credited; never more than was invoiced.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tortoise.connection import get_connection

from models import CreditNote, Customer, Invoice, Order, OrderLine, OrderStatus
from models.errors import Blocked, Problem, refuse_any
from models.invoices import Document, digest
from models.statements import get, select
from services import documents, policies, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.documents import Paper
from services.facts.invoices import CreditNoteIssued, InvoiceIssued
from services.inputs import Inputs

LESS = "The order came to cost less."
NOT_YET = {OrderStatus.DRAFT, OrderStatus.CANCELLED, OrderStatus.EXPIRED}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The documents of an order so far, the earliest first."""

    invoices: Sequence[Invoice] = field(default=())
    notes: Sequence[CreditNote] = field(default=())

    @property
    def invoiced(self) -> int:
        total: int = sum(row.total for row in self.invoices)
        return total

    @property
    def asked_for(self) -> int:
        """What the customer was asked for in the end; goodwill is not to be asked for again."""
        lost: int = sum(row.total for row in self.notes if not row.goodwill)
        return self.invoiced - lost

    def creditable(self, invoice: Invoice) -> int:
        credited = sum(row.total for row in self.notes if row.invoice_id == invoice.id)
        left: int = invoice.total - credited
        return left


@operation
async def issue(actor: Actor, order_id: int) -> Invoice:
    """Invoice what an order costs, or what was added to it since the last invoice."""
    order = await scopes.take(actor, Order, order_id, "orderId")
    standing = await _standing(order)
    refuse_any(reasons_not_to_issue(order, standing, "orderId"))
    return await _issue(actor, order, standing)


@operation
async def issue_credit(
    actor: Actor,
    invoice_id: int,
    *,
    reason: str,
    amount: tuple[Decimal, str] | None = None,
) -> CreditNote:
    """Give back an amount of an invoice out of goodwill; left out, all that is left of it. The
    money itself is given back by a refund."""
    invoice = await scopes.take(actor, Invoice, invoice_id, "invoiceId")
    order = await get(Order, invoice.order_id)
    standing = await _standing(order)
    left = standing.creditable(invoice)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=500)
    units = left
    if amount is not None:
        units, currency = inputs.money(*amount, "amount", least=1)
        if currency != invoice.currency:
            inputs.wrong(f"{invoice.number} is in {invoice.currency}.", "amount", "currency")
        elif units > left:
            inputs.wrong("More would be credited than is left of the invoice.", "amount", "amount")
    if not left:
        message = f"{invoice.number} is credited in whole."
        inputs.add(Blocked(message=message, path=("invoiceId",)))
    inputs.refuse()
    return await _credit(actor, order, standing, invoice, units, reason, goodwill=True)


async def issue_for_shipment(actor: Actor, order: Order) -> None:
    """Invoice what the carrier has taken the first goods of, where that is the policy.

    The caller has locked the order and has nothing else to lock: the counter of the numbers is
    locked from here on, for everybody.
    """
    if not policies.current().invoice_at_shipment:
        return
    standing = await _standing(order)
    if not reasons_not_to_issue(order, standing):
        await _issue(actor, order, standing)


async def credit(actor: Actor, order: Order, amount: int, reason: str) -> None:
    """Credit what is given back out of goodwill, of an order that is worth as much as before; the
    latest invoice first, and no more than was invoiced. Locks as `issue_for_shipment` does."""
    await _credit_latest(actor, order, await _standing(order), amount, reason, goodwill=True)


async def follow(actor: Actor, order: Order, reason: str = LESS) -> None:
    """Credit what an order has lost in value since it was invoiced. Doing it twice does it once.
    Locks as `issue_for_shipment` does."""
    standing = await _standing(order)
    excess = standing.asked_for - order.price
    if excess > 0:
        await _credit_latest(actor, order, standing, excess, reason, goodwill=False)


def reasons_not_to_issue(order: Order, standing: Standing, *path: str) -> list[Problem]:
    if order.status in NOT_YET:
        message = f"{order.number} is {order.status.spoken}; there is nothing to pay for."
        return [Blocked(message=message, path=path or ("id",))]
    # What is paid for by goods that came back is not asked for.
    if (standing.invoices or order.allowance) and order.price <= standing.asked_for:
        message = f"All that {order.number} costs is invoiced."
        return [Blocked(message=message, path=path or ("id",))]
    return []


async def standings(orders: Sequence[Order]) -> dict[int, Standing]:
    """The documents of orders, by id."""
    ids = [order.id for order in orders]
    invoices = await select(Invoice, order_id__in=ids)
    notes = await select(CreditNote, order_id__in=ids)
    return {
        order.id: Standing(
            invoices=[row for row in invoices if row.order_id == order.id],
            notes=[row for row in notes if row.order_id == order.id],
        )
        for order in orders
    }


async def credited(actor: Actor, invoices: Sequence[Invoice]) -> list[int]:
    """How much of each invoice was credited, in minor units."""
    sums: Tally[int] = Tally()
    for row in await select(CreditNote, invoice_id__in=[each.id for each in invoices]):
        sums[row.invoice_id] += row.total
    return [sums[each.id] for each in invoices]


async def _standing(order: Order) -> Standing:
    return (await standings([order]))[order.id]


async def _issue(actor: Actor, order: Order, standing: Standing) -> Invoice:
    lines = await select(OrderLine, order_id=order.id)
    amount = order.price - standing.asked_for
    entries = documents.entries_of(order, lines)
    paper = await _paper(order, documents.outstanding(entries, standing.invoices, amount, order))
    row = Invoice(id=await _next_number(Invoice), order_id=order.id, currency=order.currency)
    row.content = documents.invoice_content(row.number, paper)
    row.total = amount
    await _keep(row, paper)

    announce(
        actor,
        InvoiceIssued(
            order_id=order.id,
            customer_id=order.customer_id,
            invoice_id=row.id,
            invoice_total=row.total,
        ),
    )
    return row


async def _credit_latest(
    actor: Actor, order: Order, standing: Standing, amount: int, reason: str, *, goodwill: bool
) -> None:
    for invoice in reversed(standing.invoices):
        part = min(amount, standing.creditable(invoice))
        if part > 0:
            await _credit(actor, order, standing, invoice, part, reason, goodwill=goodwill)
            amount -= part


async def _credit(
    actor: Actor,
    order: Order,
    standing: Standing,
    invoice: Invoice,
    amount: int,
    reason: str,
    *,
    goodwill: bool,
) -> CreditNote:
    paper = await _paper(order)
    row = CreditNote(
        id=await _next_number(CreditNote),
        order_id=order.id,
        invoice_id=invoice.id,
        currency=invoice.currency,
        reason=reason,
        goodwill=goodwill,
        total=amount,
    )
    row.content = documents.credit_content(
        row.number,
        paper,
        invoice=invoice,
        earlier=[note for note in standing.notes if note.invoice_id == invoice.id],
        amount=amount,
        reason=reason,
    )
    await _keep(row, paper)

    announce(
        actor,
        CreditNoteIssued(
            order_id=order.id,
            customer_id=order.customer_id,
            invoice_id=invoice.id,
            credit_note_id=row.id,
            credit_total=amount,
            credit_reason=reason,
        ),
    )
    return row


async def _paper(order: Order, entries: Iterable[documents.Entry] = ()) -> Paper:
    return Paper(
        order=order,
        customer=await get(Customer, order.customer_id),
        policy=policies.current(),
        issued_at=now(),
        entries=list(entries),
    )


async def _keep(row: Document, paper: Paper) -> None:
    row.tax_total = documents.tax_of(row.content, row.currency)
    row.content_hash = digest(row.content)
    row.issued_at = paper.issued_at
    await row.save()


async def _next_number(kind: type[Document]) -> int:
    """Others who want one wait here until this transaction is over; when it is undone, so is this.

    One statement, as reading first would let two read the same.
    """
    counter, name = kind.COUNTER, kind.PREFIX
    [row] = await get_connection("default").execute_query_dict(
        f"INSERT INTO counters (id, name, value) VALUES ({counter}, '{name}', 1) ON CONFLICT (id) "
        "DO UPDATE SET value = counters.value + 1 RETURNING value"
    )
    value: int = row["value"]
    return value

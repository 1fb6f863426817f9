"""What the demo shop's price lists say, how its sales are taxed, and what it invoices."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

from models import (
    CreditNote,
    Customer,
    Discount,
    Invoice,
    OrderChannel,
    Price,
    PriceList,
    Role,
    TaxClass,
    TaxRate,
    Variant,
)
from models.invoices import digest
from services import documents, policies, pricing
from services.actors import SYSTEM
from services.amounts import half_up
from services.documents import Paper
from services.facts.invoices import CreditNoteIssued, InvoiceIssued
from services.facts.prices import DiscountGiven, PriceListCreated, PriceSet, TaxRateCreated
from services.invoices import LESS
from services.seeds.catalog import CURRENCY, customer_email, customer_name, customer_phone
from services.seeds.rows import Rows

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop

# Country, name, and the standard rate in percent.
TAXES: Sequence[tuple[str, str, int]] = (
    ("DE", "USt", 19),
    ("FR", "TVA", 20),
    ("NL", "btw", 21),
    ("AT", "USt", 20),
    ("IT", "IVA", 22),
    ("ES", "IVA", 21),
    ("DK", "moms", 25),
    ("PL", "VAT", 23),
)
# Name, channel, and the percentage of the usual price from so many units on.
LISTS: Sequence[tuple[str, OrderChannel, Mapping[int, int]]] = (
    ("Wholesale", OrderChannel.EDI, {1: 90, 5: 82, 10: 75}),
    ("Resellers", OrderChannel.FILE, {1: 92, 8: 85}),
    ("Counter", OrderChannel.IN_PERSON, {1: 95}),
)
REASONS = ("A regular customer.", "The last parcel came late.", "Ordered after the trade fair.")
# One of so many orders is given a discount.
DISCOUNTED = 14


def taxes(rows: Rows) -> list[TaxRate]:
    found = []
    for country, name, percent in TAXES:
        row = rows.make(
            TaxRate,
            name=name,
            country_code=country,
            tax_class=TaxClass.STANDARD,
            rate=percent * 10_000,
        )
        rows.keep(row)
        rows.tell(SYSTEM, TaxRateCreated(tax_rate_id=row.id))
        found.append(row)
    return found


def lists(rows: Rows, variants: Sequence[Variant]) -> dict[int, list[Price]]:
    found = []
    for n, (name, channel, breaks) in enumerate(LISTS, start=1):
        price_list = rows.make(
            PriceList, name=name, currency=CURRENCY, channel=channel, priority=10 * n
        )
        rows.keep(price_list)
        rows.tell(SYSTEM, PriceListCreated(price_list_id=price_list.id))
        for variant in variants:
            for from_quantity, percent in breaks.items():
                found.append(_price(rows, price_list, variant, from_quantity, percent))
    return pricing.by_variant(found)


def _price(
    rows: Rows, price_list: PriceList, variant: Variant, from_quantity: int, percent: int
) -> Price:
    row = rows.make(
        Price,
        price_list_id=price_list.id,
        variant_id=variant.id,
        from_quantity=from_quantity,
        price=half_up(variant.price * percent, 100),
        currency=CURRENCY,
    )
    row.price_list = price_list
    rows.keep(row)
    told = {"from_quantity": from_quantity, "minor_units": row.price}
    about = {"price_list_id": price_list.id, "variant_id": variant.id}
    rows.tell(SYSTEM, PriceSet(**about, **told))
    return row


def give_discount(shop: "Shop", life: "Life") -> bool:
    """Few are given one; with dice of their own, so that it changes nothing else."""
    dice = Random(life.order.id)
    if dice.randrange(DISCOUNTED):
        return False
    row = shop.rows.make(
        Discount,
        order_id=life.order.id,
        rate=dice.choice((30_000, 50_000, 100_000)),
        currency=CURRENCY,
        reason=dice.choice(REASONS),
        actor=shop.staff[Role.CLERK].label,
    )
    life.discounts.append(row)
    return True


def tell_discounts(shop: "Shop", life: "Life") -> None:
    order = life.order
    for row in life.discounts:
        shop.rows.tell(
            shop.staff[Role.CLERK],
            DiscountGiven(
                order_id=order.id,
                customer_id=life.customer_id,
                discount_reason=row.reason,
                order_total=order.total,
            ),
        )


def invoice(shop: "Shop", life: "Life") -> None:
    """As services.invoices does when the carrier first takes goods."""
    if life.invoices:
        return
    order = life.order
    row = shop.rows.make(Invoice, order_id=order.id, currency=order.currency, total=order.total)
    paper = _paper(shop, life)
    row.content = documents.invoice_content(row.number, paper)
    _close(shop, row)
    life.invoices.append(row)
    about = {"order_id": order.id, "customer_id": life.customer_id, "invoice_id": row.id}
    shop.rows.tell(shop.staff[Role.PICKER], InvoiceIssued(**about, invoice_total=row.total))


def credit_part(shop: "Shop", life: "Life", amount: int) -> None:
    """As services.invoices does once an order has come to cost less."""
    for bill in life.invoices:
        if amount:
            _credit(shop, life, bill, amount)


def _credit(shop: "Shop", life: "Life", bill: Invoice, amount: int) -> None:
    row = shop.rows.make(
        CreditNote,
        order_id=life.order.id,
        invoice_id=bill.id,
        currency=life.order.currency,
        total=amount,
        reason=LESS,
    )
    paper = _paper(shop, life)
    row.content = documents.credit_content(
        row.number, paper, invoice=bill, earlier=life.credit_notes, amount=amount, reason=LESS
    )
    _close(shop, row)
    life.credit_notes.append(row)
    about = {"order_id": life.order.id, "customer_id": life.customer_id, "invoice_id": bill.id}
    told = {"credit_note_id": row.id, "credit_total": amount, "credit_reason": LESS}
    shop.rows.tell(shop.staff[Role.SUPPORT], CreditNoteIssued(**about, **told))


def _close(shop: "Shop", row: Invoice | CreditNote) -> None:
    row.tax_total = documents.tax_of(row.content, row.currency)
    row.content_hash = digest(row.content)
    row.issued_at = shop.now


def _paper(shop: "Shop", life: "Life") -> Paper:
    n = life.customer
    customer = Customer(
        id=life.customer_id, name=customer_name(n), email=customer_email(n), phone=customer_phone(n)
    )
    return Paper(
        order=life.order,
        customer=customer,
        policy=policies.current(),
        issued_at=shop.now,
        entries=documents.entries_of(life.order, life.lines),
    )

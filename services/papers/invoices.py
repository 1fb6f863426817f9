"""Invoices and credit notes on paper: exactly what was issued, whatever has changed since."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency

from models import CreditNote, Invoice
from models.invoices import Document
from services.actors import Actor
from services.papers import addresses
from services.papers.paper import Column, Entry, Paper, PaperKind, Party

Content = Mapping[str, Any]

LINE_COLUMNS = (
    Column(title="Item", width=9),
    Column(title="Units", width=2, is_number=True),
    Column(title="Unit price", width=4, is_number=True),
    Column(title="Discount", width=4, is_number=True),
    Column(title="Tax", width=3, is_number=True),
    Column(title="Total", width=4, is_number=True),
)
CREDIT_COLUMNS = (
    Column(title="Credited", width=9),
    Column(title="Net", width=4, is_number=True),
    Column(title="Tax", width=4, is_number=True),
    Column(title="Total", width=4, is_number=True),
)
# How a currency's code stands behind an amount, so that no font has to know its sign.
PATTERN = "#,##0.00 ¤¤"
BARE = "#,##0.00"


async def invoices_of(actor: Actor, rows: Sequence[Invoice]) -> list[Paper]:
    """An invoice as it was issued, for each row."""
    return [
        _document(
            row,
            kind=PaperKind.INVOICE,
            title="Invoice",
            columns=LINE_COLUMNS,
            rows=tuple(_line(each, row.currency) for each in row.content["lines"]),
            notes=(_about_prices(row.content),),
        )
        for row in rows
    ]


async def credit_notes_of(actor: Actor, rows: Sequence[CreditNote]) -> list[Paper]:
    """A credit note as it was issued, for each row."""
    return [
        _document(
            row,
            kind=PaperKind.CREDIT_NOTE,
            title="Credit note",
            columns=CREDIT_COLUMNS,
            rows=tuple(_credited(each, row.currency) for each in row.content["taxes"]),
            facts=(
                Entry(label="Invoice", value=row.content["invoice"], strong=True),
                Entry(label="Reason", value=row.content["reason"]),
            ),
        )
        for row in rows
    ]


def _document(
    row: Document,
    *,
    kind: PaperKind,
    title: str,
    columns: tuple[Column, ...],
    rows: tuple[tuple[str, ...], ...],
    facts: tuple[Entry, ...] = (),
    notes: tuple[str, ...] = (),
) -> Paper:
    content: Content = row.content
    order = content["order"]
    known = (("Order", order["number"]), ("Your reference", order["reference"]))
    return Paper(
        kind=kind,
        number=row.number,
        title=title,
        code=row.number,
        at=row.issued_at,
        parties=(_buyer(content), *_seller(content)),
        facts=(*facts, *(Entry(label=label, value=value) for label, value in known if value)),
        columns=columns,
        rows=rows,
        totals=tuple(_totals(content)),
        notes=(*notes, f"SHA-256 {row.content_hash}"),
    )


def _buyer(content: Content) -> Party:
    buyer = content["buyer"]
    address = addresses.lines(buyer["address"]) if buyer["address"] else ()
    # Whoever gets the goods is often who buys them.
    name = () if buyer["name"] in address else (buyer["name"],)
    return Party(title="Bill to", lines=(*name, *address, buyer["number"]))


def _seller(content: Content) -> Iterable[Party]:
    seller = content["seller"]
    tax_id = f"Tax ID {seller['taxId']}" if seller["taxId"] else ""
    lines = (seller["name"], *seller["address"].splitlines(), tax_id, seller["email"])
    if found := tuple(line for line in lines if line):
        yield Party(title="From", lines=found)


def _about_prices(content: Content) -> str:
    if content["pricesIncludeTax"]:
        return "Unit prices and totals include tax."
    return "Unit prices are without tax, totals include it."


def _line(line: Content, currency: str) -> tuple[str, ...]:
    name = f"{line['name']}\n{line['sku']}" if line["sku"] else str(line["name"])
    price, off, total = (_bare(line[each], currency) for each in ("unitPrice", "discount", "total"))
    discount = f"-{off}" if Decimal(line["discount"]) else ""
    tax = f"{_percent(line['taxPercent'])} %" if line["taxName"] else ""
    return name, str(line["quantity"]), price, discount, tax, total


def _credited(tax: Content, currency: str) -> tuple[str, ...]:
    amounts = (_bare(tax[each], currency) for each in ("net", "tax", "total"))
    return (_taxed(tax) or "Without tax", *amounts)


def _totals(content: Content) -> Iterable[Entry]:
    currency = content["currency"]
    yield Entry(label="Net", value=_money(content["net"], currency))
    for tax in content["taxes"]:
        if label := _taxed(tax):
            yield Entry(label=label, value=_money(tax["tax"], currency))
    yield Entry(label="Total", value=_money(content["total"], currency), strong=True)


def _taxed(tax: Content) -> str:
    return f"{tax['name']} {_percent(tax['percent'])} %" if tax["name"] else ""


def _percent(text: str) -> str:
    return f"{Decimal(text).normalize():f}"


def _money(text: str, currency: str) -> str:
    return format_currency(Decimal(text), currency, format=PATTERN, locale="en")


def _bare(text: str, currency: str) -> str:
    return format_currency(Decimal(text), currency, format=BARE, locale="en")

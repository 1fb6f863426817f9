"""What clients see of invoices and credit notes."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import JSON

import models
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.scalars import CurrencyCode, Money
from api.types.papers import Paper
from services import invoices, papers

if TYPE_CHECKING:
    from api.types.orders import Order

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]


@strawberry.type(description="A line of an invoice, as it stands there.")
class InvoiceLine:
    sku: str = column("Its stock keeping unit; empty for shipping.")
    name: str = column("What it is called.")
    quantity: int = column("How many units.")
    unit_price: Money = column("What one unit costs, with tax where prices contain it.")
    discount: Money = column("What is off the line.")
    tax: Money = column("Tax on the line.")
    total: Money = column("What is to be paid for it, with tax.")
    tax_name: str = column("What the tax is called; empty where there is none.")
    tax_percent: Decimal = column("Its rate.")


@strawberry.type(description="What is taxed alike on an invoice or a credit note.")
class InvoiceTax:
    name: str = column("What the tax is called; empty where there is none.")
    percent: Decimal = column("Its rate.")
    net: Money = column("What is taxed.")
    tax: Money = column("The tax.")
    total: Money = column("Both together.")


def _money(text: str, currency: str) -> Money:
    return Money(amount=Decimal(text), currency=CurrencyCode(currency))


def _amounts(found: Mapping[str, Any], currency: str, *names: str) -> dict[str, Money]:
    return {name: _money(found[name], currency) for name in names}


def _lines(root: Any) -> list[InvoiceLine]:
    return [
        InvoiceLine(
            sku=each["sku"],
            name=each["name"],
            quantity=each["quantity"],
            unit_price=_money(each["unitPrice"], root.currency),
            tax_name=each["taxName"],
            tax_percent=Decimal(each["taxPercent"]),
            **_amounts(each, root.currency, "discount", "tax", "total"),
        )
        for each in root.content["lines"]
    ]


def _taxes(root: Any) -> list[InvoiceTax]:
    return [
        InvoiceTax(
            name=each["name"],
            percent=Decimal(each["percent"]),
            **_amounts(each, root.currency, "net", "tax", "total"),
        )
        for each in root.content["taxes"]
    ]


async def _credited(actor: Any, rows: Any) -> list[Money]:
    sums = await invoices.credited(actor, rows)
    return [Money.of(minor, row.currency) for minor, row in zip(sums, rows, strict=True)]


@strawberry.interface(description="A document that is numbered without gaps and never changed.")
class Document:
    order: OrderRef = one(models.Order, "order_id", "The order it is about.")
    total: Money = money("total", "Its amount, with tax.")
    tax_total: Money = money("tax_total", "The tax in it.")
    issued_at: datetime = column("When it was issued.")
    content_hash: str = column(
        "SHA-256 of its content, as JSON with sorted keys and no spaces, in UTF-8."
    )
    content: JSON = column("The whole document, with seller and buyer.")
    taxes: list[InvoiceTax] = strawberry.field(
        resolver=_taxes, description="The tax in it, by rate."
    )


@node(models.CreditNote, "What the customer need not pay of an invoice after all.")
class CreditNote(Node, Document):
    invoice: "Invoice" = one(models.Invoice, "invoice_id", "The invoice it is about.")
    reason: str = column("Why it was issued.")
    goodwill: bool = column("Whether the order is worth as much as before.")
    papers: list[Paper] = batched(papers.of_credit_notes, "It on paper.")


@node(models.Invoice, "What the customer has to pay for an order, or for what was added to it.")
class Invoice(Node, Document):
    lines: list[InvoiceLine] = strawberry.field(
        resolver=_lines, description="What is to be paid for."
    )
    credited: Money = batched(_credited, "How much of it was credited.")
    credit_notes: list[CreditNote] = many(
        models.CreditNote, "invoice_id", "What was credited, the earliest first."
    )
    papers: list[Paper] = batched(papers.of_invoices, "It on paper.")

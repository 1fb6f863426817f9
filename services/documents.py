"""What stands in invoices and credit notes: pure calculation on an order as it is.

Amounts are texts in the currency's own unit, such as "12.50", so that a document says the same
for ever, whatever becomes of currencies. Parts of it are mappings because it is kept as JSON.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from models import Customer, Order, OrderLine
from models.invoices import CreditNote, Invoice
from services.amounts import half_up, spread
from services.money import to_decimal, to_minor_units, to_percent
from services.policies import Policy

Content = dict[str, Any]


@dataclass(kw_only=True)
class Taxed:
    """What is taxed alike: the sum with its tax, and the tax."""

    total: int = 0
    tax: int = 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of a document, or shipping: counted in minor units."""

    line: str | None
    sku: str
    name: str
    quantity: int
    unit_price: int
    discount: int
    tax: int
    total: int
    tax_name: str
    rate: int

    def less(self, units: int, discount: int, tax: int, total: int) -> "Entry":
        """What is left of it when so much was invoiced before."""
        return Entry(
            line=self.line,
            sku=self.sku,
            name=self.name,
            quantity=self.quantity - units,
            unit_price=self.unit_price,
            discount=self.discount - discount,
            tax=self.tax - tax,
            total=self.total - total,
            tax_name=self.tax_name,
            rate=self.rate,
        )


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What a document has to say besides its number."""

    order: Order
    customer: Customer
    policy: Policy
    issued_at: datetime
    entries: Sequence[Entry] = field(default=())


def entries_of(order: Order, lines: Sequence[OrderLine]) -> list[Entry]:
    """What an order charges for: its lines, and its shipping where there is any."""
    taxes = {step["line_id"]: step for step in order.price_steps if step["kind"] == "TAX"}
    entries = [
        Entry(
            line=line.number,
            sku=line.sku,
            name=line.name,
            quantity=line.remaining,
            unit_price=line.unit_price,
            discount=line.discount,
            tax=line.tax,
            total=line.total,
            **_tax(taxes.get(line.id)),
        )
        for line in lines
        if line.remaining
    ]
    if order.shipping_total:
        net = order.shipping_total - (0 if order.prices_include_tax else order.shipping_tax)
        entries.append(
            Entry(
                line=None,
                sku="",
                name="Shipping",
                quantity=1,
                unit_price=net,
                discount=0,
                tax=order.shipping_tax,
                total=order.shipping_total,
                **_tax(taxes.get(None)),
            )
        )
    return entries


def outstanding(
    entries: Sequence[Entry], invoices: Iterable[Invoice], amount: int, order: Order
) -> list[Entry]:
    """What of an order no invoice has asked for yet, summing to the amount.

    Where that is not told by its lines, as some of them were credited and came back, or what came
    back of another order pays for them, it is one entry with the part of the tax that the amount
    has in the whole.
    """
    before: dict[str | None, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for invoice in invoices:
        for each in invoice.content["lines"]:
            sums = before[each["line"]]
            sums[0] += each["quantity"]
            for n, name in enumerate(("discount", "tax", "total"), start=1):
                sums[n] += _minor(each[name], order.currency)
    rest = [entry.less(*before[entry.line]) for entry in entries]
    rest = [entry for entry in rest if entry.total > 0]
    if (before or order.allowance) and sum(entry.total for entry in rest) != amount:
        return [_adjustment(order, amount)]
    return rest if before else list(entries)


def invoice_content(number: str, paper: Paper) -> Content:
    order, entries = paper.order, paper.entries
    content = _head("INVOICE", number, paper)
    content["lines"] = [_line(entry, order) for entry in entries]
    groups: dict[tuple[str, int], Taxed] = defaultdict(Taxed)
    for entry in entries:
        group = groups[entry.tax_name, entry.rate]
        group.total += entry.total
        group.tax += entry.tax
    return content | sums(groups, order.currency)


def credit_content(
    number: str,
    paper: Paper,
    *,
    invoice: Invoice,
    earlier: Sequence[CreditNote],
    amount: int,
    reason: str,
) -> Content:
    """The amount is spread over what is taxed alike on the invoice, and so is its tax: credited
    in whole, in however many parts, an invoice leaves neither a price nor a tax."""
    currency = invoice.currency
    content = _head("CREDIT_NOTE", number, paper)
    content |= {"invoice": invoice.number, "reason": reason}
    invoiced = _groups(invoice.content, currency)
    credited: dict[tuple[str, int], Taxed] = defaultdict(Taxed)
    for note in earlier:
        for key, group in _groups(note.content, currency).items():
            credited[key].total += group.total
            credited[key].tax += group.tax
    left = [group.total - credited[key].total for key, group in invoiced.items()]
    groups: dict[tuple[str, int], Taxed] = {}
    for part, (key, group) in zip(spread(amount, left), invoiced.items(), strict=True):
        if part:
            upto = half_up(group.tax * (credited[key].total + part), group.total)
            groups[key] = Taxed(total=part, tax=upto - credited[key].tax)
    return content | sums(groups, currency)


def tax_of(content: Content, currency: str) -> int:
    return _minor(content["tax"], currency)


def _head(kind: str, number: str, paper: Paper) -> Content:
    order, customer, policy = paper.order, paper.customer, paper.policy
    return {
        "kind": kind,
        "number": number,
        "issuedOn": paper.issued_at.date().isoformat(),
        "currency": order.currency,
        "pricesIncludeTax": order.prices_include_tax,
        "seller": {
            "name": policy.seller_name,
            "address": policy.seller_address,
            "taxId": policy.seller_tax_id,
            "email": policy.seller_email,
        },
        "buyer": {
            "number": customer.number,
            "name": customer.name,
            "email": customer.email,
            "phone": customer.phone,
            "address": getattr(order, "bill_to", None) or order.ship_to,
        },
        "shipTo": order.ship_to,
        "order": {
            "number": order.number,
            "channel": order.channel.name,
            "reference": order.external_reference,
            "placedAt": order.placed_at.isoformat() if order.placed_at else None,
        },
        "lines": [],
    }


def _line(entry: Entry, order: Order) -> Content:
    def text(minor: int) -> str:
        return _text(minor, order.currency)

    return {
        "line": entry.line,
        "sku": entry.sku,
        "name": entry.name,
        "quantity": entry.quantity,
        "unitPrice": text(entry.unit_price),
        "discount": text(entry.discount),
        "net": text(entry.total - entry.tax),
        "taxName": entry.tax_name,
        "taxPercent": str(to_percent(entry.rate)),
        "tax": text(entry.tax),
        "total": text(entry.total),
    }


def sums(groups: Mapping[tuple[str, int], Taxed], currency: str) -> Content:
    total = sum(group.total for group in groups.values())
    tax = sum(group.tax for group in groups.values())
    return {
        "taxes": [
            {
                "name": name,
                "percent": str(to_percent(rate)),
                "net": _text(group.total - group.tax, currency),
                "tax": _text(group.tax, currency),
                "total": _text(group.total, currency),
            }
            for (name, rate), group in groups.items()
        ],
        "net": _text(total - tax, currency),
        "tax": _text(tax, currency),
        "total": _text(total, currency),
    }


def _groups(content: Content, currency: str) -> dict[tuple[str, int], Taxed]:
    return {
        (each["name"], int(Decimal(each["percent"]).scaleb(4))): Taxed(
            total=_minor(each["total"], currency), tax=_minor(each["tax"], currency)
        )
        for each in content["taxes"]
    }


def _adjustment(order: Order, amount: int) -> Entry:
    tax = half_up(amount * order.tax_total, order.total)
    return Entry(
        line=None,
        sku="",
        name=f"Change of {order.number}",
        quantity=1,
        unit_price=amount - (0 if order.prices_include_tax else tax),
        discount=0,
        tax=tax,
        total=amount,
        tax_name="",
        rate=0,
    )


def _tax(step: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"tax_name": step["name"], "rate": step["rate"]} if step else {"tax_name": "", "rate": 0}


def _text(minor: int, currency: str) -> str:
    return str(to_decimal(minor, currency))


def _minor(text: str, currency: str) -> int:
    return to_minor_units(Decimal(text), currency) or 0

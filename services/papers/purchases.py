"""Purchase orders on paper, as the supplier gets them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from babel.numbers import format_currency

from models import Location, PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus, Supplier
from models.statements import select, select_by_id
from services import policies
from services.actors import Actor
from services.money import to_decimal
from services.papers import addresses
from services.papers.invoices import BARE, PATTERN
from services.papers.paper import Column, Entry, Paper, PaperKind, Party

COLUMNS = (
    Column(title="Your article", width=5),
    Column(title="Item", width=8),
    Column(title="Units", width=2, is_number=True, strong=True),
    Column(title="Wanted by", width=4),
    Column(title="Unit price", width=4, is_number=True),
    Column(title="Total", width=4, is_number=True),
)


async def purchase_orders_of(actor: Actor, rows: Sequence[PurchaseOrder]) -> list[Paper]:
    """A purchase order as it is now, for each row."""
    suppliers = await select_by_id(Supplier, {row.supplier_id for row in rows})
    places = await select_by_id(Location, {row.location_id for row in rows})
    lines: dict[int, list[PurchaseOrderLine]] = defaultdict(list)
    for line in await select(PurchaseOrderLine, purchase_order_id__in=[row.id for row in rows]):
        lines[line.purchase_order_id].append(line)
    return [
        _paper(row, lines[row.id], suppliers[row.supplier_id], places[row.location_id])
        for row in rows
    ]


def _paper(
    row: PurchaseOrder, lines: Sequence[PurchaseOrderLine], supplier: Supplier, place: Location
) -> Paper:
    return Paper(
        kind=PaperKind.PURCHASE_ORDER,
        number=row.number,
        title="Purchase order",
        code=row.number,
        at=row.sent_at or row.created_at,
        parties=(
            Party(title="To", lines=(supplier.name, *addresses.of_supplier(supplier))),
            Party(title="Deliver to", lines=addresses.of_location(place)),
            *_buyer(),
        ),
        facts=tuple(Entry(label=label, value=value) for label, value in _facts(row) if value),
        columns=COLUMNS,
        rows=tuple(_line(line) for line in lines),
        totals=(Entry(label="Total", value=_money(row.total, row.currency), strong=True),),
        notes=tuple(note for note in (row.note, f"State {row.number} on everything.") if note),
    )


def _facts(row: PurchaseOrder) -> Iterable[tuple[str, str]]:
    if row.status is PurchaseOrderStatus.CANCELLED:
        yield "Cancelled", row.reason
    yield "Our reference", row.reference
    yield "Your reference", row.supplier_reference


def _buyer() -> Iterable[Party]:
    policy = policies.current()
    tax_id = f"Tax ID {policy.seller_tax_id}" if policy.seller_tax_id else ""
    lines = (policy.seller_name, *policy.seller_address.splitlines(), tax_id, policy.seller_email)
    if found := tuple(line for line in lines if line):
        yield Party(title="From", lines=found)


def _line(line: PurchaseOrderLine) -> tuple[str, ...]:
    asked = line.quantity - line.cancelled
    return (
        line.supplier_sku,
        f"{line.name}\n{line.sku}",
        str(asked),
        _day(line.due_at),
        format_currency(to_decimal(line.price, line.currency), line.currency, BARE, locale="en"),
        format_currency(to_decimal(line.total, line.currency), line.currency, BARE, locale="en"),
    )


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""


def _money(amount: int, currency: str) -> str:
    return format_currency(to_decimal(amount, currency), currency, PATTERN, locale="en")

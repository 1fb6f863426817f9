"""An input that works for every mutation of suppliers, and what lists of them are filtered by."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from models import Row, Supplier, SupplierContact, SupplierItem
from services import supplier_items, suppliers
from services.actors import SYSTEM
from services.supplier_items import PriceBreak
from tests.buying import supplier_of
from tests.cast import Shop

Input = dict[str, Any]

BREAKS = [
    {"quantity": 1, "price": {"amount": "5.00", "currency": "EUR"}},
    {"quantity": 100, "price": {"amount": "4.50", "currency": "EUR"}},
]


async def idle_supplier(_: Shop) -> Supplier:
    return await suppliers.create(SYSTEM, code="IDLE", name="Idle", currency="EUR")


async def contact_of(shop: Shop) -> SupplierContact:
    return await SupplierContact.get(supplier_id=(await supplier_of(shop)).id)


async def item_of(shop: Shop) -> SupplierItem:
    return await SupplierItem.get(supplier_id=(await supplier_of(shop)).id)


async def _given(**input: Any) -> Input:
    return input


async def _on(row: Awaitable[Row], **rest: Any) -> Input:
    return {"id": (await row).number} | rest


async def _of(row: Awaitable[Row], **rest: Any) -> Input:
    return {"supplierId": (await row).number} | rest


def _line(shop: Shop) -> Input:
    return {"variantSku": shop.shirt.sku, "sku": "A-2", "priceBreaks": BREAKS}


SUPPLIERS: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "supplierCreate": lambda _: _given(
        code="Nord",
        name="Nordwerk",
        currency="EUR",
        email="orders@nordwerk.example",
        webhookUrl="https://nordwerk.example/orders",
        countryCode="de",
        leadDays=5,
        minimum={"amount": "250.00", "currency": "EUR"},
        tolerance="2.5",
    ),
    "supplierUpdate": lambda shop: _on(supplier_of(shop), name="Acme & Sons", email=None),
    "supplierArchive": lambda shop: _on(idle_supplier(shop)),
    "supplierContactCreate": lambda shop: _of(supplier_of(shop), name="Jens", duty="Sales"),
    "supplierContactUpdate": lambda shop: _on(contact_of(shop), phone="+39 0574 1"),
    "supplierContactArchive": lambda shop: _on(contact_of(shop)),
    "supplierItemCreate": lambda shop: _of(
        supplier_of(shop), variantId=shop.shirt.number, priceBreaks=BREAKS, packSize=10, rank=5
    ),
    "supplierItemUpdate": lambda shop: _on(item_of(shop), leadDays=3, priceBreaks=BREAKS[:1]),
    "supplierItemArchive": lambda shop: _on(item_of(shop)),
    "supplierItemsImport": lambda shop: _of(supplier_of(shop), items=[_line(shop)]),
}


async def differ(shop: Shop, other: Shop) -> None:
    """Suppliers and items that differ in everything a list of them can be filtered by."""
    await supplier_of(shop)
    theirs = await supplier_of(other)
    await supplier_items.archive(SYSTEM, (await item_of(other)).id)
    breaks = [PriceBreak(quantity=1, amount=Decimal("9.90"), currency="EUR")]
    await supplier_items.create(SYSTEM, theirs.id, other.shirt.id, breaks=breaks, sku="Linen")
    gone = await suppliers.create(
        SYSTEM, code="GONE", name="Gone", currency="SEK", country_code="SE"
    )
    await suppliers.archive(SYSTEM, gone.id)


FILTERS: dict[str, dict[str, Any]] = {
    "suppliers": {
        "archived": (lambda w: True, lambda w, row: row.archived_at is not None),
        "currency": (lambda w: "sek", lambda w, row: row.code == "GONE"),
        "countryCode": (lambda w: "se", lambda w, row: row.code == "GONE"),
    },
    "supplierItems": {
        "archived": (lambda w: True, lambda w, row: row.archived_at is not None),
        "supplierId": (lambda w: "SUP-1001", lambda w, row: row.supplier_id == 1),
        "variantId": (
            lambda w: w.other.shirt.number,
            lambda w, row: row.variant_id == w.other.shirt.id,
        ),
        "sku": (lambda w: "linen", lambda w, row: row.sku == "Linen"),
    },
}
SEARCHES = [
    ("suppliers", "acme-", lambda w, row: row.name == "Acme"),
    ("supplierItems", "LIN", lambda w, row: row.sku == "Linen"),
]

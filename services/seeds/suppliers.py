"""Whom the demo shop buys from: a handful of suppliers, and what each of them sells it."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import Supplier, SupplierContact, SupplierItem, Variant
from services.actors import SYSTEM
from services.facts.suppliers import SupplierContactCreated, SupplierCreated, SupplierItemCreated
from services.seeds.catalog import CURRENCY
from services.seeds.rows import Rows


@dataclass(frozen=True, kw_only=True)
class House:
    """A supplier to be; `asks` is its price, in percent of what the shop asks."""

    code: str
    name: str
    city: str
    postal_code: str
    country_code: str
    contact: str
    lead_days: int
    asks: int
    pack_size: int


HOUSES = (
    House(
        code="MARINO",
        name="Marino Tessuti S.r.l.",
        city="Prato",
        postal_code="59100",
        country_code="IT",
        contact="Sofia Marino",
        lead_days=12,
        asks=52,
        pack_size=10,
    ),
    House(
        code="NORDWERK",
        name="Nordwerk GmbH",
        city="Bremen",
        postal_code="28195",
        country_code="DE",
        contact="Jens Petersen",
        lead_days=5,
        asks=58,
        pack_size=6,
    ),
    House(
        code="ATLAS",
        name="Atlas Handel B.V.",
        city="Rotterdam",
        postal_code="3011",
        country_code="NL",
        contact="Femke Bos",
        lead_days=21,
        asks=45,
        pack_size=24,
    ),
)
# Every so many variants can be had from a second supplier too.
SHARED = 4
BREAK = 120


def opened(rows: Rows) -> list[Supplier]:
    """The suppliers of the shop."""
    return [_supplier(rows, house) for house in HOUSES]


def sell(rows: Rows, suppliers: Sequence[Supplier], variants: Sequence[Variant]) -> None:
    """What they sell; the variants of a product all come from the same one first."""
    for n, variant in enumerate(variants):
        first = variant.product_id % len(HOUSES)
        _item(rows, suppliers[first], HOUSES[first], variant, rank=100)
        if n % SHARED == 0:
            second = (first + 1) % len(HOUSES)
            _item(rows, suppliers[second], HOUSES[second], variant, rank=200)


def _supplier(rows: Rows, house: House) -> Supplier:
    email = f"orders@{house.code.lower()}.example"
    supplier = rows.make(
        Supplier,
        code=house.code,
        name=house.name,
        currency=CURRENCY,
        email=email,
        city=house.city,
        postal_code=house.postal_code,
        country_code=house.country_code,
        payment_terms="30 days net",
        lead_days=house.lead_days,
        tolerance=50_000,
    )
    contact = rows.make(
        SupplierContact, supplier_id=supplier.id, name=house.contact, duty="Sales", email=email
    )
    rows.keep(supplier, contact)
    rows.tell(SYSTEM, SupplierCreated(supplier_id=supplier.id))
    rows.tell(
        SYSTEM,
        SupplierContactCreated(supplier_id=supplier.id, supplier_contact_id=contact.id),
    )
    return supplier


def _item(rows: Rows, supplier: Supplier, house: House, variant: Variant, *, rank: int) -> None:
    price = max(1, variant.price * house.asks // 100)
    item = rows.make(
        SupplierItem,
        supplier_id=supplier.id,
        variant_id=variant.id,
        sku=f"{house.code[:3]}-{variant.sku}",
        currency=supplier.currency,
        breaks=[[1, price], [BREAK, max(1, price * 92 // 100)]],
        pack_size=house.pack_size,
        minimum=house.pack_size,
        rank=rank,
    )
    rows.keep(item)
    rows.tell(
        SYSTEM,
        SupplierItemCreated(
            supplier_id=supplier.id, supplier_item_id=item.id, variant_id=variant.id
        ),
    )

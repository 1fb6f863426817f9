"""Whom the shop of the tests buys from, and what it has asked them for."""

from datetime import UTC, datetime

from models import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    Role,
    Supplier,
    SupplierContact,
    SupplierItem,
    Variant,
)
from services.actors import ROLE_PERMISSIONS, Actor
from tests.cast import Shop


async def supplier_of(shop: Shop) -> Supplier:
    """Whom the shop buys mugs from: at 5.00, or 4.50 from a hundred on."""
    code = f"ACME-{shop.mug.sku}"
    row = await Supplier.get_or_none(code=code)
    if row is None:
        row = await Supplier.create(
            code=code, name="Acme", currency="EUR", email="acme@example.com"
        )
        await SupplierContact.create(supplier_id=row.id, name="Sofia Marino", duty="Sales")
        await sells(row, shop.mug)
    return row


async def sells(supplier: Supplier, variant: Variant, **given: object) -> SupplierItem:
    given = {"currency": "EUR", "breaks": [[1, 500], [100, 450]]} | given
    sku = f"A-{variant.sku}"
    return await SupplierItem.create(
        supplier_id=supplier.id, variant_id=variant.id, **({"sku": sku} | given)
    )


async def asked_for(
    shop: Shop, *, units: int = 10, sent_at: datetime | None = datetime(2026, 1, 2, tzinfo=UTC)
) -> PurchaseOrder:
    """So many mugs that were ordered then, or are to be."""
    supplier = await supplier_of(shop)
    status = PurchaseOrderStatus.SENT if sent_at else PurchaseOrderStatus.DRAFT
    order = await PurchaseOrder.create(
        supplier_id=supplier.id,
        location_id=shop.north.id,
        status=status,
        currency="EUR",
        total=500 * units,
        drafted_by="SYSTEM",
        sent_at=sent_at,
    )
    await PurchaseOrderLine.create(
        purchase_order_id=order.id,
        variant_id=shop.mug.id,
        sku=shop.mug.sku,
        name="Mug",
        quantity=units,
        price=500,
        currency="EUR",
    )
    return order


def actor_of(supplier: Supplier) -> Actor:
    """Somebody who calls for a supplier."""
    return Actor(
        label=f"PER-{3000 + supplier.id}",
        permissions=ROLE_PERMISSIONS[Role.SUPPLIER],
        person_id=20,
        supplier_id=supplier.id,
    )

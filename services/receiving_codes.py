"""What a code on delivered goods stands for: ours, the supplier's, or that of the trade."""

from collections.abc import Sequence

from models import PurchaseOrder, PurchaseOrderLine, SupplierItem, Variant
from models.statements import get

# How long a GTIN may be; a shorter one is the same as with zeros before it (GS1 General
# Specifications, 3.2.2).
GTIN_LENGTHS = (8, 12, 13, 14)


async def variant_of(order: PurchaseOrder, code: str) -> Variant | None:
    """What a code stands for: our stock keeping unit or barcode, else what the supplier of an
    order calls it. None where nobody knows it."""
    if found := await ours(code):
        return found
    line = await PurchaseOrderLine.filter(purchase_order_id=order.id, supplier_sku=code).first()
    item = await SupplierItem.filter(supplier_id=order.supplier_id, sku=code).first()
    theirs = line or item
    return await get(Variant, theirs.variant_id) if theirs is not None and code else None


async def ours(code: str) -> Variant | None:
    """What one of our stock keeping units, or a barcode, stands for."""
    found = await Variant.filter(sku=code).first()
    return found or await Variant.filter(barcode__in=written(code)).order_by("id").first()


def written(code: str) -> Sequence[str]:
    """All the ways in which a trade item number may be written; any other code in one."""
    if not (code.isascii() and code.isdigit() and len(code) in GTIN_LENGTHS):
        return (code,)
    digits = code.lstrip("0")
    return [digits.zfill(length) for length in GTIN_LENGTHS if length >= len(digits)]

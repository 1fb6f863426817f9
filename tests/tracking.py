"""Lots that differ in everything that they can be filtered by."""

from datetime import date

from models import Lot, Recall, Supplier
from services import lots, recalls
from services.actors import SYSTEM
from services.lots import LotDraft
from tests.cast import Shop


async def differ(shop: Shop) -> None:
    """One that soon expires, comes from somebody, lies in the north and is called back; one whose
    recall is over."""
    supplier = await Supplier.all().order_by("id").first()
    draft = LotDraft(
        code="TRK-1",
        expires_on=date(2026, 2, 1),
        supplier_id=supplier.id if supplier else None,
    )
    tea = await shop.tracked()
    first = await lots.create(SYSTEM, tea.id, draft)
    await shop.receive_lot(tea, shop.north, 5, first.code)
    second = await lots.create(SYSTEM, (await shop.tracked()).id, LotDraft(code="TRK-2"))
    for each in (first, second):
        await recalls.start(SYSTEM, each.id, reason="Glass")
    await recalls.end(SYSTEM, second.id)


def _is_first(_: object, row: Lot) -> bool:
    return row.code == "TRK-1"


def _is_of_first(_: object, row: Recall) -> bool:
    return row.is_open is True


FILTERS = {
    "lots": {
        "variantId": (lambda w: w.lot.variant.number, _is_first),
        "supplierId": (lambda w: f"SUP-{1000 + w.lot.supplier_id}", _is_first),
        "code": (lambda w: "TRK-1", _is_first),
        "expiresBefore": (lambda w: "2026-02-02", _is_first),
        "recalled": (lambda w: True, _is_first),
    },
    "recalls": {
        "lotId": (lambda w: w.lot.number, _is_of_first),
        "ended": (lambda w: False, _is_of_first),
    },
}

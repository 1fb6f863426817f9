"""An input that works for every mutation of stock counts, and what lists of them are filtered
by."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from models import Bin, CountLine, CountScope, StockCount, Variance, VarianceCause
from services import count_scans, counts, variances
from services.count_scans import Sighting
from tests.cast import LEAD, PICKER, Shop
from tests.counting import count_at, opened, see, variance_at

Input = dict[str, Any]


async def _create(shop: Shop) -> Input:
    return {"locationId": shop.north.number, "scope": "VARIANTS", "variantIds": [shop.mug.number]}


async def _count(shop: Shop, stage: str, **rest: Any) -> Input:
    return {"id": (await count_at(shop, stage)).number} | rest


async def _recount(shop: Shop) -> Input:
    count = await count_at(shop, "review")
    line = await CountLine.filter(count_id=count.id).order_by("id").first()
    assert line is not None
    return {"id": count.number, "lineIds": [line.number]}


async def _variance(shop: Shop, **rest: Any) -> Input:
    return {"id": (await variance_at(shop)).number} | rest


async def _accept(shop: Shop) -> Input:
    row = await variance_at(shop)
    await variances.explain(LEAD, row.id, cause=VarianceCause.THEFT)
    return {"id": row.number}


COUNTS: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "stockCountCreate": _create,
    "stockCountOpen": lambda shop: _count(shop, "draft"),
    "stockCountScan": lambda shop: _count(shop, "open", code=shop.mug.sku, quantity=3),
    "stockCountBinFinish": lambda shop: _count(shop, "open"),
    "stockCountComplete": lambda shop: _count(shop, "scanned"),
    "stockCountReview": lambda shop: _count(shop, "counted"),
    "stockCountRecount": _recount,
    "stockCountApprove": lambda shop: _count(shop, "accepted"),
    "stockCountPost": lambda shop: _count(shop, "approved"),
    "stockCountCancel": lambda shop: _count(shop, "open"),
    "stockCountReverse": lambda shop: _count(shop, "posted", note="The wrong shelf"),
    "stockCountVarianceInvestigate": _variance,
    "stockCountVarianceExplain": lambda shop: _variance(shop, cause="MISPLACED", note="In A-02"),
    "stockCountVarianceAccept": _accept,
}


async def differ(shop: Shop, other: Shop) -> dict[str, Any]:
    """Counts, lines and variances that differ in everything a list can be filtered by."""
    done = await count_at(shop, "posted")
    again = await variance_at(other)
    await counts.recount(LEAD, again.count_id, line_ids=[again.line_id])
    shelf = await Bin.filter(location_id=shop.north.id, archived_at=None).get()
    scheduled = await opened(shop, scope=CountScope.BINS, bin_ids=[shelf.id], note="The audit")
    await counts.cancel(LEAD, scheduled.id)
    await StockCount.filter(id=scheduled.id).update(cycle_on=date(2026, 1, 5))
    count = await opened(shop, scope=CountScope.VARIANTS, variant_ids=[shop.shirt.id])
    for line in await CountLine.filter(count_id=count.id):
        line = await see(count, line, 0)
        await see(count, line, (line.expected or 0) + 1)
    found = Sighting(quantity=1, code=shop.mug.sku)
    await count_scans.scan(PICKER, count.id, found)
    await counts.complete(PICKER, count.id)
    row = await Variance.filter(count_id=count.id, variant_id=shop.shirt.id).first()
    assert row is not None
    note = "In the cellar"
    await variances.explain(LEAD, row.id, cause=VarianceCause.MISPLACED, note=note)
    return {"done": done, "shelf": shelf, "count": count}


_OTHER = (
    lambda w: w.other.north.number,
    lambda w, row: row.location_id == w.other.north.id,
)
_OF_COUNT = (
    lambda w: w.counts["done"].number,
    lambda w, row: row.count_id == w.counts["done"].id,
)
_SHIRTS = (lambda w: w.shop.shirt.number, lambda w, row: row.variant_id == w.shop.shirt.id)
FILTERS: dict[str, dict[str, Any]] = {
    "stockCounts": {
        "locationId": _OTHER,
        "status": (lambda w: ["POSTED"], lambda w, row: row.status == "posted"),
        "scope": (lambda w: ["BINS"], lambda w, row: row.scope == "bins"),
        "isScheduled": (lambda w: True, lambda w, row: row.cycle_on is not None),
    },
    "stockCountLines": {
        "countId": _OF_COUNT,
        "variantId": _SHIRTS,
        "binId": (
            lambda w: w.counts["shelf"].number,
            lambda w, row: row.bin_id == w.counts["shelf"].id,
        ),
        "isCounted": (lambda w: True, lambda w, row: row.is_counted),
        "isFound": (lambda w: True, lambda w, row: row.is_found),
    },
    "stockCountVariances": {
        "countId": _OF_COUNT,
        "locationId": _OTHER,
        "variantId": _SHIRTS,
        "status": (lambda w: ["EXPLAINED"], lambda w, row: row.status == "explained"),
        "cause": (lambda w: ["MISPLACED"], lambda w, row: row.cause == "misplaced"),
        "isCurrent": (lambda w: True, lambda w, row: row.is_current),
    },
}
SEARCHES = [
    ("stockCounts", "AUDIT", lambda w, row: row.note == "The audit"),
    ("stockCountLines", "a-01", lambda w, row: row.bin_id == w.counts["shelf"].id),
    ("stockCountVariances", "CELLAR", lambda w, row: row.note == "In the cellar"),
]

"""Stock counts at every stage, for the tests of everything that meets them."""

from typing import Any

from models import (
    Bin,
    CountLine,
    CountScope,
    Level,
    Movement,
    Quant,
    StockCount,
    Variance,
    VarianceCause,
    Variant,
)
from services import count_postings, count_scans, counts, variances
from services.actors import Actor
from services.count_scans import Sighting
from services.counts import CountDraft
from tests.cast import LEAD, MANAGER, PICKER, Shop


async def bins_of(shop: Shop, *codes: str) -> list[Bin]:
    """Bins in the north; the shop's mugs lie in the first of them."""
    rows = [
        await Bin.create(location_id=shop.north.id, code=code, position=n)
        for n, code in enumerate(codes)
    ]
    level = await shop.level(shop.mug, shop.north)
    await Quant.filter(level_id=level.id).update(bin_id=rows[0].id)
    await Movement.filter(level_id=level.id).update(bin_id=rows[0].id)
    await Level.filter(id=level.id).update(bin_id=rows[0].id)
    return rows


async def opened(shop: Shop, **draft: Any) -> StockCount:
    count = await counts.create(LEAD, shop.north.id, CountDraft(**draft))
    return await counts.open(LEAD, count.id)


async def line_of(count: StockCount, variant: Variant) -> CountLine:
    return await CountLine.get(count_id=count.id, variant_id=variant.id)


async def see(
    count: StockCount, line: CountLine, units: int, *, by: Actor = PICKER, **more: Any
) -> CountLine:
    return await count_scans.scan(by, count.id, Sighting(quantity=units, line_id=line.id, **more))


async def counted(shop: Shop, *, mug: int = 10, shirt: int = 10) -> StockCount:
    """A count of the north that found so many, complete and under review."""
    count = await opened(shop)
    for variant, units in ((shop.mug, mug), (shop.shirt, shirt)):
        await see(count, await line_of(count, variant), units)
    await counts.complete(PICKER, count.id)
    return await counts.review(LEAD, count.id)


async def accept_all(count: StockCount, cause: VarianceCause = VarianceCause.THEFT) -> None:
    for row in await Variance.filter(count_id=count.id, is_current=True):
        await variances.explain(LEAD, row.id, cause=cause, note="Looked into.")
        await variances.accept(LEAD, row.id)


async def posted(shop: Shop, **found: int) -> StockCount:
    count = await counted(shop, **found)
    await accept_all(count)
    await count_postings.approve(LEAD, count.id)
    return await count_postings.post(LEAD, count.id)


# What a count goes through, in order; `count_at` takes one to any of these.
STAGES = ("draft", "open", "scanned", "counted", "review", "accepted", "approved", "posted")


async def count_at(shop: Shop, stage: str, *, off: int = -1, by: Actor = PICKER) -> StockCount:
    """A count of the mugs in the north that finds so many units too many in the first place where
    they lie, taken to one of STAGES."""
    reached = STAGES.index(stage)
    draft = CountDraft(scope=CountScope.VARIANTS, variant_ids=[shop.mug.id])
    count = await counts.create(LEAD, shop.north.id, draft)
    if reached >= STAGES.index("open"):
        await counts.open(LEAD, count.id)
    if reached >= STAGES.index("scanned"):
        for n, line in enumerate(await CountLine.filter(count_id=count.id).order_by("id")):
            line = await see(count, line, 0, by=by)
            await see(count, line, (line.expected or 0) + (off if n == 0 else 0), by=by)
    if reached >= STAGES.index("counted"):
        await counts.complete(by, count.id)
    if reached >= STAGES.index("review"):
        await counts.review(LEAD, count.id)
    if reached >= STAGES.index("accepted"):
        await accept_all(count)
    if reached >= STAGES.index("approved"):
        await count_postings.approve(MANAGER, count.id)
    if reached >= STAGES.index("posted"):
        await count_postings.post(LEAD, count.id)
    return await StockCount.get(id=count.id)


async def variance_at(shop: Shop, stage: str = "review") -> Variance:
    """The only variance of a count that has come so far."""
    return await Variance.get(count_id=(await count_at(shop, stage)).id)

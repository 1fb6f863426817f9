"""What can be done with a stock count and its variances is true at every stage."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models import CountLine, StockCount, Variance, VarianceCause
from services import count_actions, count_postings, count_scans, counts, variances
from services.actors import SYSTEM
from services.count_scans import Sighting
from tests.cast import LEAD, PICKER, Shop, one_database
from tests.counting import STAGES, count_at, variance_at
from tests.services.test_actions import assert_true


async def scan(row: StockCount) -> None:
    line = await CountLine.filter(count_id=row.id).order_by("id").first()
    await count_scans.scan(
        SYSTEM, row.id, Sighting(quantity=1, line_id=line.id if line else 0, is_absolute=True)
    )


async def recount(row: StockCount) -> None:
    lines = await CountLine.filter(count_id=row.id).values_list("id", flat=True)
    await counts.recount(SYSTEM, row.id, line_ids=[int(str(each)) for each in lines])


COUNTS: dict[str, Callable[[StockCount], Awaitable[Any]]] = {
    "stockCountOpen": lambda row: counts.open(SYSTEM, row.id),
    "stockCountScan": lambda row: scan(row),
    "stockCountBinFinish": lambda row: count_scans.finish_bin(SYSTEM, row.id, bin_code=None),
    "stockCountComplete": lambda row: counts.complete(SYSTEM, row.id),
    "stockCountReview": lambda row: counts.review(SYSTEM, row.id),
    "stockCountRecount": lambda row: recount(row),
    "stockCountApprove": lambda row: count_postings.approve(SYSTEM, row.id),
    "stockCountPost": lambda row: count_postings.post(SYSTEM, row.id),
    "stockCountCancel": lambda row: counts.cancel(SYSTEM, row.id),
    "stockCountReverse": lambda row: count_postings.reverse(SYSTEM, row.id, note="Wrong."),
}

VARIANCES: dict[str, Callable[[Variance], Awaitable[Any]]] = {
    "stockCountVarianceInvestigate": lambda row: variances.investigate(SYSTEM, row.id),
    "stockCountVarianceExplain": lambda row: variances.explain(
        SYSTEM, row.id, cause=VarianceCause.THEFT
    ),
    "stockCountVarianceAccept": lambda row: variances.accept(SYSTEM, row.id),
}


@one_database
@pytest.mark.parametrize("stage", STAGES)
async def test_are_true_at_every_stage(shop: Shop, stage: str) -> None:
    row = await count_at(shop, stage)

    [offered] = await count_actions.of_stock_counts(SYSTEM, [row])
    await assert_true(offered, COUNTS, row)
    for variance in await Variance.filter(count_id=row.id):
        [offered] = await count_actions.of_variances(SYSTEM, [variance])
        await assert_true(offered, VARIANCES, variance)


@one_database
async def test_are_true_when_it_is_reversed_or_counted_again(shop: Shop) -> None:
    row = await count_at(shop, "posted")
    await count_postings.reverse(LEAD, row.id, note="Wrong shelf.")
    stale = await variance_at(shop)
    await counts.recount(LEAD, stale.count_id, line_ids=[stale.line_id])
    stale = await Variance.get(id=stale.id)

    [offered] = await count_actions.of_stock_counts(SYSTEM, [row])
    await assert_true(offered, COUNTS, row)
    [offered] = await count_actions.of_variances(SYSTEM, [stale])
    await assert_true(offered, VARIANCES, stale)


@one_database
async def test_are_only_what_the_actor_may_do_at_all(shop: Shop) -> None:
    row = await variance_at(shop)
    count = await StockCount.get(id=row.count_id)

    [offered] = await count_actions.of_stock_counts(PICKER, [count])

    assert [each.name for each in offered] == [
        "stockCountScan",
        "stockCountBinFinish",
        "stockCountComplete",
    ]
    assert await count_actions.of_variances(PICKER, [row]) == [[]]

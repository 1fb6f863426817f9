"""Many count, sell, pick and ship at once, on PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from models import CountLine, CountScan, Fulfillment, StockCount, Variance
from services import count_postings, count_scans, counts, fulfillments, orders
from services.actors import SYSTEM
from services.checks import run as check
from services.count_scans import Sighting
from tests.books import assert_balanced
from tests.cast import LEAD, MANAGER, OTHER_PICKER, PICKER, Shop, all_at_once, parcel, refused
from tests.counting import accept_all, line_of, opened, see

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]


class Shelf:
    """Mugs as they really lie there. Whoever takes one or counts them does so alone; all else
    goes on meanwhile."""

    def __init__(self, units: int) -> None:
        self.units, self.alone = units, asyncio.Lock()


async def sell(shop: Shop, shelf: Shelf) -> None:
    order = await orders.place(SYSTEM, draft=shop.draft(mug=1))
    await orders.confirm(SYSTEM, order.id)
    for work in await Fulfillment.filter(order_id=order.id, location_id=shop.north.id):
        await fulfillments.release(SYSTEM, work.id)
        await fulfillments.pick_start(SYSTEM, work.id)
        async with shelf.alone:
            await fulfillments.pick_complete(SYSTEM, work.id)
            shelf.units -= 1
        await fulfillments.pack_complete(SYSTEM, work.id)
        await parcel(work)
        await fulfillments.hand_over(SYSTEM, work.id)


async def count_all(count: StockCount, line: CountLine, shelf: Shelf, by: Any) -> None:
    async with shelf.alone:
        await see(count, line, shelf.units, by=by, is_absolute=True)


async def test_counting_while_selling_finds_what_is_missing() -> None:
    shop = await Shop.open(north=60, south=0)
    shelf = Shelf(57)
    count = await opened(shop)
    line = await line_of(count, shop.mug)
    await see(count, await line_of(count, shop.shirt), 60)
    verbs: list[Callable[[], Awaitable[Any]]] = [partial(sell, shop, shelf) for _ in range(12)]
    verbs += [partial(count_all, count, line, shelf, by) for by in (PICKER, OTHER_PICKER) * 4]

    assert refused(await all_at_once(verbs)) == []
    await counts.complete(PICKER, count.id)

    assert (await Variance.get(count_id=count.id)).quantity == -3
    await counts.review(LEAD, count.id)
    await accept_all(count)
    await count_postings.approve(MANAGER, count.id)
    posting = partial(count_postings.post, LEAD, count.id)
    outcomes = await all_at_once(
        [posting, *(partial(sell, shop, shelf) for _ in range(6)), posting]
    )
    assert len(refused(outcomes)) == 1
    assert (await shop.level(shop.mug, shop.north)).on_hand == shelf.units
    await assert_balanced()
    assert [result for result in await check() if result.broken] == []


async def test_several_add_to_one_line_at_once() -> None:
    shop = await Shop.open(north=20, south=0)
    count = await opened(shop)
    line = await line_of(count, shop.mug)

    outcomes = await all_at_once([partial(see, count, line, 1) for _ in range(20)])

    assert refused(outcomes) == []
    assert (await CountLine.get(id=line.id)).counted == 20
    assert await CountScan.filter(line_id=line.id).count() == 20


async def test_several_find_the_same_at_once_and_it_is_one_line() -> None:
    shop = await Shop.open(north=5, south=5)
    count = await opened(shop)
    extra = await Shop.open(north=5, south=5)
    found = Sighting(quantity=1, code=extra.mug.sku)

    outcomes = await all_at_once(
        [partial(count_scans.scan, PICKER, count.id, found) for _ in range(8)]
    )

    assert refused(outcomes) == []
    [line] = await CountLine.filter(count_id=count.id, is_found=True)
    assert line.counted == 8


async def test_posting_what_is_missing_while_it_is_ordered_oversells_nothing() -> None:
    shop = await Shop.open(north=20, south=4)
    placed = [await shop.order("placed", mug=3) for _ in range(4)]
    count = await opened(shop)
    await see(count, await line_of(count, shop.mug), 9)
    await see(count, await line_of(count, shop.shirt), 20)
    await counts.complete(PICKER, count.id)
    await counts.review(LEAD, count.id)
    await accept_all(count)
    await count_postings.approve(MANAGER, count.id)

    async def order() -> None:
        await shop.order("placed", mug=1)

    verbs: list[Callable[[], Awaitable[Any]]] = [order for _ in range(10)]
    verbs += [partial(orders.confirm, SYSTEM, each.id) for each in placed]
    verbs.insert(5, partial(count_postings.post, LEAD, count.id))
    await all_at_once(verbs)
    if (await StockCount.get(id=count.id)).posted_at is None:
        await count_postings.post(LEAD, count.id)

    level = await shop.level(shop.mug, shop.north)
    assert level.on_hand == 9 >= level.reserved
    await assert_balanced()
    assert [result for result in await check() if result.broken] == []

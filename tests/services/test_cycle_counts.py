"""Value classes by what is used of a level, and the counts that are due by them."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from models import CountScope, Level, Location, StockCount, StockCountStatus, ValueClass, Variant
from services import clockwork, counts, cycle_counts, value_classes
from services.clock import now
from tests.cast import LEAD, Shop, all_at_once
from tests.counting import count_at

pytestmark = pytest.mark.usefixtures("database")
_V = ValueClass


async def classes(shop: Shop) -> dict[int, ValueClass]:
    rows = await Level.filter(location_id=shop.north.id)
    return {row.variant_id: row.value_class for row in rows}


async def classify(shop: Shop) -> None:
    while shop.north.id in await value_classes.due(now(), 100):
        await value_classes.classify(shop.north.id)


class TestClassify:
    async def test_calls_those_a_that_make_up_most_of_the_usage(self, shop: Shop) -> None:
        await Variant.filter(id=shop.mug.id).update(cost=10_000)
        await shop.order("shipped", mug=4, shirt=1)

        await classify(shop)

        assert await classes(shop) == {shop.mug.id: _V.A, shop.shirt.id: _V.C}
        assert (await shop.level(shop.mug, shop.north)).usage_value == 40_000

    async def test_calls_the_next_fifteen_percent_b(self, shop: Shop) -> None:
        await Variant.filter(id=shop.mug.id).update(cost=850)
        await Variant.filter(id=shop.shirt.id).update(cost=150)
        await shop.order("shipped", mug=1, shirt=1)

        await classify(shop)

        assert await classes(shop) == {shop.mug.id: _V.A, shop.shirt.id: _V.B}

    async def test_calls_everything_c_where_nothing_is_used(self, shop: Shop) -> None:
        await classify(shop)

        assert set((await classes(shop)).values()) == {_V.C}

    async def test_is_done_once_a_week(self, shop: Shop, clock: Any) -> None:
        await classify(shop)
        assert shop.north.id not in await value_classes.due(now(), 100)

        clock.advance(days=8)

        assert shop.north.id in await value_classes.due(now(), 100)


class TestSchedule:
    @pytest.fixture
    async def due(self, clock: Any, shop: Shop) -> Shop:
        await Location.all().update(classified_at=now())
        level = Level.filter(variant_id=shop.mug.id, location_id=shop.north.id)
        await level.update(value_class=_V.A, count_due_at=now() - timedelta(hours=1))
        return shop

    async def test_plans_a_count_of_what_is_due_once_a_day(self, due: Shop) -> None:
        await clockwork.tick()
        await clockwork.tick()

        count = await StockCount.get(location_id=due.north.id)
        assert (count.status, count.scope) == (StockCountStatus.DRAFT, CountScope.CYCLE)
        assert (await counts.open(LEAD, count.id)).lines_total == 1

    async def test_plans_it_once_by_many_workers(self, due: Shop) -> None:
        await all_at_once([partial(cycle_counts.schedule, due.north.id)] * 5)

        assert await StockCount.filter(location_id=due.north.id).count() == 1

    async def test_plans_none_while_one_is_under_way(self, due: Shop, clock: Any) -> None:
        await cycle_counts.schedule(due.north.id)

        clock.advance(days=2)

        assert await cycle_counts.due(now(), 100) == []

    async def test_plans_another_the_day_after_one_was_given_up(
        self, due: Shop, clock: Any
    ) -> None:
        await cycle_counts.schedule(due.north.id)
        await counts.cancel(LEAD, (await StockCount.get(location_id=due.north.id)).id)
        assert await cycle_counts.due(now(), 100) == []

        clock.advance(days=1)

        assert await cycle_counts.due(now(), 100) == [due.north.id]

    async def test_puts_what_was_counted_to_its_next_turn(self, due: Shop) -> None:
        count = await count_at(due, "posted")

        await clockwork.tick()

        level = await due.level(due.mug, due.north)
        assert count.posted_at is not None
        assert level.count_due_at == count.posted_at + timedelta(days=30)
        assert await cycle_counts.due(now(), 100) == []

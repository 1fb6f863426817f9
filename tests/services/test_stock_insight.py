"""How old stock is, how often it turns, how fast it sells: each against another way to reckon."""

from collections import deque
from datetime import date, timedelta
from random import Random
from statistics import mean

import pytest

from models import DemandDay, Forecast, Level, Movement, MovementReason, Variant
from models.errors import Refused
from services import dead_stock, ledger, stock_ages, stock_history, turnovers, velocities
from services.actors import SYSTEM
from services.commit import operation
from services.ledger import Change
from services.stock_ages import BOUNDS
from services.trends import Trend, judge, slope
from services.velocities import History
from tests.buying import sells, supplier_of
from tests.cast import Shop

DAY = timedelta(days=1)


class TestTrends:
    def test_slope_is_not_moved_by_one_odd_point(self):
        assert slope([1, 2, 3, 100, 5]) == 1
        assert slope([4]) is None

    def test_judge_tells_a_trend_from_chance(self):
        assert judge([1, 2, 3, 4, 5, 6]) is Trend.RISING
        assert judge([9, 8, 6, 6, 4, 1]) is Trend.FALLING
        assert judge([3, 1, 4, 1, 5, 2]) is judge([2, 2, 2, 2, 2]) is Trend.STEADY
        assert judge([1, 2, 3, 4]) is None


class TestVelocity:
    def test_counts_whole_days_as_far_as_they_are_known(self):
        today = date(2026, 3, 1)
        units = {today - n * DAY: n for n in range(40)}
        found = velocities.velocity([History(began_on=today - 20 * DAY, units=units)], today)

        assert (found.units7, found.units28) == (sum(range(1, 8)), sum(range(1, 29)))
        assert found.per_day7 == 4.0
        assert found.per_day90 == round(found.units90 / 20, 4)
        # Only two whole weeks are known: of 8 to 14 days ago, and of 1 to 7.
        assert found.weekly_change == round((28 - 77) / 7, 4)
        assert found.trend is None

    def test_of_what_nobody_knows_is_nothing(self):
        found = velocities.velocity([], date(2026, 3, 1))

        assert (found.units90, found.per_day90, found.weekly_change) == (0, 0.0, None)

    async def test_sums_locations_and_ranks_sellers(self, shop, clock):
        today = clock.time.date()
        for variant, place, ago, units in (
            (shop.mug, shop.north, 1, 6),
            (shop.mug, shop.south, 3, 1),
            (shop.shirt, shop.north, 2, 9),
            (shop.shirt, shop.north, 40, 50),
            (shop.mug, shop.north, 0, 99),
        ):
            level = await shop.level(variant, place)
            began = {
                "variant_id": variant.id,
                "location_id": place.id,
                "began_on": date(2025, 1, 1),
            }
            await Forecast.get_or_create(began, level_id=level.id)
            await DemandDay.create(level_id=level.id, day=today - ago * DAY, units=units)

        [mug] = await velocities.of_variants(SYSTEM, [shop.mug])
        [shirt] = await velocities.of_levels(SYSTEM, [await shop.level(shop.shirt, shop.north)])
        best = await velocities.sellers(SYSTEM, days=28, location_id=None, most=10)
        second = await velocities.sellers(SYSTEM, days=90, location_id=None, most=1, below=1)
        south = await velocities.sellers(SYSTEM, days=28, location_id=shop.south.id, most=10)

        assert (mug.units7, mug.per_day7) == (7, 1.0)
        assert (shirt.units7, shirt.units90) == (9, 59)
        assert [(each.rank, each.variant_id, each.units) for each in best] == [
            (1, shop.shirt.id, 9),
            (2, shop.mug.id, 7),
        ]
        assert [(each.rank, each.variant_id) for each in second] == [(2, shop.mug.id)]
        assert [each.units for each in south] == [1]
        with pytest.raises(Refused):
            await velocities.sellers(SYSTEM, days=0, location_id=None, most=10)


@operation
async def moved(level: Level, reason: MovementReason, units: int) -> None:
    await ledger.move(SYSTEM, reason, [Change(level_id=level.id, on_hand=units)])


async def lived(shop: Shop, clock, seed: int, days: int) -> tuple[Level, deque]:
    """A level with a history, and the days its units came on by a queue of single units."""
    level = await Level.create(variant_id=shop.mug.id, location_id=(await shop.open()).north.id)
    chance, queue = Random(seed), deque()
    ins = [MovementReason.RECEIVED, MovementReason.RETURNED, MovementReason.TRANSFERRED]
    for _ in range(days // 9):
        clock.advance(days=9, minutes=1)
        units = chance.randint(1, 6)
        await moved(level, chance.choice(ins), units)
        queue.extend([clock.time] * units)
        gone = chance.randint(0, min(len(queue), 6))
        if gone:
            await moved(level, MovementReason.SHIPPED, -gone)
            for _ in range(gone):
                queue.popleft()
    return await Level.get(id=level.id), queue


class TestHistory:
    async def test_ages_are_those_of_a_queue_and_turnover_that_of_daily_balances(self, shop, clock):
        for seed in (1, 2):
            level, queue = await lived(shop, clock, seed, 500)
            found, empty = await stock_ages.of_levels(
                SYSTEM,
                [
                    level,
                    await Level.create(variant_id=shop.shirt.id, location_id=level.location_id),
                ],
            )
            naive = [0] * (len(BOUNDS) + 1)
            for came in queue:
                days = (clock.time - came).days
                naive[next((n for n, most in enumerate(BOUNDS) if days <= most), -1)] += 1

            assert [each.units for each in found] == naive
            assert sum(naive) == level.on_hand
            assert found[0].value == naive[0] * 1250
            assert not any(each.units for each in empty)

            since, until = clock.time - 120 * DAY, clock.time + DAY
            [turned] = await turnovers.of_levels(SYSTEM, [level], since, until)
            [same] = await turnovers.of_variants(SYSTEM, [shop.mug], since, until)
            moves = await Movement.filter(level_id=level.id, reason="shipped", at__gte=since)
            moments = [since + (until - since) * n / 12 for n in range(13)]
            pasts = [(await stock_history.of_levels(SYSTEM, [level], at))[0] for at in moments]
            assert turned.units_shipped == -sum(each.on_hand_change for each in moves) > 0
            assert turned.mean_units == round(mean(each.on_hand for each in pasts), 4)
            assert turned.turns == pytest.approx(turned.units_shipped / turned.mean_units, abs=1e-3)
            assert turned.cost == turned.units_shipped * 1250
            assert same.units_shipped >= turned.units_shipped

    async def test_turnover_of_many_is_by_what_they_cost(self, clock, shop):
        """Those of another currency are left out, and those that another supplier is asked for."""
        other = await Shop.open()
        first, second = await supplier_of(shop), await supplier_of(other)
        await sells(second, shop.mug, rank=1000)
        await sells(second, shop.shirt)
        await Variant.filter(id=shop.shirt.id).update(cost=300)
        dollars = await Variant.create(
            product_id=shop.product.id, sku="USD", name="Mug", price=1, currency="USD"
        )
        await Level.create(variant_id=dollars.id, location_id=shop.north.id, on_hand=5)
        clock.advance(days=30)
        await moved(await shop.level(shop.mug, shop.north), MovementReason.SHIPPED, -4)
        await moved(await shop.level(shop.shirt, shop.south), MovementReason.SHIPPED, -2)
        span = clock.time - 10 * DAY, clock.time + DAY

        async def single(variant):
            [found] = await turnovers.of_variants(SYSTEM, [variant], *span)
            return found

        mug, shirt = await single(shop.mug), await single(await Variant.get(id=shop.shirt.id))
        [product] = await turnovers.of_products(SYSTEM, [shop.product], *span)
        ours, theirs = await turnovers.of_suppliers(SYSTEM, [first, second], *span)

        assert (mug.cost, shirt.cost) == (4 * 1250, 2 * 300)
        assert (product.units_shipped, product.cost) == (6, mug.cost + shirt.cost)
        assert product.mean_value == pytest.approx(mug.mean_value + shirt.mean_value, abs=1)
        assert product.turns == pytest.approx(product.cost / product.mean_value, rel=1e-3)
        assert product.currency == "EUR"
        assert (ours.cost, ours.mean_value) == (mug.cost, mug.mean_value)
        assert theirs.cost == shirt.cost
        # The other shop's mugs are theirs too, of which none was shipped.
        assert theirs.mean_value > shirt.mean_value

    async def test_dead_is_what_lay_there_and_nobody_asked_for(self, database, clock):
        shop = await Shop.open()
        old = await shop.level(shop.mug, shop.north)
        asked = await shop.level(shop.shirt, shop.north)
        clock.advance(days=100)
        await DemandDay.create(level_id=asked.id, day=clock.time.date() - 5 * DAY, units=1)
        await DemandDay.create(level_id=old.id, day=clock.time.date() - 95 * DAY, units=1)
        fresh = (await Shop.open()).north

        found = await dead_stock.find(SYSTEM, days=90, location_id=shop.north.id, most=10)
        longer = await dead_stock.find(SYSTEM, days=101, location_id=shop.north.id, most=10)
        new = await dead_stock.find(SYSTEM, days=90, location_id=fresh.id, most=10)
        rest = await dead_stock.find(SYSTEM, days=90, location_id=None, most=1, beyond=old.id)

        assert [(each.level.id, each.asked_on) for each in found] == [
            (old.id, clock.time.date() - 95 * DAY)
        ]
        assert longer == new == []
        assert [each.level.location_id for each in rest] == [shop.south.id]

    async def test_period_is_at_most_a_year(self, clock):
        with pytest.raises(Refused):
            turnovers.period(clock.time - 400 * DAY, clock.time)
        assert turnovers.period(None, clock.time) == (clock.time - 90 * DAY, clock.time)

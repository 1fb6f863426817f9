"""Demand is read from the log as it grows, and forecasts follow it."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import (
    DemandAsk,
    DemandDay,
    Event,
    Forecast,
    ForecastMethod,
    LogCursor,
    OrderLine,
    Person,
    Role,
    Variant,
)
from models.errors import Refused
from services import (
    demand,
    event_log,
    forecasts,
    merges,
    order_lines,
    orders,
    splits,
    stock,
)
from services.actors import SYSTEM
from services.clock import now
from services.forecasts import ForecastGroup
from tests.cast import Shop, actor_for, all_at_once, one_database

TODAY = date(2026, 1, 5)


async def read() -> None:
    """Let everything that has happened be read."""
    await event_log.take_in()
    while due := await demand.due(now(), 100):
        for each in due:
            await demand.read_on(each)


async def asked(shop: Shop, variant: Variant) -> dict[int, int]:
    """Units asked for of a variant by location."""
    levels = {(await shop.level(variant, place)).id: place.id for place in (shop.north, shop.south)}
    days = await DemandDay.filter(level_id__in=list(levels), units__gt=0)
    return {levels[each.level_id]: each.units for each in days}


class TestReadOn:
    async def test_counts_units_where_they_were_reserved(self, shop):
        await shop.order("placed", mug=12)
        await read()

        assert await asked(shop, shop.mug) == {shop.north.id: 10, shop.south.id: 2}

    async def test_counts_units_that_wait_where_they_should_have_been(self, shop):
        await shop.backorder(mug=4)
        await read()

        assert await asked(shop, shop.mug) == {shop.north.id: 10 + 4, shop.south.id: 5}

    async def test_counts_them_where_they_were_first(self, shop, clock):
        order = await shop.order("placed", mug=3)
        await orders.cancel(SYSTEM, order.id, reason="Lost the address")
        await read()

        assert await asked(shop, shop.mug) == {shop.north.id: 3}
        assert (await DemandDay.get(units=3)).day == TODAY

    async def test_counts_nothing_before_an_order_is_placed(self, shop):
        await shop.order("draft", mug=3)
        await read()

        assert await asked(shop, shop.mug) == {}

    async def test_takes_back_what_a_customer_cancels(self, shop, customer_actor):
        person = await Person.create(name="Ada", role=Role.CUSTOMER, customer_id=shop.customer.id)
        order = await shop.order("placed", mug=3)
        await shop.order("placed", mug=1)
        await read()
        await orders.cancel(
            replace(actor_for(shop.customer), label=person.number), order.id, reason="Changed mind"
        )
        await read()

        assert await asked(shop, shop.mug) == {shop.north.id: 1}
        assert not await DemandAsk.exists(order_id=order.id)

    async def test_takes_back_what_was_never_paid(self, shop, policy, clock):
        policy(payment_due_hours=1)
        order = await shop.order("placed", mug=3)
        await read()
        clock.advance(hours=2)
        await orders.expire(SYSTEM, order.id)
        await read()

        assert await asked(shop, shop.mug) == {}

    async def test_reads_everything_once(self, shop):
        await shop.order("placed", mug=3)
        await read()
        await LogCursor.all().update(position=0)
        await read()

        assert await asked(shop, shop.mug) == {shop.north.id: 3}

    async def test_reads_on_where_a_restored_log_goes_on(self, shop):
        await shop.order("placed", mug=3)
        await read()
        await event_log.renumber()

        assert await demand.due(now(), 100) == []

    async def test_counts_the_share_of_a_day_without_stock(self, shop, clock):
        level = await shop.level(shop.mug, shop.south)
        clock.time = clock.time.replace(hour=12, minute=0)
        at = {"variant_id": level.variant_id, "location_id": level.location_id}
        await stock.adjust(SYSTEM, **at, change=-5, note="Gone")
        await read()
        assert (await Forecast.get(level_id=level.id)).out_since == clock.time
        clock.advance(hours=36)
        await shop.receive(shop.mug, shop.south, 3)
        await read()

        days = await DemandDay.filter(level_id=level.id).order_by("day")
        assert [(day.day, day.out) for day in days] == [
            (date(2026, 1, 5), 0.5),
            (date(2026, 1, 6), 1.0),
        ]
        assert (await Forecast.get(level_id=level.id)).out_since is None

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_counts_once_when_many_read(self, shop):
        for _ in range(3):
            await shop.order("placed", mug=1)
        await event_log.take_in()

        await all_at_once([lambda: demand.read_on(0)] * 8)

        assert await asked(shop, shop.mug) == {shop.north.id: 3}


async def busy(shop: Shop, clock) -> Forecast:
    """A shop whose customers have asked for one mug a day for a while."""
    level = await shop.level(shop.mug, shop.north)
    await shop.receive(shop.mug, shop.north, 100)
    for _ in range(10):
        await shop.order("placed", mug=1)
        clock.advance(days=1)
    await read()
    return await Forecast.get(level_id=level.id)


async def compute() -> None:
    for each in await forecasts.due(now(), 100):
        await forecasts.compute(each)


class TestCompute:
    async def test_waits_for_the_end_of_the_day(self, shop, clock):
        await shop.order("placed", mug=1)
        await read()

        assert await forecasts.due(now(), 100) == []
        clock.advance(days=1)
        assert len(await forecasts.due(now(), 100)) == 1

    async def test_publishes_what_to_expect(self, shop, clock):
        row = await busy(shop, clock)
        await compute()
        await row.refresh_from_db()

        assert row.method is ForecastMethod.MEAN
        assert (row.mean, row.spread, row.history_days) == (1.0, 0.0, 10)
        assert row.computed_at == now()
        demands = await forecasts.daily_demand([row.level_id, 999])
        assert demands == {row.level_id: forecasts.Demand(mean=1.0, spread=0.0)}
        assert await Event.exists(kind="ForecastChanged", variant_id=shop.mug.id)

    async def test_is_done_again_after_new_demand_and_after_a_week(self, shop, clock):
        row = await busy(shop, clock)
        await compute()
        assert await forecasts.due(now(), 100) == []
        await shop.order("placed", mug=11)
        await read()
        clock.advance(days=1)
        await compute()
        await row.refresh_from_db()
        assert row.mean == pytest.approx(21 / 11)
        clock.advance(days=7)

        assert await forecasts.due(now(), 100) == [row.id]

    async def test_is_due_again_where_something_was_asked_for_meanwhile(
        self, shop, clock, monkeypatch
    ):
        row = await busy(shop, clock)
        publish = forecasts._publish

        async def meanwhile(computed):
            await shop.order("placed", mug=1)
            await read()
            await publish(computed)

        monkeypatch.setattr(forecasts, "_publish", meanwhile)
        await compute()

        assert await forecasts.due(now(), 100) == [row.id]

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_is_done_by_one_of_many(self, shop, clock, monkeypatch):
        await busy(shop, clock)
        taken: list[int] = []
        estimates = forecasts._estimates

        def counting(past, seen_whole):
            taken.append(len(past))
            return estimates(past, seen_whole)

        monkeypatch.setattr(forecasts, "_estimates", counting)

        await all_at_once([lambda: forecasts.compute(0)] * 5)

        assert sum(taken) == 1


class TestAccuracy:
    async def test_weighs_by_demand(self, shop):
        levels = [await shop.level(variant, shop.north) for variant in (shop.mug, shop.shirt)]
        for level, mean, mase in zip(levels, (3.0, 1.0), (0.5, 0.9), strict=True):
            await Forecast.create(
                level_id=level.id,
                variant_id=level.variant_id,
                location_id=level.location_id,
                mean=mean,
                mase=mase,
                naive_mase=1.0,
                bias=0.1,
                computed_at=now(),
                began_on=TODAY,
            )

        [by_location] = await forecasts.accuracy(SYSTEM, ForecastGroup.LOCATION)
        by_variant = await forecasts.accuracy(SYSTEM, ForecastGroup.VARIANT)

        assert by_location.key == shop.north.id
        assert by_location.levels == 2
        assert by_location.mean == pytest.approx(4)
        assert by_location.mase == pytest.approx(0.6)
        assert by_location.naive_mase == pytest.approx(1)
        assert by_location.bias == pytest.approx(0.1)
        assert [each.key for each in by_variant] == [shop.mug.id, shop.shirt.id]
        only = await forecasts.accuracy(
            SYSTEM, ForecastGroup.DEMAND_CLASS, variant_id=shop.shirt.id
        )
        assert [each.mase for each in only] == [pytest.approx(0.9)]

    async def test_does_not_judge_what_is_too_new(self, shop, clock):
        await busy(shop, clock)
        await compute()

        [found] = await forecasts.accuracy(SYSTEM, ForecastGroup.VARIANT)

        assert (found.levels, found.mase, found.bias) == (1, None, None)


class TestWalks:
    """Orders placed, changed, split, merged and cancelled at random, read in bits and pieces."""

    @one_database
    @given(dice=st.randoms(use_true_random=False))
    @settings(max_examples=15)
    async def test_counts_what_is_asked_for_once(self, shop, dice):
        await shop.receive(shop.mug, shop.north, 200)
        placed: list[int] = []
        for _ in range(12):
            with suppress(Refused):
                await self._step(shop, dice, placed)
            if dice.random() < 0.4:
                await event_log.take_in()
                await demand.read_on(0)
        await read()

        await self._agree(shop)
        await LogCursor.all().update(position=0)
        await read()
        await self._agree(shop)

    async def _step(self, shop: Shop, dice: Random, placed: list[int]) -> None:
        if len(placed) < 2 or dice.random() < 0.4:
            placed.append((await shop.order("placed", mug=dice.randint(1, 6))).id)
            return
        order_id = dice.choice(placed)
        [line, *_] = await OrderLine.filter(order_id=order_id).order_by("id")
        match dice.randrange(4):
            case 0:
                await order_lines.update(SYSTEM, line.id, quantity=dice.randint(1, 8))
            case 1:
                await splits.split(SYSTEM, order_id, units={line.id: 1})
            case 2:
                await merges.merge(SYSTEM, order_id, dice.choice(placed))
            case _:
                await orders.cancel(SYSTEM, order_id, reason="Out of season")

    async def _agree(self, shop: Shop) -> None:
        lines = await OrderLine.filter(order__placed_at__not_isnull=True)
        asked = sum(each.units for each in await DemandAsk.all())
        assert asked == sum(line.ordered - line.moved for line in lines)
        days = sum(day.units for day in await DemandDay.all())
        assert days == asked

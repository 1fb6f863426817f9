"""Where work piles up: as the rows and the log tell it, and as it goes on."""

import asyncio
from collections import Counter
from contextlib import aclosing
from math import ceil
from random import Random

import pytest

from models import Event, Fulfillment, Order
from services import bottlenecks, event_log, flows, fulfillments, orders, queues
from services.actors import SYSTEM
from services.bottlenecks import QueueTrend, judge
from services.queues import Stage
from tests.cast import STAGES, all_at_once

_G = Stage


def by_place(found):
    return {(each.stage, each.location_id): each for each in found}


def test_judge_knows_chance():
    assert judge(100, 100) is judge(0, 0) is judge(110, 100) is QueueTrend.STEADY
    assert judge(150, 100) is QueueTrend.GROWING
    assert judge(0, 5) is QueueTrend.SHRINKING


class TestRead:
    async def test_tells_what_waits_where_and_what_came_and_went(self, shop, clock):
        """Counted again from all rows, finished ones too, by hand."""
        for stage in STAGES:
            await shop.order(stage, mug=1)
            clock.advance(minutes=10)
        await shop.order("confirmed", shirt=12)
        await event_log.take_in()

        found = by_place(await bottlenecks.read(SYSTEM))

        north = shop.north.id
        waits = {
            _G.ENTRY: (None, [each.placed_at for each in await Order.filter(status="placed")]),
            _G.WAITING: (north, [each.created_at for each in await _work("pending")]),
            _G.PICKING: (north, [each.released_at for each in await _work("released", "picking")]),
            _G.PACKING: (north, [each.picked_at for each in await _work("picked", "packing")]),
            _G.HANDOVER: (north, [each.packed_at for each in await _work("packed")]),
        }
        for stage, (place, times) in waits.items():
            queue, times = found[stage, place], sorted(times)
            assert queue.waiting == len(times) > 0
            assert (queue.oldest_at, queue.median_at) == (times[0], times[ceil(len(times) / 2) - 1])
        assert found[_G.TRANSIT, None].waiting == 1
        assert found[_G.WAITING, shop.south.id].waiting == 1
        # Of 12 orders 11 were placed and 10 confirmed; 9 went to picking, and so on down.
        entry = found[_G.ENTRY, None]
        assert (entry.came_in_day, entry.done_in_day, entry.waiting) == (11, 10, 1)
        assert entry.wait_hours == round(24 / 10, 2)
        picking = found[_G.PICKING, north]
        assert (picking.came_in_day, picking.done_in_day) == (8, 6)
        assert picking.oldest_hours >= picking.median_hours > 0
        assert picking.came_in_hour < picking.came_in_day
        assert set(by_place(await bottlenecks.read(SYSTEM, shop.south.id))) == {
            (_G.WAITING, shop.south.id)
        }

    async def test_forgets_what_was_done_more_than_a_day_ago(self, shop, clock):
        await shop.order("placed")
        clock.advance(hours=25)
        await shop.order("confirmed")
        await event_log.take_in()

        [entry, waiting] = await bottlenecks.read(SYSTEM)

        assert (entry.waiting, entry.came_in_day, entry.done_in_day) == (1, 1, 1)
        assert entry.oldest_hours == 25.0
        assert (waiting.stage, waiting.wait_hours) == (_G.WAITING, None)

    async def test_of_nothing_is_nothing(self, database):
        assert await bottlenecks.read(SYSTEM) == []


class TestFlows:
    @pytest.mark.parametrize("seed", range(3))
    async def test_are_those_of_the_last_hour_and_day_at_every_look(self, database, clock, seed):
        """Counted again from all events, by hand, whenever they were looked at before."""
        dice = Random(seed)
        for _ in range(25):
            for _ in range(dice.randrange(12)):
                clock.advance(minutes=dice.choice((0, 1, 5, 20)))
                await _logged(dice.choice(sorted(flows.KINDS)), dice.choice((None, 1, 2)), clock)
            clock.advance(minutes=dice.choice((0, 0.1, 10, 45, 45, 300, 26 * 60)))
            await event_log.take_in()

            found = await flows.lately(clock.time)

            assert [*found] == [await _by_hand(clock.time - span) for span in flows.SPANS]

    async def test_are_counted_once(self, database, clock):
        for n in range(5):
            await _logged("OrderPlaced", None, clock)
            await event_log.take_in()
            _, day = await flows.lately(clock.time)
            assert day == {((_G.ENTRY, None), True): n + 1}
            clock.advance(hours=1)
        # What stands in between is not looked at any more; that the first is gone is noticed.
        await Event.filter(position__in=(2, 3)).delete()
        assert (await flows.lately(clock.time))[1] == day
        await Event.filter(position=1).delete()
        assert (await flows.lately(clock.time))[1] == {((_G.ENTRY, None), True): 2}


async def _logged(kind, location_id, clock):
    await Event.create(kind=kind, actor="SYSTEM", location_id=location_id, at=clock.time)


async def _by_hand(since):
    found = Counter()
    for event in await Event.filter(at__gte=since):
        for stage, (came, done) in flows.FLOWS.items():
            place = (stage, event.location_id if queues.SOURCES[stage].location else None)
            for fact, has_come in ((came, True), (done, False)):
                found[place, has_come] += event.kind == fact.__name__
    return +found


async def test_watch_tells_at_first_and_then_what_changed_together(shop, feed):
    await shop.order("placed")
    watching = bottlenecks.watch(SYSTEM, None, None, every=0.2)
    async with aclosing(watching) as told, asyncio.timeout(10):
        first = await anext(told)
        verbs = [lambda: shop.order("confirmed") for _ in range(3)]
        await all_at_once(verbs)
        waiting, values = 0, 0
        while waiting < 3:
            values += 1
            snapshot = await anext(told)
            waiting = by_place(snapshot.bottlenecks)[_G.WAITING, shop.north.id].waiting

        assert by_place(first.bottlenecks)[_G.ENTRY, None].waiting == 1
        assert values <= 3
        assert snapshot.position > first.position
        # Who comes with a cursor is told of what was done since, and not before.
        # What a snapshot shows may have been committed, and not be in the log yet.
        await event_log.take_in()
        end = await event_log.last_position()
        since = bottlenecks.watch(SYSTEM, None, end, every=0.0)
        async with aclosing(since) as later:
            waits = asyncio.create_task(anext(later))
            await asyncio.sleep(0.05)
            assert not waits.done()
            work = await Fulfillment.filter(status="pending").first()
            await fulfillments.release(SYSTEM, work.id)
            assert (_G.PICKING, shop.north.id) in by_place((await waits).bottlenecks)


async def test_waiting_is_found_by_the_status(shop):
    """However much is finished, none of it is read."""
    await orders.cancel(SYSTEM, (await shop.order("placed")).id, reason="No")
    await shop.order("delivered")

    assert await queues.read() == {}
    assert all("status" in columns_led_by(source.kind) for source in queues.SOURCES.values())


def columns_led_by(kind):
    return {columns[0] for columns in kind._meta.indexes}


async def _work(*statuses):
    return await Fulfillment.filter(status__in=statuses, location__priority=1)

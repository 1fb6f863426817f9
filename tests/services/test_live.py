import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from functools import partial

import pytest

from models import Event
from services import customers, event_log, orders, suppliers
from services import live as feeds
from services.actors import SYSTEM
from services.live import Heartbeat, Interest, Live, Reset, Tidings
from tests.buying import supplier_of
from tests.cast import Shop, all_at_once, drop_connections

EVERYTHING = Interest()
SOON = 5.0


async def write(count: int = 1) -> None:
    for _ in range(count):
        await customers.create(SYSTEM, name="Ada")


async def placed(count: int) -> None:
    """So many events that the feed has fanned out."""
    await write(count)
    await reached(feeds.live, await Event.all().count())


async def until(true: Callable[[], bool]) -> None:
    """Wait for what tells nobody that it happened."""
    async with asyncio.timeout(SOON):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def reached(feed: Live, position: int) -> None:
    await until(lambda: feed.position >= position)


async def all_placed(feed: Live) -> int:
    count = await Event.all().count()
    await reached(feed, count)
    return count


async def take(watching: AsyncIterator[Tidings], count: int) -> list[Tidings]:
    async with asyncio.timeout(SOON):
        return [await anext(watching) for _ in range(count)]


async def listening(watching: AsyncIterator[Tidings]) -> "asyncio.Task[Tidings]":
    """The next thing the watcher hears, which is listening when this returns."""
    hearing = asyncio.create_task(anext(watching))
    for _ in range(50):
        await asyncio.sleep(0.001)
    return hearing


@asynccontextmanager
async def another_process(url: str) -> AsyncIterator[Live]:
    """A second feed, which shares nothing with the first but the database and the broker."""
    feed = Live()
    await feed.open(url)
    try:
        yield feed
    finally:
        await feed.close()


class TestWatch:
    async def test_tells_what_happens_from_now_on(self, feed):
        await placed(2)
        async with aclosing(feed.watch(EVERYTHING, None)) as watching:
            hearing = await listening(watching)

            await write()

            assert (await asyncio.wait_for(hearing, SOON)).position == 3

    async def test_tells_what_happened_since_a_position_and_goes_on(self, feed):
        await placed(5)
        async with aclosing(feed.watch(EVERYTHING, 2)) as watching:
            assert [each.position for each in await take(watching, 3)] == [3, 4, 5]

            await write(2)

            assert [each.position for each in await take(watching, 2)] == [6, 7]

    async def test_tells_everything_once_to_everyone_whenever_they_come(self, feed):
        """Twenty watchers come while two hundred events are written, and go on to the end."""

        async def watch_from(after: int) -> list[int]:
            async with aclosing(feed.watch(EVERYTHING, after)) as watching:
                return [each.position for each in await take(watching, 200 - after)]

        async def come_late(n: int) -> list[int]:
            await reached(feed, n * 9)
            return await watch_from(n * 9 - n % 4)

        told = await all_at_once(
            [*[partial(write, 20)] * 10, *[partial(come_late, n) for n in range(1, 21)]]
        )

        for positions in told[10:]:
            assert positions == list(range(positions[0], 201))

    async def test_tells_only_what_is_of_interest(self, shop, feed):
        mine, other = await shop.order("draft"), await shop.order("draft")
        now = await all_placed(feed)
        interest = Interest(order_id=mine.id, kinds=frozenset({"OrderPlaced", "OrderCancelled"}))
        async with aclosing(feed.watch(interest, now)) as watching:
            hearing = await listening(watching)

            for order in (other, mine):
                await orders.place(SYSTEM, order.id)
                await orders.cancel(SYSTEM, order.id, reason="Changed their mind.")

            told = [await asyncio.wait_for(hearing, SOON), *await take(watching, 1)]
            assert [each.kind for each in told] == ["OrderPlaced", "OrderCancelled"]
            assert {each.order_id for each in told} == {mine.id}

    async def test_tells_of_a_supplier_alone(self, shop, feed):
        begin = await all_placed(feed)
        supplier, other = await supplier_of(shop), await supplier_of(await Shop.open())
        interest = Interest(supplier_id=supplier.id)
        async with aclosing(feed.watch(interest, begin)) as watching:
            hearing = await listening(watching)

            for row in (other, supplier):
                await suppliers.update(SYSTEM, row.id, {"city": "Prato"})

            told = await asyncio.wait_for(hearing, SOON)
            await all_placed(feed)
            log = [event async for event in event_log.read(begin, interest.where())]
            assert [told] == log
            assert (told.kind, told.supplier_id) == ("SupplierUpdated", supplier.id)

    @pytest.mark.parametrize("column", ["order_id", "customer_id", "variant_id", "location_id"])
    async def test_tells_the_same_live_as_from_the_log(self, shop, feed, column):
        begin = await all_placed(feed)
        order = await shop.order("placed", mug=2)
        of = {
            "order_id": order.id,
            "customer_id": shop.customer.id,
            "variant_id": shop.mug.id,
            "location_id": shop.north.id,
        }
        async with aclosing(feed.watch(Interest(**{column: of[column]}), begin)) as watching:
            hearing = await listening(watching)
            first = await asyncio.wait_for(hearing, SOON)

            await orders.cancel(SYSTEM, order.id, reason="Changed their mind.")
            await all_placed(feed)

            log = [event async for event in event_log.read(begin, {column: of[column]})]
            assert [first, *await take(watching, len(log) - 1)] == log

    async def test_sends_a_slow_watcher_back_to_the_log(self, feed, monkeypatch):
        monkeypatch.setattr(feeds, "INBOX_LIMIT", 3)
        async with aclosing(feed.watch(EVERYTHING, 0)) as watching:
            hearing = await listening(watching)
            await write()
            first = await asyncio.wait_for(hearing, SOON)

            await placed(40)

            told = [first, *await take(watching, 40)]
            assert [each.position for each in told] == list(range(1, 42))

    async def test_says_how_far_it_is_while_nothing_comes(self, feed):
        await placed(3)
        async with aclosing(feed.watch(EVERYTHING, 3, heartbeat=0.02)) as watching:
            assert [type(each) for each in await take(watching, 2)] == [Heartbeat] * 2
            [beat] = await take(watching, 1)
            assert (beat.kind, beat.position, beat.order_id) == ("Heartbeat", 3, None)

    async def test_counts_what_is_of_no_interest_as_considered(self, feed):
        nobody = Interest(customer_id=999)
        async with aclosing(feed.watch(nobody, 0, heartbeat=0.02)) as watching:
            await placed(4)

            async with asyncio.timeout(SOON):
                while (await anext(watching)).position < 4:
                    pass

    async def test_beats_while_others_are_told_much(self, feed):
        """Events of the same topic but of no interest keep coming faster than the heart beats."""
        dull = Interest(kinds=frozenset({"OrderPlaced"}))
        writing = asyncio.create_task(write(200))
        async with aclosing(feed.watch(dull, 0, heartbeat=0.05)) as watching:
            [beat] = await take(watching, 1)
        await writing

        assert isinstance(beat, Heartbeat)

    async def test_misses_nothing_when_it_goes_on_from_a_heartbeat(self, feed):
        told: list[int] = []
        interest = Interest(kinds=frozenset({"CustomerCreated"}))
        writing = asyncio.create_task(write(60))
        cursor = 0
        async with asyncio.timeout(SOON):
            while len(told) < 60:
                async with aclosing(feed.watch(interest, cursor, heartbeat=0.001)) as watching:
                    async for each in watching:
                        cursor = each.position
                        if isinstance(each, Heartbeat):
                            break
                        told.append(each.position)
                        if len(told) == 60:
                            break
        await writing

        assert told == list(range(1, 61))

    @pytest.mark.parametrize("after", [-1, 4, 10**15])
    async def test_starts_over_from_a_position_outside_the_log(self, feed, after):
        await placed(3)
        async with aclosing(feed.watch(EVERYTHING, after)) as watching:
            [reset] = await take(watching, 1)
            assert isinstance(reset, Reset)
            assert reset.position == 3

            await write()

            assert [each.position for each in await take(watching, 1)] == [4]

    async def test_starts_over_from_a_position_that_was_forgotten(self, feed):
        await placed(5)
        await Event.filter(position__lte=3).delete()

        async with aclosing(feed.watch(EVERYTHING, 2)) as watching:
            assert isinstance((await take(watching, 1))[0], Reset)
        async with aclosing(feed.watch(EVERYTHING, 3)) as watching:
            assert [each.position for each in await take(watching, 2)] == [4, 5]

    async def test_leaves_nothing_behind(self, feed):
        for interest in (EVERYTHING, Interest(order_id=1), Interest(customer_id=1)):
            async with aclosing(feed.watch(interest, None)) as watching:
                hearing = await listening(watching)
                assert feed.watchers == 1
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)

        assert feed.watchers == 0
        assert not feed._inboxes


class TestLive:
    async def test_ends_every_task_when_it_closes(self, database):
        before = asyncio.all_tasks()
        async with another_process("memory://"):
            assert asyncio.all_tasks() > before

        assert asyncio.all_tasks() == before

    async def test_opens_again(self, database):
        for n in range(1, 4):
            await feeds.live.open("memory://")
            await placed(1)
            await feeds.live.close()

            assert await event_log.last_position() == n

    async def test_begins_where_the_log_ends(self, database):
        await write(2)
        await event_log.take_in()

        async with another_process("memory://") as feed:
            assert feed.position == 2

    async def test_takes_in_at_once_what_was_written_while_nobody_was_there(
        self, database, monkeypatch
    ):
        monkeypatch.setattr(feeds, "PATIENCE_SECONDS", 3600)
        await write(2)

        async with another_process("memory://") as feed:
            await reached(feed, 2)

    async def test_hears_from_another_process_sooner_than_it_would_look(
        self, database, redis_url, monkeypatch
    ):
        monkeypatch.setattr(feeds, "PATIENCE_SECONDS", 3600)
        await feeds.live.open(redis_url)
        try:
            async with another_process(redis_url) as other:
                await until(lambda: feeds.live.heard and other.heard)
                async with aclosing(other.watch(EVERYTHING, 0)) as watching:
                    await write(3)

                    assert [each.position for each in await take(watching, 3)] == [1, 2, 3]
        finally:
            await feeds.live.close()

    async def test_looks_for_itself_while_the_broker_is_away(self, database, monkeypatch):
        monkeypatch.setattr(feeds, "PATIENCE_SECONDS", 0.02)
        async with another_process("redis://127.0.0.1:9/0") as feed:
            await write(3)

            await reached(feed, 3)
            assert feed.heard is False

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_goes_on_when_the_database_was_away(self, database, monkeypatch):
        monkeypatch.setattr(feeds, "PATIENCE_SECONDS", 0.02)
        async with another_process("memory://") as feed:
            await drop_connections(database)
            # As many tries as the pool can have connections that are gone.
            await asyncio.gather(*(write() for _ in range(20)), return_exceptions=True)
            await write()

            await reached(feed, await Event.all().count())

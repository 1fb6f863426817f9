import asyncio
import subprocess
import sys
from contextlib import suppress
from functools import partial

import pytest

from models import Event
from services import customers, event_log
from services.actors import SYSTEM
from services.commit import operation
from tests.cast import all_at_once

WRITE_AND_TAKE_IN = """
import asyncio, sys
from models import database
from services import customers, event_log
from services.actors import SYSTEM

async def main():
    async with database.opened(sys.argv[1]):
        for n in range(20):
            await customers.create(SYSTEM, name=f"Ada {n}")
            await event_log.take_in()

asyncio.run(main())
"""


async def write(count: int) -> None:
    for _ in range(count):
        await customers.create(SYSTEM, name="Ada")


async def positions() -> list[int | None]:
    return await Event.all().order_by("position").values_list("position", flat=True)


async def read(after: int, **where: object) -> list[int]:
    return [event.position async for event in event_log.read(after, where)]


class TestTakeIn:
    async def test_gives_every_event_its_place_in_the_order_of_their_ids(self, database):
        await write(3)

        assert await event_log.take_in() == 3
        placed = await Event.all().order_by("id").values_list("position", flat=True)
        assert placed == [1, 2, 3]

    async def test_goes_on_after_the_last(self, database):
        for _ in range(2):
            await write(2)
            await event_log.take_in()

        assert await positions() == [1, 2, 3, 4]

    async def test_has_nothing_to_do_when_nothing_happened(self, database):
        assert await event_log.take_in() == 0

    async def test_leaves_no_gap_where_an_operation_failed(self, database):
        @operation
        async def fail() -> None:
            await write(1)
            raise KeyError

        await write(1)
        with suppress(KeyError):
            await fail()
        await write(1)
        await event_log.take_in()

        assert await positions() == [1, 2]

    async def test_leaves_no_gap_among_twenty_who_write_at_once(self, database):
        """A reader who follows meanwhile sees every position once, in order, and none later."""
        seen: list[int] = []
        writing = True

        async def keep_placing() -> None:
            while writing:
                await event_log.take_in()
                await asyncio.sleep(0)

        async def follow() -> None:
            while writing:
                seen.extend(await read(seen[-1] if seen else 0))
                await asyncio.sleep(0)

        others = [asyncio.create_task(each()) for each in (keep_placing, keep_placing, follow)]
        await all_at_once([partial(write, 10)] * 20)
        writing = False
        await asyncio.gather(*others)
        await event_log.take_in()
        seen.extend(await read(seen[-1] if seen else 0))

        assert seen == list(range(1, 201))
        assert await positions() == seen

    async def test_leaves_no_gap_among_processes(self, database):
        command = [sys.executable, "-c", WRITE_AND_TAKE_IN, database]
        others = [
            await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE) for _ in range(3)
        ]
        told = [await other.communicate() for other in others]

        assert [other.returncode for other in others] == [0, 0, 0], told
        assert await positions() == list(range(1, 61))


class TestRead:
    @pytest.mark.parametrize("after", [-1, 0, 1, 6, 7, 99])
    async def test_gives_every_event_after_a_position_page_by_page(
        self, database, monkeypatch, after
    ):
        monkeypatch.setattr(event_log, "PAGE", 3)
        await write(7)
        await event_log.take_in()

        assert await read(after) == [n for n in range(1, 8) if n > after]

    async def test_gives_nothing_that_has_no_place_yet(self, database):
        await write(1)
        await event_log.take_in()
        await write(1)

        assert await read(0) == [1]

    async def test_gives_only_what_is_asked_for(self, shop):
        order = await shop.order("placed")
        await event_log.take_in()

        kinds = [
            event.kind
            async for event in event_log.read(
                0, {"order_id": order.id, "kind__in": ["OrderPlaced", "OrderCancelled"]}
            )
        ]
        assert kinds == ["OrderPlaced"]

    async def test_goes_on_behind_events_that_are_not_asked_for(self, database, monkeypatch):
        monkeypatch.setattr(event_log, "PAGE", 2)
        await write(9)
        await event_log.take_in()
        last = await Event.get(position=9)

        assert await read(0, customer_id=last.customer_id) == [9]


class TestBounds:
    async def test_of_an_empty_log(self, database):
        assert (await event_log.oldest_position(), await event_log.last_position()) == (1, 0)

    async def test_of_a_log_that_has_not_forgotten_anything(self, database):
        await write(3)
        await event_log.take_in()

        assert (await event_log.oldest_position(), await event_log.last_position()) == (1, 3)

    async def test_of_a_log_that_has_forgotten_its_beginning(self, database):
        await write(3)
        await event_log.take_in()
        await Event.filter(position__lt=3).delete()

        assert (await event_log.oldest_position(), await event_log.last_position()) == (3, 3)

"""What levels were at any moment of the past."""

from datetime import UTC, datetime, timedelta
from random import Random

from tortoise.connection import get_connection

from models import Level
from services import stock, stock_history, stock_states
from services.actors import SYSTEM
from services.stock_states import Place
from tests.cast import one_database, refuses

NAMES = ("on_hand", "reserved", "damaged", "quarantined")


async def past(levels, at):
    found = await stock_history.of_levels(SYSTEM, levels, at)
    return [tuple(getattr(each, name) for name in NAMES) for each in found]


class TestOfLevels:
    async def test_tells_what_each_was_at_any_moment(self, clock, shop):
        """As a diary says that was kept beside the books."""
        chance = Random(4)
        levels = await Level.all().order_by("id")
        began = clock.time
        diary = [(began, await past(levels, began))]
        for _ in range(30):
            clock.advance(minutes=chance.randrange(3))
            level = chance.choice(levels)
            at = {"variant_id": level.variant_id, "location_id": level.location_id}
            what = chance.randrange(3)
            if what == 0:
                await stock.receive(SYSTEM, **at, quantity=chance.randint(1, 9))
            elif what == 1 and (await Level.get(id=level.id)).available > 2:
                await stock_states.damage(SYSTEM, Place(**at), quantity=2, note="Wet")
            elif what == 2 and (await Level.get(id=level.id)).available:
                await shop.order("placed", mug=1)
            rows = await Level.all().order_by("id")
            counts = [tuple(getattr(row, name) for name in NAMES) for row in rows]
            diary.append((clock.time, counts))

        # What happened at one moment is told as it was after all of it.
        for moment, counts in dict(diary).items():
            assert await past(levels, moment) == counts
        assert await past(levels, began - timedelta(seconds=1)) == [(0, 0, 0, 0)] * len(levels)

    async def test_knows_of_nothing_where_nothing_had_moved(self, shop):
        assert await past(await Level.all(), datetime(2000, 1, 1, tzinfo=UTC)) == [(0, 0, 0, 0)] * 4

    @one_database
    async def test_refuses_a_time_that_is_nowhere(self, shop):
        async with refuses(("INVALID", ("at",))):
            await stock_history.of_levels(SYSTEM, [], datetime(2026, 1, 1))  # noqa: DTZ001

    async def test_reads_one_movement_of_each_however_many_there_are(self, shop, database):
        if database.startswith("sqlite"):
            plan = await get_connection("default").execute_query_dict(
                "EXPLAIN QUERY PLAN SELECT id FROM stock_movements AS each WHERE level_id = 1 "
                "AND at <= '2026-01-01' ORDER BY at DESC, id DESC LIMIT 1"
            )
            assert [" ".join(row["detail"].split()[:4]) for row in plan] == [
                "SEARCH each USING COVERING"
            ]

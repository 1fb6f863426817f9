from datetime import timedelta

import pytest

from models import Event, IdempotencyRecord, Role, Token
from services import checks, clockwork, event_log, people, retention
from services.actors import SYSTEM
from services.live import Interest, Reset
from tests.cast import one_database


async def log_of(clock, *days_old):
    """Events of so many days ago, in this order."""
    for days in days_old:
        event = Event(kind="OrderPlaced", actor="SYSTEM", at=clock.time - timedelta(days=days))
        await Event.bulk_create([event])
    await event_log.take_in()


async def positions():
    return await Event.all().order_by("position").values_list("position", flat=True)


class TestLog:
    async def test_is_kept_for_ever_unless_told_otherwise(self, database, clock):
        await log_of(clock, 4000, 1)

        await clockwork.tick()

        assert await positions() == [1, 2]

    async def test_is_pruned_from_its_beginning_without_a_gap(self, database, clock, policy):
        await log_of(clock, 40, 35, 20, 33, 1)
        policy(log_retention_days=30)

        await clockwork.tick()

        # What came in late is kept as long as what stands before it.
        assert await positions() == [3, 4, 5]
        assert [result.name for result in await checks.run() if result.broken] == []

    async def test_keeps_its_end_so_that_positions_go_on(self, database, clock, policy):
        await log_of(clock, 40, 35, 34)
        policy(log_retention_days=30)

        await clockwork.tick()
        await log_of(clock, 0)

        assert await positions() == [3, 4]

    @one_database
    async def test_is_pruned_in_batches(self, database, clock, policy, monkeypatch):
        monkeypatch.setattr(retention, "BATCH", 2)
        await log_of(clock, *[40] * 6)
        policy(log_retention_days=30)

        left = []
        for _ in range(4):
            await clockwork.tick()
            left.append(await positions())

        assert left == [[3, 4, 5, 6], [5, 6], [6], [6]]

    @one_database
    async def test_answers_who_was_away_for_longer_with_a_reset(
        self, database, feed, clock, policy
    ):
        await log_of(clock, 40, 35, 1)
        policy(log_retention_days=30)
        await clockwork.tick()
        feed.position = 3

        told = {after: await anext(feed.watch(Interest(), after)) for after in (0, 1, 2)}

        assert {after: type(each) for after, each in told.items()} == {
            0: Reset,
            1: Reset,
            2: Event,
        }
        assert told[0].position == told[2].position == 3


@one_database
class TestKeys:
    async def test_are_forgotten_when_nobody_sends_them_again(self, database, clock, policy):
        for days in (40, 31, 29):
            await IdempotencyRecord.create(
                actor="SYSTEM", key=f"{days}", fingerprint="", at=clock.time - timedelta(days=days)
            )

        await clockwork.tick()

        assert await IdempotencyRecord.all().values_list("key", flat=True) == ["29"]


@one_database
class TestToken:
    @pytest.mark.parametrize(("days", "left"), [(89, 2), (91, 1)])
    async def test_that_ended_long_ago_is_forgotten(self, database, clock, days, left):
        end = clock.time - timedelta(days=days)
        await people.create_token(SYSTEM, Role.CLERK, name="Clara", expires_at=end)
        await people.create_token(SYSTEM, Role.CLERK, name="Clara")

        await clockwork.tick()

        assert await Token.all().count() == left

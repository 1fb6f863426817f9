import asyncio
from contextlib import aclosing
from datetime import datetime

import pytest

from models import Customer
from models.errors import Refused, invalid
from services import clockwork, customers
from services.actors import SYSTEM
from services.clockwork import Job
from services.commit import operation
from services.live import Interest


class Shut(Exception):
    pass


@pytest.fixture
async def job(database, monkeypatch):
    """Puts every customer away whose name is a moment that has come; some cannot be."""

    async def due(at: datetime, limit: int) -> list[int]:
        waiting = Customer.filter(archived_at=None, name__lte=at.isoformat()).order_by("name")
        return await waiting.limit(limit).values_list("id", flat=True)

    @operation
    async def act(customer_id: int) -> None:
        customer = await Customer.get(id=customer_id)
        if customer.phone == "refused":
            raise Refused(invalid("Not this one."))
        if customer.phone == "fails":
            raise Shut
        await customers.archive(SYSTEM, customer_id)

    monkeypatch.setattr(clockwork, "JOBS", (Job(name="archive", due=due, act=act),))
    monkeypatch.setattr(clockwork, "_resting", {})


async def waiting() -> list[str]:
    return await Customer.filter(archived_at=None).order_by("name").values_list("name", flat=True)


class TestTick:
    async def test_acts_on_what_is_due(self, job, clock):
        early = await Customer.create(name=clock.now(None).isoformat())
        late = await Customer.create(name=clock.advance(minutes=5).isoformat())
        clock.advance(minutes=-1)

        assert await clockwork.tick() == 1
        assert await waiting() == [late.name]

        clock.advance(minutes=1)
        assert await clockwork.tick() == 1
        assert await clockwork.tick() == 0
        assert early.name != late.name

    @pytest.mark.parametrize("phone", ["refused", "fails"])
    async def test_goes_on_past_what_cannot_be_done_and_tries_it_again_later(
        self, job, clock, phone, monkeypatch
    ):
        monkeypatch.setattr(clockwork, "BATCH", 1)
        stuck = await Customer.create(name=clock.now(None).isoformat(), phone=phone)
        await Customer.create(name=clock.advance(seconds=1).isoformat())

        assert [await clockwork.tick() for _ in range(3)] == [0, 1, 0]
        assert await waiting() == [stuck.name]

        await Customer.filter(id=stuck.id).update(phone="")
        assert await clockwork.tick() == 0
        clock.advance(minutes=1)
        assert await clockwork.tick() == 1


class TestRunning:
    async def test_is_woken_by_news(self, job, feed, monkeypatch):
        monkeypatch.setattr(clockwork, "SECONDS_BETWEEN", 60.0)
        archived = Interest(kinds=frozenset({"CustomerArchived"}))
        async with clockwork.running(), aclosing(feed.watch(archived, 0)) as news:
            await customers.create(SYSTEM, name="2026-01-01")

            async with asyncio.timeout(10):
                await anext(news)

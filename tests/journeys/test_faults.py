"""What the network, Redis, an operator and bad luck do to servers, and what clients notice."""

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from math import inf

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.clients import PATIENCE, Api, Ended, Line, line
from tests.journeys.conftest import Town
from tests.journeys.shop import LARGE, MOVED, Shop
from tests.servers import Redis, Server, Waybill, eventually, wait_until

# Several processes on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)


class Follower:
    """Counts what it is told of one variant's stock, and goes on from its cursor."""

    def __init__(self, variant: str, cursor: str) -> None:
        self.variant, self.cursor = variant, cursor
        self.told: list[int] = []

    async def follow(self, carrying: Line, until: float = inf) -> None:
        stream = await carrying.watch(MOVED, after=self.cursor, variant=self.variant)
        async for event in stream:
            self.cursor = event["cursor"]
            if event["kind"] == "STOCK_MOVED":
                self.told.append(event["onHand"])
            if self.told and self.told[-1] >= until:
                break


@pytest.fixture(scope="module")
def own_redis(redis_url: str) -> Iterator[Redis]:
    server = Redis()
    server.start()
    yield server
    server.end()


@pytest.fixture(scope="module")
def frail(
    tmp_path_factory: pytest.TempPathFactory,
    own_postgres: Callable[[], str],
    own_redis: Redis,
    servers: Callable[..., Server],
) -> Town:
    """Two servers with a Redis that can be taken from them."""
    folder = tmp_path_factory.mktemp("frail")
    waybill = Waybill(folder, own_postgres(), broadcast_url=own_redis.url)
    return Town(waybill=waybill, here=servers(waybill), there=servers(waybill))


class TestRedis:
    @pytest.mark.parametrize("leaving", ["dies", "hangs"])
    async def test_that_goes_away_costs_time_but_no_event(
        self, frail: Town, own_redis: Redis, leaving: str
    ):
        token = frail.here.token("admin")
        async with Api(frail.there.url, token) as admin, line(frail.here.url, token) as staff:
            shop = await Shop.open(admin, stock=1)
            now = (await admin.ask("{ cursor }"))["cursor"]
            stream = await staff.watch(MOVED, after=now, variant=shop.variant)
            told: list[int] = []

            async def receive(times: int) -> list[float]:
                delays = []
                for _ in range(times):
                    await shop.receive(1)
                    committed = time.monotonic()
                    told.append((await anext(stream))["onHand"])
                    delays.append(time.monotonic() - committed)
                return delays

            await receive(3)
            own_redis.leave(leaving)
            meanwhile = await receive(12)
            own_redis.come_back(leaving)
            await asyncio.to_thread(
                wait_until,
                lambda: all(
                    each.health["broadcaster"] == "connected" for each in (frail.here, frail.there)
                ),
                "reconnecting",
            )
            after = await receive(9)
        assert told == list(range(told[0], told[0] + 24))
        assert max(meanwhile) < 4, meanwhile
        assert statistics.median(after) < 0.25, after

        for each in (frail.here, frail.there):
            assert "ERROR" not in each.told

    @pytest.mark.parametrize("leaving", ["dies", "hangs"])
    def test_that_goes_away_keeps_no_server_from_ending(
        self, frail: Town, own_redis: Redis, leaving: str
    ):
        own_redis.leave(leaving)
        try:
            codes = [server.stop() for server in (frail.here, frail.there)]
        finally:
            own_redis.come_back(leaving)
            frail.here.start()
            frail.there.start()

        assert codes == [0, 0]


class TestServer:
    async def test_that_is_killed_loses_nothing_and_repeats_nothing(self, town: Town):
        """Mutations go on while it is killed; clients go on from their cursors."""
        token = town.here.token("admin")
        async with Api(town.here.url, token) as admin:
            shop = await Shop.open(admin, stock=1)
            followers = [
                Follower(shop.variant, (await admin.ask("{ cursor }"))["cursor"]) for _ in range(5)
            ]
        for life in range(2):
            acting = asyncio.create_task(receive_until_it_dies(town.here.url, token, shop))
            watching = [
                asyncio.create_task(follow_until_it_dies(town.here.url, token, each))
                for each in followers
            ]
            enough = 5 * (life + 1)
            await eventually(
                lambda enough=enough: all(len(each.told) >= enough for each in followers), "news"
            )
            town.here.kill()
            await asyncio.gather(acting, *watching)
            await asyncio.to_thread(town.here.start)

        async with Api(town.here.url, token) as admin, line(town.here.url, token) as staff:
            last = (await shop.receive(1, admin))["onHand"]
            for each in followers:
                await each.follow(staff, last)

        for each in followers:
            assert each.told == list(range(each.told[0], last + 1))
            assert each.told[0] <= 2
        assert town.adds_up()


async def receive_until_it_dies(url: str, token: str, shop: Shop) -> None:
    async with Api(url, token) as admin:
        with suppress(httpx.TransportError):
            while True:
                await shop.receive(1, admin)


async def follow_until_it_dies(url: str, token: str, follower: "Follower") -> None:
    with suppress(Ended, ConnectionClosed):
        async with line(url, token) as staff:
            await follower.follow(staff)


class TestStalledClient:
    """Somebody who has stopped reading, as a phone that has lost its network."""

    async def test_delays_nobody_and_catches_up_or_is_dropped(
        self, city: Town, servers: Callable[..., Server]
    ):
        patient = servers(city.waybill, keepalive=PATIENCE)
        strict = servers(city.waybill, keepalive=1)
        token = city.here.token("admin")
        delays = []
        async with AsyncExitStack() as stack:
            admin = await stack.enter_async_context(Api(city.here.url, token))
            shop = await Shop.open(admin, stock=1)
            cursor = (await admin.ask("{ cursor }"))["cursor"]
            healthy = await stack.enter_async_context(line(patient.url, token))
            small = await healthy.watch(MOVED, after=cursor, variant=shop.variant)
            stalled = []
            for server in (patient, patient, strict, strict):
                carrying = await stack.enter_async_context(line(server.url, token, small=True))
                stalled.append(await carrying.watch(LARGE, after=cursor, variant=shop.variant))
                carrying.socket.connection.transport.pause_reading()
            memory = patient.memory

            for _ in range(200):
                received = (await shop.receive(1))["onHand"]
                committed = time.monotonic()
                await small.until(lambda event, received=received: event.get("onHand") == received)
                delays.append(time.monotonic() - committed)
            grown = patient.memory - memory
            await asyncio.to_thread(wait_until, lambda: strict.connected == 0, "dropping")
            still = patient.connected
            stalled[0].line.socket.connection.transport.resume_reading()
            caught_up = await stalled[0].until(lambda event: event.get("onHand") == received)

        size = sum(len(json.dumps(event)) for event in caught_up)
        counts = [event["onHand"] for event in caught_up if event["kind"] == "STOCK_MOVED"]
        assert counts == list(range(counts[0], received + 1))
        assert len(counts) >= 200
        assert still == 3
        assert statistics.median(delays) < 0.25, delays
        # Two have not read what is this large; nothing of it is kept for them.
        assert grown < size, (grown, size)

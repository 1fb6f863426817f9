"""Many processes: news through PostgreSQL alone, rolling restarts, workers that cannot start."""

import asyncio
import statistics
import time
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.cast import drop_connections
from tests.clients import Api, Ended, line
from tests.journeys.conftest import Town
from tests.journeys.shop import MOVED, Shop
from tests.journeys.test_faults import Follower
from tests.servers import Server, Waybill, eventually, free_port, wait_until

# Several processes on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def plain(
    tmp_path_factory: pytest.TempPathFactory,
    own_postgres: Callable[[], str],
    servers: Callable[..., Server],
) -> Town:
    """Two servers that have PostgreSQL and nothing else."""
    url = own_postgres()
    waybill = Waybill(tmp_path_factory.mktemp("plain"), url, broadcast_url=url)
    return Town(waybill=waybill, here=servers(waybill), there=servers(waybill))


def both_hear(town: Town) -> None:
    wait_until(
        lambda: all(each.health["broadcaster"] == "connected" for each in (town.here, town.there)),
        "hearing",
    )


class TestPostgres:
    async def test_carries_news_from_process_to_process(self, plain: Town):
        await asyncio.to_thread(both_hear, plain)
        told, delays = await received_there(plain, 30)

        assert told == list(range(told[0], told[0] + 30))
        # Polling alone would take half a second in the middle.
        assert statistics.median(delays) < 0.25, delays

    async def test_that_drops_everybody_costs_time_but_no_event(self, plain: Town):
        """As when it is restarted: every connection ends at once."""
        token = plain.here.token("admin")
        async with Api(plain.there.url, token) as admin, line(plain.here.url, token) as staff:
            shop = await Shop.open(admin, stock=1)
            now = (await admin.ask("{ cursor }"))["cursor"]
            stream = await staff.watch(MOVED, after=now, variant=shop.variant)
            told = []
            for n in range(12):
                if n in (3, 7):
                    await drop_connections(plain.waybill.environment["WAYBILL_DATABASE_URL"])
                await surely_received(shop, f"drop {n}")
                told.append((await anext(stream))["onHand"])
        await asyncio.to_thread(both_hear, plain)
        _, delays = await received_there(plain, 9)

        # The first unit may have come in just after the cursor was asked for.
        assert told == list(range(told[0], told[0] + 12))
        assert told[0] in (1, 2)
        assert statistics.median(delays) < 0.25, delays
        assert plain.adds_up()


async def surely_received(shop: Shop, key: str) -> None:
    """Have a unit come in, once, however often that has to be asked for."""
    for _ in range(50):
        with suppress(AssertionError):
            await shop.api.do(
                "stockReceive", "level { onHand }", **shop.level, quantity=1, idempotencyKey=key
            )
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(key)


async def received_there(town: Town, times: int) -> tuple[list[int], list[float]]:
    """What is told here of what comes in there, and after how long."""
    token = town.here.token("admin")
    async with Api(town.there.url, token) as admin, line(town.here.url, token) as staff:
        shop = await Shop.open(admin, stock=1)
        now = (await admin.ask("{ cursor }"))["cursor"]
        stream = await staff.watch(MOVED, after=now, variant=shop.variant)
        told, delays = [], []
        for _ in range(times):
            await shop.receive(1)
            committed = time.monotonic()
            told.append((await anext(stream))["onHand"])
            delays.append(time.monotonic() - committed)
    return told, delays


class TestRollingRestart:
    async def test_loses_nothing_and_repeats_nothing(self, city: Town):
        """Each server is restarted in turn; clients go to the other one with their cursors."""
        token = city.here.token("admin")
        both = (city.here, city.there)
        async with Api(city.there.url, token) as admin:
            shop = await Shop.open(admin, stock=1)
            cursor = (await admin.ask("{ cursor }"))["cursor"]
        followers = [Follower(shop.variant, cursor) for _ in range(4)]
        done = asyncio.Event()
        acting = asyncio.create_task(receive_anywhere(both, token, shop, done))
        watching = [
            asyncio.create_task(follow_anywhere(both, token, each, done)) for each in followers
        ]

        for server in both:
            enough = max(len(each.told) for each in followers) + 5
            await eventually(
                lambda enough=enough: min(len(each.told) for each in followers) >= enough, "news"
            )
            code = await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            assert code == 0
        done.set()
        received = await acting
        for each in watching:
            each.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        async with Api(city.here.url, token) as admin, line(city.here.url, token) as staff:
            last = (await shop.receive(1, admin))["onHand"]
            for each in followers:
                await each.follow(staff, last)

        # An answer may be lost with its server; what was done is not.
        assert last - 2 >= received > 10
        for each in followers:
            assert each.told == list(range(each.told[0], last + 1))
            assert each.told[0] <= 2
        assert city.adds_up()


async def receive_anywhere(
    servers: tuple[Server, Server], token: str, shop: Shop, done: asyncio.Event
) -> int:
    """Have units come in wherever somebody answers; how many are known to have."""
    received = n = 0
    while not done.is_set():
        n += 1
        async with Api(servers[n % 2].url, token) as admin:
            with suppress(httpx.TransportError):
                while not done.is_set():
                    await shop.receive(1, admin)
                    received += 1
                    await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
    return received


async def follow_anywhere(
    servers: tuple[Server, Server], token: str, follower: Follower, done: asyncio.Event
) -> None:
    n = 0
    while not done.is_set():
        n += 1
        with suppress(Ended, ConnectionClosed, OSError):
            async with line(servers[n % 2].url, token) as staff:
                await follower.follow(staff)
        await asyncio.sleep(0.05)


BREAK = """
import os, sys
if "--multiprocessing-fork" in sys.orig_argv:
    os.environ["WAYBILL_{name}"] = "{value}"
"""


class TestWorker:
    @pytest.mark.parametrize(
        ("name", "value"),
        [("DATABASE_URL", "postgres://nobody@127.0.0.1:1/waybill"), ("MODE", "nonsense")],
    )
    def test_that_cannot_start_stops_the_server(self, city: Town, tmp_path, name: str, value: str):
        # Python reads this when it starts; the settings of the workers alone are spoilt.
        (tmp_path / "sitecustomize.py").write_text(BREAK.format(name=name, value=value))
        waybill = Waybill(tmp_path, "")
        waybill.environment = dict(city.waybill.environment)
        paths = [str(tmp_path), waybill.environment.get("PYTHONPATH", "")]
        waybill.environment["PYTHONPATH"] = ":".join(filter(None, paths))

        done = waybill.run("serve", "--workers", "2", port=free_port())

        assert done.returncode == 3
        assert "A worker could not start, for the reason above. The server stops." in done.stderr
        assert done.stderr.count("A worker could not start") == 1

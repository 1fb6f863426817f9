"""How often one may call: by address and by person, alone or shared through Redis."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from app import rates
from app.rates import Buckets, Rate, Rates, TooFast
from app.settings import Settings
from models import Role
from tests.clients import bearer, opened
from tests.servers import Redis, Served, served

NAME = {"query": "{ __typename }"}
# Buckets that hold three calls and fill up too slowly for a test to notice.
THREE: dict[str, Any] = {"rate_burst": 3_000.0}
SLOW = 0.001


async def post(server: Served, token: str | None = None, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(
            f"{server.url}/graphql", json=NAME, headers=bearer(token) | headers
        )


class TestBuckets:
    def test_fill_up_evenly(self, monkeypatch: pytest.MonkeyPatch):
        time = 100.0
        monkeypatch.setattr(rates, "monotonic", lambda: time)
        buckets, rate = Buckets(), Rate(per_second=2, most=3)

        def take() -> float:
            return buckets.take([("a", rate)])

        assert [take() for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
        time += 0.5
        assert [take() for _ in range(2)] == [0, 0.5]
        time += 1_000
        assert [take() for _ in range(4)] == [0, 0, 0, 0.5]

    def test_are_emptied_only_when_all_of_a_call_have_a_token(self):
        buckets = Buckets()
        one, three = Rate(per_second=SLOW, most=1), Rate(per_second=SLOW, most=3)

        assert buckets.take([("a", one), ("b", three)]) == 0
        assert buckets.take([("a", one), ("b", three)]) > 0

        assert buckets.take([("b", three)]) == buckets.take([("b", three)]) == 0
        assert buckets.take([("b", three)]) > 0

    def test_take_a_bounded_memory(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(rates, "MOST_BUCKETS", 10)
        buckets = Buckets()
        for n in range(100):
            buckets.take([(str(n), Rate(per_second=1, most=1))])

        assert len(buckets) == 10


class TestOverHttp:
    async def test_an_address_is_bounded_whoever_calls(self, sqlite_url: str):
        async with served(sqlite_url, rate_per_address=SLOW, **THREE) as server:
            token = await server.token(Role.CLERK)
            within = [await post(server), await post(server, token), await post(server, "wrong")]
            beyond = [await post(server), await post(server, token), await post(server, "wrong")]

        assert [each.status_code for each in within] == [200, 200, 401]
        for answer in beyond:
            assert answer.status_code == 429
            wait = int(answer.headers["retry-after"])
            assert wait > 0
            extensions = answer.json()["errors"][0]["extensions"]
            assert extensions == {"code": "RATE_LIMIT", "retryAfter": wait}

    async def test_a_person_is_bounded_whatever_their_address(self, sqlite_url: str):
        async with served(
            sqlite_url, rate_per_actor=SLOW, trusted_proxies=["127.0.0.1"], **THREE
        ) as server:
            token, other = await server.token(Role.CLERK), await server.token(Role.PICKER)
            statuses = [
                (await post(server, token, **{"X-Forwarded-For": f"192.0.2.{n}"})).status_code
                for n in range(4)
            ]

            assert statuses == [200, 200, 200, 429]
            assert (await post(server, other)).status_code == 200

    async def test_every_operation_of_a_batch_counts(self, sqlite_url: str):
        async with (
            served(sqlite_url, rate_per_actor=SLOW, batch_limit=4, **THREE) as server,
            httpx.AsyncClient(base_url=server.url) as client,
        ):
            beyond = await client.post("/graphql", json=[NAME] * 4)

        assert beyond.status_code == 429

    @pytest.mark.parametrize(("proxies", "statuses"), [([], 429), (["127.0.0.0/8"], 200)])
    async def test_only_a_trusted_proxy_says_whose_address_it_is(
        self, sqlite_url: str, proxies: list[str], statuses: int
    ):
        async with served(
            sqlite_url, rate_per_address=SLOW, trusted_proxies=proxies, **THREE
        ) as server:
            for n in range(4):
                last = await post(server, **{"X-Forwarded-For": f"10.0.0.1, 192.0.2.{n}"})

        assert last.status_code == statuses


class TestOverWebsocket:
    async def test_an_operation_too_many_answers_error_and_leaves_the_others(self, sqlite_url: str):
        async with (
            served(sqlite_url, rate_per_actor=SLOW, **THREE) as server,
            opened(server.url) as socket,
        ):
            await socket.introduce(await server.token(Role.CLERK))
            await socket.subscribe("open", "subscription { events { kind } }")
            answers = []
            for name in ("2", "3", "4"):
                await socket.subscribe(name, "{ __typename }")
                answers.append(await socket.receive())
                if answers[-1]["type"] == "next":
                    await socket.receive()
            await socket.send({"type": "ping"})

            assert await socket.receive() == {"type": "pong"}
            assert [each["type"] for each in answers] == ["next", "next", "error"]
            [error] = answers[-1]["payload"]
            assert error["extensions"]["code"] == "RATE_LIMIT"
            assert error["extensions"]["retryAfter"] > 0

    async def test_a_socket_too_many_is_not_opened(self, sqlite_url: str):
        async with served(sqlite_url, rate_per_address=SLOW, **THREE) as server:
            for _ in range(3):
                async with opened(server.url):
                    pass

            with pytest.raises(InvalidStatus) as refusal:
                async with opened(server.url):
                    pass

        assert refusal.value.response.status_code == 429
        assert int(refusal.value.response.headers["retry-after"]) > 0


@pytest.fixture
async def two(redis_url: str) -> AsyncIterator[tuple[Rates, Rates]]:
    """The rates of two processes."""
    rate = Rate(per_second=SLOW, most=10)
    both = (
        Rates(actor=rate, address=None, redis_url=redis_url),
        Rates(actor=rate, address=None, redis_url=redis_url),
    )
    yield both
    for each in both:
        await each.close()


async def passed(shared: Rates, actor: str) -> bool:
    try:
        await shared.take(address="", actor=actor)
    except TooFast:
        return False
    return True


class TestRedis:
    async def test_shares_buckets_and_no_token_is_taken_twice(self, two: tuple[Rates, Rates]):
        actor = uuid4().hex

        calls = await asyncio.gather(*(passed(two[n % 2], actor) for n in range(50)))

        assert sum(calls) == 10
        assert len(two[0].buckets) == len(two[1].buckets) == 0

    async def test_fills_buckets_up(self, redis_url: str):
        shared = Rates(actor=Rate(per_second=20, most=1), address=None, redis_url=redis_url)
        actor = uuid4().hex
        assert await passed(shared, actor)
        with pytest.raises(TooFast) as refusal:
            await shared.take(address="", actor=actor)

        await asyncio.sleep(refusal.value.seconds)

        assert await passed(shared, actor)
        await shared.close()

    async def test_that_is_away_leaves_each_process_its_own(self, caplog: pytest.LogCaptureFixture):
        own = Redis()
        shared = Rates(actor=Rate(per_second=SLOW, most=2), address=None, redis_url=own.url)

        calls = [await passed(shared, "ada") for _ in range(3)]

        assert calls == [True, True, False]
        # It is asked again only after a while, and complained about as often.
        assert len(caplog.records) == 1
        await shared.close()


class TestDefaults:
    def test_bound_nobody_in_development_and_everybody_in_production(
        self, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("WAYBILL_MODE", "production")
        monkeypatch.setenv("WAYBILL_RATE_PER_ADDRESS", "7")
        production = Settings()
        monkeypatch.delenv("WAYBILL_MODE")
        monkeypatch.delenv("WAYBILL_RATE_PER_ADDRESS")
        development = Settings()

        assert (production.rate_per_actor, production.rate_per_address) == (50, 7)
        assert production.subscriptions_per_actor == 1_000
        assert Settings(rate_per_actor=0, mode="production").rates.actor is None
        assert development.rate_per_actor is development.rate_per_address is None

"""How things end: servers that are stopped, tokens that are revoked, callers who hang up."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest

from tests.clients import PATIENCE, Api, Ended, change, line
from tests.journeys.conftest import Town
from tests.journeys.shop import LARGE, Shop
from tests.servers import Server

# Several processes on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)

EVERYTHING = "subscription ($after: String) { events(after: $after) { cursor kind } }"


async def ended(stream) -> Ended:
    """How the socket of a stream is closed."""
    with pytest.raises(Ended) as end:
        await stream.until(lambda _: False)
    return end.value


class TestShutdown:
    async def test_finishes_what_was_asked_and_says_goodbye(
        self, town: Town, servers: Callable[..., Server]
    ):
        server = servers(town.waybill)
        token = server.token("admin")
        async with (
            Api(server.url, token) as admin,
            line(server.url, token) as staff,
            line(server.url, token, small=True) as asleep,
        ):
            shop = await Shop.open(admin, stock=1)
            start = (await admin.ask("{ cursor }"))["cursor"]
            stream = await staff.watch(EVERYTHING, after=start)
            await asleep.watch(LARGE, after=start, variant=shop.variant)
            asleep.socket.connection.transport.pause_reading()
            # Enough to fill whatever keeps it for somebody who is not reading.
            await asyncio.gather(*(shop.receive(1) for _ in range(50)))
            await stream.until(lambda event: event["kind"] == "STOCK_MOVED")

            # Many, so that some are under way when it is told to stop.
            asked = [asyncio.create_task(shop.receive(1)) for _ in range(40)]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            server.running.send_signal(signal.SIGTERM)
            answers = await asyncio.gather(*asked, return_exceptions=True)
            end = await ended(stream)
            code = await asyncio.to_thread(server.running.wait, PATIENCE)

        answered = [each for each in answers if isinstance(each, dict)]
        others = [each for each in answers if not isinstance(each, dict)]
        async with Api(town.here.url, token) as admin:
            data = await admin.ask(
                "query ($v: ID) { stockLevels(filter: { variantId: $v }) { nodes { onHand } } }",
                v=shop.variant,
            )
        assert code == 0
        assert end.code == 1012
        # Nothing that was begun is left without its answer: the rest never reached the server.
        assert data["stockLevels"]["nodes"] == [{"onHand": 51 + len(answered)}], others
        assert all(isinstance(each, httpx.TransportError) for each in others)
        assert "Traceback" not in server.told, server.told
        assert "ERROR" not in server.told, server.told
        assert town.adds_up()


class TestToken:
    async def test_that_is_revoked_ends_its_sockets_and_no_other(self, town: Town):
        secret, other = [
            await asyncio.to_thread(town.waybill.token, "clerk", "--label", label)
            for label in ("lost", "kept")
        ]
        listed = await asyncio.to_thread(town.waybill.do, "token", "list")
        number = next(each.split()[0] for each in listed.splitlines() if each.endswith("lost"))
        admin = town.here.token("admin")
        async with (
            line(town.here.url, secret) as here,
            line(town.there.url, secret) as there,
            line(town.here.url, other) as kept,
            line(town.here.url) as guest,
            Api(town.here.url, secret) as revoked,
            Api(town.here.url, admin) as api,
        ):
            now = (await api.ask("{ cursor }"))["cursor"]
            streams = [await each.watch(EVERYTHING, after=now) for each in (here, there)]
            staying = await kept.watch(EVERYTHING, after=now)
            before = await revoked.ask("{ me { role } }")

            await asyncio.to_thread(town.waybill.do, "token", "revoke", number)

            ends = [await ended(each) for each in streams]
            refused = await revoked.client.post("/graphql", json={"query": "{ me { role } }"})
            await Shop.open(api)
            seen = await staying.until(lambda event: event["kind"] == "CUSTOMER_CREATED")
            await (await guest.watch("{ __typename }")).until(lambda _: True)

        assert before == {"me": {"role": "CLERK"}}
        assert [(each.code, each.reason) for each in ends] == [(4403, "Forbidden")] * 2
        assert refused.status_code == 401
        # Who may not see people is not told of it either.
        assert "TOKEN_REVOKED" not in {event["kind"] for event in seen}


class TestHangingUp:
    async def test_in_a_mutation_leaves_the_next_ones_alone(self, town: Town):
        """More callers than the pool has connections hang up, at every moment of a mutation."""
        token = town.here.token("admin")
        async with Api(town.here.url, token) as admin:
            shop = await Shop.open(admin, stock=1)
            content = {
                "query": change("stockReceive", "level { onHand }"),
                "variables": {"input": {**shop.level, "quantity": 1}},
            }
            for patience in range(60):
                with suppress(httpx.TimeoutException):
                    await admin.client.post("/graphql", json=content, timeout=patience / 1000)

            answers = await asyncio.gather(*(shop.receive(1) for _ in range(20)))

        assert len({each["onHand"] for each in answers}) == 20
        assert town.adds_up()

"""Subscriptions over plain HTTP: server-sent events, and the parts of a multipart body."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from models import Role
from services import people
from services.actors import SYSTEM
from services.clock import now
from services.live import live
from tests.clients import PATIENCE, Api, bearer
from tests.servers import Served, eventually, served

WATCH = "subscription ($after: String) { events(after: $after) { kind cursor } }"
CREATE = 'mutation { customerCreate(input: { name: "Ada" }) { replayed } }'
ME = "{ me { role } }"
NAME = "{ __typename }"
EVENTS = "text/event-stream"
PARTS = 'multipart/mixed; boundary="-"; subscriptionSpec=1.0'


class Reader:
    """What a stream says, piece by piece, whichever way it is written."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.is_events = response.headers["content-type"].startswith(EVENTS)
        self._pieces = self._split()

    async def _split(self) -> AsyncIterator[str]:
        mark, rest = "\n\n" if self.is_events else "\r\n---", ""
        async for text in self.response.aiter_text():
            rest += text
            while mark in rest:
                piece, _, rest = rest.partition(mark)
                yield piece
        if rest:
            yield rest

    async def piece(self) -> str:
        async with asyncio.timeout(PATIENCE):
            return await anext(self._pieces)

    async def message(self) -> Any:
        """What a client sees next; heartbeats it does not see. None when it is over."""
        while True:
            try:
                piece = await self.piece()
            except (StopAsyncIteration, httpx.RemoteProtocolError):
                return "broken off"
            if piece in (":", ""):
                continue
            if self.is_events:
                event, data = piece.split("\n")
                if event == "event: complete":
                    return None
                assert event == "event: next"
                return json.loads(data.removeprefix("data: "))
            if piece == "--\r\n":
                return None
            headers, _, content = piece.partition("\r\n\r\n")
            assert headers == "\r\nContent-Type: application/json"
            if content != "{}":
                return json.loads(content)


@asynccontextmanager
async def streaming(
    server: Served, accept: str, query: str, token: str | None = None, **given: Any
) -> AsyncIterator[Reader]:
    variables = given.pop("variables", {})
    asked: dict[str, Any] = {"json": {"query": query, "variables": variables}}
    if given.get("method") == "GET":
        asked = {"params": {"query": query, "variables": json.dumps(variables)}}
    async with (
        httpx.AsyncClient(timeout=PATIENCE) as client,
        client.stream(
            given.get("method", "POST"),
            f"{server.url}/graphql",
            headers={"Accept": accept} | bearer(token),
            **asked,
        ) as response,
    ):
        yield Reader(response)


@pytest.fixture
async def server(sqlite_url: str) -> AsyncIterator[Served]:
    given = {"keepalive": 0.2, "subscriptions_per_actor": 2, "alias_limit": 2_000}
    async with served(sqlite_url, **given) as running:
        yield running


def data_of(message: Any) -> Any:
    """The data of a result, as either encoding carries it."""
    return message.get("payload", message)["data"]


BOTH = pytest.mark.parametrize("accept", [EVENTS, PARTS], ids=["events", "parts"])


@BOTH
class TestWatch:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_tells_what_happens_and_resumes_by_cursor(
        self, server: Served, accept: str, method: str
    ):
        token = await server.token(Role.CLERK)
        async with Api(server.url, token) as api:
            async with streaming(server, accept, WATCH, token, method=method) as reader:
                await eventually(lambda: live.watchers == 2, "watching")
                await api.ask(CREATE)
                seen = data_of(await reader.message())["events"]
            await eventually(lambda: live.watchers == 1, "stopping")
            await api.ask(CREATE)
            after = {"after": seen["cursor"]}
            async with streaming(server, accept, WATCH, token, variables=after) as reader:
                missed = data_of(await reader.message())["events"]

        assert seen["kind"] == missed["kind"] == "CUSTOMER_CREATED"
        assert int(missed["cursor"]) > int(seen["cursor"])

    async def test_beats_while_nothing_happens(self, server: Served, accept: str):
        token = await server.token(Role.CLERK)
        async with streaming(server, accept, WATCH, token) as reader:
            pieces = [await reader.piece() for _ in range(4)]

        heartbeat = ":" if accept == EVENTS else "\r\nContent-Type: application/json\r\n\r\n{}"
        assert pieces[2:] == [heartbeat] * 2

    async def test_leaves_nothing_running_when_its_reader_goes(self, server: Served, accept: str):
        before = len(asyncio.all_tasks())
        token = await server.token(Role.CLERK)
        async with streaming(server, accept, WATCH, token):
            await eventually(lambda: live.watchers == 2, "watching")

        await eventually(lambda: live.watchers == 1, "stopping")
        await eventually(lambda: not server.callers.open, "forgetting")
        # Of the clockwork, there may be one more at any moment.
        await eventually(lambda: len(asyncio.all_tasks()) <= before, "ending")

    async def test_ends_when_its_token_is_revoked(self, server: Served, accept: str):
        token = await server.token(Role.CLERK)
        actor = await people.authenticate(token)
        assert actor is not None
        async with streaming(server, accept, "subscription { stockAlerts { cursor } }", token) as r:
            await eventually(lambda: live.watchers == 2, "watching")

            await people.revoke_token(SYSTEM, actor.token_id or 0)

            message = await r.message()
            assert message["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
            assert await r.message() is None

    async def test_ends_when_its_token_expires(self, server: Served, accept: str):
        token = await server.token(Role.CLERK, expires_at=now() + timedelta(seconds=1))
        async with streaming(server, accept, WATCH, token) as reader:
            message = await reader.message()

            assert message["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
            assert await reader.message() is None

    async def test_is_refused_in_the_stream(self, server: Served, accept: str):
        async with streaming(server, accept, WATCH) as reader:
            message = await reader.message()

            assert message["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
            assert await reader.message() is None

    async def test_is_broken_off_when_the_server_stops_so_that_clients_return(
        self, server: Served, accept: str
    ):
        token = await server.token(Role.CLERK)
        async with streaming(server, accept, WATCH, token) as reader:
            await eventually(lambda: live.watchers == 2, "watching")

            server.server.should_exit = True

            assert await reader.message() == "broken off"

    async def test_are_limited_for_each_actor(self, server: Served, accept: str):
        token = await server.token(Role.CLERK)
        async with AsyncExitStack() as stack:
            for _ in range(2):
                await stack.enter_async_context(streaming(server, accept, WATCH, token))
            await eventually(lambda: live.watchers == 3, "watching")

            async with streaming(server, accept, WATCH, token) as reader:
                await reader.response.aread()

        assert reader.response.status_code == 429
        assert reader.response.headers["retry-after"]
        assert reader.response.json()["errors"][0]["extensions"] == {"code": "SUBSCRIPTION_LIMIT"}

    async def test_lets_go_of_who_has_stopped_reading(
        self, server: Served, accept: str, caplog: pytest.LogCaptureFixture
    ):
        caplog.set_level("INFO")
        token = await server.token(Role.CLERK)
        host, _, port = server.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1)
        # Its answers are long, and nobody reads them.
        names = " ".join(f"a{n}: __typename" for n in range(900))
        body = json.dumps({"query": f'subscription {{ events(after: "0") {{ kind {names} }} }}'})
        headers = [
            "POST /graphql HTTP/1.1",
            "Host: x",
            f"Accept: {accept}",
            f"Authorization: Bearer {token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        async with Api(server.url, token) as api:
            writer.write(("\r\n".join(headers) + "\r\n\r\n" + body).encode())
            await eventually(lambda: server.callers.open, "beginning")
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            aliases = " ".join(
                f'a{n}: customerCreate(input: {{ name: "Ada" }}) {{ replayed }}' for n in range(60)
            )
            try:
                while server.callers.open:
                    await api.ask(f"mutation {{ {aliases} }}")
            finally:
                writer.transport.abort()

        assert "stopped reading" in caplog.text


class TestEvents:
    """graphql-sse's distinct connections mode."""

    async def test_carry_queries_and_mutations_too(self, server: Served):
        for query in (ME, CREATE):
            token = await server.token(Role.CLERK)
            async with streaming(server, EVENTS, query, token) as reader:
                assert "errors" not in await reader.message()
                assert await reader.message() is None

    @pytest.mark.parametrize("query", ["{", "{ nothing }", "query ($a: ID!) { node(id: $a) {id} }"])
    async def test_carry_what_is_wrong_with_a_document(self, server: Served, query: str):
        async with streaming(server, EVENTS, query) as reader:
            assert reader.response.status_code == 200
            message = await reader.message()

            assert list(message) == ["errors"]
            assert await reader.message() is None

    async def test_change_nothing_by_get(self, server: Served):
        async with streaming(server, EVENTS, CREATE, method="GET") as reader:
            assert reader.response.status_code == 405

    async def test_are_not_collected_by_proxies(self, server: Served):
        async with streaming(server, EVENTS, ME) as reader:
            headers = reader.response.headers

        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"


class TestParts:
    """Apollo's multipart subscriptions."""

    async def test_are_for_subscriptions_where_a_client_takes_json_as_well(self, server: Served):
        accept = f"{PARTS}, application/json;q=0.9"
        async with streaming(server, accept, NAME) as reader:
            await reader.response.aread()

        assert reader.response.headers["content-type"] == "application/json; charset=utf-8"
        assert reader.response.json() == {"data": {"__typename": "Query"}}

    async def test_carry_one_answer_where_a_client_takes_nothing_else(self, server: Served):
        async with streaming(server, PARTS, NAME) as reader:
            assert await reader.message() == {"payload": {"data": {"__typename": "Query"}}}
            assert await reader.message() is None

    async def test_of_another_protocol_are_not_served(self, server: Served):
        for accept in ("multipart/mixed", "multipart/mixed; deferSpec=20220824"):
            async with streaming(server, accept, NAME) as reader:
                assert reader.response.status_code == 406

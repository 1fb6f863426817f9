"""graphql-transport-ws to the letter, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from api.execution import Engine
from models import Role
from services import people
from services.actors import SYSTEM
from services.clock import now
from services.live import live
from tests.clients import Socket, ended, opened
from tests.servers import Served, eventually, served

TICKS = "subscription { events { kind cursor } }"
ME = "{ me { role } }"


@pytest.fixture
async def server(sqlite_url: str) -> AsyncIterator[Served]:
    async with served(sqlite_url, subscriptions_per_connection=3) as running:
        yield running


@pytest.fixture
async def fresh(server: Served) -> AsyncIterator[Socket]:
    """A socket on which nothing has been said yet."""
    async with opened(server.url) as socket:
        yield socket


@pytest.fixture
async def socket(server: Served, fresh: Socket) -> Socket:
    """A clerk's socket."""
    await fresh.introduce(await server.token(Role.CLERK))
    return fresh


async def error_of(socket: Socket, name: str, payload: Any) -> list[dict[str, Any]]:
    await socket.send({"id": name, "type": "subscribe", "payload": payload})
    answer = await socket.receive()
    assert (answer["id"], answer["type"]) == (name, "error"), answer
    errors: list[dict[str, Any]] = answer["payload"]
    return errors


async def works(socket: Socket, name: str = "works") -> bool:
    await socket.subscribe(name, ME)
    answers = [await socket.receive(), await socket.receive()]
    return answers == [
        {"id": name, "type": "next", "payload": {"data": {"me": {"role": "CLERK"}}}},
        {"id": name, "type": "complete"},
    ]


class TestHandshake:
    @pytest.mark.parametrize("subprotocols", [None, ["graphql-ws"], ["other"]])
    async def test_closes_4406_without_the_protocol(
        self, server: Served, subprotocols: list[str] | None
    ):
        async with opened(server.url, subprotocols=subprotocols) as socket:
            assert await socket.close_code() == 4406

    async def test_finds_the_protocol_among_others(self, server: Served):
        names = ["graphql-ws", "graphql-transport-ws"]
        async with opened(server.url, subprotocols=names) as socket:
            assert socket.connection.subprotocol == "graphql-transport-ws"

    async def test_lets_pages_of_this_host_in(self, server: Served):
        async with opened(server.url, origin=server.url) as socket:
            await socket.introduce()

    async def test_keeps_pages_of_other_hosts_out(self, server: Served):
        with pytest.raises(InvalidStatus) as refusal:
            async with opened(server.url, origin="https://evil.example"):
                pass

        assert refusal.value.response.status_code == 403

    async def test_lets_pages_in_that_are_listed(self, sqlite_url: str):
        origins = ["https://shop.example"]
        async with (
            served(sqlite_url, allowed_origins=origins) as server,
            opened(server.url, origin=origins[0]) as socket,
        ):
            await socket.introduce()


class TestInit:
    @pytest.mark.parametrize("rest", [{}, {"payload": None}, {"payload": {}}])
    async def test_without_a_token_is_a_guest(self, fresh: Socket, rest: dict[str, Any]):
        await fresh.send({"type": "connection_init"} | rest)

        assert await fresh.receive() == {"type": "connection_ack"}

    @pytest.mark.parametrize("name", ["Authorization", "authorization"])
    async def test_names_its_caller(self, server: Served, fresh: Socket, name: str):
        token = await server.token(Role.CLERK)

        await fresh.send({"type": "connection_init", "payload": {name: f"Bearer {token}"}})

        assert await fresh.receive() == {"type": "connection_ack"}
        assert await works(fresh)

    @pytest.mark.parametrize("given", ["Bearer wrong", "Basic YTpi", "", 7, ["Bearer x"]])
    async def test_closes_4403_for_a_token_that_opens_nothing(self, fresh: Socket, given: Any):
        await fresh.send({"type": "connection_init", "payload": {"Authorization": given}})

        assert await fresh.close_code() == 4403

    async def test_closes_4408_when_it_does_not_come(self, sqlite_url: str):
        async with (
            served(sqlite_url, connection_init_timeout=0.2) as server,
            opened(server.url) as socket,
        ):
            assert await socket.close_code() == 4408

    async def test_closes_4429_the_second_time(self, socket: Socket):
        await socket.send({"type": "connection_init"})

        assert await socket.close_code() == 4429

    async def test_closes_4401_for_an_operation_before_it(self, fresh: Socket):
        await fresh.subscribe("early", ME)

        assert await fresh.close_code() == 4401


class TestMessages:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "null",
            "7",
            '"x"',
            "[]",
            "{}",
            '{"type": null}',
            '{"type": 7}',
            '{"type": "start"}',
            '{"type": "connection_ack"}',
            json.dumps({"type": "ü" * 500}),
            '{"type": "subscribe"}',
            '{"type": "subscribe", "id": null, "payload": {"query": "{ me { id } }"}}',
            '{"type": "subscribe", "id": 7, "payload": {"query": "{ me { id } }"}}',
            '{"type": "subscribe", "id": "", "payload": {"query": "{ me { id } }"}}',
            '{"type": "subscribe", "id": "1"}',
            '{"type": "subscribe", "id": "1", "payload": null}',
            '{"type": "subscribe", "id": "1", "payload": "{ me { id } }"}',
            '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
            '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
            '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 7}}',
            '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "extensions": 7}}',
            '{"type": "complete"}',
            '{"type": "complete", "id": 7}',
            b"\x00\x01",
            json.dumps({"type": "ping"}).encode(),
            "[" * 100_000,
            '{"type": "connection_init", "payload": 7}',
        ],
        ids=lambda text: str(text)[:60],
    )
    async def test_that_cannot_be_read_close_4400(self, server: Served, text: str | bytes):
        async with opened(server.url) as socket:
            if "connection_init" not in str(text):
                await socket.introduce(await server.token(Role.CLERK))
            await socket.connection.send(text)

            code = await socket.close_code()

            # A close frame has room for 123 bytes.
            reason = ended(socket.connection).reason.encode()
        assert code == 4400
        assert 0 < len(reason) <= 123

    async def test_ping_is_answered_before_init_and_after(self, fresh: Socket):
        await fresh.send({"type": "ping", "payload": {"at": 1}})
        assert await fresh.receive() == {"type": "pong"}

        await fresh.introduce()
        await fresh.send({"type": "pong"})
        await fresh.send({"type": "ping"})

        assert await fresh.receive() == {"type": "pong"}


class TestOperations:
    @pytest.mark.parametrize(
        "payload",
        [
            {"query": "subscription {"},
            {"query": "{ nothing }"},
            {"query": "query A { me { role } }", "operationName": "B"},
            {"query": "query A { me { role } } query B { me { role } }"},
            {"query": "query ($n: Int!) { orders(first: $n) { totalCount } }"},
            {"query": "subscription { orderTracked { cursor } }"},
            {"query": 'subscription { events(after: "x") { cursor } }'},
        ],
        ids=lambda payload: payload["query"],
    )
    async def test_that_cannot_run_answer_error_and_leave_the_others(
        self, socket: Socket, payload: dict[str, Any]
    ):
        await socket.subscribe("other", TICKS)

        errors = await error_of(socket, "bad", payload)

        assert all(error["message"] for error in errors)
        assert await works(socket, "bad")
        await eventually(lambda: live.watchers == 2, "watching")

    async def test_that_run_already_close_4409(self, socket: Socket):
        await socket.subscribe("x" * 200, TICKS)
        await socket.subscribe("x" * 200, TICKS)

        assert await socket.close_code() == 4409
        assert len(ended(socket.connection).reason.encode()) <= 123

    async def test_of_a_completed_id_stop_and_the_id_is_free(self, socket: Socket):
        await socket.subscribe("1", TICKS)
        await eventually(lambda: live.watchers == 2, "watching")

        await socket.send({"id": "1", "type": "complete"})

        await eventually(lambda: live.watchers == 1, "stopping")
        assert await works(socket, "1")

    async def test_that_are_unknown_may_be_completed(self, socket: Socket):
        """A client's `complete` may cross with the server's."""
        await socket.send({"id": "gone", "type": "complete"})

        assert await works(socket)

    async def test_are_limited_on_one_socket(self, socket: Socket):
        for name in "123":
            await socket.subscribe(name, TICKS)

        [error] = await error_of(socket, "4", {"query": ME})

        assert error["extensions"]["code"] == "SUBSCRIPTION_LIMIT"
        await socket.send({"id": "1", "type": "complete"})
        assert await works(socket)

    async def test_are_limited_for_one_person_on_all_sockets(self, sqlite_url: str):
        async with AsyncExitStack() as stack:
            limit = {"subscriptions_per_actor": 2}
            server = await stack.enter_async_context(served(sqlite_url, **limit))
            sockets = [await stack.enter_async_context(opened(server.url)) for _ in range(4)]
            token = await server.token(Role.CLERK)
            other = await people.create_token(SYSTEM, Role.CLERK, name="Cleo")
            for socket in sockets[:3]:
                await socket.introduce(token)
            await sockets[3].introduce(other)
            for socket in sockets[:2]:
                await socket.subscribe("1", TICKS)
            await eventually(lambda: server.callers.operations.total() == 2, "watching")

            [error] = await error_of(sockets[2], "1", {"query": ME})

            assert error["extensions"]["code"] == "SUBSCRIPTION_LIMIT"
            assert await works(sockets[3])
            sockets[0].connection.transport.abort()
            await eventually(lambda: server.callers.operations.total() == 1, "stopping")
            assert await works(sockets[2])

    async def test_may_be_mutations(self, socket: Socket):
        document = """mutation { customerCreate(input: { name: "Ada" }) {
          customer { name } userErrors { message }
        } }"""

        await socket.subscribe("1", document)

        answer = await socket.receive()
        assert answer["payload"] == {
            "data": {"customerCreate": {"customer": {"name": "Ada"}, "userErrors": []}}
        }
        assert await socket.receive() == {"id": "1", "type": "complete"}

    async def test_may_be_subscriptions(self, server: Served, socket: Socket):
        await socket.subscribe("1", TICKS)
        await eventually(lambda: live.watchers == 2, "watching")

        await socket.subscribe(
            "2", 'mutation { customerCreate(input: { name: "Ada" }) { replayed } }'
        )

        answers = [await socket.receive() for _ in range(3)]
        told = [each for each in answers if each["id"] == "1"]
        assert [each["payload"]["data"]["events"]["kind"] for each in told] == ["CUSTOMER_CREATED"]

    async def test_fail_one_field_at_a_time(self, fresh: Socket):
        await fresh.introduce()
        await fresh.subscribe("1", '{ node(id: "x") { id } __typename }')

        answer = await fresh.receive()

        assert answer["type"] == "next"
        assert answer["payload"]["data"]["__typename"] == "Query"
        assert answer["payload"]["errors"]


class TestMishap:
    async def test_closes_4500_and_tells_nothing(
        self, server: Served, socket: Socket, monkeypatch: pytest.MonkeyPatch
    ):
        async def fails(*_: object) -> None:
            raise RuntimeError("the secret of the house")

        monkeypatch.setattr(Engine, "stream", fails)
        await socket.subscribe("1", ME)

        assert await socket.close_code() == 4500
        assert ended(socket.connection).reason == "Internal server error"


class TestToken:
    async def test_that_expires_closes_4403(self, server: Served):
        soon = now() + timedelta(seconds=1)
        token = await server.token(Role.CLERK, expires_at=soon)
        async with opened(server.url) as socket, opened(server.url) as guest:
            await guest.introduce()
            await socket.introduce(token)
            await socket.subscribe("1", TICKS)

            assert await socket.close_code() == 4403
            assert now() >= soon
            await guest.send({"type": "ping"})
            assert await guest.receive() == {"type": "pong"}

    async def test_that_is_revoked_closes_4403(self, server: Served):
        token = await server.token(Role.CLERK)
        actor = await people.authenticate(token)
        assert actor is not None
        async with opened(server.url) as socket, opened(server.url) as other:
            await socket.introduce(token)
            await other.introduce(await server.token(Role.CLERK))

            await people.revoke_token(SYSTEM, actor.token_id or 0)

            assert await socket.close_code() == 4403
            assert await works(other)


class TestEnding:
    async def test_leaves_nothing_running(self, server: Served):
        async with opened(server.url) as socket:
            await socket.introduce(await server.token(Role.CLERK))
            before = len(asyncio.all_tasks())
            for name in "123":
                await socket.subscribe(name, TICKS)
            # The three share one stream.
            await eventually(lambda: live.watchers == 2, "watching")

            socket.connection.transport.abort()

            await eventually(lambda: live.watchers == 1, "stopping")
            await eventually(lambda: not server.callers.open, "forgetting")
            assert len(asyncio.all_tasks()) < before

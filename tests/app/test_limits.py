"""Limits as callers meet them: batches, and operations that take too long."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import asyncpg
import httpx
import pytest

from models import Customer, Role
from tests.clients import PATIENCE, bearer, opened
from tests.servers import Served, served

GRAPHQL = "application/graphql-response+json"
NAME = {"query": "{ __typename }"}
CREATE = """mutation ($name: String!) {
  customerCreate(input: { name: $name, idempotencyKey: "once" }) { replayed customer { name } }
}"""


@asynccontextmanager
async def client_of(server: Served) -> AsyncIterator[httpx.AsyncClient]:
    headers = bearer(await server.token(Role.CLERK)) | {"Accept": GRAPHQL}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE) as client:
        yield client


class TestBody:
    async def test_is_bounded_over_http(self, sqlite_url: str):
        within = '{"query": "{ __typename }"}'.ljust(1_000).encode()
        async with served(sqlite_url, body_limit=1_000) as server, client_of(server) as client:
            headers = {"Content-Type": "application/json"}
            taken = await client.post("/graphql", content=within, headers=headers)
            refused = await client.post("/graphql", content=within + b" ", headers=headers)

        assert taken.status_code == 200
        assert refused.status_code == 413
        assert refused.json()["errors"][0]["extensions"] == {"code": "BODY_LIMIT"}

    async def test_is_bounded_over_a_websocket(self, sqlite_url: str):
        async with served(sqlite_url, body_limit=1_000) as server, opened(server.url) as socket:
            await socket.connection.send('{"type": "ping"}'.ljust(1_000))
            pong = await socket.receive()
            await socket.connection.send('{"type": "ping"}'.ljust(1_001))

            assert await socket.close_code() == 1009
        assert pong == {"type": "pong"}


class TestBatch:
    async def test_is_refused_unless_it_is_switched_on(self, sqlite_url: str):
        async with served(sqlite_url) as server, client_of(server) as client:
            answer = await client.post("/graphql", json=[NAME])

        assert answer.status_code == 400

    async def test_answers_each_in_order(self, sqlite_url: str):
        async with served(sqlite_url, batch_limit=3) as server, client_of(server) as client:
            create = {"query": CREATE, "variables": {"name": "Ada"}}
            count = {"query": "{ customers { totalCount } }"}
            answer = await client.post("/graphql", json=[create, count, {"query": "{ x }"}])
            alone = await client.post("/graphql", json=NAME)

        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        first, second, third = answer.json()
        assert first["data"]["customerCreate"]["customer"] == {"name": "Ada"}
        assert second == {"data": {"customers": {"totalCount": 1}}}
        assert list(third) == ["errors"]
        assert alone.json() == {"data": {"__typename": "Query"}}

    async def test_is_bounded(self, sqlite_url: str):
        async with served(sqlite_url, batch_limit=3) as server, client_of(server) as client:
            within = await client.post("/graphql", json=[NAME] * 3)
            beyond = await client.post("/graphql", json=[NAME] * 4)
            empty = await client.post("/graphql", json=[])
            watching = await client.post(
                "/graphql", json=[{"query": "subscription { events { kind } }"}]
            )

        assert within.json() == [{"data": {"__typename": "Query"}}] * 3
        assert beyond.status_code == empty.status_code == 400
        assert beyond.json()["errors"][0]["extensions"] == {"code": "BATCH_LIMIT"}
        assert watching.json()[0]["errors"][0]["extensions"] == {"code": "WRONG_METHOD"}


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[asyncpg.Connection]:
    """Nobody else reads or writes the table meanwhile."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield connection
    finally:
        await connection.close()


async def nobody_waits(connection: asyncpg.Connection) -> bool:
    """Whether no statement waits for a lock."""
    count = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(count == 0)


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    deadline = monotonic() + PATIENCE
    while not await reached():
        assert monotonic() < deadline
        await asyncio.sleep(0.05)


@pytest.fixture
async def hasty(postgres_url: str) -> AsyncIterator[Served]:
    """A server that gives an operation half a second."""
    async with served(postgres_url, operation_timeout=0.5) as server:
        yield server


class TestTime:
    async def test_ends_a_query_and_its_sql(self, hasty: Served, postgres_url: str):
        query = {"query": "{ products { totalCount } }"}
        async with client_of(hasty) as client:
            async with locked(postgres_url, "products") as lock:
                # More than there are connections: each is given back.
                answers = await asyncio.gather(
                    *(client.post("/graphql", json=query) for _ in range(12))
                )
                await until(lambda: nobody_waits(lock))
            again = await client.post("/graphql", json=query)

        for answer in answers:
            assert answer.status_code == 503
            assert list(answer.json()) == ["errors"]
            [error] = answer.json()["errors"]
            assert error["extensions"] == {"code": "TIME_LIMIT", "limit": 0.5}
        assert again.json() == {"data": {"products": {"totalCount": 0}}}

    async def test_does_not_end_a_mutation_but_the_wait_for_it(
        self, hasty: Served, postgres_url: str
    ):
        create = {"query": CREATE, "variables": {"name": "Ada"}}
        async with client_of(hasty) as client:
            async with locked(postgres_url, "customers"):
                answer = await client.post("/graphql", json=create)
            [error] = answer.json()["errors"]
            assert error["extensions"]["code"] == "TIME_LIMIT"
            assert "idempotencyKey" in error["message"]

            await until(lambda: Customer.filter(name="Ada").exists())
            again = await client.post("/graphql", json=create)

        assert again.json()["data"]["customerCreate"]["replayed"] is True

    async def test_is_the_same_over_a_websocket(self, hasty: Served, postgres_url: str):
        async with locked(postgres_url, "products"), opened(hasty.url) as socket:
            await socket.introduce(await hasty.token(Role.CLERK))
            await socket.subscribe("1", "{ products { totalCount } }")

            answer: Any = await socket.receive()

        assert (answer["id"], answer["type"]) == ("1", "error")
        assert answer["payload"][0]["extensions"] == {"code": "TIME_LIMIT", "limit": 0.5}

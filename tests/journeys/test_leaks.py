"""Thousands of clients come and go, some without a word, and nothing of them is left."""

import asyncio
import gc
from collections.abc import AsyncIterator

import psutil
import pytest

from models import Role
from services import commit
from services.live import live
from tests.clients import bearer, change, opened
from tests.servers import Served, eventually, served

# Several processes on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)

TICKS = "subscription { events { kind order { number lines { sku } } } }"
ORDERS = "{ orders(first: 10) { nodes { number lines { sku } } } }"
AT_ONCE = 40
WAYS = 6


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[Served]:
    async with served(database_url, database_connections=5) as running:
        yield running


async def visit(url: str, token: str, way: int, gate: asyncio.Semaphore) -> None:
    """Come, and go in one of several ways."""
    async with gate, opened(url) as socket:
        if way == 0:
            return
        if way == 1:
            # In the middle of being recognised.
            await socket.send({"type": "connection_init", "payload": bearer(token)})
            return
        await socket.introduce(token)
        await socket.subscribe("1", TICKS)
        await socket.subscribe("2", ORDERS)
        if way == 2:
            return
        if way == 3:
            await socket.subscribe(
                "3", change("customerCreate", "customer { id }"), input={"name": "A"}
            )
            return
        await socket.receive()
        if way == 4:
            await socket.send({"id": "1", "type": "complete"})
        await socket.connection.close()


async def visits(server: Served, token: str, times: int) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for number in range(times):
            group.create_task(visit(server.url, token, number % WAYS, gate))


@pytest.mark.parametrize(
    ("database_url", "times"), [("sqlite", 500), ("postgres", 2000)], indirect=["database_url"]
)
async def test_nothing_is_left_of_those_who_have_gone(server: Served, times: int):
    process = psutil.Process()
    token = await server.token(Role.ADMIN)
    await visits(server, token, 300)
    await settled(server)
    tasks, files = len(asyncio.all_tasks()), process.num_fds()
    memory = process.memory_info().rss

    await visits(server, token, times)
    await settled(server)

    gc.collect()
    await eventually(lambda: len(asyncio.all_tasks()) <= tasks, "ending of every task")
    await eventually(lambda: process.num_fds() <= files, "closing of every file")
    assert process.memory_info().rss - memory < 20_000_000
    async with opened(server.url) as socket:
        await socket.introduce(token)
        await socket.subscribe("1", ORDERS)
        assert (await socket.receive())["type"] == "next"


async def settled(server: Served) -> None:
    """Until those who have gone are forgotten, but for who always watches for revoked tokens."""
    await eventually(lambda: not server.server.server_state.connections, "hanging up")
    await eventually(lambda: not server.server.server_state.tasks, "ending")
    await eventually(lambda: not server.callers.open, "forgetting")
    await eventually(lambda: live.watchers == 1, "unsubscribing")
    await commit.finish_all()

"""Watchers of the same thing share one stream, and each is told everything once."""

import asyncio
import json
from collections.abc import AsyncIterator
from random import Random

import pytest

from api.execution import Engine, Operation, Request
from api.sharing import likeness
from models import Role
from services import customers
from services.actors import SYSTEM
from services.live import live
from tests.cast import CLERK, MANAGER
from tests.clients import Line, line, opened
from tests.servers import Served, eventually, served

NEWS = """
subscription ($after: String, $kinds: [EventKind!] = [CUSTOMER_CREATED]) {
  events(after: $after, filter: {kinds: $kinds}) { kind cursor }
}
"""
FULL = """
subscription ($after: String) {
  events(after: $after, filter: {kinds: [CUSTOMER_CREATED]}) {
    cursor kind at actor customer { id number name email createdAt version }
  }
}
"""


@pytest.fixture
async def server(sqlite_url: str) -> AsyncIterator[Served]:
    async with served(sqlite_url) as running:
        yield running


async def enter(count: int) -> None:
    for _ in range(count):
        await customers.create(SYSTEM, name="Somebody")


async def cursors(carrying: Line, count: int, after: int | None = None) -> list[int]:
    stream = await carrying.watch(NEWS, after=None if after is None else str(after))
    found: list[int] = []
    async for event in stream:
        # A busy machine may be so slow that there are heartbeats in between.
        if event["kind"] == "CUSTOMER_CREATED":
            found.append(int(event["cursor"]))
        if len(found) == count:
            break
    return found


class TestAudience:
    async def test_is_shared_by_those_who_ask_the_same_with_the_same_rights(self, server: Served):
        clerk, picker = await server.token(Role.CLERK), await server.token(Role.PICKER)
        alone = live.watchers
        async with line(server.url, clerk) as one, line(server.url, picker) as other:
            streams = [await one.watch(NEWS) for _ in range(5)]
            await eventually(lambda: live.watchers == alone + 1, "sharing")
            await one.watch(NEWS, kinds=["CUSTOMER_UPDATED"])
            await other.watch(NEWS)
            await eventually(lambda: live.watchers == alone + 3, "watching")

            await enter(3)

            told = [[await anext(stream) for _ in range(3)] for stream in streams]
        assert all(each == told[0] for each in told)
        assert [each["kind"] for each in told[0]] == ["CUSTOMER_CREATED"] * 3
        await eventually(lambda: live.watchers == alone, "leaving")

    async def test_is_joined_from_any_cursor_without_gap_or_repetition(self, server: Served):
        token, dice = await server.token(Role.CLERK), Random(7)
        await enter(20)
        async with line(server.url, token) as carrying:
            everything = await cursors(carrying, 20, after=0)

            async def come_and_go(starts: int) -> None:
                await asyncio.sleep(dice.random() / 5)
                after = everything[dice.randrange(20)] if starts % 2 else 0
                async with line(server.url, token) as own:
                    seen = await cursors(own, dice.randrange(25, 45), after=after)
                own_numbers = [each for each in everything if each > after]
                assert seen[: len(own_numbers)] == own_numbers
                assert seen == sorted(set(seen))
                told.append((after, seen))

            told: list[tuple[int, list[int]]] = []
            await asyncio.gather(*(come_and_go(n) for n in range(30)), enter(45))

            everything = await cursors(carrying, 65, after=0)
        for after, seen in told:
            assert seen == [each for each in everything if each > after][: len(seen)]

    async def test_is_left_by_who_reads_too_slowly_and_found_again(self, server: Served):
        token = await server.token(Role.MANAGER)
        many = 2000
        async with (
            opened(server.url, small=True, max_queue=1) as slow,
            line(server.url, token) as brisk,
        ):
            await slow.introduce(token)
            await slow.subscribe("slow", FULL)
            stream = await brisk.watch(FULL)
            await asyncio.sleep(0.2)

            await enter(many)
            swift = [(await anext(stream))["cursor"] for _ in range(many)]

            late = []
            while len(late) < many:
                message = json.loads(await slow.connection.recv())
                late.append(message["payload"]["data"]["events"]["cursor"])
        assert late == swift


class TestLikeness:
    def like(self, query: str, *, actor=CLERK, **variables: object) -> object:
        request = Request(query=query, variables=variables)
        prepared = Engine(introspection=False).prepare(request)
        assert isinstance(prepared, Operation)
        return likeness(prepared, actor)

    def test_does_not_depend_on_where_a_watcher_begins(self):
        assert self.like(NEWS, after="3") == self.like(NEWS, after="7") == self.like(NEWS)

    def test_depends_on_everything_else(self):
        kinds = ["ORDER_PLACED"]

        assert self.like(NEWS) != self.like(NEWS, kinds=kinds)
        assert self.like(NEWS) != self.like(FULL)
        assert self.like(NEWS) != self.like(NEWS, actor=MANAGER)

    def test_depends_on_a_cursor_that_is_used_for_something_else_too(self):
        query = """
        subscription ($after: String) {
          orderTracked(id: "ORD-1001", after: $after) {
            order { timeline(after: $after) { nodes { at } } }
          }
        }
        """

        assert self.like(query, after="3") != self.like(query, after="7")

"""Watchers who ask the same with the same rights: one execution and one encoding per event.

Each watcher first catches up by itself, from its own cursor or with its own snapshot, and then
joins the audience of its like. Who reads too slowly leaves it, and catches up again from the log.
"""

import asyncio
import logging
from collections.abc import Hashable
from contextlib import aclosing, suppress
from typing import Protocol

from api.context import Context
from api.execution import Ended, Engine, ExecutionResult, Operation
from api.sharing import likeness
from app.wire import write_json
from services.actors import Actor
from services.live import PATIENCE_SECONDS, Course, course, live
from services.measures import DELIVERIES

log = logging.getLogger(__name__)

# So many are written to before anybody else has a turn.
AT_ONCE = 500


# Where an ASGI server that has such wires puts the one of a connection, in its scope's extensions.
WIRE = "waybill.wire"


class Wire(Protocol):
    """A connection that can be written to without waiting."""

    def push(self, text: bytes) -> bool:
        """Send a text, or refuse where what was sent before has not been read yet."""

    async def drained(self) -> None:
        """Wait until it would not refuse."""


class Member:
    """One watcher in an audience: what its messages begin with, and how far it has been told."""

    def __init__(self, wire: Wire, prefix: bytes, position: int) -> None:
        self.wire, self.prefix, self.position = wire, prefix, position
        self.left = asyncio.Event()


class Audience:
    """Everybody who watches one thing, and the stream they share."""

    def __init__(self, engine: Engine, operation: Operation, actor: Actor) -> None:
        self.position = live.position
        self.members: set[Member] = set()
        self._engine, self._operation, self._context = engine, operation, Context(actor=actor)
        self.task = asyncio.create_task(self._perform())

    async def _perform(self) -> None:
        own = Course(begins=self.position, position=self.position)
        course.set(own)
        try:
            with suppress(Ended):
                answers = await self._engine.stream(self._operation, self._context)
                if not isinstance(answers, ExecutionResult):
                    async with aclosing(answers) as each:
                        async for answer in each:
                            self.position = own.position
                            await self._tell(write_json(answer.formatted), is_news=own.is_news)
        except Exception:
            log.exception("A stream that was shared by %d failed", len(self.members))
        finally:
            # Each finds out for itself what became of it.
            for member in self.members:
                member.left.set()

    async def _tell(self, payload: bytes, *, is_news: bool) -> None:
        position, texts, told = self.position, dict[bytes, bytes](), 0
        for n, member in enumerate(tuple(self.members)):
            if n % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            if member.position > position or (is_news and member.position == position):
                continue
            text = texts.get(member.prefix)
            if text is None:
                text = texts[member.prefix] = member.prefix + payload + b"}"
            if member.wire.push(text):
                member.position, told = position, told + 1
            else:
                self.members.discard(member)
                member.left.set()
        DELIVERIES.inc(told)


class Audiences:
    """The audiences of this process, by what they watch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._by_likeness: dict[Hashable, Audience] = {}

    async def attend(self, member: Member, operation: Operation, actor: Actor) -> int:
        """Be told, from the member's position on, until it has to catch up by itself again;
        returns the position from which."""
        like = likeness(operation, actor)
        audience = self._by_likeness.get(like)
        if audience is None or audience.task.done():
            audience = self._by_likeness[like] = Audience(self._engine, operation, actor)
        # Whoever is not as far yet as those who are there would miss something.
        if audience.position > member.position:
            return member.position
        audience.members.add(member)
        member.left.clear()
        try:
            await member.left.wait()
        finally:
            audience.members.discard(member)
            if not audience.members and self._by_likeness.get(like) is audience:
                del self._by_likeness[like]
                audience.task.cancel()
        if audience.task.done():
            # What ended it may well end the next one too.
            await asyncio.sleep(PATIENCE_SECONDS)
        await member.wire.drained()
        return member.position

"""Operations answered bit by bit over HTTP: as server-sent events, or as a multipart body.

Both carry what the websocket carries, for clients behind proxies that know no websockets. A stream
is written to no faster than its reader reads; what the reader misses meanwhile is in the log.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol

from starlette.types import Receive, Scope, Send

from api.execution import Ended, ExecutionResult, GraphQLError, never_ran
from app.callers import Caller, Callers
from app.wire import write_json
from services.actors import Actor
from services.clock import now
from services.measures import DELIVERIES

log = logging.getLogger(__name__)

FORBIDDEN = GraphQLError(
    "This token opens nothing any more.", extensions={"code": "UNAUTHENTICATED"}
)


Content = Mapping[str, Any]


class Encoding(Protocol):
    """How a stream is written down. A heartbeat keeps proxies from taking quiet for death."""

    media_type: str
    beginning: bytes
    heartbeat: bytes
    end: bytes

    def result(self, content: Content) -> bytes: ...

    def failure(self, errors: list[Any]) -> bytes:
        """The operation is over, because of these."""
        ...


class ServerSentEvents:
    """graphql-sse's distinct connections mode."""

    media_type = "text/event-stream; charset=utf-8"
    # A comment; it also makes the headers leave at once.
    beginning = heartbeat = b":\n\n"
    # Browsers drop an event that has no data.
    end = b"event: complete\ndata:\n\n"

    def result(self, content: Content) -> bytes:
        return b"event: next\ndata: " + write_json(content) + b"\n\n"

    def failure(self, errors: list[Any]) -> bytes:
        return self.result({"errors": errors})


def _part(content: Any) -> bytes:
    return b"\r\nContent-Type: application/json\r\n\r\n" + write_json(content) + b"\r\n---"


class Multipart:
    """Apollo's multipart subscriptions.

    Each part is followed by its boundary at once: clients take a part only when they see the next.
    """

    media_type = 'multipart/mixed; boundary="-"; subscriptionSpec=1.0'
    beginning = b"\r\n---"
    heartbeat = _part({})
    end = b"--\r\n"

    def result(self, content: Content) -> bytes:
        return _part({"payload": content})

    def failure(self, errors: list[Any]) -> bytes:
        return _part({"payload": None, "errors": errors})


SERVER_SENT_EVENTS: Encoding = ServerSentEvents()
MULTIPART: Encoding = Multipart()


@dataclass(kw_only=True)
class Connection:
    """What a stream knows of the connection that carries it: whether it is `leaving` as the
    server shuts down, and how to `abort` it."""

    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    abort: Callable[[], object] = lambda: None


class Stream:
    """One operation on its way to its caller."""

    def __init__(
        self,
        encoding: Encoding,
        answers: AsyncGenerator[ExecutionResult, None] | ExecutionResult,
        *,
        caller: Caller,
        callers: Callers,
        heartbeat: float,
        headers: Mapping[str, str],
    ) -> None:
        self.encoding, self.answers, self.caller = encoding, answers, caller
        self.callers, self.pulse = callers, heartbeat
        self.headers = {**headers, "Content-Type": encoding.media_type}
        self._forbidden = asyncio.Event()
        self._written_at = monotonic()

    @property
    def actor(self) -> Actor:
        return self.caller.actor

    def forbid(self) -> None:
        self._forbidden.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Runs until the answers end, the caller leaves, stops reading or may no longer call, or
        the server shuts down."""
        self._send = send
        connection: Connection = scope.get("extensions", {}).get("waybill", Connection())
        self.callers.remember(self)
        try:
            with self.callers.operating(self.caller.name):
                await self._run(receive, connection)
        except TimeoutError:
            log.info("A stream was dropped because its reader had stopped reading")
            connection.abort()
        finally:
            self.callers.forget(self)

    async def _run(self, receive: Receive, connection: Connection) -> None:
        writing = asyncio.create_task(self._write_all())
        ends = [writing, *map(asyncio.create_task, self._ends(receive, connection))]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Two writers would mix their words, so the first has stopped when the last one is said.
            await _stop(*ends)
        for each in done:
            each.result()
        if not writing.cancelled():
            return
        if self._forbidden.is_set():
            last = self.encoding.failure([FORBIDDEN.formatted]) + self.encoding.end
            await self._write(last, more=False)
        elif connection.leaving.is_set():
            # Without the end that the protocol has, so that clients come back elsewhere.
            await self._write(b"", more=False)

    def _ends(self, receive: Receive, connection: Connection) -> Iterator[Any]:
        yield self._beat()
        yield _left(receive)
        yield self._forbidden.wait()
        yield connection.leaving.wait()
        if (expires_at := self.actor.expires_at) is not None:
            yield self._expire((expires_at - now()).total_seconds())

    async def _expire(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.forbid()

    async def _write_all(self) -> None:
        headers = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._write(self.encoding.beginning)
        try:
            async for content in self._contents():
                await self._write(content)
        except Ended as ended:
            await self._write(self.encoding.failure([each.formatted for each in ended.errors]))
        await self._write(self.encoding.end, more=False)

    async def _contents(self) -> AsyncGenerator[bytes, None]:
        if isinstance(self.answers, ExecutionResult):
            yield self._written(self.answers)
            return
        async with aclosing(self.answers) as answers:
            async for each in answers:
                DELIVERIES.inc()
                yield self.encoding.result(each.formatted)

    def _written(self, result: ExecutionResult) -> bytes:
        if never_ran(result):
            return self.encoding.failure(result.formatted["errors"])
        return self.encoding.result(result.formatted)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._written_at + self.pulse - monotonic())
            if monotonic() - self._written_at >= self.pulse:
                await self._write(self.encoding.heartbeat)

    async def _write(self, content: bytes, *, more: bool = True) -> None:
        # Somebody who reads nothing for as long as this is gone, or might as well be.
        async with asyncio.timeout(2 * self.pulse):
            await self._send({"type": "http.response.body", "body": content, "more_body": more})
        self._written_at = monotonic()


async def _left(receive: Receive) -> None:
    """Returns when the caller has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stop(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

"""Watchers who come back, in a process of their own: `python -m bench.enduring_watchers`, with a
line of JSON on its input: the `ports` of the servers, how `many`, their `token`, and the `cursor`
after which they watch every event.

Each takes the servers in turn and goes on from its cursor wherever it is let in again. It keeps no
more than that cursor, how many events it was told, and a checksum of all of them in their order.
Twice a second a line of JSON says how far they are; at any line on its input they are `asked`, and
the answer says how many have each checksum.
"""

import asyncio
import random
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from statistics import quantiles
from time import time
from zlib import crc32

import orjson
import uvloop

from bench.frames import CLOSE, HANDSHAKE, PING, PONG, TEXT, framed, taken

EVENTS = "subscription ($after: String) { events(after: $after) { __typename cursor kind at } }"
TOLD_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Site:
    ports: list[int]
    many: int
    token: str
    cursor: str


@dataclass(frozen=True)
class Told:
    """What a message says, the same for whoever gets it."""

    cursor: str
    kind: str
    at: float


@lru_cache(maxsize=512)
def understood(text: bytes) -> Told | None:
    """The event in a message; None for a message without one."""
    message = orjson.loads(text)
    if message["type"] != "next":
        return None
    event = message["payload"]["data"]["events"]
    at = datetime.fromisoformat(event["at"]).timestamp() if "at" in event else 0.0
    return Told(event["cursor"], event["__typename"], at)


@dataclass
class Crowd:
    site: Site
    watchers: "list[Watcher]" = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    def report(self) -> dict[str, object]:
        counts = [each.count for each in self.watchers]
        delays, self.delays = self.delays, []
        return {
            "connected": sum(each.is_told for each in self.watchers),
            "fewest": min(counts),
            "most": max(counts),
            "p50": quantiles(delays, n=100)[49] if len(delays) > 1 else None,
            "p99": quantiles(delays, n=100)[98] if len(delays) > 1 else None,
        }

    def answer(self) -> dict[str, object]:
        sums = Counter(f"{each.checksum:08x} of {each.count}" for each in self.watchers)
        return {"checksums": sums, "resets": sum(each.resets for each in self.watchers)}


class Watcher:
    """Somebody who watches all events, whatever becomes of the connection."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self.crowd, self.number = crowd, number
        self.cursor = crowd.site.cursor
        self.count = self.checksum = self.resets = 0
        self.is_told = False

    async def watch(self) -> None:
        ports = self.crowd.site.ports
        for turn in range(self.number, sys.maxsize):
            port, over = ports[turn % len(ports)], asyncio.get_running_loop().create_future()
            # Where nobody listens, or too many do, the next one is tried after a while.
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(30):
                    await asyncio.get_running_loop().create_connection(
                        lambda port=port, over=over: Line(self, port, over), "127.0.0.1", port
                    )
                await over
            self.is_told = False
            await asyncio.sleep(random.uniform(0.1, LONGEST_WAIT_SECONDS))

    def hear(self, text: bytes) -> None:
        told = understood(text)
        if told is None:
            return
        self.cursor = told.cursor
        if told.kind == "Heartbeat":
            return
        self.resets += told.kind == "Reset"
        self.count += 1
        self.checksum = crc32(told.cursor.encode(), self.checksum)
        self.crowd.delays.append(1000 * (time() - told.at))


class Line(asyncio.Protocol):
    """One connection, read by hand."""

    def __init__(self, watcher: Watcher, port: int, over: "asyncio.Future[None]") -> None:
        self.watcher, self.port, self.over = watcher, port, over
        self.buffer, self.opened = bytearray(), False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        transport.write(HANDSHAKE.format(port=self.port).encode())

    def connection_lost(self, fault: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.opened:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head[:20]:
                self.transport.abort()
                return
            self.opened, self.buffer = True, rest
            self._introduce()
        for kind, content in taken(self.buffer):
            if kind == PING:
                self._send(PONG, content)
            elif kind == CLOSE:
                self.transport.close()
            elif kind == TEXT:
                self.watcher.hear(content)

    def _introduce(self) -> None:
        watcher = self.watcher
        bearer = {"Authorization": f"Bearer {watcher.crowd.site.token}"}
        payload = {"query": EVENTS, "variables": {"after": watcher.cursor}}
        self._send(TEXT, orjson.dumps({"type": "connection_init", "payload": bearer}))
        self._send(TEXT, orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        watcher.is_told = True

    def _send(self, kind: int, content: bytes) -> None:
        self.transport.write(framed(kind, content))


async def main() -> None:
    asked = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(asked), sys.stdin
    )
    crowd = Crowd(Site(**orjson.loads(await asked.readline())))
    crowd.watchers = [Watcher(crowd, number) for number in range(crowd.site.many)]
    tasks = [asyncio.create_task(each.watch()) for each in crowd.watchers]
    telling = asyncio.create_task(_tell(crowd))
    while await asked.readline():
        print(orjson.dumps({"asked": crowd.answer()}).decode(), flush=True)
    for task in (*tasks, telling):
        task.cancel()


async def _tell(crowd: Crowd) -> None:
    while True:
        await asyncio.sleep(TOLD_SECONDS)
        print(orjson.dumps(crowd.report()).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(main())

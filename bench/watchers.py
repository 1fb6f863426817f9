"""Many watchers in a process of their own: `python -m bench.watchers PORT COUNT GROUP MESSAGES`.

Each opens a websocket and sends MESSAGES, a JSON list of texts. Whenever every watcher has been
told a GROUP of texts, one line of JSON is written: the texts, and for each when every watcher
received it. Frames are read by hand, or the watchers would cost as much as what they watch.
"""

import asyncio
import sys
from time import time

import orjson
import uvloop

from bench.frames import HANDSHAKE, PING, PONG, TEXT, framed, taken

CONTENT = b'"type":"next"'
# A watcher that has been told nothing for a while hears that it is still being told everything.
HEARTBEAT = b'"Heartbeat"'


class Crowd:
    """Writes a line when it is ready, and one for each group of texts that all of it has."""

    def __init__(self, count: int, group: int) -> None:
        self.count, self.group = count, group
        self.watchers: list[Watcher] = []
        self.ready = self.told = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def is_ready(self) -> None:
        self.ready += 1
        if self.ready == self.count:
            print("ready", flush=True)

    def was_told(self) -> None:
        self.told += 1
        if self.told == self.count * self.group:
            self.told = 0
            times = list(zip(*(each.times for each in self.watchers), strict=True))
            texts = [text.decode() for text in self.watchers[0].texts]
            print(orjson.dumps({"texts": texts, "times": times}).decode(), flush=True)
            for each in self.watchers:
                each.texts.clear()
                each.times.clear()


class Watcher(asyncio.Protocol):
    def __init__(self, crowd: Crowd, port: int, messages: list[str]) -> None:
        self.crowd, self.port, self.messages = crowd, port, messages
        self.buffer = bytearray()
        self.opened = False
        self.texts: list[bytes] = []
        self.times: list[float] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        transport.write(HANDSHAKE.format(port=self.port).encode())

    def connection_lost(self, fault: Exception | None) -> None:
        # One watcher fewer would never be enough for a group.
        if not self.crowd.over.done():
            self.crowd.over.set_exception(fault or ConnectionError("A websocket was closed."))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.opened:
            _, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            self.opened, self.buffer = True, rest
            for message in self.messages:
                self._send(TEXT, message.encode())
            # Answered by whoever has read everything before it.
            self._send(PING, b"")
        for kind, content in taken(self.buffer):
            if kind == PING:
                self._send(PONG, content)
            elif kind == PONG:
                self.crowd.is_ready()
            elif CONTENT in content and HEARTBEAT not in content:
                self.texts.append(content)
                self.times.append(time())
                self.crowd.was_told()

    def _send(self, kind: int, content: bytes) -> None:
        self.transport.write(framed(kind, content))


async def main(port: int, count: int, group: int, messages: list[str]) -> None:
    loop, crowd = asyncio.get_running_loop(), Crowd(count, group)
    for _ in range(count):
        _, one = await loop.create_connection(
            lambda: Watcher(crowd, port, messages), "127.0.0.1", port
        )
        crowd.watchers.append(one)
    await crowd.over


if __name__ == "__main__":
    uvloop.run(main(*map(int, sys.argv[1:4]), orjson.loads(sys.argv[4])))

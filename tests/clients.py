"""Callers of the API over real connections: HTTP, and websocket with graphql-transport-ws."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PROTOCOL = "graphql-transport-ws"
# Generous: a shared machine may be busy with something else for a while.
PATIENCE = 120.0

_ids = count(1)


def bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


class Api:
    """One caller over HTTP."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.client = httpx.AsyncClient(
            base_url=url,
            headers=bearer(token),
            timeout=PATIENCE,
            limits=httpx.Limits(max_connections=50),
        )

    async def __aenter__(self) -> "Api":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = await self.client.post(
            "/graphql", json={"query": document, "variables": variables}
        )
        content = answer.json()
        assert "errors" not in content, content
        data: dict[str, Any] = content["data"]
        return data

    async def attempt(self, mutation: str, noun: str, **given: Any) -> dict[str, Any]:
        """The payload of a mutation; `noun` is its record and what to read of it."""
        data = await self.ask(change(mutation, noun), input=given)
        payload: dict[str, Any] = data[mutation]
        return payload

    async def do(self, mutation: str, noun: str, **given: Any) -> dict[str, Any]:
        """The record of a mutation that must work."""
        payload = await self.attempt(mutation, noun, **given)
        assert payload["userErrors"] == [], payload
        record: dict[str, Any] = payload[noun.partition(" ")[0]]
        return record


def change(mutation: str, noun: str) -> str:
    """The document of a mutation."""
    input_type = f"{mutation[0].upper()}{mutation[1:]}Input"
    return (
        f"mutation ($input: {input_type}!) {{ {mutation}(input: $input) "
        f"{{ userErrors {{ code message path }} replayed {noun} }} }}"
    )


class Ended(Exception):
    """The socket was closed, so nothing more comes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


def ended(connection: ClientConnection) -> Ended:
    return Ended(connection.close_code or 0, connection.close_reason or "")


class Socket:
    """One websocket, message by message."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        try:
            async with asyncio.timeout(PATIENCE):
                message: dict[str, Any] = json.loads(await self.connection.recv())
        except ConnectionClosed:
            raise Ended(
                self.connection.close_code or 0, self.connection.close_reason or ""
            ) from None
        return message

    async def introduce(self, token: str | None = None) -> None:
        await self.send({"type": "connection_init", "payload": bearer(token)})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, name: str, document: str, **variables: Any) -> None:
        payload = {"query": document, "variables": variables}
        await self.send({"id": name, "type": "subscribe", "payload": payload})

    async def close_code(self) -> int:
        """How the server ends the socket, whatever it says before."""
        try:
            while True:
                await self.receive()
        except Ended as end:
            return end.code


@asynccontextmanager
async def opened(url: str, *, small: bool = False, **options: Any) -> AsyncIterator[Socket]:
    """A socket on which nothing has been said yet; a small one takes little that it is not
    reading."""
    options = {"subprotocols": [PROTOCOL], "max_size": None, "open_timeout": PATIENCE} | options
    if small:
        address = urlsplit(url)
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, (address.hostname, address.port))
        options["sock"] = raw
    async with connect(
        f"{url.replace('http', 'ws')}/graphql", compression=None, ping_interval=None, **options
    ) as connection:
        try:
            yield Socket(connection)
        finally:
            # Saying goodbye would wait for somebody who has been stopped, or is not reading.
            connection.transport.abort()


class Stream:
    """What one operation on a socket answers."""

    def __init__(self, line: "Line", name: str) -> None:
        self.line, self.name = line, name
        self.messages: asyncio.Queue[dict[str, Any] | Ended] = asyncio.Queue()

    def __aiter__(self) -> "Stream":
        return self

    async def __anext__(self) -> Any:
        async with asyncio.timeout(PATIENCE):
            message = await self.messages.get()
        if isinstance(message, Ended):
            self.messages.put_nowait(message)
            raise message
        if message["type"] == "complete":
            raise StopAsyncIteration
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        [answer] = message["payload"]["data"].values()
        return answer

    async def until(self, reached: Callable[[Any], Any]) -> list[Any]:
        """Everything up to and with the first answer of which `reached` holds."""
        seen: list[Any] = []
        async for answer in self:
            seen.append(answer)
            if reached(answer):
                break
        return seen

    async def complete(self) -> None:
        await self.line.socket.send({"id": self.name, "type": "complete"})


class Line:
    """A socket that carries many operations."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.streams: dict[str, Stream] = {}

    async def listen(self) -> None:
        try:
            while True:
                message = json.loads(await self.socket.connection.recv())
                self.streams[message["id"]].messages.put_nowait(message)
        except ConnectionClosed:
            for stream in self.streams.values():
                stream.messages.put_nowait(ended(self.socket.connection))

    async def watch(self, document: str, **variables: Any) -> Stream:
        name = str(next(_ids))
        stream = self.streams[name] = Stream(self, name)
        await self.socket.subscribe(name, document, **variables)
        return stream


@asynccontextmanager
async def line(url: str, token: str | None = None, **options: Any) -> AsyncIterator[Line]:
    """A socket on which its caller has been recognised."""
    async with opened(url, **options) as opening:
        await opening.introduce(token)
        carrying = Line(opening)
        listening = asyncio.create_task(carrying.listen())
        try:
            yield carrying
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

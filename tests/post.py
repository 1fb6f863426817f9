"""Where suppliers are told: a server that takes mail by SMTP, and one that takes signed orders."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bank import serving

SECRET = "known to the supplier alone"


class PostOffice:
    """Takes mail by SMTP (RFC 5321), or turns all of it away while it `is_full`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.is_full = False
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say(writer, "220 post.example")
        while line := await reader.readline():
            word = line.decode().strip().upper()
            if word == "DATA":
                await self._say(writer, "354 Go on")
                self._keep(await reader.readuntil(b"\r\n.\r\n"))
                await self._say(writer, "250 Taken")
            elif word == "QUIT":
                await self._say(writer, "221 Bye")
                break
            elif word.startswith("RCPT") and self.is_full:
                await self._say(writer, "452 The mailbox is full")
            else:
                await self._say(writer, "250 post.example")
        writer.close()

    def _keep(self, data: bytes) -> None:
        text = data.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        message = message_from_bytes(text, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)

    async def _say(self, writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(f"{text}\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    server = await asyncio.start_server(office._talk, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    async with server:
        yield office


class Desk:
    """A supplier's system: takes orders that are signed, each once by its key."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, Any]] = {}
        self.is_broken = False
        self.url = ""

    async def take(self, request: Request) -> Response:
        body = await request.body()
        given = dict(part.split("=") for part in request.headers["waybill-signature"].split(","))
        digest = hmac.new(SECRET.encode(), f"{given['t']}.".encode() + body, sha256).hexdigest()
        if not hmac.compare_digest(digest, given["v1"]):
            return JSONResponse({"error": "wrong signature"}, status_code=401)
        if self.is_broken:
            return Response("Oops", status_code=500)
        self.taken[request.headers["idempotency-key"]] = json.loads(body)
        return Response(status_code=202)


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    one = Desk()
    app = Starlette(routes=[Route("/orders", one.take, methods=["POST"])])
    async with serving(app) as url:
        one.url = f"{url}/orders"
        yield one

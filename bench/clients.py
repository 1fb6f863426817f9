"""An HTTP client of one connection that stays open, and costs next to nothing."""

import asyncio
from typing import Self

from bench.servers import HOST


class Client:
    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, body: bytes, path: str = "/graphql") -> bytes:
        """The content of the answer, whose length uvicorn always tells."""
        self._writer.write(
            f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self._token}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        content = await self._reader.readexactly(
            int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        )
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(f"{path} answered {head!r}: {content[:200]!r}")
        return content

"""A payment provider as a program of its own: it takes signed requests over HTTP and calls back."""

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers import eventually, free_port

SECRET = "a secret that both know"


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    seconds = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), b"%d." % seconds + body, sha256).hexdigest()
    return f"t={seconds},v1={digest}"


class Bank:
    """`how` says when it tells the outcome: in its "answer", "later" by a callback, or "first",
    before it has even answered. `outcome` is what it tells. What it is asked twice by one key it
    does once."""

    def __init__(self, callback_url: str) -> None:
        self.callback_url = callback_url
        self.port = free_port()
        self.how, self.outcome = "answer", "SUCCEEDED"
        self.asked: list[dict[str, Any]] = []
        self.reports: dict[str, dict[str, Any]] = {}
        self._server: uvicorn.Server | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/payments"

    @property
    def moved(self) -> list[tuple[str, str]]:
        """The money that it has moved."""
        return [(each["kind"], each["amount"]) for each in self.reports.values()]

    async def open(self) -> None:
        app = Starlette(routes=[Route("/payments", self._take, methods=["POST"])])
        config = uvicorn.Config(app, port=self.port, log_config=None, lifespan="off")
        self._server = uvicorn.Server(config)
        self._running = asyncio.create_task(self._server.serve())
        await eventually(lambda: self._server and self._server.started, "the bank opening")

    async def close(self) -> None:
        if self._server is not None and self._running is not None:
            self._server.should_exit = True
            await self._running
            self._server = None

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        given = dict(part.split("=") for part in request.headers["waybill-signature"].split(","))
        digest = hmac.new(SECRET.encode(), f"{given['t']}.".encode() + body, sha256).hexdigest()
        if not hmac.compare_digest(digest, given["v1"]):
            return JSONResponse({"error": "wrong signature"}, status_code=401)
        question = json.loads(body)
        self.asked.append(question)
        key = request.headers["idempotency-key"]
        if key not in self.reports:
            self.reports[key] = self.report(question)
        if self.how == "broken":
            return Response("Oops", status_code=500)
        if self.how == "turned down":
            return Response("No such card", status_code=422)
        if self.how == "answer":
            return JSONResponse(self.reports[key])
        if self.how == "first":
            await self.call_back(self.reports[key])
        return Response(status_code=202)

    def report(self, question: dict[str, Any], **other: Any) -> dict[str, Any]:
        names = ("kind", "amount", "currency")
        told = {name: question[name] for name in names} | {"state": self.outcome}
        if self.outcome == "FAILED":
            told |= {"failure_code": "declined", "failure_message": "Declined."}
        about = {"id": f"evt-{question['id']}", "request": question["id"], "reference": "ch_1"}
        return about | told | other

    async def call_back(
        self, report: Any, *, signature: str | None = None, **headers: str
    ) -> httpx.Response:
        body = report if isinstance(report, bytes) else json.dumps(report).encode()
        headers = {"waybill-signature": signature or signed(body)} | headers
        async with httpx.AsyncClient() as client:
            return await client.post(self.callback_url, content=body, headers=headers)


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An application served by this event loop, at a URL."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started, "serving")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running

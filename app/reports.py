"""Reports over HTTP: /reports/{name}.csv, with a token or by a signed link."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from math import ceil

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.callers import Caller, address_of
from app.identity import Unknown, identify
from app.rates import TooFast
from models.errors import Refused
from services import policies, reports
from services.actors import Actor
from services.papers.links import Verdict
from services.reports import NotAllowed, links
from services.reports.report import Given, Report

log = logging.getLogger(__name__)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
}
BUSY_SECONDS = 5


class Refusal(Exception):
    """The report is not shown, and why."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


class Desk:
    """Writes a few reports at a time, so that the rest of the process has its time too."""

    def __init__(self) -> None:
        self.busy = 0

    async def answer(self, request: Request) -> Response:
        try:
            report = _named(request)
            actor = await _reader(request, report)
            given = await _given(request, actor, report)
            return await self._begin(reports.lines(actor, report, given), report)
        except Refusal as refusal:
            return Response(
                f"{refusal}\n",
                status_code=refusal.status,
                media_type="text/plain",
                headers=HEADERS | refusal.headers,
            )

    async def _begin(self, lines: AsyncGenerator[bytes, None], report: Report) -> Response:
        if self.busy >= policies.current().reports_at_once:
            wait = {"Retry-After": str(BUSY_SECONDS)}
            raise Refusal(503, "Other reports are being written. Ask again soon.", **wait)
        self.busy += 1
        try:
            # What is refused is refused before anything was said.
            begin = [await anext(lines), await anext(lines, b"")]
        except BaseException as error:
            self.busy -= 1
            if isinstance(error, Refused):
                raise Refusal(400, reports.why(error)) from error
            raise
        return Writing(self, begin, lines, report)


class Writing(StreamingResponse):
    """A report on its way to whoever asked for it; it ends with them."""

    def __init__(
        self,
        desk: Desk,
        begin: list[bytes],
        lines: AsyncGenerator[bytes, None],
        report: Report,
    ) -> None:
        self._desk, self._lines, self._report = desk, lines, report
        super().__init__(
            _all(begin, lines),
            headers=HEADERS
            | {
                "Content-Type": "text/csv; charset=utf-8; header=present",
                "Content-Disposition": f'attachment; filename="{report.name}.csv"',
                "X-Accel-Buffering": "no",
            },
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Not in the generator: one that was never begun has no end either.
        try:
            async with aclosing(self._lines):
                await super().__call__(scope, receive, send)
        except NotAllowed as error:
            # Without its end the server breaks the connection off, so nobody takes it for whole.
            log.info("%s breaks off: %s", self._report.name, error)
        finally:
            self._desk.busy -= 1


async def _all(
    begin: list[bytes], lines: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    for each in begin:
        yield each
    async for each in lines:
        yield each


def routes() -> list[Route]:
    return [Route("/reports/{name}.csv", Desk().answer, methods=["GET"])]


def _named(request: Request) -> Report:
    try:
        return reports.find(request.path_params["name"])
    except Refused as refused:
        raise Refusal(404, str(refused)) from refused


async def _given(request: Request, actor: Actor, report: Report) -> Given:
    pairs = [each for each in request.query_params.multi_items() if each[0] not in links.OWN]
    try:
        reports.require(actor, report)
        return await reports.understood(report, pairs)
    except NotAllowed as error:
        raise Refusal(403, str(error)) from error
    except Refused as refused:
        raise Refusal(400, reports.why(refused)) from refused


async def _reader(request: Request, report: Report) -> Actor:
    """Who reads it: whoever a good link was made for, or else whose token was sent."""
    address = address_of(request.scope)
    if "signature" in request.query_params:
        await _take(request, address, None)
        return await _by_link(request, report)
    try:
        actor = await identify(request.headers.get("authorization"))
    except Unknown as error:
        await _take(request, address, None)
        raise Refusal(401, str(error), **{"WWW-Authenticate": "Bearer"}) from error
    await _take(request, address, Caller(actor=actor, address=address).name)
    if not actor.is_known:
        message = "Send a bearer token, or use a signed link."
        raise Refusal(401, message, **{"WWW-Authenticate": "Bearer"})
    return actor


async def _by_link(request: Request, report: Report) -> Actor:
    verdict, actor = await links.open_with(report, request.url.query)
    if verdict is Verdict.EXPIRED:
        raise Refusal(410, "This link has expired. Ask for a new one.")
    if verdict is Verdict.FORGED:
        raise Refusal(403, "This link was not made here, or not for this report.")
    if actor is None:
        raise Refusal(403, "Whoever this link was made for may call no more.")
    return actor


async def _take(request: Request, address: str, actor: str | None) -> None:
    try:
        await request.app.state.rates.take(address=address, actor=actor)
    except TooFast as error:
        wait = {"Retry-After": str(ceil(error.seconds))}
        raise Refusal(429, str(error), **wait) from error

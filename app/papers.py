"""Papers over HTTP: /papers/{kind}/{number}.{pdf|html}, with a token or by a signed link."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.identity import Unknown, identify
from models.errors import Refused
from services import papers
from services.actors import SYSTEM, Actor
from services.papers import links
from services.papers.links import FORMATS, Verdict
from services.papers.paper import Paper, PaperKind

TYPES = {"pdf": "application/pdf", "html": "text/html; charset=utf-8"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
}
# One paper at a time, so that the rest of the process has its time too.
_desk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="papers")
_NAME = re.compile(r"([A-Za-z]+-[0-9]{1,15})\.(pdf|html)")


class Refusal(Exception):
    """The paper is not shown, and why."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


async def answer(request: Request) -> Response:
    try:
        kind, number, form = _named(request)
        actor = await _reader(request, kind, number)
        paper = await _paper(actor, kind, number)
    except Refusal as refusal:
        return Response(
            f"{refusal}\n",
            status_code=refusal.status,
            media_type="text/plain",
            headers=HEADERS | refusal.headers,
        )
    # Drawing takes long enough to be felt by everybody else.
    loop = asyncio.get_running_loop()
    content, policy = await loop.run_in_executor(_desk, _draw, paper, form)
    return Response(
        content,
        headers=HEADERS
        | {
            "Content-Type": TYPES[form],
            "Content-Security-Policy": policy,
            "Content-Disposition": f'inline; filename="{paper.number}.{form}"',
        },
    )


def routes() -> list[Route]:
    return [Route("/papers/{kind}/{name}", answer, methods=["GET"])]


def _named(request: Request) -> tuple[PaperKind, str, str]:
    found = _NAME.fullmatch(request.path_params["name"])
    kinds = {str(kind): kind for kind in PaperKind}
    kind = kinds.get(request.path_params["kind"])
    if found is None or kind is None:
        raise Refusal(404, f"There is no such paper. Papers are {', '.join(kinds)} as {FORMATS}.")
    return kind, found[1].upper(), found[2]


async def _reader(request: Request, kind: PaperKind, number: str) -> Actor:
    """Who may read it: whoever has a good link, or else a token."""
    signature = request.query_params.get("signature")
    if signature is not None:
        expires = request.query_params.get("expires", "")
        verdict = links.check(kind, number, expires, signature)
        if verdict is Verdict.EXPIRED:
            raise Refusal(410, "This link has expired. Ask for a new one.")
        if verdict is Verdict.FORGED:
            raise Refusal(403, "This link was not made here, or not for this paper.")
        return SYSTEM
    try:
        actor = await identify(request.headers.get("authorization"))
    except Unknown as error:
        raise Refusal(401, str(error), **{"WWW-Authenticate": "Bearer"}) from error
    if not actor.is_known:
        message = "Send a bearer token, or use a signed link."
        raise Refusal(401, message, **{"WWW-Authenticate": "Bearer"})
    if not papers.may_read(actor, kind):
        raise Refusal(403, "You may not read this kind of paper.")
    return actor


async def _paper(actor: Actor, kind: PaperKind, number: str) -> Paper:
    try:
        return await papers.find(actor, kind, number)
    except Refused as refusal:
        raise Refusal(404, str(refusal)) from refusal


def _draw(paper: Paper, form: str) -> tuple[bytes, str]:
    # Loaded with the first paper: PDF and its fonts take a second, which no other command needs.
    renderer = import_module(f"services.papers.{form}")
    render: Callable[[Paper], bytes] = renderer.render
    style = f"style-src 'sha256-{renderer.STYLE_HASH}'; " if form == "html" else ""
    policy = (
        f"default-src 'none'; {style}base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return render(paper), policy

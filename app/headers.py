"""What every answer says to browsers, and what it says when something breaks unforeseen."""

import logging
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.wire import write_json

log = logging.getLogger(__name__)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # Pages that load or run something say what; everything else may do neither.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SECURE = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_ALWAYS, _SECURE = _raw(HEADERS), _raw(HEADERS | SECURE)


class Guard:
    """Puts these headers on every answer that has none of its own, and lets no error out.

    Behind a trusted proxy that ends TLS, uvicorn takes the scheme from `X-Forwarded-Proto`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                there = {name for name, _ in message["headers"]}
                ours = _SECURE if scope.get("scheme") == "https" else _ALWAYS
                missing = (each for each in ours if each[0] not in there)
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception as error:
            reference = uuid4().hex
            # The rest of a path may be a secret, as that of a link is.
            place = scope["path"].split("/")[1]
            log.error("Internal error %s at /%s", reference, place, exc_info=error)
            if begun:
                # Half an answer has gone; to end the connection is all that is left to say.
                raise
            await _apologise(reference, answer)


async def _apologise(reference: str, send: Send) -> None:
    message = f"Something went wrong here. Its reference is {reference}."
    error = {"message": message, "extensions": {"code": "INTERNAL"}}
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": write_json({"errors": [error]})})

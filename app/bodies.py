"""Reading what a request carries: no more than there may be of it, and not for ever."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from app.settings import Settings


class Unreadable(Exception):
    """The body cannot be taken; `status` and `code` say why to programs."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


async def body_of(request: Request, settings: Settings) -> bytes:
    limit = settings.body_limit
    body = bytearray()
    try:
        async with asyncio.timeout(settings.body_timeout):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise Unreadable(413, "BODY_LIMIT", f"A request has at most {limit} bytes.")
    except TimeoutError as error:
        raise Unreadable(408, "TIMEOUT", "The request did not arrive in time.") from error
    except ClientDisconnect as error:
        raise Unreadable(400, "BAD_REQUEST", "The request ended early.") from error
    return bytes(body)

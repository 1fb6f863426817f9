"""Logs: lines for people in development, JSON with a request id in production."""

import logging
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.observing import running
from app.settings import Settings
from models.measuring import span

HEADER = "x-request-id"

_request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIds:
    """Names each request, by the caller's own name for it if it sent one, in logs and answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(HEADER, "")
        name = sent if 1 <= len(sent) <= 64 and sent.isascii() and sent.isalnum() else uuid4().hex

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        token = _request_id.set(name)
        try:
            # The rest of a path may be a secret, as that of a link is.
            place = scope["path"].split("/")[1]
            with span(f"{scope.get('method', 'WEBSOCKET')} /{place}", request_id=name):
                await self.app(scope, receive, answer)
        finally:
            _request_id.reset(token)


class _WithRequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        own = running.get()
        record.operation, record.actor = (own.name, own.actor) if own else ("-", "-")
        return True


def configuration(settings: Settings) -> dict[str, Any]:
    """For logging.config.dictConfig, uvicorn's own loggers included."""
    people = {"format": "%(levelname)-7s %(message)s"}
    programs = {
        "()": "pythonjsonlogger.orjson.OrjsonFormatter",
        "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s "
        "%(request_id)s %(operation)s %(actor)s",
        "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": _WithRequestId}},
        "formatters": {"line": people if settings.is_development else programs},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["request_id"],
            }
        },
        "root": {"level": "INFO", "handlers": ["out"]},
        "loggers": {
            "uvicorn": {"level": "WARNING" if settings.is_development else "INFO"},
            "websockets": {"level": "WARNING"},
            # A line for each operation is for programs to read.
            "api.observing": {"level": "WARNING" if settings.is_development else "INFO"},
            # It logs the addresses it asks, which may have secrets in them.
            "httpx": {"level": "WARNING"},
        },
    }

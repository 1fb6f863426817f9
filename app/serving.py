"""Start the server, and say what a newcomer wants to know."""

import asyncio
import errno
import json
import logging
import logging.config
import os
import signal
import socket
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any, cast

import uvicorn
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process
from websockets.http11 import Request

from app import streams
from app.audiences import WIRE
from app.logs import configuration
from app.metrics import SHARED
from app.settings import Settings
from models import Role
from services import people, seeds
from services.actors import SYSTEM

log = logging.getLogger(__name__)

TOKENS = Path("data/development-tokens.json")
GOODBYE_SECONDS = 5.0
READY_SECONDS = 0.5
# A worker that imports everything on a busy machine says nothing for a while.
PATIENCE_SECONDS = 60


def reason_not_to_listen(settings: Settings) -> str | None:
    """Why the address cannot be listened on, or None where it can."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            if error.errno == errno.EADDRINUSE:
                return f"{where} is in use. Stop what listens there, or set WAYBILL_PORT."
            return f"{where} cannot be listened on: {error.strerror}."
    return None


async def greeting(settings: Settings) -> list[str]:
    """What `serve` prints: where it is and, in development, a token per role."""
    address = f"http://{settings.host}:{settings.port}"
    if not settings.is_development:
        return [f"Waybill serves {address}/graphql in production mode."]
    lines = [f"Waybill serves {address}", "", "Tokens for development, one per role:"]
    lines += [f"  {role:15} {token}" for role, token in (await _tokens()).items()]
    return [*lines, "", f"GraphiQL: {address}/graphql  (paste a token at its top right)"]


async def _tokens() -> dict[str, str]:
    """A token per role that stays the same from start to start, so that a page keeps working."""
    kept, found = _kept(), {}
    for role in Role:
        token = kept.get(role.value)
        if token is None or await people.authenticate(token) is None:
            token = await _token(role)
        if token is not None:
            found[role.value] = token
    _keep(found)
    return found


def _kept() -> dict[str, str]:
    kept: dict[str, str] = json.loads(TOKENS.read_text()) if TOKENS.exists() else {}
    return kept


def _keep(tokens: dict[str, str]) -> None:
    TOKENS.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(TOKENS, flags, 0o600), "w") as file:
        json.dump(tokens, file, indent=2)


async def _token(role: Role) -> str | None:
    acts_for = await people.first_to_act_for(role)
    if None in acts_for.values():
        return None
    name = seeds.STAFF.get(role, role.value)
    return await people.create_token(
        SYSTEM,
        role,
        name=name,
        label="development",
        customer_id=acts_for.get("customer_id"),
        supplier_id=acts_for.get("supplier_id"),
    )


class Connection(WebSocketsSansIOProtocol):
    """The fastest of uvicorn's websocket protocols, which also lets go of who has stopped reading.

    uvicorn closes a connection once all that was written has been read, which would be never.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last_moment: asyncio.TimerHandle | None = None

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._let_go()

    def shutdown(self) -> None:
        super().shutdown()
        self._let_go()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._let_go()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._last_moment is not None:
            self._last_moment.cancel()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            cast("dict[str, Any]", self.scope["extensions"])[WIRE] = self

    def push(self, text: bytes) -> bool:
        """Send a text now; refused while what was sent before waits to be read."""
        if self.close_sent or self.transport.is_closing() or not self.writable.is_set():
            return False
        self.transport.write(_text_frame(text))
        return True

    async def drained(self) -> None:
        await self.writable.wait()

    def _let_go(self) -> None:
        if self._last_moment is None and not self.disconnected:
            self._last_moment = self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)


class Requests(HttpToolsProtocol):
    """uvicorn's HTTP, which also tells a stream when the server shuts down, and lets it hang up on
    who has stopped reading."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._carried = streams.Connection(abort=self.transport.abort)
        extensions: dict[str, Any] = {"waybill": self._carried}
        self.scope["extensions"] = extensions

    def shutdown(self) -> None:
        super().shutdown()
        if self.cycle is not None:
            self._carried.leaving.set()


def _text_frame(text: bytes) -> bytes:
    """A whole text message as RFC 6455 frames it; a server does not mask what it sends."""
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + text
    return b"\x81\x7f" + size.to_bytes(8, "big") + text


def configured(settings: Settings, **given: Any) -> uvicorn.Config:
    """How uvicorn serves; what is given goes before."""
    options: dict[str, Any] = {
        "app": "app.main:application",
        "factory": True,
        "host": settings.host,
        "port": settings.port,
        "log_config": configuration(settings),
        "access_log": False,
        "server_header": False,
        # Anybody may claim any address; only these are believed when they pass one on.
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
        # Deflating small messages costs more than sending them.
        "http": Requests,
        "ws": Connection,
        "ws_per_message_deflate": False,
        "ws_max_size": settings.body_limit,
        "ws_ping_interval": settings.keepalive,
        "ws_ping_timeout": settings.keepalive,
        "timeout_graceful_shutdown": settings.shutdown_timeout,
        "timeout_worker_healthcheck": PATIENCE_SECONDS,
    }
    return uvicorn.Config(**options | given)


def run(settings: Settings, workers: int, **given: Any) -> None:
    """Serve until told to stop; requests are finished and streams closed before it returns."""
    logging.config.dictConfig(configuration(settings))
    config = configured(settings, workers=workers, **given)
    server = uvicorn.Server(config)
    # uvicorn raises the signal that stopped it once more when it has stopped, which would make a
    # clean end look like a failure; and one that comes before it listens is to stop it as well.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, server.handle_exit)
    if workers > 1:
        # A link that one of them signs is opened by another one.
        os.environ.setdefault("WAYBILL_SECRET", token_urlsafe(32))
        _run_several(config)
    else:
        server.run()


class Workers(Multiprocess):
    """uvicorn's worker processes, which share their metrics.

    One that dies is started anew; but where one has died before it could serve, the next would as
    well, so all of them stop.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.failed = False
        self._ready: set[int | None] = set()

    def keep_subprocess_alive(self) -> None:
        before = {process.pid for process in self.processes}
        for process in self.processes:
            if process.pid not in self._ready:
                self._look_after(process)
        # One that is still starting answers nothing, and would be waited for.
        if self._ready >= before:
            super().keep_subprocess_alive()
        for pid in before - {process.pid for process in self.processes}:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]

    def _look_after(self, process: Process) -> None:
        if process.is_ready(timeout=READY_SECONDS):
            self._ready.add(process.pid)
        elif not process.process.is_alive():
            self.failed = True
            self.should_exit.set()


def _run_several(config: uvicorn.Config) -> None:
    with TemporaryDirectory(prefix="waybill-metrics-") as folder:
        # Before any of them starts, as prometheus-client looks for it when it is imported.
        os.environ[SHARED] = folder
        workers = Workers(config, sockets=[config.bind_socket()])
        workers.run()
    if workers.failed:
        log.error("A worker could not start, for the reason above. The server stops.")
        raise SystemExit(STARTUP_FAILURE)

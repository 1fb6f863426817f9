"""Waybill as an operator runs it: `waybill` commands and servers, as processes of their own."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx
import psutil
import pytest
import redis
import uvicorn

from app import serving
from app.callers import Callers
from app.main import application
from app.settings import Settings
from models import Role
from services import people
from services.actors import SYSTEM
from tests.clients import PATIENCE
from tests.nursery import Forked, nursery

# Below the ports the system gives to outgoing connections, so that none of them takes one
# between two starts of a server.
PORTS = range(20_000, 30_000)


def free_port() -> int:
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(reached: Callable[[], Any], what: str) -> Any:
    """What `reached` gives, as soon as it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := reached()):
        assert time.monotonic() < deadline, f"{what} did not happen in time"
        time.sleep(0.05)
    return found


async def eventually(reached: Callable[[], Any], what: str) -> Any:
    """The same for what becomes true in this process, which goes on meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while not (found := reached()):
        assert time.monotonic() < deadline, f"{what} did not happen in time"
        await asyncio.sleep(0.02)
    return found


class Waybill:
    """A database, and the commands that work on it."""

    def __init__(self, folder: Path, database_url: str, **settings: Any) -> None:
        """Settings are given in lower case, without their prefix."""
        self.folder = folder
        given = {"database_url": database_url} | settings
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("WAYBILL_")
        } | {f"WAYBILL_{name.upper()}": str(value) for name, value in given.items()}

    def start(self, *words: str, out: Any, err: Any, **settings: Any) -> Forked:
        """Run a command, which writes into these files."""
        given = {f"WAYBILL_{name.upper()}": str(value) for name, value in settings.items()}
        environment = self.environment | given
        return nursery().start(
            list(words), folder=self.folder, environment=environment, out=out, err=err
        )

    def run(self, *words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        """The end of a command, whatever it was."""
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            code = self.start(*words, out=out, err=err, **settings).wait(PATIENCE)
            for file in (out, err):
                file.seek(0)
            return subprocess.CompletedProcess(words, code, out.read(), err.read())

    def do(self, *words: str, **settings: Any) -> str:
        """What a command that must work prints."""
        done = self.run(*words, **settings)
        assert done.returncode == 0, done
        return done.stdout

    def token(self, role: str, *words: str) -> str:
        return self.do("token", "create", "--role", role, *words).strip()

    def server(self, *words: str, **settings: Any) -> "Server":
        return Server(self, *words, **settings)


class Server:
    """`waybill serve`, which can be stopped and started again at the same address."""

    def __init__(self, waybill: Waybill, *words: str, **settings: Any) -> None:
        self.waybill, self.words = waybill, words
        self.settings = {"port": free_port()} | settings
        self.url = f"http://127.0.0.1:{self.settings['port']}"
        self.log = waybill.folder / f"serve-{self.settings['port']}.log"
        self.process: Forked | None = None

    def start(self) -> "Server":
        """Returns when it listens."""
        with self.log.open("ab") as log:
            self.process = self.waybill.start(
                "serve", *self.words, out=log, err=log, **self.settings
            )
        wait_until(self._answers, "serving")
        return self

    def _answers(self) -> bool:
        assert self.running.poll() is None, f"`waybill serve` has stopped: {self.told}"
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        return False

    @property
    def running(self) -> Forked:
        assert self.process is not None
        return self.process

    @property
    def told(self) -> str:
        """All it has printed."""
        return self.log.read_text()

    def token(self, role: str) -> str:
        """The token for development that it printed for a role."""
        lines = (line.split() for line in reversed(self.told.splitlines()))
        return next(words[1] for words in lines if words[:1] == [role])

    @property
    def health(self) -> dict[str, str]:
        health: dict[str, str] = httpx.get(f"{self.url}/readyz", timeout=30).json()
        return health

    @property
    def memory(self) -> int:
        """Bytes that are really there, its worker processes included."""
        process = psutil.Process(self.running.pid)
        return sum(each.memory_info().rss for each in [process, *process.children()])

    @property
    def connected(self) -> int:
        """How many clients hold a connection to it."""
        port = int(self.settings["port"])
        return sum(
            each.status == psutil.CONN_ESTABLISHED and each.laddr.port == port
            for each in psutil.Process(self.running.pid).net_connections("tcp")
        )

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        self.running.terminate()
        return self.running.wait(timeout=PATIENCE)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait(timeout=PATIENCE)

    def end(self) -> None:
        """Leave nothing behind, whatever became of it."""
        if self.process is not None and self.process.poll() is None:
            self.kill()


@dataclass(frozen=True, kw_only=True)
class Served:
    """The same server inside this process, where one can look inside."""

    url: str
    callers: Callers
    server: uvicorn.Server

    async def token(self, role: Role, **given: Any) -> str:
        return await people.create_token(SYSTEM, role, name=role.value, **given)


@asynccontextmanager
async def served(database_url: str, **given: Any) -> AsyncIterator[Served]:
    """Served by this event loop; what is given are settings."""
    settings = Settings(database_url=database_url, port=free_port(), **given)
    app = application(settings)
    config = serving.configured(settings, app=app, factory=False, log_config=None)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started or running.done(), "serving")
        yield Served(
            url=f"http://{settings.host}:{settings.port}",
            callers=app.state.callers,
            server=server,
        )
    finally:
        server.should_exit = True
        await running


class Redis:
    """A Redis server of a test's own, to be cut off at will."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no"}
        self.process = subprocess.Popen(
            [
                "redis-server",
                *(word for name in options for word in (f"--{name}", str(options[name]))),
            ],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self._answers, "Redis")

    def _answers(self) -> bool:
        with suppress(redis.ConnectionError), redis.Redis(port=self.port) as client:
            return bool(client.ping())
        return False

    def leave(self, how: str) -> None:
        """It dies, or it hangs and neither answers nor refuses."""
        assert self.process is not None
        if how == "hangs":
            self.process.send_signal(signal.SIGSTOP)
        else:
            self.end()

    def come_back(self, how: str) -> None:
        assert self.process is not None
        if how == "hangs":
            self.process.send_signal(signal.SIGCONT)
        else:
            self.start()

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[..., Server]]:
    """Starts servers on a Waybill; they end with the module's tests."""
    started: list[Server] = []

    def start(waybill: Waybill, *words: str, **settings: Any) -> Server:
        server = Server(waybill, *words, **settings)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.end()


@pytest.fixture
def sqlite_waybill(sqlite_url: str, tmp_path: Path) -> Waybill:
    """Commands on a fresh database of their own."""
    return Waybill(tmp_path, sqlite_url, port=free_port())

"""The servers that are measured, each in a process of its own, and how they are called."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from time import monotonic, sleep
from typing import Any

import orjson
import psutil

HOST = "127.0.0.1"
START_SECONDS = 30
WAYBILL = [sys.executable, "-c", "from app.cli import main; main()", "serve"]
UVICORN = [
    sys.executable,
    "-m",
    "uvicorn",
    "--factory",
    "--ws=websockets-sansio",
    "--ws-per-message-deflate=false",
    "--no-access-log",
    "--no-server-header",
    "--log-level=warning",
    # A server waits for its turn longer than the five seconds after which uvicorn hangs up.
    "--timeout-keep-alive=60",
    f"--host={HOST}",
]
# Under the same uvicorn: a server that does nothing, and one that reads by hand.
PLAIN = [*UVICORN, "bench.plain:application"]
BY_HAND = [*UVICORN, "bench.by_hand:application"]


@dataclass(frozen=True, kw_only=True)
class Server:
    process: psutil.Process
    port: int
    connection: HTTPConnection
    token: str

    def post(self, body: bytes, path: str = "/graphql") -> Any:
        """The answer, over one connection that stays open; nothing here is worth measuring."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        self.connection.request("POST", path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}: {content[:200]!r}")
        return content

    def ask(self, query: str, **variables: Any) -> Any:
        answer = orjson.loads(self.post(asking(query, **variables)))
        if "errors" in answer:
            raise RuntimeError(f"The server answered {answer['errors']}")
        return answer["data"]

    @property
    def megabytes(self) -> float:
        return self.process.memory_info().rss / 1e6


def asking(query: str, **variables: Any) -> bytes:
    return orjson.dumps({"query": query, "variables": variables})


@contextmanager
def both(url: str, token: str) -> Iterator[tuple[Server, Server]]:
    """Waybill, and the server that does nothing."""
    with ExitStack() as stack:
        yield (
            # What falls due by itself would be told among what is measured.
            stack.enter_context(served(WAYBILL, url, token, WAYBILL_CLOCKWORK="false")),
            stack.enter_context(served(PLAIN, url, token)),
        )


@contextmanager
def served(command: Sequence[str], url: str, token: str, **more: str) -> Iterator[Server]:
    port = free_port()
    environment = settings(url, port) | more
    running = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, running)
        connection = HTTPConnection(HOST, port, timeout=60)
        yield Server(
            process=psutil.Process(running.pid), port=port, connection=connection, token=token
        )
        connection.close()
    finally:
        end(running)


def settings(url: str, port: int) -> dict[str, str]:
    return {
        "WAYBILL_DATABASE_URL": url,
        "WAYBILL_MODE": "production",
        # One caller here stands for all of a shop's.
        "WAYBILL_RATE_PER_ACTOR": "0",
        "WAYBILL_RATE_PER_ADDRESS": "0",
        "WAYBILL_SUBSCRIPTIONS_PER_ACTOR": "0",
        "WAYBILL_PORT": str(port),
        "UVICORN_PORT": str(port),
    }


class Restarted:
    """Waybill at one address, as often as it is started there; what it logs goes nowhere."""

    def __init__(self, url: str, **more: str) -> None:
        self.port = free_port()
        self.environment = os.environ | settings(url, self.port) | more
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.running = subprocess.Popen(
            WAYBILL,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self.port, self.running)

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait()

    def end(self) -> None:
        if self.running is not None:
            end(self.running)


def end(running: subprocess.Popen[Any]) -> None:
    running.terminate()
    try:
        running.wait(15)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, running: subprocess.Popen[Any]) -> None:
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline and running.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            sleep(0.05)
    raise RuntimeError(f"{' '.join(map(str, running.args))} did not start.")

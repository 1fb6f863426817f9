"""Starts processes of Waybill in a hundredth of the time: each is forked from one that has imported
everything and done nothing else yet.

`python -c "from tests.nursery import main; main()" FD` answers one request after another on the
socket FD: to start a process with its words, environment, folder and output, or whether one has
ended.
"""

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

LINE = 1 << 20
ROOT = Path(__file__).parent.parent


class Forked:
    """A process of the nursery's, to be handled as subprocess.Popen is."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self.nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.nursery.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("waybill", timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        # Until somebody has asked whether it ended, its number is nobody else's.
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    def __init__(self) -> None:
        self.socket, other = socket.socketpair()
        command = [sys.executable, "-c", "from tests.nursery import main; main()"]
        self.process = subprocess.Popen(
            [*command, str(other.fileno())],
            cwd=ROOT,
            # A process of one thread can be forked.
            env=os.environ
            | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": f"{ROOT}:{ROOT / 'graphql'}"},
            pass_fds=[other.fileno()],
        )
        other.close()
        self.lock = Lock()

    def start(
        self, words: list[str], *, folder: Path, environment: dict[str, str], out: Any, err: Any
    ) -> Forked:
        request = {"words": words, "folder": str(folder), "environment": environment}
        return Forked(self, self.ask(request, out.fileno(), err.fileno()))

    def end(self) -> None:
        self.socket.close()
        self.process.wait()

    def ask(self, request: Any, *files: int) -> Any:
        with self.lock:
            socket.send_fds(self.socket, [json.dumps(request).encode()], files)
            return json.loads(self.socket.recv(LINE))


@cache
def nursery() -> Nursery:
    """The one of this process."""
    made = Nursery()
    atexit.register(made.end)
    return made


def main() -> None:
    import app.cli
    import app.main
    import app.serving

    # What is never looked at for garbage stays shared by all that are forked.
    gc.freeze()
    asked = socket.socket(fileno=int(sys.argv[1]))
    while True:
        content, files, _, _ = socket.recv_fds(asked, LINE, 2)
        if not content:
            os._exit(0)
        request = json.loads(content)
        if "ended" in request:
            pid, status = os.waitpid(request["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        elif answer := os.fork():
            for file in files:
                os.close(file)
        else:
            asked.close()
            break
        asked.send(json.dumps(answer).encode())
    _become(request, *files)
    code: Any = 0
    try:
        app.cli.main()
    except SystemExit as end:
        code = end.code
    # Taking everything down that was imported would take longer than many a command.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


def _become(request: dict[str, Any], out: int, err: int) -> None:
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = ["waybill", *request["words"]]

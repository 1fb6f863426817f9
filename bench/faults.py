"""What a shop stands on, to be taken from it at will: a PostgreSQL and a Redis of its own, and a
disk that can be full. Some of it takes root, and what that may not do is left out."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from bench.servers import HOST, free_port

DISK_MEGABYTES = 512


class Postgres:
    """A cluster of its own, in which a commit does wait for the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder / "data", free_port()
        self.url = f"postgres://postgres@{HOST}:{self.port}/postgres"
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -k /tmp -c listen_addresses={HOST}"
        log = str(self.folder.parent / "log")
        self._run("pg_ctl", "-o", options, "-l", log, "-w", "start")

    def stop(self, mode: str) -> None:
        """`fast` throws everybody out; `immediate` is as if it had been killed."""
        self._run("pg_ctl", "-m", mode, "-w", "stop")

    def _run(self, tool: str, *words: str) -> None:
        # It refuses to be root.
        other = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        found = shutil.which(tool) or max(
            map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"))
        )
        subprocess.run(
            [*other, found, "-D", str(self.folder), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )


class Redis:
    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        self.start()

    def start(self) -> None:
        words = ["--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no"]
        self.running = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()


class Disk:
    """A small disk of its own, where this may be had; else an ordinary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.filler = folder, folder / "filler"
        size = f"size={DISK_MEGABYTES}m"
        mounting = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
        self.is_small = os.getuid() == 0 and not subprocess.run(mounting, check=False).returncode

    def fill(self) -> None:
        with self.filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(1 << 16)):
                    pass
            except OSError:
                return

    def clear(self) -> None:
        self.filler.unlink()

    def end(self) -> None:
        if self.is_small:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


@contextmanager
def postgres() -> Iterator[Postgres]:
    folder = Path(mkdtemp(prefix="waybill-cluster-"))
    folder.chmod(0o755)
    cluster = Postgres(folder)
    try:
        yield cluster
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder)


@contextmanager
def redis() -> Iterator[Redis]:
    server = Redis()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def disk() -> Iterator[Disk]:
    with TemporaryDirectory(prefix="waybill-disk-") as folder:
        made = Disk(Path(folder))
        try:
            yield made
        finally:
            made.end()

"""A fresh database of each kind, and gone again afterwards."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

POSTGRES_URL = os.environ.get(
    "WAYBILL_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres"
)


@asynccontextmanager
async def sqlite() -> AsyncIterator[str]:
    with TemporaryDirectory(prefix="waybill-bench-") as folder:
        yield f"sqlite://{Path(folder) / 'waybill.sqlite3'}"


@asynccontextmanager
async def postgres() -> AsyncIterator[str | None]:
    """None where no server answers."""
    try:
        server = await asyncpg.connect(POSTGRES_URL, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        yield None
        return
    name = f"waybill_bench_{os.getpid()}"
    try:
        await server.execute(f"CREATE DATABASE {name}")
        # The disk would cost both sides the same and only hide what differs; SQLite does not
        # wait for it either.
        await server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        yield f"{POSTGRES_URL.rpartition('/')[0]}/{name}"
    finally:
        await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await server.close()


KINDS = {"SQLite": sqlite, "PostgreSQL": postgres}

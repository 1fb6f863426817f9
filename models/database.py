"""Open the database, bring its tables up to date, and say how they stand."""

import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from tortoise import Tortoise
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.recorder import MigrationRecorder

from models import searching
from models.migrating import Executor

APP = "models"
MIGRATION_LOCK = 7_001
# How many statements a connection to PostgreSQL keeps. asyncpg's own limit is 100, and there are
# several times as many; one that is not kept is planned anew each time.
STATEMENTS = 500
BUSY_TIMEOUT_MS = 10_000
SAMPLED_ROWS = 400


class Tables(StrEnum):
    """How the tables of a database compare with the code."""

    CURRENT = "current"
    UNMIGRATED = "unmigrated"
    NEWER = "newer"


def configuration(url: str, *, connections: int = 10) -> dict[str, Any]:
    """What Tortoise needs to open `url`, with at most `connections` to a PostgreSQL server."""
    connection: dict[str, Any] = expand_db_url(url)
    credentials = connection["credentials"]
    if is_sqlite(url):
        connection["engine"] = "models.sqlite"
        # Under WAL a commit survives the death of the process with NORMAL; FULL only adds a
        # flush per commit against the death of the machine and makes commits 20 times slower.
        credentials |= {"synchronous": "NORMAL", "busy_timeout": BUSY_TIMEOUT_MS}
    else:
        connection["engine"] = "models.postgres"
        credentials |= {"minsize": 1, "maxsize": connections, "reset": _leave_as_it_is}
        credentials["statement_cache_size"] = STATEMENTS
    return {
        "connections": {"default": connection},
        "apps": {APP: {"models": ["models"], "migrations": "models.migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def _leave_as_it_is(_: object) -> None:
    """Between uses asyncpg undoes what a session may have been set to, in a statement that costs
    as much as a small query. Nothing here outlives its transaction."""


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite:")


@asynccontextmanager
async def opened(url: str, *, connections: int = 10) -> AsyncIterator[TortoiseContext]:
    """An open database, for every task of this process."""
    if is_sqlite(url):
        _make_file(Path(url.removeprefix("sqlite://")))
    context = await Tortoise.init(
        config=configuration(url, connections=connections), _enable_global_fallback=True
    )
    try:
        yield context
    finally:
        await context.close_connections()
        # Tortoise keeps statements by the name of the connection, and the next one opened under
        # that name may speak another dialect.
        EXECUTOR_CACHE.clear()


def _make_file(path: Path) -> None:
    """Raises where the database could not be written; the driver would leave a thread behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.open("ab").close()


async def answers() -> None:
    """Ask the database the smallest question there is; raises where it cannot be reached."""
    await get_connection("default").execute_query("SELECT 1")


async def sample() -> None:
    """Let SQLite look at some rows of each index, without which it cannot know that there are many
    orders of a status and few of a customer; PostgreSQL does so by itself."""
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        await connection.execute_query(f"PRAGMA analysis_limit = {SAMPLED_ROWS}")
        await connection.execute_query("ANALYZE")


async def tables() -> Tables:
    connection = get_connection("default")
    executor = _executor()
    if any(not step.backward for step in await executor.plan()):
        return Tables.UNMIGRATED
    applied = await MigrationRecorder(connection).applied_migrations()
    known = set(executor.loader.disk_migrations)
    return Tables.CURRENT if set(applied) <= known else Tables.NEWER


async def migrate(url: str) -> Iterable[str]:
    """Apply every migration this database lacks, one process at a time; returns their names."""
    async with _only_migrator(url):
        executor = _executor()
        names = [step.migration.name for step in await executor.plan()]
        await executor.migrate(direction="forward")
        await searching.make_indexes()
    return names


def _executor() -> Executor:
    apps = configuration("sqlite://:memory:")["apps"]
    return Executor(get_connection("default"), apps)


@asynccontextmanager
async def _only_migrator(url: str) -> AsyncIterator[None]:
    # Two processes that migrate at once would both create the first table.
    if is_sqlite(url):
        # A lock in a database of its own, as a migration needs the real one's lock for itself.
        lock = sqlite3.connect(f"{url.removeprefix('sqlite://')}.migrating", timeout=60)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            lock.close()
    else:
        async with get_connection("default").acquire_connection() as connection:
            await connection.execute(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
            try:
                yield
            finally:
                await connection.execute(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})")


# What `tortoise -c models.database.MAKEMIGRATIONS makemigrations` compares the models with.
MAKEMIGRATIONS = configuration("sqlite://:memory:")

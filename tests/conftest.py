"""Shared ground for every test: a fresh database of each kind, the live feed, time, the cast."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NoReturn

import asyncpg
import pytest
import redis
from hypothesis import HealthCheck, settings

from models import database as databases
from services import commit, policies
from services.actors import Actor
from services.live import Live, live
from services.policies import Policy

pytest.register_assert_rewrite(
    "tests.books", "tests.cast", "tests.clients", "tests.journeys.shop", "tests.servers"
)

from tests import cast  # noqa: E402
from tests.cast import Shop  # noqa: E402
from tests.reopening import reopen_quickly, same_statements  # noqa: E402

POSTGRES_URL = os.environ.get(
    "WAYBILL_TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres"
)
REDIS_URL = os.environ.get("WAYBILL_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
CI = os.environ.get("CI") == "true"

# An example of a test with a database makes its own shop, so it needs no database of its own.
settings.register_profile(
    "waybill",
    deadline=None,
    derandomize=CI,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("waybill")


def absent(reason: str) -> NoReturn:
    """Skip what needs a server that is not there; in CI it has to be there."""
    if CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


# Tests order the same goods for the same people over and over again, things go wrong without
# anybody's asking the desk, and parcels arrive on days long past; those about that say so.
policies.apply(
    Policy(
        duplicate_hours=0,
        fraud_review_score=0,
        cases_of_exceptions=False,
        survey_days=0,
        return_days=None,
    )
)

# Databases


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database, closed: on each kind unless the test names one."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """A fresh, migrated database, open in this process; its URL is for other processes."""
    async with databases.opened(database_url):
        with same_statements():
            yield database_url
        await commit.finish_all()


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        reopen_quickly(patch)
        yield


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    copy = tmp_path / "waybill.sqlite3"
    shutil.copy(sqlite_template, copy)
    return f"sqlite://{copy}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "waybill.sqlite3"
    asyncio.run(_migrate(f"sqlite://{path}"))
    return path


@pytest.fixture
def postgres_url(postgres_database: str, sweep: Callable[[], None]) -> str:
    sweep()
    return postgres_database


@pytest.fixture(scope="session")
def sweep(postgres_database: str) -> Iterator[Callable[[], None]]:
    """Empties every table in 3 ms; a database from a template, or TRUNCATE, takes 100 and more.

    It keeps its connection, as a new one would take another 25 ms to know all the tables.
    """
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        name = {"application_name": cast.SWEEPER}
        connection = runner.run(asyncpg.connect(postgres_database, server_settings=name))
        script = runner.run(_how_to_empty(connection))
        yield lambda: runner.run(connection.execute(script))
        runner.run(connection.close())


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """A migrated database of this process alone, so that several can test at once."""
    url = asyncio.run(_create_database(postgres_server, f"waybill_test_{os.getpid()}"))
    asyncio.run(_migrate(url))
    yield url
    asyncio.run(_drop_database(postgres_server, url))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated database that nobody is connected to, as it is to be copied."""
    name = f"waybill_template_{os.getpid()}"
    url = asyncio.run(_create_database(postgres_server, name))
    asyncio.run(_migrate(url))
    yield name
    asyncio.run(_drop_database(postgres_server, url))


@pytest.fixture(scope="session")
def own_sqlite(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], str]:
    """Makes migrated databases for tests that keep one to themselves for a while."""

    def make() -> str:
        return f"sqlite://{shutil.copy(sqlite_template, tmp_path_factory.mktemp('own'))}"

    return make


@pytest.fixture(scope="session")
def own_postgres(postgres_server: str, postgres_template: str) -> Iterator[Callable[[], str]]:
    """The same on PostgreSQL."""
    made: list[str] = []

    def make() -> str:
        name = f"waybill_own_{os.getpid()}_{len(made)}"
        made.append(asyncio.run(_create_database(postgres_server, name, postgres_template)))
        return made[-1]

    yield make
    for url in made:
        asyncio.run(_drop_database(postgres_server, url))


@pytest.fixture(scope="session")
def postgres_server() -> str:
    try:
        asyncio.run(_run(POSTGRES_URL, "SELECT 1"))
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        absent(f"PostgreSQL does not answer at WAYBILL_TEST_POSTGRES_URL: {error}")
    return POSTGRES_URL


@pytest.fixture(scope="session")
def redis_url() -> str:
    try:
        with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        absent(f"Redis does not answer at WAYBILL_TEST_REDIS_URL: {error}")
    return REDIS_URL


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, closed."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path}/empty.sqlite3"
    else:
        server = request.getfixturevalue("postgres_server")
        url = asyncio.run(_create_database(server, f"waybill_empty_{os.getpid()}"))
        yield url
        asyncio.run(_drop_database(server, url))


async def _migrate(url: str) -> None:
    async with databases.opened(url):
        await databases.migrate(url)


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _create_database(server: str, name: str, template: str = "template1") -> str:
    # A test has no need for its commits to outlive the machine.
    await _run(
        server,
        f"CREATE DATABASE {name} TEMPLATE {template}",
        f"ALTER DATABASE {name} SET synchronous_commit = off",
    )
    return f"{server.rpartition('/')[0]}/{name}"


async def _drop_database(server: str, url: str) -> None:
    await _run(server, f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")


async def _how_to_empty(connection: asyncpg.Connection) -> str:
    tables = await connection.fetch(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' "
        "AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'tortoise%'"
    )
    references = await connection.fetch(
        "SELECT conrelid::regclass::text AS table, confrelid::regclass::text AS other "
        "FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid"
    )
    # What refers to a table is emptied before it.
    order: TopologicalSorter[str] = TopologicalSorter({table["name"]: () for table in tables})
    for each in references:
        order.add(each["other"], each["table"])
    deletes = [f"DELETE FROM {name}" for name in order.static_order()]
    renumber = (
        "SELECT setval(oid, 1, false) FROM pg_class "
        "WHERE relkind = 'S' AND relname NOT LIKE 'tortoise%'"
    )
    return "; ".join([cast.END_CONNECTIONS, *deletes, renumber])


# The live feed and the time


@pytest.fixture
async def feed(database: str) -> AsyncIterator[Live]:
    """The live feed, open."""
    await live.open("memory://")
    yield live
    await live.close()


class Clock:
    """Stands in for `datetime` in services.clock: it is always `time`."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)

    def now(self, _zone: Any) -> datetime:
        return self.time

    def advance(self, **duration: float) -> datetime:
        self.time += timedelta(**duration)
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time that stands still until it is told to advance."""
    frozen = Clock()
    monkeypatch.setattr("services.clock.datetime", frozen)
    return frozen


@pytest.fixture
def policy() -> Iterator[Callable[..., None]]:
    """Sets policies of the shop for this test: policy(name=value)."""
    usual = policies.current()
    yield lambda **given: policies.apply(replace(policies.current(), **given))
    policies.apply(usual)


# The cast


@pytest.fixture
def clerk() -> Actor:
    return cast.CLERK


@pytest.fixture
def picker() -> Actor:
    return cast.PICKER


@pytest.fixture
def other_picker() -> Actor:
    return cast.OTHER_PICKER


@pytest.fixture
def lead() -> Actor:
    return cast.LEAD


@pytest.fixture
def manager() -> Actor:
    return cast.MANAGER


@pytest.fixture
def admin() -> Actor:
    return cast.ADMIN


@pytest.fixture
def buyer() -> Actor:
    return cast.BUYER


@pytest.fixture
def other_buyer() -> Actor:
    return cast.OTHER_BUYER


@pytest.fixture
async def shop(database: str) -> Shop:
    """Mugs and shirts, ten of each in the north and five in the south, and a customer."""
    return await Shop.open()


@pytest.fixture
def customer_actor(shop: Shop) -> Actor:
    """The shop's customer, calling for themselves."""
    return cast.actor_for(shop.customer)

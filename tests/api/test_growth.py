"""A page of a list takes as much work among many rows as among few."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from tortoise.connection import get_connection

from bench import drivers, growing, shop
from models import Role
from models import database as databases
from services import commit
from tests.api.conftest import Api
from tests.cast import actor

ADMIN = actor(Role.ADMIN, 9)
FEW, MANY = 1_000, 16_000
# Twice as much for trees that grew higher, and the rows that lie between those of which two things
# hold: of ever more rows not ever more, and never all there are.
MOST_TIMES, MORE_ROWS = 2, 5_000

ORDERS = """
query Page($filter: OrderFilter, $search: String, $sort: OrderSort! = NEWEST) {
  orders(first: 50, filter: $filter, search: $search, sort: $sort) {
    nodes { number customer { name } lines { ordered } }
  }
}
"""
LINES = """
query Page($filter: OrderLineFilter, $search: String) {
  orderLines(first: 50, filter: $filter, search: $search) { nodes { ordered } }
}
"""
# A status of which there are few, and one of which there are many.
OPEN, DONE = {"status": ["CONFIRMED"]}, {"status": ["COMPLETED"]}
REGULAR, PHONE = {"customerId": "CUS-1001"}, {"channel": ["PHONE"]}
AGES = {"placedSince": "2026-01-01T00:00:00Z"}
PAGES = [
    (ORDERS, {}),
    *((ORDERS, {"filter": each}) for each in (OPEN, DONE, REGULAR, PHONE, AGES)),
    *((ORDERS, {"filter": OPEN | each}) for each in (REGULAR, PHONE, AGES)),
    *((ORDERS, {"filter": DONE | each}) for each in (REGULAR, PHONE, AGES)),
    *((ORDERS, {"filter": PHONE | each}) for each in (REGULAR, AGES)),
    (ORDERS, {"filter": {"status": ["CONFIRMED", "COMPLETED"]}}),
    (ORDERS, {"filter": {"status": ["CONFIRMED", "PLACED"]}}),
    (ORDERS, {"filter": {"channel": ["PHONE", "ONLINE"]}}),
    *((ORDERS, {"sort": sort}) for sort in ("OLDEST", "RECENTLY_CHANGED", "HIGHEST_TOTAL")),
    *((ORDERS, {"sort": "HIGHEST_TOTAL", "filter": each}) for each in (OPEN, DONE, PHONE)),
]
# SQLite has no index that finds a text anywhere, and does not know when it is better to go through
# lines from the newest than to gather those of all orders of a status.
ON_POSTGRES = [
    (LINES, {"filter": {"orderStatus": ["CONFIRMED"]}}),
    (LINES, {"filter": {"orderStatus": ["COMPLETED"]}}),
    (ORDERS, {"search": "ORD-1001"}),
    (ORDERS, {"search": "no such text"}),
    (ORDERS, {"search": "with neighbor 600"}),
    (ORDERS, {"search": "customer 4711"}),
    (ORDERS, {"search": "with neighbor"}),
    (LINES, {"search": "no such text"}),
]

Work = Callable[[], Awaitable[int]]


@pytest.fixture
async def growing_shop(empty_database_url: str) -> AsyncIterator[drivers.Driver]:
    """A shop with some orders, and what can make them many; read by one connection, so that what
    it has done is known."""
    async with databases.opened(empty_database_url):
        await databases.migrate(empty_database_url)
        await shop.opened()
        await commit.finish_all()
    async with (
        databases.opened(empty_database_url, connections=1),
        drivers.connected(empty_database_url) as driver,
    ):
        await databases.answers()
        if isinstance(driver, drivers.Postgres):
            # What it finds out beside that may be about fewer rows than there are by then.
            for table in ("orders", "order_lines"):
                await driver.rows(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        yield driver


@pytest.fixture
async def work(growing_shop: drivers.Driver) -> Work:
    """How much the database has done so far: on PostgreSQL the rows and the entries of indexes
    that it has read, on SQLite every tenth step of its programs."""
    connection: Any = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        return _read
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    await connection._connection.set_progress_handler(step, 10)

    async def taken() -> int:
        return steps

    return taken


async def _read() -> int:
    ask = get_connection("default").execute_query
    await ask("SELECT pg_stat_force_next_flush()")
    _, [[rows, entries]] = await ask(
        "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables), "
        "(SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)"
    )
    return int(rows + entries)


async def test_pages_take_no_more_work_among_many_orders(growing_shop, work):
    is_sqlite = isinstance(growing_shop, drivers.Sqlite)
    pages = PAGES if is_sqlite else PAGES + ON_POSTGRES
    api, taken = Api(), []
    for orders in (FEW, MANY):
        await growing.grow(growing_shop, orders)
        taken.append([await _taken(api, work, *page) for page in pages])

    grown = [
        (*page[1:], few, many)
        for page, few, many in zip(pages, *taken, strict=True)
        if many > MOST_TIMES * few + MORE_ROWS
    ]
    assert grown == []


async def _taken(api: Api, work: Work, document: str, given: dict[str, Any]) -> int:
    # Once beforehand, as what is known of the tables is read when they are first used.
    await api.ask(ADMIN, document, **given)
    before = await work()
    await api.ask(ADMIN, document, **given)
    return await work() - before

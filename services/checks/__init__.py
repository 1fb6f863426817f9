"""Prove on a live database that everything adds up: what `waybill check` runs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from sqlite3 import Row as SqliteRow
from typing import Any
from urllib.parse import quote

import aiosqlite
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.connection import get_connection

from services.checks import (
    alerts,
    cases,
    claims,
    counts,
    customers,
    entry,
    event_log,
    exceptions,
    forecasts,
    fulfillments,
    invoices,
    kpis,
    lots,
    orders,
    packages,
    payments,
    picking,
    promises,
    purchases,
    receipts,
    replenishment,
    reservations,
    returns,
    shipments,
    stock,
    store_credits,
    suppliers,
    transfers,
)
from services.checks.rules import Ask, Rule

EXAMPLES = 5
ROWS_AT_ONCE = 2_000

RULES: Sequence[Rule] = (
    *stock.RULES,
    *suppliers.RULES,
    *alerts.RULES,
    *lots.RULES,
    *transfers.RULES,
    *receipts.RULES,
    *counts.RULES,
    *customers.RULES,
    *orders.RULES,
    *invoices.RULES,
    *entry.RULES,
    *fulfillments.RULES,
    *picking.RULES,
    *packages.RULES,
    *shipments.RULES,
    *reservations.RULES,
    *returns.RULES,
    *exceptions.RULES,
    *cases.RULES,
    *payments.RULES,
    *store_credits.RULES,
    *claims.RULES,
    *promises.RULES,
    *kpis.RULES,
    *forecasts.RULES,
    *replenishment.RULES,
    *purchases.RULES,
    *event_log.RULES,
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How many rows break a rule, and a sentence about each of the first few."""

    name: str
    description: str
    broken: int
    examples: tuple[str, ...]


async def run() -> list[Result]:
    """Check every rule on one snapshot of the database, one query each. Nobody waits for it."""
    async with snapshot() as ask:
        return await prove(ask)


async def prove(ask: Ask, rules: Sequence[Rule] = RULES) -> list[Result]:
    """Check every rule, or some of them, on what whoever asks can see."""
    return [await _check(rule, ask) for rule in rules]


async def _check(rule: Rule, ask: Ask) -> Result:
    broken, rows = await _broken(rule, ask)
    return Result(
        name=rule.name,
        description=rule.description,
        broken=broken,
        examples=tuple(rule.sentence(row) for row in rows),
    )


async def _broken(rule: Rule, ask: Ask) -> tuple[int, list[dict[str, Any]]]:
    if rule.found is not None:
        rows = [dict(row) async for row in rule.found(ask)]
        return len(rows), rows[:EXAMPLES]
    return await (_found(rule, ask) if rule.holds is None else _disproved(rule, ask))


async def _found(rule: Rule, ask: Ask) -> tuple[int, list[dict[str, Any]]]:
    """How many rows break a rule, and the first few of them."""
    found = await ask(
        f"WITH broken AS ({rule.broken}) "
        "SELECT broken.*, (SELECT COUNT(*) FROM broken) AS broken_rows FROM broken "
        f"ORDER BY 1 LIMIT {EXAMPLES}"
    )
    rows = [dict(row) for row in found]
    return (rows[0]["broken_rows"] if rows else 0), rows


async def _disproved(rule: Rule, ask: Ask) -> tuple[int, list[dict[str, Any]]]:
    """The same for a rule that is looked into row by row, some of them at a time."""
    assert rule.holds is not None
    broken: list[dict[str, Any]] = []
    last, key = 0, rule.key
    while True:
        found = await ask(
            f"SELECT * FROM ({rule.broken}) AS looked_at "
            f"WHERE {key} > {last} ORDER BY {key} LIMIT {ROWS_AT_ONCE}"
        )
        rows = [dict(row) for row in found]
        broken += [row for row in rows if not rule.holds(row)]
        if len(rows) < ROWS_AT_ONCE:
            return len(broken), broken[:EXAMPLES]
        last = rows[-1][key]


@asynccontextmanager
async def snapshot() -> AsyncIterator[Ask]:
    """One unchanging view of the database, which can only be read and which no writer waits for."""
    connection = get_connection("default")
    if isinstance(connection, SqliteClient):
        # A connection of its own, as the one of this process would make everybody here wait.
        uri = f"file:{quote(connection.filename)}?mode=ro"
        async with aiosqlite.connect(uri, uri=True, isolation_level=None) as sqlite:
            sqlite.row_factory = SqliteRow
            await sqlite.execute("BEGIN")
            yield sqlite.execute_fetchall
    else:
        async with (
            connection.acquire_connection() as postgres,
            postgres.transaction(isolation="repeatable_read", readonly=True),
        ):
            # Every rule reads whole tables. Of tables it knows little about, such as new ones,
            # PostgreSQL may believe that looking rows up one by one is faster: 50 s, not 1.
            await postgres.execute("SET LOCAL enable_nestloop = off")
            yield postgres.fetch

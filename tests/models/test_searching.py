"""Searches have indexes where the database can have them, and work where it cannot."""

import os

import asyncpg
import pytest

from models import Customer, searching
from models import database as databases

ROLE = f"waybill_plain_{os.getpid()}"


async def _as_owner(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize("empty_database_url", ["postgres"], indirect=True)
async def test_indexes_are_made_once_somebody_has_made_the_extension(empty_database_url, caplog):
    scheme, _, place = empty_database_url.partition("://")
    # Somebody who may make tables and no extensions.
    theirs = f"{scheme}://{ROLE}@{place.rpartition('@')[2]}"
    await _as_owner(empty_database_url, f"CREATE ROLE {ROLE} LOGIN")
    await _as_owner(empty_database_url, f"GRANT CREATE ON SCHEMA public TO {ROLE}")
    async with databases.opened(theirs):
        await databases.migrate(theirs)
        assert "pg_trgm" in caplog.text
        assert await indexes(empty_database_url) == set()
        assert await Customer.filter(name__icontains="x") == []

        await _as_owner(empty_database_url, "CREATE EXTENSION pg_trgm")
        await databases.migrate(theirs)
        columns = ((table, each) for table, found in searching.SOUGHT.items() for each in found)
        assert await indexes(empty_database_url) == {
            f"sought_{table}_{each}" for table, each in columns
        }
    await _as_owner(empty_database_url, f"DROP OWNED BY {ROLE}", f"DROP ROLE {ROLE}")


async def indexes(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'sought%'")
    await connection.close()
    return {row["indexname"] for row in rows}

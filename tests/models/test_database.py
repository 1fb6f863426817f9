"""Opening a database and bringing its tables up to date."""

import asyncio
import sqlite3
import subprocess
import sys

import pytest
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.transactions import in_transaction

from models import Customer
from models import database as databases
from models.database import Tables
from tests.cast import SWEEPER

MIGRATE = """
import asyncio, sys
from models import database

async def main():
    async with database.opened(sys.argv[1]):
        print(*await database.migrate(sys.argv[1]))

asyncio.run(main())
"""


class TestMigrate:
    async def test_makes_every_table(self, empty_database_url):
        async with databases.opened(empty_database_url):
            applied = await databases.migrate(empty_database_url)

            assert "0001_begin" in applied
            assert not await Customer.exists()

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_makes_every_index(self, database):
        """Tortoise loses those of a table that it makes anew."""
        connection = get_connection("default")
        found = await connection.execute_query_dict(
            "SELECT held.tbl_name, (SELECT group_concat(name) FROM pragma_index_info(held.name)) "
            "AS names FROM sqlite_master AS held WHERE held.type = 'index'"
        )
        there = {(row["tbl_name"], row["names"]) for row in found}
        for kind in Tortoise.apps["models"].values():
            kept = [tuple(getattr(each, "fields", each)) for each in kind._meta.indexes]
            for names in (*kept, *kind._meta.unique_together):
                assert (kind._meta.db_table, ",".join(names)) in there

    async def test_has_nothing_to_do_the_second_time(self, empty_database_url):
        async with databases.opened(empty_database_url):
            await databases.migrate(empty_database_url)

            assert await databases.migrate(empty_database_url) == []

    def test_lets_two_processes_try_at_once(self, empty_database_url):
        command = [sys.executable, "-c", MIGRATE, empty_database_url]
        migrators = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        told = [migrator.communicate(timeout=60) for migrator in migrators]

        assert [migrator.returncode for migrator in migrators] == [0, 0], told
        one, other = sorted(output.split() for output, _ in told)
        assert (one, other[0]) == ([], "0001_begin")


class TestTables:
    async def test_are_unmigrated_before_the_first_migration(self, empty_database_url):
        async with databases.opened(empty_database_url):
            assert await databases.tables() is Tables.UNMIGRATED

    async def test_are_current_after_it(self, database):
        assert await databases.tables() is Tables.CURRENT

    async def test_are_newer_than_code_that_does_not_know_a_migration(self, database):
        recorder = MigrationRecorder(get_connection("default"))
        await recorder.record_applied("models", "9999_later")

        assert await databases.tables() is Tables.NEWER
        # The next test has the same database.
        await recorder.record_unapplied("models", "9999_later")


class TestOpened:
    async def test_makes_the_folder_of_a_sqlite_file(self, tmp_path):
        path = tmp_path / "data" / "shop" / "waybill.sqlite3"

        async with databases.opened(f"sqlite://{path}"):
            await databases.answers()

        assert path.exists()

    async def test_says_when_the_server_does_not_answer(self):
        with pytest.raises((OSError, BaseORMException)):
            async with databases.opened("postgres://nobody@127.0.0.1:9/nowhere"):
                await databases.answers()

    async def test_keeps_no_more_connections_than_it_is_given(self, postgres_url):
        async with databases.opened(postgres_url, connections=2):
            connection = get_connection("default")
            await asyncio.gather(
                *(connection.execute_query("SELECT pg_sleep(0.01)") for _ in range(10))
            )
            [row] = await connection.execute_query_dict(
                "SELECT count(*) AS n FROM pg_stat_activity "
                f"WHERE datname = current_database() AND application_name <> '{SWEEPER}'"
            )

        assert row["n"] == 2

    async def test_does_not_flush_every_commit_of_sqlite_to_the_disk(self, sqlite_url):
        async with databases.opened(sqlite_url):
            [row] = await get_connection("default").execute_query_dict("PRAGMA synchronous")
            [mode] = await get_connection("default").execute_query_dict("PRAGMA journal_mode")

        assert (row["synchronous"], mode["journal_mode"]) == (1, "wal")

    async def test_takes_the_lock_of_sqlite_when_a_transaction_begins(self, sqlite_url):
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite://"), timeout=0)

        async with databases.opened(sqlite_url), in_transaction():
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("DELETE FROM customers")

        other.close()


FOR_EVER = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT 1 FROM n",
    "postgres": "SELECT pg_sleep(600)",
}


class TestCancelled:
    """A statement nobody waits for any more."""

    async def test_is_ended_and_its_connection_works_on(self, database):
        connection = get_connection("default")
        endless = FOR_EVER[database.partition(":")[0]]

        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await connection.execute_query(endless)

            async with asyncio.timeout(10):
                await databases.answers()

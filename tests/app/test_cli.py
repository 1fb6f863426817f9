"""The command line, as processes: what it prints, where, and how it ends."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.clients import PATIENCE, Api
from tests.servers import Server, Waybill, free_port, wait_until

# Each test starts several processes, which takes its time on a busy machine.
pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).resolve().parents[2]


def problem(waybill: Waybill, *words: str, **settings: object) -> str:
    """The one line in which a command says why it cannot do its work."""
    done = waybill.run(*words, **settings)
    assert (done.returncode, done.stdout) == (1, ""), done
    [line] = done.stderr.splitlines()
    return line


@pytest.fixture
def waybill(sqlite_waybill: Waybill) -> Waybill:
    return sqlite_waybill


@pytest.fixture
def file(waybill: Waybill) -> Path:
    return Path(waybill.environment["WAYBILL_DATABASE_URL"].removeprefix("sqlite://"))


def test_is_there_once_waybill_is_installed(file: Path):
    """The other tests start it in a way of their own that takes less time."""
    command = Path(sys.executable).with_name("waybill")
    given = os.environ | {"WAYBILL_DATABASE_URL": f"sqlite://{file}"}
    done = subprocess.run([command, "check"], env=given, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "checks hold" in done.stdout


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("port", "65536"),
            ("allowed_origins", "https://shop.example"),
            ("broadcast_url", "kafka://localhost"),
            ("database_url", "mysql://localhost/waybill"),
        ],
    )
    def test_that_cannot_be_used_are_named(self, waybill: Waybill, name: str, value: str):
        told = problem(waybill, "serve", **{name: value})

        assert told.startswith(f"The setting WAYBILL_{name.upper()} cannot be used: ")
        assert "Value error" not in told


class TestDatabase:
    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("postgres://nobody@127.0.0.1:1/waybill", "Connect call failed"),
            ("sqlite://folder", "Is a directory"),
            ("sqlite://file/waybill.sqlite3", "exists"),
            ("sqlite://file", "not a database"),
        ],
    )
    def test_that_cannot_be_opened_is_one_line(self, waybill: Waybill, url: str, why: str):
        (waybill.folder / "folder").mkdir()
        (waybill.folder / "file").write_text("Not a database at all." * 100)

        told = problem(waybill, "serve", database_url=url)

        assert told.startswith("The database at WAYBILL_DATABASE_URL cannot be reached: ")
        assert why in told

    def test_that_the_server_does_not_have_is_one_line(
        self, waybill: Waybill, postgres_server: str
    ):
        url = f"{postgres_server.rpartition('/')[0]}/waybill_nowhere"

        told = problem(waybill, "check", database_url=url)

        assert "waybill_nowhere" in told

    @pytest.mark.parametrize("command", ["serve", "check"])
    def test_without_tables_is_to_be_migrated(self, waybill: Waybill, command: str):
        told = problem(waybill, command, database_url="sqlite://empty.sqlite3")

        assert told.endswith("Run `waybill migrate` first.")

    @pytest.mark.parametrize("command", ["serve", "migrate"])
    def test_of_a_newer_waybill_is_left_alone(self, waybill: Waybill, file: Path, command: str):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(
                "INSERT INTO tortoise_migrations (app, name, applied_at) "
                "VALUES ('models', '9999_later', '2026-01-01')"
            )

        told = problem(waybill, command)

        assert told.startswith("The database was migrated by a newer Waybill than this one.")


class TestMigrate:
    def test_may_be_run_twice(self, waybill: Waybill):
        url = f"sqlite://{waybill.folder}/new.sqlite3"

        first = waybill.do("migrate", database_url=url)
        second = waybill.do("migrate", database_url=url)

        assert first.splitlines()[0] == "Applied 0001_begin."
        assert second == "The tables are up to date.\n"


class TestToken:
    def test_is_all_that_create_prints(self, waybill: Waybill):
        done = waybill.run("token", "create", "--role", "clerk")

        assert done.returncode == 0
        assert done.stderr == ""
        assert done.stdout.startswith("wb_")
        assert len(done.stdout.split()) == 1

    def test_is_listed_until_it_is_revoked_and_after(self, waybill: Waybill):
        secret = waybill.token("clerk", "--name", "Karl", "--label", "desk", "--days", "30")
        before = waybill.do("token", "list")

        revoked = waybill.do("token", "revoke", "tok-1001")

        after = waybill.do("token", "list")
        assert before.split()[:3] == ["TOK-1001", "active", "until"]
        assert before.split()[4:] == ["clerk", "Karl", "desk"]
        assert revoked == "Revoked TOK-1001.\n"
        assert after.split()[:2] == ["TOK-1001", "revoked"]
        assert secret not in before + revoked + after

    def test_cannot_be_revoked_twice_or_made_up(self, waybill: Waybill):
        waybill.token("clerk")
        waybill.do("token", "revoke", "TOK-1001")

        assert problem(waybill, "token", "revoke", "TOK-1001") == "TOK-1001 is revoked already."
        assert "no such token" in problem(waybill, "token", "revoke", "TOK-7")

    def test_of_a_customer_needs_one(self, waybill: Waybill):
        told = problem(waybill, "token", "create", "--role", "customer")

        assert told == "There is no such customer."

    def test_of_a_supplier_needs_one(self, waybill: Waybill):
        told = problem(waybill, "token", "create", "--role", "supplier")
        named = problem(waybill, "token", "create", "--role", "supplier", "--supplier", "SUP-1001")

        assert told == named == "There is no such supplier."


class TestSchema:
    def test_is_the_file_at_the_root(self, waybill: Waybill):
        assert waybill.do("schema") == (ROOT / "schema.graphql").read_text("utf-8")


class TestCheck:
    def test_holds_on_a_new_database(self, waybill: Waybill):
        told = waybill.do("check").splitlines()

        passed, total = told[-1].split()[0], told[-1].split()[2]
        assert int(total) == len(told) - 1
        assert passed == total

    def test_names_what_is_damaged_and_fails(self, waybill: Waybill, file: Path):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(
                "INSERT INTO events (kind, actor, details, at) "
                "VALUES ('OrderForgotten', 'SYSTEM', '{}', '2026-01-01')"
            )

        done = waybill.run("check")

        assert (done.returncode, done.stderr) == (1, "")
        assert "BROKEN event-kinds" in done.stdout
        assert "OrderForgotten" in done.stdout


class TestServe:
    def test_refuses_a_port_in_use(self, waybill: Waybill):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]

            told = problem(waybill, "serve", port=port)

        expected = f"127.0.0.1:{port} is in use. Stop what listens there, or set WAYBILL_PORT."
        assert told == expected

    def test_refuses_an_address_that_is_not_here(self, waybill: Waybill):
        told = problem(waybill, "serve", host="203.0.113.1", port=free_port())

        assert told.startswith("203.0.113.1:")
        assert "cannot be listened on" in told

    def test_refuses_several_workers_on_one_file(self, waybill: Waybill):
        told = problem(waybill, "serve", "--workers", "2", port=free_port())

        assert told.startswith("Several workers need PostgreSQL and a shared broadcaster.")

    @pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
    def test_ends_well_when_it_is_stopped(
        self, waybill: Waybill, servers: Callable[..., Server], signalled: signal.Signals
    ):
        server = servers(waybill)

        server.running.send_signal(signalled)

        assert server.running.wait(PATIENCE) == 0
        assert "Traceback" not in server.told

    async def test_prints_a_token_per_role_that_stays(
        self, waybill: Waybill, servers: Callable[..., Server]
    ):
        server = servers(waybill)
        first = server.token("admin")
        async with Api(server.url, first) as admin:
            me = await admin.ask("{ me { role } }")
        server.stop()

        server.start()

        assert me == {"me": {"role": "ADMIN"}}
        assert server.told.count(first) == 2

    def test_tells_no_secret_in_production(self, waybill: Waybill, servers: Callable[..., Server]):
        server = servers(waybill, mode="production")

        assert server.told.splitlines()[0].endswith("in production mode.")
        assert "wb_" not in server.told
        assert httpx.get(server.url).status_code == 404

    def test_shares_the_work_among_several_workers(
        self,
        postgres_url: str,
        redis_url: str,
        tmp_path: Path,
        servers: Callable[..., Server],
    ):
        waybill = Waybill(tmp_path, postgres_url, broadcast_url=redis_url)
        server = servers(waybill, "--workers", "2")
        wait_until(lambda: server.health["broadcaster"] == "connected", "hearing")

        answers = [httpx.post(f"{server.url}/graphql", json={"query": "{ __typename }"})]

        os.kill(server.running.pid, signal.SIGINT)
        assert server.running.wait(PATIENCE) == 0
        assert answers[0].json() == {"data": {"__typename": "Query"}}
        assert "Traceback" not in server.told

"""Backup and restore: what comes back adds up, and nobody who watches misses anything unawares."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.test_cli import problem
from tests.clients import Api, line
from tests.journeys.shop import MOVED, Shop
from tests.servers import Server, Waybill

pytestmark = pytest.mark.timeout(600)


async def worked_in(server: Server, token: str, times: int, shop: Shop | None = None) -> Shop:
    """Stock that has moved so many times."""
    async with Api(server.url, token) as admin:
        shop = shop or await Shop.open(admin)
        for _ in range(times):
            await shop.receive(1, admin)
    return shop


async def cursor_of(server: Server, token: str) -> str:
    async with Api(server.url, token) as admin:
        return str((await admin.ask("{ cursor }"))["cursor"])


async def first_of(server: Server, token: str, shop: Shop, after: str) -> dict[str, str]:
    """What somebody is told first who comes back with a cursor."""
    async with line(server.url, token) as staff:
        event: dict[str, str] = await anext(
            await staff.watch(MOVED, after=after, variant=shop.variant)
        )
    return event


class TestSqlite:
    async def test_is_copied_in_use_and_put_back(
        self, sqlite_waybill: Waybill, servers: Callable[..., Server], tmp_path: Path
    ):
        waybill, copy = sqlite_waybill, tmp_path / "copy.sqlite3"
        server = servers(waybill)
        token = server.token("admin")
        shop = await worked_in(server, token, 3)

        told = waybill.do("backup", str(copy))
        await worked_in(server, token, 5, shop)
        lost = await cursor_of(server, token)
        server.stop()
        assert "add --replace" in problem(waybill, "restore", str(copy))
        waybill.do("restore", str(copy), "--replace")
        waybill.do("migrate")
        check = waybill.do("check")
        server.start()
        await worked_in(server, token, 20, shop)

        assert str(copy) in told
        assert "BROKEN" not in check
        # Its position was given to another event meanwhile, had the log gone on where it was.
        reset = await first_of(server, token, shop, lost)
        assert reset["kind"] == "RESET"
        async with Api(server.url, token) as admin:
            level = await shop.receive(1, admin)
        assert level["onHand"] == 3 + 20 + 1
        assert (await first_of(server, token, shop, reset["cursor"]))["kind"] == "STOCK_MOVED"

    def test_is_not_overwritten_nor_taken_from_anything(
        self, sqlite_waybill: Waybill, tmp_path: Path
    ):
        waybill, copy = sqlite_waybill, tmp_path / "copy.sqlite3"
        copy.write_text("not a database " * 100)

        assert "exists already" in problem(waybill, "backup", str(copy))
        assert "is no backup of Waybill" in problem(waybill, "restore", str(copy), "--replace")
        assert "There is no file" in problem(waybill, "restore", "nowhere", "--replace")
        assert waybill.do("check")


class TestPostgres:
    @pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
    async def test_is_dumped_and_restored_as_the_manual_says(
        self,
        postgres_url: str,
        servers: Callable[..., Server],
        tmp_path: Path,
    ):
        waybill, dump = Waybill(tmp_path, postgres_url), tmp_path / "waybill.dump"
        server = servers(waybill)
        token = server.token("admin")
        shop = await worked_in(server, token, 3)

        url = waybill.environment["WAYBILL_DATABASE_URL"]
        command(f"pg_dump --format=custom --file={dump} {url}")
        await worked_in(server, token, 5, shop)
        lost = await cursor_of(server, token)
        server.stop()
        command(f"pg_restore --clean --if-exists --single-transaction --dbname={url} {dump}")
        waybill.do("migrate")
        waybill.do("reset-cursors")
        check = waybill.do("check")
        server.start()
        await worked_in(server, token, 20, shop)

        assert "BROKEN" not in check
        assert (await first_of(server, token, shop, lost))["kind"] == "RESET"

    def test_has_tools_of_its_own(self, tmp_path: Path, postgres_url: str):
        waybill = Waybill(tmp_path, postgres_url)

        assert "pg_dump" in problem(waybill, "backup", "copy")
        assert "pg_restore" in problem(waybill, "restore", "copy")


def command(words: str) -> None:
    done = subprocess.run(words.split(), capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr

"""Reports, read a page at a time from either database."""

import csv
import io
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from models import Customer, Order
from services import reports
from services.actors import SYSTEM
from services.reports import text
from services.reports.report import PAGE, Given
from tests.reporting import lived


async def read(name, **given):
    parts = [each async for each in reports.lines(SYSTEM, reports.REPORTS[name], Given(**given))]
    return list(csv.DictReader(io.StringIO(b"".join(parts).decode(), newline="")))


async def test_every_report_reads_on_from_page_to_page(shop, monkeypatch):
    """Cut into pages of two rows, they are the same as at once."""
    await lived(shop)
    whole = {name: await read(name) for name in reports.REPORTS}

    monkeypatch.setattr("services.reports.report.PAGE", 2)
    for name, rows in whole.items():
        assert rows, name
        if name not in MOMENTARY:
            assert await read(name) == rows


# What is reckoned until now differs from moment to moment.
MOMENTARY = {"turnover"}


class TestManyRows:
    async def peak(self) -> tuple[int, int]:
        """How many lines came, and the most memory that was in use for them."""
        report, count = reports.REPORTS["customers"], 0
        tracemalloc.start()
        try:
            async for each in reports.lines(SYSTEM, report, Given()):
                count += each.count(b"\r\n")
            return count, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_take_no_more_memory_than_few(self, database):
        few, many = 2 * PAGE, 12 * PAGE
        await Customer.bulk_create([Customer(name=f"C{n}") for n in range(few)], batch_size=500)
        await self.peak()
        counted, little = await self.peak()
        new = [Customer(name=f"C{n}") for n in range(many - few)]
        await Customer.bulk_create(new, batch_size=500)
        counted_again, much = await self.peak()

        assert (counted, counted_again) == (few + 1, many + 1)
        assert much < 1.3 * little

    async def test_follow_their_time_and_then_their_number(self, shop, monkeypatch):
        """Pages are cut within rows of one moment; none is lost or told twice."""
        monkeypatch.setattr("services.reports.report.PAGE", 2)
        at = datetime(2026, 1, 5, tzinfo=UTC)
        for n in range(7):
            order = await shop.order("placed", mug=1)
            await Order.filter(id=order.id).update(placed_at=at + timedelta(minutes=n // 4))

        wanted = [each.number for each in await Order.all().order_by("placed_at", "id")]
        assert [each["number"] for each in await read("orders")] == wanted


def test_cells_are_written_as_texts_that_nothing_runs():
    for each in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\uff1d1"):
        assert text.cell(each) == f"'{each}"
    assert [text.cell(each) for each in (-1, Decimal("-1.50"), True, None, "a=b", 0.5)] == [
        "-1", "-1.50", "true", "", "a=b", "0.5",
    ]  # fmt: skip
    at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert [text.cell(each) for each in (at, at.date())] == ["2026-01-31T12:00:00Z", "2026-01-31"]
    assert text.lines([["a,b", 'c"d']]) == b'"a,b","c""d"\r\n'

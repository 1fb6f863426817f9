"""What key figures cost: to keep, by an event of one order, and to ask for, among however many."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count

from bench import growing
from bench.drivers import Driver, Sqlite
from bench.measure import Cost, Side, side_by_side
from bench.site import Site
from bench.table import Row, rows_of
from models import KpiName
from services import event_log
from services.actors import SYSTEM
from services.commit import announce, operation
from services.facts.orders import OrderUpdated
from services.kpis import drill_downs, figures, reader
from services.kpis.figures import Question

DAYS = 365
ASKED_DAYS = 90
NAMES = (KpiName.ORDER_ACCURACY, KpiName.FULFILMENT_RATE, KpiName.CYCLE_TIME, KpiName.ON_TIME)
PAGE = 50


async def kept(site: Site) -> list[Row]:
    """An update, a question and a page of its orders, among more and more; the baseline is the
    same among the fewest."""
    await reader.read_all()
    works = {
        "kpi: an order's event": _updating(),
        f"kpi: {len(NAMES)} figures of {ASKED_DAYS} days": _asking,
        f"kpi: {PAGE} orders behind one": _drilling,
    }
    rows: list[Row] = []
    fewest: dict[str, list[Cost]] = {}
    for orders in site.effort.kpis:
        await growing.grow(site.bare, orders)
        entries = await _journal(site.bare)
        for what, work in works.items():
            many, _ = await side_by_side(
                site.effort.rounds, site.effort.lists, Side(work=work), Side(work=work)
            )
            few = fewest.setdefault(what, many)
            remark = f"{entries:,} entries" if "event" in what else ""
            rows += rows_of(f"{what}, of {orders:,}", site.on, (many, few), remark)
    return rows


async def _journal(db: Driver) -> int:
    """A journal of all orders there are, as if each had been read once, spread over a year."""
    day = _day(db, datetime.now(UTC).date())
    figures = ", ".join(f"('{name}')" for name in NAMES)
    await db.rows("DELETE FROM kpi_entries")
    await db.rows("DELETE FROM kpi_cells")
    await db.rows(
        "INSERT INTO kpi_entries (position, kpi, order_id, day, channel, dimension, "
        "dimension_key, bucket, numerator, denominator) "
        f"WITH figures(kpi) AS (VALUES {figures}), "
        "places(dimension, key) AS (VALUES ('all', ''), ('location', '1')) "
        f"SELECT 1, kpi, id, {day}, channel, dimension, key, "
        "CASE WHEN kpi = 'cycle_time' THEN 270 + id % 60 ELSE 0 END, "
        "CASE WHEN kpi = 'cycle_time' THEN 3600 * (20 + id % 200) ELSE CASE WHEN id % 9 = 0 "
        "THEN 0 ELSE 1 END END, 1 "
        "FROM orders CROSS JOIN figures CROSS JOIN places"
    )
    place = "kpi, day, channel, dimension, dimension_key, bucket"
    await db.rows(
        f"INSERT INTO kpi_cells ({place}, numerator, denominator) "
        f"SELECT {place}, SUM(numerator), SUM(denominator) FROM kpi_entries GROUP BY {place}"
    )
    await db.rows("ANALYZE")
    entries: int = (await db.rows("SELECT COUNT(*) FROM kpi_entries"))[0][0]
    return entries


def _day(db: Driver, today: date) -> str:
    """The day of an order: they are spread over a year."""
    if isinstance(db, Sqlite):
        return f"date('{today}', '-' || (id % {DAYS}) || ' days')"
    return f"DATE '{today}' - (id % {DAYS})::int"


def _updating() -> Callable[[], Awaitable[None]]:
    ids = count(1)

    async def update() -> None:
        await _touch(next(ids))
        await event_log.take_in()
        await reader.read_on(0)

    return update


@operation
async def _touch(order_id: int) -> None:
    """Something happens to an order whose figures then differ from what the journal says."""
    announce(SYSTEM, OrderUpdated(order_id=order_id, customer_id=1))


async def _asked() -> list[figures.Figure]:
    until = datetime.now(UTC).date()
    question = Question(since=until - timedelta(days=ASKED_DAYS - 1), until=until)
    return await figures.figures(SYSTEM, NAMES, question)


async def _asking() -> None:
    found = await _asked()
    if not all(each.now.denominator for each in found):
        raise RuntimeError("There is nothing to be told.")


async def _drilling() -> None:
    page = await drill_downs.orders((await _asked())[0], first=PAGE, after=None)
    if len(page.rows) != PAGE:
        raise RuntimeError("There are no orders behind it.")

"""What key figures cost: to keep, by an event of one order, and to ask for, among however many."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count, cycle

from bench import history
from bench.measure import Cost, Side, side_by_side
from bench.site import Site
from bench.table import Row, rows_of
from models import KpiName, Order
from models.statements import get, update
from services import checks, event_log
from services.actors import SYSTEM
from services.checks.kpis import RULES
from services.commit import announce, operation
from services.facts.orders import OrderUpdated
from services.kpis import drill_downs, figures, reader
from services.kpis.figures import Question

ASKED_DAYS = 90
NAMES = (KpiName.ORDER_ACCURACY, KpiName.FULFILMENT_RATE, KpiName.CYCLE_TIME, KpiName.ON_TIME)
PAGE = 50
# To read the rows of more orders than this once more takes longer than all the rest.
PROVED = 100_000


async def kept(site: Site) -> list[Row]:
    """An event, a question and a page of its orders, after more and more orders; the baseline is
    the same after the fewest."""
    await history.begin(site.bare)
    works = {
        "kpi: an order's event": _updating(),
        f"kpi: {len(NAMES)} figures of {ASKED_DAYS} days": _asking,
        f"kpi: {PAGE} orders behind one": _drilling,
    }
    rows: list[Row] = []
    fewest: dict[str, list[Cost]] = {}
    for orders in site.effort.kpis:
        entries = await history.reach(site.bare, orders)
        for what, work in works.items():
            many, _ = await side_by_side(
                site.effort.rounds, site.effort.lists, Side(work=work), Side(work=work)
            )
            few = fewest.setdefault(what, many)
            remark = f"{entries:,} entries" if "event" in what else ""
            rows += rows_of(f"{what}, of {orders:,}", site.on, (many, few), remark)
        if orders <= PROVED:
            await _prove()
    return rows


async def _prove() -> None:
    """What was copied is as if it had been read."""
    async with checks.snapshot() as ask:
        broken = [each for each in await checks.prove(ask, RULES) if each.broken]
    if broken:
        raise RuntimeError(f"Key figures are broken: {broken}.")


def _updating() -> Callable[[], Awaitable[None]]:
    ids, hours = cycle(range(1, history.BLOCK + 1)), count(1)

    async def update() -> None:
        await _delay(next(ids), next(hours) % 5)
        await event_log.take_in()
        await reader.read_on(0)

    return update


@operation
async def _delay(order_id: int, hours: int) -> None:
    """An order turns out to have come at another time, so its figures differ."""
    order = await get(Order, order_id)
    assert order.placed_at is not None
    order.completed_at = order.placed_at + timedelta(hours=10 * (hours + 1))
    await update([order], ["completed_at"])
    announce(SYSTEM, OrderUpdated(order_id=order_id, customer_id=order.customer_id))


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

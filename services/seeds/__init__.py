"""A believable demo shop with weeks of history, the same every time for the same arguments."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection

from models import Customer, Level, Location, Person, Product, Quant, Role
from models.errors import Problem, Refused
from services import event_log
from services.clock import now
from services.commit import operation
from services.kpis import reader as kpis
from services.seeds import catalog, worth
from services.seeds.history import History
from services.seeds.lives import lives
from services.seeds.opening import opened
from services.seeds.rows import Rows, last_ids, lock, number, settle

# The names of the people who may call, so that a token made for one of them meets its person.
STAFF: Mapping[Role, str] = catalog.STAFF

Progress = Callable[[str, int, int], None]

WEEKS = 6
# A busier shop has a longer history instead, so that the orders under way fit into memory.
MOST_ORDERS_A_DAY = 400
ROWS_AT_ONCE = 20_000


async def is_empty() -> bool:
    """Whether there is no shop yet. People and their tokens may be there already."""
    return not any([await kind.exists() for kind in (Product, Location, Customer)])


@operation
async def seed(
    orders: int, *, until: datetime | None = None, progress: Progress | None = None
) -> None:
    """Fill an empty database with a shop and so many orders, whose history ends at `until`.

    All of it or nothing. The tracking tokens are as predictable as the rest, so no real order
    belongs beside these. Refused where there is a shop already.
    """
    connection = get_connection("default")
    await lock(connection)
    if not await is_empty():
        message = "The database has a shop already. Seed an empty one."
        raise Refused(Problem(code="NOT_EMPTY", message=message))
    history = await _history(connection, orders, until or now())
    rows = history.shop.rows
    for _ in history.play():
        if rows.waiting >= ROWS_AT_ONCE:
            await rows.write(connection)
            if progress is not None:
                progress("orders", history.begun, orders)
    await _close(connection, history)
    await kpis.read_all()
    await worth.tell(rows.at)
    if progress is not None:
        progress("orders", orders, orders)


async def _history(connection: BaseDBAsyncClient, orders: int, until: datetime) -> History:
    days = max(WEEKS * 7, orders / MOST_ORDERS_A_DAY)
    opening = until - timedelta(days=days)
    rows = Rows(opening, await last_ids(connection), await event_log.last_position())
    dice = Random(orders)
    shop, customer_ids = opened(
        rows, orders=orders, days=days, dice=dice, people=await Person.all()
    )
    past, present = lives(
        dice,
        orders=orders,
        customer_ids=customer_ids,
        staff=shop.staff,
        opening=opening,
        until=until,
    )
    return History(shop, past, present, until)


async def _close(connection: BaseDBAsyncClient, history: History) -> None:
    """Write what was under way at the end, and how much is on the shelves."""
    shop = history.shop
    for life in history.under_way.values():
        shop.rows.keep(*life.rows())
    shop.rows.keep(*shop.stock.alerts.values())
    shop.rows.keep(*shop.credits.values(), *shop.credit_movements)
    for level in shop.stock.levels.values():
        held = {"on_hand": level.on_hand, "quarantined": level.quarantined}
        if any(held.values()):
            shop.rows.keep(shop.rows.make(Quant, level_id=level.id, **held))
    await shop.rows.write(connection)
    for level in shop.stock.levels.values():
        await Level.filter(id=level.id).update(
            on_hand=level.on_hand,
            reserved=level.reserved,
            quarantined=level.quarantined,
            version=level.version,
            updated_at=level.updated_at,
        )
    await number(connection)
    await settle(connection)

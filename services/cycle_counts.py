"""Cycle counts: each level is counted again after as many days as its value class says, and the
count for it is made by itself."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection

from models import CountScope, Level, Location, StockCount, StockCountStatus
from models.counts import UNDER_WAY
from models.statements import get, select, update
from services.actors import SYSTEM
from services.clock import now
from services.commit import announce, operation
from services.facts.counts import StockCountCreated
from services.value_classes import LEVELS_AT_ONCE, due_after

_LIVE = ", ".join(f"'{status}'" for status in sorted({StockCountStatus.DRAFT, *UNDER_WAY}))


async def due(at: datetime, limit: int) -> list[int]:
    """Locations where something is to be counted and no scheduled count is under way."""
    rows = await get_connection("default").execute_query_dict(f"""
        SELECT location.id, location.time_zone FROM locations AS location
        WHERE location.archived_at IS NULL
          AND EXISTS (
            SELECT 1 FROM stock_levels AS level
            WHERE level.location_id = location.id AND level.count_due_at <= '{at}'
          )
          AND NOT EXISTS (
            SELECT 1 FROM stock_counts AS other
            WHERE other.location_id = location.id AND other.status IN ({_LIVE})
              AND other.scope = '{CountScope.CYCLE}'
          )
        ORDER BY location.id LIMIT {limit:d}
    """)
    made = await StockCount.filter(
        location_id__in=[row["id"] for row in rows], cycle_on__isnull=False
    ).filter(cycle_on__in=sorted({_today(row["time_zone"], at) for row in rows}))
    had = {(count.location_id, count.cycle_on) for count in made}
    return [row["id"] for row in rows if (row["id"], _today(row["time_zone"], at)) not in had]


@operation
async def schedule(location_id: int) -> None:
    """Plan the count of what is due at a location today. Does nothing where somebody was faster."""
    [location] = await select(Location, locked=True, id=location_id)
    if location_id not in await due(now(), 10_000):
        return
    count = await StockCount.create(
        location_id=location.id,
        scope=CountScope.CYCLE,
        due_at=now(),
        cycle_on=_today(location.time_zone, now()),
        actor=SYSTEM.label,
    )
    announce(
        SYSTEM,
        StockCountCreated(location_id=location.id, stock_count_id=count.id, scope=count.scope),
    )


async def unscheduled(_: datetime, limit: int) -> list[int]:
    """Posted counts whose levels have not been put to their next turn yet."""
    where = {"status": StockCountStatus.POSTED, "rescheduled_at": None}
    return [row.id for row in await StockCount.filter(**where).order_by("id").limit(limit)]


@operation
async def reschedule(count_id: int) -> None:
    """Put what a posted count has counted to its next turn. A count of single bins says nothing
    about what else there is of a variant."""
    count = await get(StockCount, count_id, locked=True)
    if count.rescheduled_at is not None:
        return
    count.rescheduled_at = now()
    await update([count], ("rescheduled_at",))
    if count.scope is CountScope.BINS or count.reverses_id is not None:
        return
    rows = await get_connection("default").execute_query_dict(
        "SELECT DISTINCT level_id FROM stock_count_lines "
        f"WHERE count_id = {count.id:d} AND level_id IS NOT NULL ORDER BY level_id"
    )
    ids = [row["level_id"] for row in rows]
    for n in range(0, len(ids), LEVELS_AT_ONCE):
        levels = await select(Level, locked=True, id__in=ids[n : n + LEVELS_AT_ONCE])
        for level in levels:
            level.count_due_at = due_after(level.value_class, count.posted_at or now())
        await update(levels, ("count_due_at",))


def _today(zone: str, at: datetime) -> date:
    return at.astimezone(ZoneInfo(zone)).date()

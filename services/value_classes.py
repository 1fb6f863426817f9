"""Value classes: which few levels make up most of what a location uses, by cost.

After Dickie, "ABC Inventory Analysis Shoots for Dollars, Not Pennies" (Factory Management and
Maintenance 109, 1951), as in Silver, Pyke and Thomas, Inventory and Production Management in Supply
Chains, 4th ed. (2017), 2.2: sorted by what is used of each in a year, times its cost, the levels
that make up the first 80% are A, the next 15% B, the rest C.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.connection import get_connection
from tortoise.expressions import Q

from models import Level, Location, MovementReason, ValueClass, Variant
from models.statements import select, select_by_id, update
from services import policies
from services.clock import now
from services.commit import operation
from services.variances import worth

A_PERCENT, B_PERCENT = 80, 15
EVERY = timedelta(days=7)
# What was valued for this classification, and not for the one before.
FRESH = timedelta(days=6)
YEAR = timedelta(days=365)
LEVELS_AT_ONCE = 500


async def due(at: datetime, limit: int) -> list[int]:
    """Locations whose levels were told apart a week ago or never."""
    stale = Q(classified_at=None) | Q(classified_at__lte=at - EVERY)
    rows = await Location.filter(stale, archived_at=None).order_by("id").limit(limit)
    return [row.id for row in rows]


@operation
async def classify(location_id: int) -> None:
    """Reckon what was used of the next levels of a location or, when none is left, tell them
    apart."""
    [location] = await select(Location, locked=True, id=location_id)
    if location.classified_at is not None and location.classified_at > now() - EVERY:
        return
    stale = Q(valued_at=None) | Q(valued_at__lte=now() - FRESH)
    found = await Level.filter(stale, location_id=location.id).order_by("id").limit(LEVELS_AT_ONCE)
    if found:
        await _value([level.id for level in found])
        return
    await _tell_apart(location)
    location.classified_at = now()
    await update([location], ("classified_at",))


def due_after(value_class: ValueClass | None, at: datetime) -> datetime | None:
    """When what was counted at a moment is to be counted again; None for never."""
    policy = policies.current()
    days = {
        ValueClass.A: policy.cycle_days_a,
        ValueClass.B: policy.cycle_days_b,
        ValueClass.C: policy.cycle_days_c,
    }
    lasts = days[value_class] if value_class is not None else 0
    return at + timedelta(days=lasts) if lasts else None


async def _value(level_ids: Sequence[int]) -> None:
    # Locked in the order of their ids, as movements lock them.
    levels = await select(Level, locked=True, id__in=level_ids)
    variants = await select_by_id(Variant, {level.variant_id for level in levels})
    ids = ", ".join(f"{each:d}" for each in level_ids)
    sold = await get_connection("default").execute_query_dict(f"""
        SELECT level_id, -SUM(on_hand_change) AS units FROM stock_movements
        WHERE level_id IN ({ids}) AND reason = '{MovementReason.SHIPPED}'
          AND at > '{now() - YEAR}'
        GROUP BY level_id
    """)
    units = {row["level_id"]: int(row["units"]) for row in sold}
    for level in levels:
        level.usage_value = units.get(level.id, 0) * worth(variants[level.variant_id])
        level.valued_at = now()
    await update(levels, ("usage_value", "valued_at"))


async def _tell_apart(location: Location) -> None:
    rows = await get_connection("default").execute_query_dict(f"""
        SELECT id, value_class, wanted FROM (
          SELECT id, value_class, CASE
            WHEN usage_value = 0 THEN '{ValueClass.C}'
            WHEN (used - usage_value) * 100 < {A_PERCENT} * total THEN '{ValueClass.A}'
            WHEN (used - usage_value) * 100 < {A_PERCENT + B_PERCENT} * total
              THEN '{ValueClass.B}'
            ELSE '{ValueClass.C}'
          END AS wanted
          FROM (
            SELECT id, value_class, usage_value,
                   SUM(usage_value) OVER (ORDER BY usage_value DESC, id) AS used,
                   SUM(usage_value) OVER () AS total
            FROM stock_levels WHERE location_id = {location.id:d}
          ) AS ranked
        ) AS told
        WHERE value_class IS NULL OR value_class <> wanted
        ORDER BY id
    """)
    wanted = {row["id"]: ValueClass(row["wanted"]) for row in rows}  # type: ignore[call-arg]
    ids = sorted(wanted)
    for n in range(0, len(ids), LEVELS_AT_ONCE):
        levels = await select(Level, locked=True, id__in=ids[n : n + LEVELS_AT_ONCE])
        for level in levels:
            level.count_due_at = _first_turn(level, wanted[level.id])
            level.value_class = wanted[level.id]
        await update(levels, ("value_class", "count_due_at"))


def _first_turn(level: Level, value_class: ValueClass) -> datetime | None:
    """The next count of what has changed its class, sooner where it counts for more. What never
    had a turn is spread over the time until the next one, or all would be due on one day."""
    latest = due_after(value_class, now())
    if latest is None:
        return None
    if level.count_due_at is not None:
        return min(level.count_due_at, latest)
    days = (latest - now()).days
    return now() + timedelta(days=level.id % days)

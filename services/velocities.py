"""Sales velocity: how fast variants are asked for, whether ever faster, and which the most.

It is read from the days of demand that `services/demand.py` keeps, so it counts what was asked for
on the day an order was placed. Only whole days count: those before today, by UTC.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tortoise.connection import get_connection

from models import DemandDay, Forecast, Level, Variant
from services.actors import Actor
from services.clock import now
from services.inputs import Inputs
from services.trends import Trend, judge, slope

WINDOWS = (7, 28, 90)
MOST_DAYS = 366
MOST_SELLERS = 100
WEEK = 7
# As many whole weeks as the longest window has.
WEEKS = max(WINDOWS) // WEEK
NEVER = date.max


@dataclass(frozen=True, kw_only=True)
class SalesVelocity:
    """How fast something is asked for, in units a day, over as many of the last days as are known.

    `weekly_change` is by how many units a day that changes from week to week.
    """

    units7: int
    units28: int
    units90: int
    per_day7: float
    per_day28: float
    per_day90: float
    weekly_change: float | None
    trend: Trend | None


@dataclass(frozen=True, kw_only=True)
class Seller:
    """What was asked for most, next to it what was asked for next most, and so on."""

    rank: int
    variant_id: int
    units: int
    per_day: float


@dataclass(frozen=True, kw_only=True)
class History:
    """What was asked for on each day, and since when that is known."""

    began_on: date
    units: Mapping[date, int]


async def of_levels(actor: Actor, levels: Sequence[Level]) -> list[SalesVelocity]:
    """How fast what lies at each level is asked for there."""
    known = await _histories([level.id for level in levels])
    today = now().date()
    return [velocity([known[level.id]] if level.id in known else [], today) for level in levels]


async def of_variants(actor: Actor, variants: Sequence[Variant]) -> list[SalesVelocity]:
    """How fast each variant is asked for, at all locations together."""
    rows = await Level.filter(variant_id__in=[each.id for each in variants]).values_list(
        "variant_id", "id"
    )
    known = await _histories([level_id for _, level_id in rows])
    found: dict[int, list[History]] = defaultdict(list)
    for variant_id, level_id in rows:
        if level_id in known:
            found[variant_id].append(known[level_id])
    today = now().date()
    return [velocity(found[each.id], today) for each in variants]


async def sellers(
    actor: Actor, *, days: int, location_id: int | None, most: int, below: int = 0
) -> list[Seller]:
    """What was asked for most over the last days, the ranks after `below`."""
    inputs = Inputs()
    inputs.number(days, "days", most=MOST_DAYS)
    inputs.number(most, "most", most=MOST_SELLERS)
    inputs.number(below, "below", least=0)
    inputs.refuse()
    today = now().date()
    # Led by the day, so the time this takes depends on the period alone.
    there = "" if location_id is None else f"AND level.location_id = {location_id:d}"
    rows = await get_connection("default").execute_query_dict(
        f"""
        SELECT level.variant_id AS variant_id, SUM(asked.units) AS units
        FROM demand_days AS asked JOIN stock_levels AS level ON level.id = asked.level_id
        WHERE asked.day >= $1 AND asked.day < $2 AND asked.units > 0 {there}
        GROUP BY level.variant_id ORDER BY SUM(asked.units) DESC, level.variant_id
        LIMIT {most:d} OFFSET {below:d}
        """,
        [today - timedelta(days=days), today],
    )
    return [
        Seller(
            rank=rank,
            variant_id=row["variant_id"],
            units=int(row["units"]),
            per_day=round(int(row["units"]) / days, 4),
        )
        for rank, row in enumerate(rows, start=below + 1)
    ]


def velocity(histories: Sequence[History], today: date) -> SalesVelocity:
    """How fast what has these histories is asked for, all of them together."""
    began = min((each.began_on for each in histories), default=NEVER)
    per_day: dict[date, int] = defaultdict(int)
    for each in histories:
        for day, units in each.units.items():
            per_day[day] += units
    sums = {days: _within(per_day, today, days) for days in WINDOWS}
    rates = {days: _rate(sums[days], min(days, (today - began).days)) for days in WINDOWS}
    weeks = _weeks(per_day, began, today)
    change = slope(weeks)
    return SalesVelocity(
        units7=sums[7],
        units28=sums[28],
        units90=sums[90],
        per_day7=rates[7],
        per_day28=rates[28],
        per_day90=rates[90],
        weekly_change=None if change is None else round(change / WEEK, 4),
        trend=judge(weeks),
    )


def _within(per_day: Mapping[date, int], today: date, days: int) -> int:
    begin = today - timedelta(days=days)
    return sum(units for day, units in per_day.items() if begin <= day < today)


def _rate(units: int, days: int) -> float:
    return round(units / days, 4) if days > 0 else 0.0


def _weeks(per_day: Mapping[date, int], began: date, today: date) -> list[int]:
    """Units of each whole week that is known, the oldest first."""
    known = min(WEEKS, max(0, (today - began).days) // WEEK)
    weeks = [0] * known
    for day, units in per_day.items():
        ago = ((today - day).days - 1) // WEEK
        if 0 <= ago < known:
            weeks[known - 1 - ago] += units
    return weeks


async def _histories(level_ids: Iterable[int]) -> dict[int, History]:
    ids = list(level_ids)
    today = now().date()
    rows = await DemandDay.filter(
        level_id__in=ids, day__gte=today - timedelta(days=max(WINDOWS)), day__lt=today
    ).values_list("level_id", "day", "units")
    units: dict[int, dict[date, int]] = defaultdict(dict)
    for level_id, day, count in rows:
        units[level_id][day] = count
    began = await Forecast.filter(level_id__in=ids).values_list("level_id", "began_on")
    return {level_id: History(began_on=day, units=units[level_id]) for level_id, day in began}

"""Stock turnover: how often what lies somewhere is sold and replaced.

The cost of the goods that were shipped over a period, divided by what lay there was worth on
average; the average is over thirteen moments of the period, its two ends and eleven between, as
accountants take the balances of months. Both at what a unit costs us now, so prices that changed
since do not make goods seem to turn.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from models import Level, MovementReason, Variant
from models.statements import select_by_id
from services.actors import Actor
from services.clock import now
from services.inputs import Inputs
from services.variances import worth

PARTS = 12
MOST_DAYS = 366
USUAL_DAYS = 90
DAY = timedelta(days=1)
YEAR_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class Turnover:
    """How often a stock was turned over in a period. Money is in minor units of `currency`."""

    since: datetime
    until: datetime
    units_shipped: int
    mean_units: float
    cost: int
    mean_value: int
    currency: str

    @property
    def turns(self) -> float | None:
        """How often in the period; None where nothing lay there."""
        return round(self.units_shipped / self.mean_units, 4) if self.mean_units else None

    @property
    def turns_per_year(self) -> float | None:
        days = (self.until - self.since) / DAY
        if not self.mean_units:
            return None
        return round(self.units_shipped / self.mean_units * YEAR_DAYS / days, 4)

    @property
    def days_to_sell(self) -> float | None:
        """For how many days what lay there on average lasts; None where nothing was shipped."""
        if not self.units_shipped:
            return None
        days = (self.until - self.since) / DAY
        return round(self.mean_units / self.units_shipped * days, 2)


def period(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """The last ninety days, or what is given of a beginning and an end."""
    inputs = Inputs()
    inputs.period(since, until, "since")
    inputs.refuse()
    end = until or now()
    begin = since or end - USUAL_DAYS * DAY
    if not timedelta() < end - begin <= MOST_DAYS * DAY:
        inputs.wrong(f"Give a period of at most {MOST_DAYS} days.", "since")
    inputs.refuse()
    return begin, end


async def of_levels(
    actor: Actor, levels: Sequence[Level], since: datetime, until: datetime
) -> list[Turnover]:
    """How often what lies at each level was turned over."""
    return [
        _turnover([units], variant, since, until)
        for units, variant in await _flows(levels, since, until)
    ]


async def of_variants(
    actor: Actor, variants: Sequence[Variant], since: datetime, until: datetime
) -> list[Turnover]:
    """How often what lies of each variant was turned over, at all locations together."""
    levels = await Level.filter(variant_id__in=[each.id for each in variants]).order_by("id")
    found: dict[int, list[Flow]] = defaultdict(list)
    for units, variant in await _flows(levels, since, until):
        found[variant.id].append(units)
    return [_turnover(found[each.id], each, since, until) for each in variants]


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Units that were shipped from a level, and that lay there on average."""

    shipped: int
    mean: float


def _turnover(
    flows: Sequence[Flow], variant: Variant, since: datetime, until: datetime
) -> Turnover:
    shipped, mean = sum(each.shipped for each in flows), sum(each.mean for each in flows)
    return Turnover(
        since=since,
        until=until,
        units_shipped=shipped,
        mean_units=round(mean, 4),
        cost=shipped * worth(variant),
        mean_value=round(mean * worth(variant)),
        currency=variant.currency,
    )


async def _flows(
    levels: Sequence[Level], since: datetime, until: datetime
) -> list[tuple[Flow, Variant]]:
    variants = await select_by_id(Variant, {level.variant_id for level in levels})
    ids = [level.id for level in levels]
    shipped, means = await _shipped(ids, since, until), await _means(ids, since, until)
    return [
        (
            Flow(shipped=shipped.get(level.id, 0), mean=means.get(level.id, 0.0)),
            variants[level.variant_id],
        )
        for level in levels
    ]


async def _shipped(ids: Sequence[int], since: datetime, until: datetime) -> Mapping[int, int]:
    if not ids:
        return {}
    among = ", ".join(f"{each:d}" for each in ids)
    rows = await get_connection("default").execute_query_dict(
        f"""
        SELECT level_id, -SUM(on_hand_change) AS units FROM stock_movements
        WHERE level_id IN ({among}) AND at >= $1 AND at < $2
          AND reason = '{MovementReason.SHIPPED}'
        GROUP BY level_id
        """,
        [since, until],
    )
    return {row["level_id"]: int(row["units"]) for row in rows}


async def _means(ids: Sequence[int], since: datetime, until: datetime) -> Mapping[int, float]:
    """What lay at levels on average. Each moment is one look into an index, whatever happened
    before and since."""
    if not ids:
        return {}
    moments = [since + (until - since) * n / PARTS for n in range(PARTS + 1)]
    connection = get_connection("default")
    kind = "timestamptz" if connection.capabilities.dialect == "postgres" else "text"
    times = ", ".join(f"(CAST('{each}' AS {kind}))" for each in moments)
    among = ", ".join(f"({each:d})" for each in ids)
    rows = await connection.execute_query_dict(f"""
        WITH moments(at) AS (VALUES {times}), wanted(id) AS (VALUES {among})
        SELECT id, SUM(units) AS units FROM (
          SELECT wanted.id AS id, (
            SELECT on_hand_after + damaged_after + quarantined_after FROM stock_movements AS each
            WHERE each.level_id = wanted.id AND each.at <= moments.at
            ORDER BY each.at DESC, each.id DESC LIMIT 1
          ) AS units
          FROM wanted CROSS JOIN moments
        ) AS looked
        GROUP BY id
    """)
    return {row["id"]: int(row["units"] or 0) / len(moments) for row in rows}

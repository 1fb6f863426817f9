"""How long what lies at a level has been there: its units by age.

First in, first out: what left was what had lain there longest, so what is left are the units that
came in last. What comes in is received, transferred, returned, counted or corrected upwards; units
begin anew at each location, and states, bins and lots make no difference. So no more than the
movements of a year are looked at, however long the history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tortoise.connection import get_connection

from models import Level, MovementReason, Variant
from models.statements import select_by_id
from services.actors import Actor
from services.clock import now
from services.variances import worth

# The last day of each age but the last, which has none.
BOUNDS = (30, 90, 180, 365)
INBOUND = (
    MovementReason.RECEIVED,
    MovementReason.TRANSFERRED,
    MovementReason.RETURNED,
    MovementReason.ADJUSTED,
    MovementReason.COUNTED,
)


@dataclass(frozen=True, kw_only=True)
class StockAge:
    """Units that have lain somewhere for `from_days` to `to_days` days, and what they cost, in
    minor units. The oldest have no end."""

    from_days: int
    to_days: int | None
    units: int
    value: int
    currency: str


async def of_levels(actor: Actor, levels: Sequence[Level]) -> list[list[StockAge]]:
    """The units of each level by age, whatever state they are in, the youngest first."""
    came = await _came([level.id for level in levels], now())
    variants = await select_by_id(Variant, {level.variant_id for level in levels})
    none = [0] * len(BOUNDS)
    return [
        _priced(fifo(units_of(level), came.get(level.id, none)), variants[level.variant_id])
        for level in levels
    ]


def units_of(level: Level) -> int:
    """All units that lie there, whatever state they are in."""
    units: int = level.on_hand + level.damaged + level.quarantined
    return units


def fifo(units: int, came: Sequence[int]) -> list[int]:
    """So many units by age, of which the last to come in are there: first those of the youngest
    ages, and in the end those older than any."""
    ages, left = [], max(0, units)
    for each in came:
        ages.append(min(left, each))
        left -= ages[-1]
    return [*ages, left]


def _priced(ages: Sequence[int], variant: Variant) -> list[StockAge]:
    begins = (0, *(bound + 1 for bound in BOUNDS))
    return [
        StockAge(
            from_days=begin,
            to_days=end,
            units=units,
            value=units * worth(variant),
            currency=variant.currency,
        )
        for begin, end, units in zip(begins, (*BOUNDS, None), ages, strict=True)
    ]


async def _came(level_ids: Sequence[int], at: datetime) -> Mapping[int, list[int]]:
    """How many units came to levels within each age."""
    if not level_ids:
        return {}
    ends = [at, *(at - timedelta(days=bound + 1) for bound in BOUNDS)]
    sums = ", ".join(
        f"SUM(CASE WHEN at <= '{younger}' AND at > '{older}' THEN came ELSE 0 END) AS age{n}"
        for n, (younger, older) in enumerate(pairwise(ends))
    )
    ids = ", ".join(f"{each:d}" for each in level_ids)
    reasons = ", ".join(f"'{each}'" for each in INBOUND)
    rows = await get_connection("default").execute_query_dict(f"""
        SELECT level_id, {sums} FROM (
          SELECT level_id, at, on_hand_change + damaged_change + quarantined_change AS came
          FROM stock_movements
          WHERE level_id IN ({ids}) AND at > '{ends[-1]}' AND reason IN ({reasons})
        ) AS inbound
        WHERE came > 0 GROUP BY level_id
    """)
    return {row["level_id"]: [int(row[f"age{n}"]) for n in range(len(BOUNDS))] for row in rows}

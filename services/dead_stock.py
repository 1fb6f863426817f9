"""Dead stock: what lies somewhere and nobody asks for."""

from dataclasses import dataclass
from datetime import date, timedelta

from tortoise.connection import get_connection

from models import Level
from models.statements import select
from services.actors import Actor
from services.clock import now
from services.inputs import Inputs

MOST_DAYS = 3_650
MOST_LEVELS = 100


@dataclass(frozen=True, kw_only=True)
class DeadStock:
    """A level of which nothing was asked for, and when something was last, if ever."""

    level: Level
    asked_on: date | None


async def find(
    actor: Actor, *, days: int, location_id: int | None, most: int, beyond: int = 0
) -> list[DeadStock]:
    """Levels that have had units for so many days of which nobody asked for any, in the order of
    their ids, those after `beyond`."""
    inputs = Inputs()
    inputs.number(days, "days", most=MOST_DAYS)
    inputs.number(most, "most", most=MOST_LEVELS)
    inputs.refuse()
    begin = now() - timedelta(days=days)
    there = "" if location_id is None else f"AND level.location_id = {location_id:d}"
    # What came only lately is no dead stock yet. Each look ends at the first row they find.
    rows = await get_connection("default").execute_query_dict(
        f"""
        SELECT level.id AS id, (
          SELECT last.day FROM demand_days AS last
          WHERE last.level_id = level.id AND last.units > 0 ORDER BY last.day DESC LIMIT 1
        ) AS asked_on
        FROM stock_levels AS level
        WHERE level.id > {beyond:d} AND level.on_hand > 0 {there}
          AND NOT EXISTS (
            SELECT 1 FROM demand_days AS asked
            WHERE asked.level_id = level.id AND asked.day >= $1 AND asked.units > 0
          )
          AND EXISTS (
            SELECT 1 FROM stock_movements AS moved
            WHERE moved.level_id = level.id AND moved.at <= $2 AND moved.on_hand_after > 0
          )
        ORDER BY level.id LIMIT {most:d}
        """,
        [begin.date(), begin],
    )
    levels = {row.id: row for row in await select(Level, id__in=[row["id"] for row in rows])}
    return [
        DeadStock(level=levels[row["id"]], asked_on=_day(row["asked_on"]))
        for row in rows
        if row["id"] in levels
    ]


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value

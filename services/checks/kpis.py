"""What must hold of the key figures: cells are sums of entries, and entries what orders add."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from services.checks.rules import Ask, Rule
from services.kpis import journal, reader, stories
from services.kpis.measures import measured

_PLACE = "kpi, dimension, dimension_key, channel, day, bucket"
ORDERS_AT_ONCE = 1_000


async def _unlike_their_rows(ask: Ask) -> AsyncIterator[Mapping[str, Any]]:
    """Orders whose entries do not sum to what their rows come to, all counted once more."""
    read = {each["reader"]: each["position"] for each in await ask("SELECT * FROM log_cursors")}
    # Those that were never read are not looked at, nor those that have changed since.
    position, walked = read.get(reader.READER, 0), read.get(reader.measures(), 0)
    first = 0
    while first < walked:
        found = await ask(
            f"SELECT id FROM orders WHERE id > {first} AND id <= {walked} AND NOT EXISTS ("
            "SELECT 1 FROM events WHERE events.order_id = orders.id AND "
            f"(events.position IS NULL OR events.position > {position})) "
            f"ORDER BY id LIMIT {ORDERS_AT_ONCE}"
        )
        ids = [row["id"] for row in found]
        said = await journal.known(ask, ids)
        for story in await stories.told(ask, ids):
            for place, (above, below) in journal.difference(
                said[story.order.id], measured(story)
            ).items():
                yield {
                    "order_id": story.order.id,
                    **place._asdict(),
                    "above": above,
                    "below": below,
                }
        if len(ids) < ORDERS_AT_ONCE:
            return
        first = ids[-1]


RULES = (
    Rule(
        name="kpi-cells",
        description="What the figures of a day are is the sum of the entries of the journal.",
        says="{kpi} of {day}, {channel} {dimension} {dimension_key}, differs by {numerator} ÷ "
        "{denominator} from its entries.",
        broken=f"""
            SELECT * FROM (
              SELECT {_PLACE}, SUM(numerator) AS numerator, SUM(denominator) AS denominator
              FROM (
                SELECT {_PLACE}, numerator, denominator FROM kpi_cells
                UNION ALL
                SELECT {_PLACE}, -numerator, -denominator FROM kpi_entries
              ) AS both_sides
              GROUP BY {_PLACE}
            ) AS compared
            WHERE numerator <> 0 OR denominator <> 0
        """,
    ),
    Rule(
        name="kpi-orders",
        description="What the journal says that an order adds to the figures is what its rows come "
        "to, where everything that has happened to it was read.",
        says="{order_id} adds {above} ÷ {below} more to {kpi} of {day} than the journal says, at "
        "{dimension} {key}.",
        found=_unlike_their_rows,
    ),
    Rule(
        name="kpi-levels",
        description="What the journal says that a level is worth is what it was when it was read.",
        says="{level_id} was worth {worth} minor units, and {entered} are in the journal.",
        broken="""
            SELECT * FROM (
              SELECT row.level_id, row.worth, COALESCE(entries.worth, 0) AS entered
              FROM kpi_levels AS row
              LEFT JOIN (
                SELECT level_id, SUM(denominator) AS worth FROM kpi_entries
                WHERE dimension = 'all' AND level_id IS NOT NULL GROUP BY level_id
              ) AS entries ON entries.level_id = row.level_id
            ) AS compared
            WHERE worth <> entered
        """,
    ),
)

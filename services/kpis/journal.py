"""The journal of the figures: what it says of an order, and what is added to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from tortoise.connection import get_connection

from services.kpis.measures import Place, Sums
from services.kpis.stories import Ask, plain

_PLACE = "kpi, day, channel, dimension, dimension_key, bucket"
_TYPES = "text date text text text int bigint bigint"
_ENTER = (
    f"INSERT INTO kpi_entries ({_PLACE}, numerator, denominator, position, order_id, level_id) "
    "SELECT {given}"
)
# What is added where there is a cell already, and makes one where there is none. Without a WHERE,
# SQLite would take ON CONFLICT for the condition of a join.
_ADD = (
    f"INSERT INTO kpi_cells ({_PLACE}, numerator, denominator) SELECT {{given}} WHERE TRUE "
    "ON CONFLICT (kpi, dimension, dimension_key, channel, day, bucket) DO UPDATE SET "
    "numerator = kpi_cells.numerator + excluded.numerator, "
    "denominator = kpi_cells.denominator + excluded.denominator"
)


async def known(ask: Ask, order_ids: Iterable[int]) -> dict[int, Sums]:
    """What the journal says that orders add to the figures now."""
    ids = ", ".join(f"{each:d}" for each in sorted(set(order_ids)))
    found: dict[int, Sums] = defaultdict(dict)
    if not ids:
        return found
    rows = await ask(
        f"SELECT order_id, {_PLACE}, SUM(numerator) AS above, SUM(denominator) AS below "
        f"FROM kpi_entries WHERE order_id IN ({ids}) GROUP BY order_id, {_PLACE} "
        "HAVING SUM(numerator) <> 0 OR SUM(denominator) <> 0"
    )
    for order_id, kpi, day, channel, dimension, key, bucket, above, below in plain(rows):
        place = Place(
            kpi=kpi,
            day=as_day(day),
            channel=channel,
            dimension=dimension,
            key=key,
            bucket=bucket,
        )
        found[order_id][place] = int(above), int(below)
    return found


def difference(said: Sums, measured: Sums) -> Sums:
    """What has to be added to what was said, so that it comes to what is measured."""
    found: Sums = {}
    for place in {**said, **measured}:
        (was_above, was_below), (above, below) = (
            said.get(place, (0, 0)),
            measured.get(place, (0, 0)),
        )
        if (above, below) != (was_above, was_below):
            found[place] = above - was_above, below - was_below
    return found


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is added at a place, for an order or for a level of stock."""

    position: int
    place: Place
    numerator: int
    denominator: int
    order_id: int | None = None
    level_id: int | None = None


async def add(position: int, differences: Mapping[int, Sums]) -> None:
    """Enter what is different of orders, as known from a position of the log on."""
    await enter(
        [
            Entry(
                position=position,
                place=place,
                numerator=above,
                denominator=below,
                order_id=order_id,
            )
            for order_id, found in differences.items()
            for place, (above, below) in found.items()
        ]
    )


async def enter(entries: Sequence[Entry]) -> None:
    """Add entries to the journal, and to the cells."""
    if not entries:
        return
    sums: dict[Place, list[int]] = defaultdict(lambda: [0, 0])
    for each in entries:
        sum_ = sums[each.place]
        sum_[0] += each.numerator
        sum_[1] += each.denominator
    rows = [
        (
            *(*each.place, each.numerator, each.denominator),
            *(each.position, each.order_id, each.level_id),
        )
        for each in entries
    ]
    await _write(_ENTER, f"{_TYPES} bigint bigint bigint", rows)
    cells = [(*place, *sum_) for place, sum_ in sums.items()]
    await _write(_ADD, _TYPES, sorted(cells))


async def _write(sql: str, types: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Many rows in one statement, the same for however many."""
    connection = get_connection("default")
    values: list[Any]
    if connection.capabilities.dialect == "postgres":
        arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types.split(), 1))
        given, values = f"* FROM unnest({arrays})", [list(each) for each in zip(*rows, strict=True)]
    else:
        columns = ", ".join(f"value ->> {n}" for n in range(len(types.split())))
        given, values = f"{columns} FROM json_each($1)", [orjson.dumps(rows).decode()]
    await connection.execute_query(sql.format(given=given), values)


def as_day(value: Any) -> date:
    """SQLite keeps days as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value

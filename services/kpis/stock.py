"""What stock adds to its turnover: what shipped goods have cost, and what stock is worth.

Entries are those of levels instead of orders. What a level is worth is compared with what it was
worth when it was read last, so it is all the same how often that is; what was shipped counts once,
as each level knows up to which position it was read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tortoise.connection import get_connection

from models import Event, KpiDimension, KpiLevel, KpiName, Level, LogCursor, MovementReason, Variant
from models.statements import select, select_by_id, select_one, update
from services import event_log, policies
from services.clock import now
from services.facts.catalog import VariantUpdated
from services.facts.stock import StockMoved
from services.kpis.journal import Entry, as_day, enter
from services.kpis.measures import Place
from services.kpis.stories import ask, zone

FIGURE = str(KpiName.STOCK_TURNOVER)
READER = "kpi levels"
LEVELS_AT_ONCE = 500
# Further than any id: nothing is left to be read by ids.
DONE = 2**62
_KINDS = {StockMoved.__name__, VariantUpdated.__name__}

# What shipped goods have cost, and by how much a level is worth more, on each day.
Changes = dict[date, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class _Costed:
    """A level, what a unit of it costs us, and what was known of it."""

    level: Level
    cost: int
    known: KpiLevel

    @property
    def worth(self) -> int:
        units: int = self.level.on_hand + self.level.damaged + self.level.quarantined
        return units * self.cost


async def follow(events: Sequence[Event], position: int) -> bool:
    """Enter what has changed of the levels that events are about, and of some that were never
    read; returns whether anything has."""
    told = [each for each in events if each.kind in _KINDS]
    ids = sorted({each.variant_id for each in told if each.variant_id is not None})
    levels = {each.id: each for each in (await select(Level, variant_id__in=ids) if ids else [])}
    levels |= {each.id: each for each in await _next_levels()}
    moved: dict[tuple[int | None, int | None], list[Event]] = defaultdict(list)
    for each in told:
        if each.kind == StockMoved.__name__:
            moved[each.variant_id, each.location_id].append(each)
    today = now().astimezone(zone()).date()
    changes: dict[int, Changes] = {}
    costed = await _costed(levels.values())
    for row in costed:
        key = row.level.variant_id, row.level.location_id
        changes[row.level.id] = _changes(row, moved.get(key, []), today)
    return await _enter(costed, changes, position)


async def begin(position: int) -> None:
    """Take in what all levels were, day by day, as their movements tell, at what they cost now.
    Days are those of UTC here."""
    while levels := await _next_levels():
        costed = await _costed(levels)
        found: dict[int, Changes] = defaultdict(dict)
        dialect = get_connection("default").capabilities.dialect
        day = "(at AT TIME ZONE 'UTC')::date" if dialect == "postgres" else "substr(at, 1, 10)"
        costs = {each.level.id: each.cost for each in costed}
        for level_id, on, shipped, units in await ask(
            f"SELECT level_id, {day} AS day, SUM(CASE WHEN reason = '{MovementReason.SHIPPED}' "
            "THEN -on_hand_change ELSE 0 END), SUM(on_hand_change + damaged_change + "
            "quarantined_change) FROM stock_movements "
            f"WHERE level_id IN ({', '.join(f'{each:d}' for each in costs)}) GROUP BY 1, 2"
        ):
            cost = costs[level_id]
            found[level_id][as_day(on)] = int(shipped) * cost, int(units) * cost
        await _enter(costed, found, position)


async def _costed(levels: Iterable[Level]) -> list[_Costed]:
    rows = sorted(levels, key=lambda level: level.id)
    variants = await select_by_id(Variant, {level.variant_id for level in rows})
    ids = [level.id for level in rows]
    known = {each.level_id: each for each in (await select(KpiLevel, level_id__in=ids))}
    home = policies.current().home_currency
    return [
        _Costed(
            level=level,
            cost=(variants[level.variant_id].cost or 0)
            if variants[level.variant_id].currency == home
            else 0,
            known=known.get(level.id) or KpiLevel(level_id=level.id),
        )
        for level in rows
    ]


def _changes(costed: _Costed, moved: Sequence[Event], today: date) -> Changes:
    """What was shipped on each day, and what a level is worth more since it was read last."""
    shipped: dict[date, int] = defaultdict(int)
    day = today
    for event in moved:
        day = event.at.astimezone(zone()).date()
        is_new = (event.position or 0) > costed.known.position
        if is_new and event.details["reason"] == MovementReason.SHIPPED:
            shipped[day] -= event.details["on_hand_change"] * costed.cost
    more = costed.worth - costed.known.worth
    return {each: (shipped[each], more if each == day else 0) for each in {*shipped, day}}


async def _enter(costed: Sequence[_Costed], changes: Mapping[int, Changes], position: int) -> bool:
    entries: list[Entry] = []
    for each in costed:
        each.known.worth, each.known.position = each.worth, position
        for day, (shipped, more) in sorted(changes.get(each.level.id, {}).items()):
            if shipped or more:
                entries += [
                    Entry(
                        position=position,
                        place=Place(FIGURE, day, "", str(dimension), key, 0),
                        numerator=shipped,
                        denominator=more,
                        level_id=each.level.id,
                    )
                    for dimension, key in (
                        (KpiDimension.ALL, ""),
                        (KpiDimension.LOCATION, str(each.level.location_id)),
                    )
                ]
    await KpiLevel.bulk_create([each.known for each in costed if each.known.pk is None])
    if old := [each.known for each in costed if each.known.pk is not None]:
        await update(old, ("worth", "position"))
    await enter(entries)
    return bool(entries)


async def _next_levels() -> list[Level]:
    """The next levels that may never have been read; they count as read."""
    known = await select_one(LogCursor, reader=READER)
    if known is not None and known.position >= DONE:
        return []
    cursor = known or await event_log.hold(READER)
    found = await Level.filter(id__gt=cursor.position).order_by("id").limit(LEVELS_AT_ONCE)
    cursor.position = found[-1].id if found else DONE
    await update([cursor], ["position"])
    return found

"""How many units there are of lots, and how many of those are set aside."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tortoise.connection import get_connection

from models import Quant
from models.statements import select
from services.quants import STATES, NotEnough, Part


async def free_at(level_id: int, lot_ids: Sequence[int]) -> Counter[int]:
    """Good units of lots at a level that are not set aside. The caller has locked the level."""
    units: Counter[int] = Counter(dict.fromkeys(lot_ids, 0))
    for quant in await select(Quant, level_id=level_id, lot_id__in=lot_ids):
        units[quant.lot_id or 0] += quant.on_hand
    for (_, lot), kept in (await kept_at([level_id], lot_ids)).items():
        units[lot] -= kept
    return units


async def kept_at(level_ids: Iterable[int], lot_ids: Iterable[int]) -> Counter[tuple[int, int]]:
    """Units of lots that are set aside at levels, by level and lot, in one statement."""
    levels, lots = (", ".join(map(str, sorted(set(ids)))) for ids in (level_ids, lot_ids))
    if not (levels and lots):
        return Counter()
    rows = await get_connection("default").execute_query_dict(
        f"SELECT level_id, lot_id, SUM(quantity) AS units FROM ("
        "SELECT level_id, lot_id, quantity FROM reservations "
        f"WHERE status = 'active' AND lot_id IN ({lots}) AND level_id IN ({levels}) "
        "UNION ALL SELECT line.level_id, line.lot_id, line.allocated FROM transfer_lines AS line "
        "JOIN transfers ON transfers.id = line.transfer_id AND transfers.status = 'allocated' "
        f"WHERE line.allocated > 0 AND line.lot_id IN ({lots}) AND line.level_id IN ({levels})"
        ") AS kept GROUP BY level_id, lot_id"
    )
    return Counter({(row["level_id"], row["lot_id"]): int(row["units"]) for row in rows})


async def anywhere(lot_ids: Sequence[int]) -> set[int]:
    """Those of some lots of which a unit lies somewhere, in whatever state."""
    quants = await select(Quant, lot_id__in=lot_ids)
    return {
        each.lot_id
        for each in quants
        if each.lot_id is not None and any(getattr(each, state) for state in STATES)
    }


async def refuse_taking_kept(parts: Iterable[Part]) -> None:
    """Raise NotEnough where good units of a lot have gone from a level that are set aside. What
    was set aside and goes with its reservation was counted on both sides."""
    gone: Counter[tuple[int, int]] = Counter()
    for part in parts:
        if part.lot_id is not None and (part.on_hand or part.reserved):
            gone[part.change.level_id, part.lot_id] += part.on_hand - min(0, part.reserved)
    places = {place for place, units in gone.items() if units < 0}
    if not places:
        return
    levels, lots = {level for level, _ in places}, {lot for _, lot in places}
    kept = await kept_at(levels, lots)
    if not kept:
        return
    left: Counter[tuple[int, int]] = Counter()
    for quant in await select(Quant, level_id__in=levels, lot_id__in=lots):
        left[quant.level_id, quant.lot_id or 0] += quant.on_hand
    if any(left[place] < kept[place] for place in places):
        raise NotEnough

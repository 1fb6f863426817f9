"""Units that leave their bin as they are picked, so that the bin holds what its books say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.connection import get_connection

from models import Bin, FulfillmentLine, Level, MovementReason, Quant, StockState
from models.statements import select
from services import ledger
from services.actors import Actor
from services.bin_moves import dealt, moving
from services.ledger import Change

# A line of a fulfillment with the level that its units lie at, in one statement.
_WORK = """
    SELECT {columns}, kept.level_id AS level_id, kept.lot_id AS lot_id, level.in_bins AS in_bins
    FROM fulfillment_lines AS work
    JOIN reservations AS kept ON kept.id = work.reservation_id
    JOIN stock_levels AS level ON level.id = kept.level_id
    WHERE work.fulfillment_id = $1 ORDER BY work.id
"""


@dataclass(frozen=True, kw_only=True)
class Picked:
    """Units of a level, and of a lot of it where they are tracked, that somebody took for an
    order."""

    order_id: int
    level_id: int
    units: int
    lot_id: int | None = None


async def work_of(
    fulfillment_id: int,
) -> tuple[list[FulfillmentLine], dict[int, tuple[int, int | None]]]:
    """The lines of a fulfillment, and where the units of those lie whose level has bins: the
    level and the lot, by line."""
    connection = get_connection("default")
    executor = connection.executor_class(model=FulfillmentLine, db=connection)
    names = FulfillmentLine._meta.fields_db_projection.values()
    sql = _WORK.format(columns=", ".join(f"work.{name}" for name in names))
    more = ["level_id", "lot_id", "in_bins"]
    rows: list[Any] = await executor.execute_select(sql, [fulfillment_id], more)
    return rows, {row.id: (row.level_id, row.lot_id) for row in rows if row.in_bins}


def picked(
    order_id: int, places: Mapping[int, tuple[int, int | None]], units: Mapping[int, int]
) -> list[Picked]:
    """What was picked for an order, by line, where a level has bins."""
    return [
        Picked(order_id=order_id, level_id=level, lot_id=lot, units=units[line])
        for line, (level, lot) in places.items()
    ]


def taken(order_id: int, work: FulfillmentLine, units: int) -> Picked | None:
    """What was picked of a line whose reservation and level are read, where the level has bins."""
    kept = work.reservation
    if not kept.level.in_bins:
        return None
    return Picked(order_id=order_id, level_id=kept.level_id, units=units, lot_id=kept.lot_id)


async def take_out(actor: Actor, units: Iterable[Picked], *, bin_code: str | None = None) -> None:
    """Let picked units of levels with bins lie in none any more: those of the bin that was
    scanned first, then those of the bin where a picker finds them, then others.

    Where the bins hold fewer than were picked, the books of a bin are wrong, which is no reason
    to keep anybody from picking.
    """
    wanted = [each for each in units if each.units > 0]
    if not wanted:
        return
    ids = sorted({each.level_id for each in wanted})
    levels = {level.id: level for level in await select(Level, locked=True, id__in=ids)}
    scanned: set[int | None] = set()
    if bin_code is not None:
        there = {level.location_id for level in levels.values()}
        scanned = {row.id for row in await select(Bin, location_id__in=there, code=bin_code)}
    lying: dict[int, list[Quant]] = defaultdict(list)
    for quant in await select(Quant, level_id__in=ids):
        if quant.bin_id is not None and quant.on_hand:
            lying[quant.level_id].append(quant)
    changes: dict[int, list[Change]] = defaultdict(list)
    for each in wanted:
        found = [quant for quant in lying[each.level_id] if each.lot_id in (None, quant.lot_id)]
        first = (scanned, {levels[each.level_id].bin_id})
        leaving = dealt(_by_bin(found, first), StockState.GOOD, each.units)
        changes[each.order_id] += moving(each.level_id, leaving, None)
        for quant, gone in leaving:
            quant.on_hand -= gone
    for order_id, moved in sorted(changes.items()):
        await ledger.move(actor, MovementReason.MOVED, moved, order_id=order_id)


def _by_bin(found: Iterable[Quant], first: Iterable[set[int | None]]) -> list[Quant]:
    """Quants in the order of asking: those in some bins before those in others."""
    bins = list(first)
    return sorted(found, key=lambda quant: ([quant.bin_id not in each for each in bins], quant.id))


async def lock(variant_ids: Sequence[int]) -> None:
    """Lock every level of some variants at once: who picks some and then reserves others would
    else lock them in two goes, and could wait in a circle with somebody else."""
    await select(Level, locked=True, variant_id__in=variant_ids)

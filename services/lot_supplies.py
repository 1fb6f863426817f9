"""Which units of lots can be promised, and in which order they leave."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tortoise.connection import get_connection

from models import Rotation
from services import policies
from services.clock import now


@dataclass(frozen=True, kw_only=True)
class LotSupply:
    """Units of a lot at a level that are not set aside. They may be sent if the lot keeps for
    `fresh_days` after the day on which they are delivered."""

    level_id: int
    variant_id: int
    lot_id: int
    units: int
    expires_on: date | None = None
    fresh_days: int = 0
    recalled: bool = False

    def is_good(self, delivered_on: date) -> bool:
        if self.recalled:
            return False
        if self.expires_on is None:
            return True
        return delivered_on + timedelta(days=self.fresh_days) <= self.expires_on


async def of_variants(variant_ids: Iterable[int]) -> list[LotSupply]:
    """What lies where of each lot of variants, in the order in which it leaves: by rotation, what
    expires first or what came first, and in a tie what came first."""
    variants = ", ".join(map(str, sorted(set(variant_ids))))
    if not variants:
        return []
    rows = await get_connection("default").execute_query_dict(_SUPPLIES.format(variants=variants))
    rows.sort(key=_turn)
    return [
        LotSupply(
            level_id=row["level_id"],
            variant_id=row["variant_id"],
            lot_id=row["lot_id"],
            units=int(row["units"]) - int(row["kept"]),
            expires_on=_day(row["expires_on"]),
            fresh_days=row["fresh_days"],
            recalled=row["recalled_at"] is not None,
        )
        for row in rows
    ]


async def unfit(variant_ids: Iterable[int]) -> Counter[tuple[int, int]]:
    """Free units of lots that cannot be promised to anybody any more, by variant and level."""
    return unfit_of(await of_variants(variant_ids))


def unfit_of(supplies: Iterable[LotSupply]) -> Counter[tuple[int, int]]:
    at, found = soonest(), Counter[tuple[int, int]]()
    for supply in supplies:
        if not supply.is_good(at):
            found[supply.variant_id, supply.level_id] += max(0, supply.units)
    return found


def soonest() -> date:
    """The first day on which what is ordered now could be delivered."""
    return (now() + timedelta(minutes=policies.current().handling_minutes)).date()


def _turn(row: dict[str, object]) -> tuple[object, ...]:
    came = (str(row["received_at"] or ""), row["lot_id"])
    if row["rotation"] == Rotation.FIFO:
        return came
    expires_on = row["expires_on"]
    return (expires_on is None, str(expires_on), *came)


def _day(value: date | str | None) -> date | None:
    # SQLite keeps dates as text, and these rows are read without their model.
    return date.fromisoformat(value) if isinstance(value, str) else value


_SUPPLIES = """
    SELECT level.id AS level_id, level.variant_id, lot.id AS lot_id, lot.expires_on,
           lot.recalled_at, lot.received_at, variant.rotation, variant.fresh_days,
           SUM(quant.on_hand) AS units, COALESCE(MAX(kept.units), 0) AS kept
    FROM stock_levels AS level
    JOIN locations AS place ON place.id = level.location_id AND place.archived_at IS NULL
    JOIN stock_quants AS quant ON quant.level_id = level.id AND quant.on_hand > 0
    JOIN lots AS lot ON lot.id = quant.lot_id
    JOIN variants AS variant ON variant.id = level.variant_id
    LEFT JOIN (
      SELECT level_id, lot_id, SUM(quantity) AS units FROM (
        SELECT row.level_id, row.lot_id, row.quantity FROM reservations AS row
        JOIN stock_levels AS at ON at.id = row.level_id AND at.variant_id IN ({variants})
        WHERE row.status = 'active'
        UNION ALL
        SELECT line.level_id, line.lot_id, line.allocated FROM transfer_lines AS line
        JOIN transfers ON transfers.id = line.transfer_id AND transfers.status = 'allocated'
        WHERE line.variant_id IN ({variants}) AND line.allocated > 0
      ) AS each_one GROUP BY level_id, lot_id
    ) AS kept ON kept.level_id = level.id AND kept.lot_id = lot.id
    WHERE level.variant_id IN ({variants})
    GROUP BY level.id, level.variant_id, lot.id, lot.expires_on, lot.recalled_at, lot.received_at,
             variant.rotation, variant.fresh_days
"""

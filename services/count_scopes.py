"""What a stock count has to count: the places in its scope, fixed in as many statements however
many there are."""

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from models import CountLine, CountScope, StockCount
from models.errors import Blocked, Refused
from services import policies
from services.clock import now

# Units that are picked and not handed over yet: the ledger has them in no bin in particular, and
# nobody who counts shelves comes across them.
PICKED = """
    COALESCE((
      SELECT SUM(work.picked) FROM reservations AS kept
      JOIN fulfillment_lines AS work ON work.line_id = kept.line_id
       AND work.reservation_id = kept.id
      JOIN fulfillments ON fulfillments.id = work.fulfillment_id
       AND fulfillments.status NOT IN ('cancelled', 'handed_over')
      WHERE kept.level_id = {level} AND kept.status = 'active'
        AND COALESCE(kept.lot_id, 0) = COALESCE({lot}, 0)
    ), 0)
"""

_NONE = "CAST(NULL AS BIGINT)"
_OF_TAKEN = f"kept.level_id, level.variant_id, {_NONE}, kept.lot_id"
_INSERT = """
    INSERT INTO stock_count_lines (version, created_at, updated_at, count_id, level_id, variant_id,
                                   bin_id, lot_id, watermark, round, is_found, open_key)
    SELECT 1, '{now}', '{now}', {count}, {columns}, 0, 1, FALSE, {key} {rest}
"""


async def fix(count: StockCount) -> int:
    """Make the lines of a count that is being opened; returns how many there are.

    Refused where another count under way counts any of it: two could not both be posted.
    """
    try:
        await _insert(
            count, "quant.level_id, level.variant_id, quant.bin_id, quant.lot_id", _quants(count)
        )
        if count.scope is not CountScope.BINS:
            await _insert(count, _OF_TAKEN, _taken(count))
        if count.scope in (CountScope.LOCATION, CountScope.BINS):
            nothing = f"{_NONE}, {_NONE}, bin.id, {_NONE}"
            await _insert(count, nothing, _empty_bins(count), "'bin:' || bin.id")
        else:
            home = f"level.id, level.variant_id, level.bin_id, {_NONE}"
            await _insert(count, home, _empty(count))
    except IntegrityError as error:
        message = "Another count that is under way counts some of this. Post or cancel that first."
        raise Refused(Blocked(message=message, path=("id",))) from error
    [found] = await get_connection("default").execute_query_dict(
        f"SELECT COUNT(*) AS lines FROM stock_count_lines WHERE count_id = {count.id:d}"
    )
    return int(found["lines"])


async def fix_bin(count: StockCount, bin_id: int | None) -> int:
    """Make lines of what the ledger has in a bin by now, where the whole bin is counted; returns
    how many those are."""
    if count.scope not in (CountScope.LOCATION, CountScope.BINS):
        return 0
    before = await CountLine.filter(count_id=count.id).count()
    try:
        await _insert(
            count,
            "quant.level_id, level.variant_id, quant.bin_id, quant.lot_id",
            _quants(count, bin_id or 0),
        )
        if bin_id is None:
            await _insert(count, _OF_TAKEN, _taken(count))
    except IntegrityError as error:
        message = "Another count that is under way counts some of this. Post or cancel that first."
        raise Refused(Blocked(message=message, path=("id",))) from error
    return await CountLine.filter(count_id=count.id).count() - before


def open_key(level_id: int, bin_id: int | None, lot_id: int | None) -> str:
    """Names a place while somebody counts it."""
    return f"{level_id}:{bin_id or 0}:{lot_id or 0}"


async def _insert(count: StockCount, columns: str, rest: str, key: str = "") -> None:
    level, _, bin_id, lot_id = columns.split(", ")
    key = key or f"{level} || ':' || COALESCE({bin_id}, 0) || ':' || COALESCE({lot_id}, 0)"
    await get_connection("default").execute_query(
        _INSERT.format(now=now(), count=count.id, columns=columns, key=key, rest=rest)
    )


def _quants(count: StockCount, bin_id: int | None = None) -> str:
    """What lies in the scope, in some bin or in none, and has no line yet; of one bin alone, if
    that is given, 0 being none."""
    here = "TRUE" if bin_id is None else f"COALESCE(quant.bin_id, 0) = {bin_id:d}"
    picked = PICKED.format(level="quant.level_id", lot="quant.lot_id")
    return f"""
        FROM stock_quants AS quant JOIN stock_levels AS level ON level.id = quant.level_id
        WHERE level.location_id = {count.location_id:d} AND {_in_scope(count)}
          AND (quant.bin_id IS NOT NULL OR quant.on_hand <> {picked}) AND {here}
          AND {_no_line(count, "quant")}
        ORDER BY quant.bin_id, level.variant_id, quant.lot_id
    """


def _taken(count: StockCount) -> str:
    """What lies in no bin by what was picked, and not by the ledger, which had it elsewhere."""
    return f"""
        FROM fulfillments JOIN fulfillment_lines AS work
          ON work.fulfillment_id = fulfillments.id AND work.picked > 0
        JOIN reservations AS kept ON kept.id = work.reservation_id AND kept.status = 'active'
        JOIN stock_levels AS level ON level.id = kept.level_id
        WHERE fulfillments.location_id = {count.location_id:d}
          AND fulfillments.status IN ('picking', 'picked', 'packing', 'packed')
          AND {_in_scope(count)}
          AND NOT EXISTS (
            SELECT 1 FROM stock_quants AS quant
            WHERE quant.level_id = kept.level_id AND quant.bin_id IS NULL
              AND COALESCE(quant.lot_id, 0) = COALESCE(kept.lot_id, 0)
          )
          AND {_no_line(count, "kept", in_bin=False)}
        GROUP BY kept.level_id, level.variant_id, kept.lot_id
    """


def _empty(count: StockCount) -> str:
    """Where the variants in the scope would lie if there were any."""
    return f"""
        FROM stock_levels AS level
        WHERE level.location_id = {count.location_id:d} AND {_in_scope(count)}
          AND NOT EXISTS (
            SELECT 1 FROM stock_count_lines AS line
            WHERE line.count_id = {count.id:d} AND line.level_id = level.id
          )
        ORDER BY level.bin_id, level.variant_id
    """


def _empty_bins(count: StockCount) -> str:
    named = f"AND bin.id IN ({_ids(count.bin_ids)})" if count.scope is CountScope.BINS else ""
    return f"""
        FROM bins AS bin
        WHERE bin.location_id = {count.location_id:d} AND bin.archived_at IS NULL {named}
          AND NOT EXISTS (SELECT 1 FROM stock_quants WHERE stock_quants.bin_id = bin.id)
        ORDER BY bin.position, bin.id
    """


def _no_line(count: StockCount, place: str, *, in_bin: bool = True) -> str:
    bin_id = f"COALESCE({place}.bin_id, 0)" if in_bin else "0"
    return f"""NOT EXISTS (
        SELECT 1 FROM stock_count_lines AS line
        WHERE line.count_id = {count.id:d} AND line.level_id = {place}.level_id
          AND COALESCE(line.bin_id, 0) = {bin_id}
          AND COALESCE(line.lot_id, 0) = COALESCE({place}.lot_id, 0)
    )"""


def _in_scope(count: StockCount) -> str:
    if count.scope is CountScope.BINS:
        return f"quant.bin_id IN ({_ids(count.bin_ids)})"
    if count.scope is CountScope.VARIANTS:
        return f"level.variant_id IN ({_ids(count.variant_ids)})"
    if count.scope is CountScope.VALUE_CLASS:
        return f"level.value_class = '{count.value_class}'"
    if count.scope is CountScope.CYCLE:
        # What another count has under way is being counted already.
        return f"""level.id IN (
            SELECT due.id FROM stock_levels AS due
            WHERE due.location_id = {count.location_id:d} AND due.count_due_at <= '{now()}'
              AND NOT EXISTS (
                SELECT 1 FROM stock_count_lines AS other
                WHERE other.level_id = due.id AND other.open_key IS NOT NULL
                  AND other.count_id <> {count.id:d}
              )
            ORDER BY due.value_class, due.count_due_at, due.id
            LIMIT {policies.current().cycle_lines:d}
        )"""
    return "TRUE"


def _ids(ids: list[int]) -> str:
    return ", ".join(f"{each:d}" for each in ids) or "NULL"

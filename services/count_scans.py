"""Scans of a stock count: what somebody counted of a line, while sales and receipts go on.

What lies in a place is P, what the ledger says of it is L; a sale, a pick or a receipt changes both
alike, so by how much the ledger is wrong, D = P - L, stays the same whatever happens meanwhile.
Each scan reads L under the lock of the level, in the same moment as its units are counted:

    all units at once      C = q                   D = C - L
    more units             C = C' + q + m          D = C - L

C' is what had been counted before, q what is counted now. m is by how much units moved in or out
since the scan before, if they moved among those counted already (`meanwhile: COUNTED`), and 0 if
they moved among those that were not (`UNCOUNTED`). Nobody but the counter can know which, and for
D it matters, so where units moved and the counter does not say, the scan is refused. Corrections
of the ledger (adjustments, units not found when picking) move nothing: they are in L, not in m.

Until the count is posted D is kept up in the same way, as variances.py and count_postings.py say:
what moves changes both P and L, and what is corrected is taken off D.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.connection import get_connection

from models import (
    Bin,
    CountLine,
    CountScan,
    Level,
    Lot,
    Meanwhile,
    Quant,
    StockCount,
    StockCountStatus,
    Tracking,
    Variant,
)
from models.errors import Blocked, NotFound, Problem, Refused, refuse_any
from models.statements import get, select, select_one, update
from services import count_scopes, lots, scopes, stock, storage
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.count_scopes import PICKED, open_key
from services.facts.counts import StockCountScanned
from services.inputs import Inputs
from services.variances import CORRECTIONS

# Of what lies in no bin, these take what was picked, which nobody counts.
_OF_PICKED = "('shipped', 'sent', 'moved')"
_NEVER = 2**62


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What a counter saw: units of a line, or of what has a code, in a bin or in none."""

    quantity: int
    line_id: int | None = None
    bin_code: str | None = None
    code: str | None = None
    lot_code: str | None = None
    is_absolute: bool = False
    meanwhile: Meanwhile | None = None


@dataclass(frozen=True, kw_only=True)
class _Balance:
    """What the ledger says of a place, up to which movement, and how many units moved since."""

    units: int
    watermark: int
    moved: int = 0
    has_moved: bool = False


@operation
async def scan(actor: Actor, count_id: int, seen: Sighting) -> CountLine:
    """Count units of a line, or of whatever was found in a bin: more of them or, `absolute`, all
    that lie there. What nobody expected there becomes a line of its own.

    Refused as MOVED_MEANWHILE where units were moved since the line's last scan and the counter
    does not say where they were.
    """
    count = await scopes.take(actor, StockCount, count_id)
    refuse_any(reasons_not_to_scan(count))
    inputs = Inputs()
    inputs.number(seen.quantity, "quantity", least=0)
    if (seen.line_id is None) is (seen.code is None):
        inputs.wrong("Give the line, or the code of what was found.", "lineId")
    inputs.refuse()
    line = await _line(actor, count, seen)
    new = not line.is_counted
    if line.level_id is None:
        _refuse_units_of_nothing(seen)
        line.look_at(at=now())
    else:
        await get(Level, line.level_id, locked=True)
        await _refuse_impossible(line, seen)
        await _count(actor, line, seen)
    await _note(actor, count, [line], int(new))
    return line


@operation
async def finish_bin(actor: Actor, count_id: int, *, bin_code: str | None) -> StockCount:
    """Say that nothing else lies in a bin, or outside of bins: what nobody has counted there is
    counted as none, also what the ledger has put there since the count was opened."""
    count = await scopes.take(actor, StockCount, count_id)
    refuse_any(reasons_not_to_scan(count))
    place = await _bin(count, bin_code)
    place_id = place.id if place else None
    count.lines_total += await count_scopes.fix_bin(count, place_id)
    lines = await select(CountLine, count_id=count.id, bin_id=place_id, counted=None)
    levels = sorted({line.level_id for line in lines if line.level_id is not None})
    await select(Level, locked=True, id__in=levels)
    for line in lines:
        if line.level_id is None:
            line.look_at(at=now())
        else:
            await _count(actor, line, Sighting(quantity=0, is_absolute=True))
    await _note(actor, count, lines, len(lines))
    return count


def reasons_not_to_scan(count: StockCount) -> list[Problem]:
    if count.status is StockCountStatus.OPEN:
        return []
    if count.status is StockCountStatus.DRAFT:
        return [Blocked(message=f"{count.number} is not open yet.", path=("id",))]
    return [Blocked(message=f"{count.number} is {count.status.spoken}.", path=("id",))]


async def _count(actor: Actor, line: CountLine, seen: Sighting) -> None:
    """Add a scan to a line, whose level is locked."""
    balance = await _balance(line)
    counted = seen.quantity
    if not seen.is_absolute and line.counted is not None:
        if balance.has_moved and seen.meanwhile is None:
            raise Refused(_moved(line))
        among_counted = seen.meanwhile is Meanwhile.COUNTED
        counted += line.counted + (balance.moved if among_counted else 0)
    if counted < 0:
        message = "More units have left than were counted. Count all that lie there again."
        raise Refused(Problem(message=message, path=("meanwhile",)))
    moment = now()
    line.count_units(
        counted=counted, expected=balance.units, watermark=balance.watermark, at=moment
    )
    await CountScan.create(
        count_id=line.count_id,
        line_id=line.id,
        round=line.round,
        quantity=seen.quantity,
        is_absolute=seen.is_absolute,
        meanwhile=seen.meanwhile if balance.has_moved else None,
        balance=balance.units,
        counted=counted,
        actor=actor.label,
        at=moment,
    )


def _moved(line: CountLine) -> Problem:
    return Blocked(
        code="MOVED_MEANWHILE",
        message=f"Units of {line.number} left or came since its last scan. Say whether those were "
        "among the counted ones, or count all that lie there again.",
        path=("meanwhile",),
    )


async def _balance(line: CountLine) -> _Balance:
    """What the ledger says of a line's place now. Units that are picked lie there no more."""
    level, bin_id, lot_id = line.level_id or 0, line.bin_id or 0, line.lot_id or 0
    picked = PICKED.format(level=f"{level:d}", lot=f"{lot_id:d}") if not bin_id else "0"
    passing = f"AND reason NOT IN {_OF_PICKED}" if not bin_id else ""
    [found] = await get_connection("default").execute_query_dict(f"""
        SELECT
          COALESCE((
            SELECT SUM(on_hand) FROM stock_quants
            WHERE level_id = {level:d} AND COALESCE(bin_id, 0) = {bin_id:d}
              AND COALESCE(lot_id, 0) = {lot_id:d}
          ), 0) - {picked} AS units,
          COALESCE(
            (SELECT MAX(id) FROM stock_movements WHERE level_id = {level:d}), 0
          ) AS watermark,
          COALESCE(SUM(CASE WHEN reason IN {CORRECTIONS} THEN on_hand_change END), 0) AS corrected,
          COALESCE(SUM(CASE WHEN reason NOT IN {CORRECTIONS} {passing} THEN 1 END), 0) AS moves
        FROM stock_movements
        WHERE level_id = {level:d} AND id > {line.watermark if line.is_counted else _NEVER:d}
          AND COALESCE(bin_id, 0) = {bin_id:d} AND COALESCE(lot_id, 0) = {lot_id:d}
          AND on_hand_change <> 0
    """)
    units = int(found["units"])
    moved = 0 if line.expected is None else units - line.expected - int(found["corrected"])
    return _Balance(
        units=units,
        watermark=int(found["watermark"]),
        moved=moved,
        has_moved=line.is_counted and bool(moved or found["moves"]),
    )


async def _note(actor: Actor, count: StockCount, lines: Sequence[CountLine], new: int) -> None:
    """Save lines that were just counted, so many of them for the first time."""
    if not lines:
        return
    for line in lines:
        line.version += 1
    await update(lines, ("counted", "expected", "watermark", "counted_at", "version"))
    count.lines_counted += new
    await update([count], ("lines_total", "lines_counted"))
    for line in lines:
        announce(
            actor,
            StockCountScanned(
                location_id=count.location_id,
                stock_count_id=count.id,
                count_line_id=line.id,
                lines_counted=count.lines_counted,
                lines=count.lines_total,
            ),
        )


async def _line(actor: Actor, count: StockCount, seen: Sighting) -> CountLine:
    """The line that was counted, made where nobody expected it. Each bin that should be empty and
    is not has been looked at."""
    if seen.line_id is not None:
        line = await select_one(CountLine, id=seen.line_id, count_id=count.id)
        if line is None:
            raise Refused(scopes.not_found(CountLine, ("lineId",)))
        return line
    place = await _bin(count, seen.bin_code)
    variant, lot = await _found(seen)
    level = await stock.level_of(actor, variant.id, count.location_id)
    if lot is None and seen.lot_code is not None:
        lot = await lots.take_in(actor, variant, code=seen.lot_code, path=("lotCode",))
    place_id, lot_id = place.id if place else None, lot.id if lot else None
    known = await select_one(
        CountLine, count_id=count.id, level_id=level.id, bin_id=place_id, lot_id=lot_id
    )
    if known is not None:
        return known
    # What lies where it may not lie has to be put elsewhere before it can be counted there.
    refuse_any(await storage.reasons_not_to_put(level, place, "binCode"))
    return await _find(actor, count, level, place_id, lot_id)


async def _find(
    actor: Actor, count: StockCount, level: Level, bin_id: int | None, lot_id: int | None
) -> CountLine:
    key = open_key(level.id, bin_id, lot_id)
    other = await select_one(CountLine, open_key=key)
    if other is not None:
        message = f"{StockCount.number_of(other.count_id)} is under way and counts this."
        raise Refused(Blocked(message=message, path=("id",)))
    line = await CountLine.create(
        count_id=count.id,
        level_id=level.id,
        variant_id=level.variant_id,
        bin_id=bin_id,
        lot_id=lot_id,
        is_found=True,
        open_key=key,
    )
    count.lines_total += 1
    if bin_id is not None:
        where = {"count_id": count.id, "bin_id": bin_id, "level_id": None, "counted": None}
        looked_at = await select(CountLine, **where)
        for empty in looked_at:
            empty.look_at(at=now())
        await _note(actor, count, looked_at, len(looked_at))
    return line


async def _bin(count: StockCount, code: str | None) -> Bin | None:
    """The bin that was scanned; none is no bin in particular."""
    place = None
    if code is not None:
        place = await select_one(
            Bin, location_id=count.location_id, code=code.strip().upper(), archived_at=None
        )
        if place is None:
            message = f"There is no bin {code.strip()} here."
            raise Refused(NotFound(message=message, path=("binCode",)))
    if count.bin_ids and (place is None or place.id not in count.bin_ids):
        message = f"{count.number} does not count {place.code if place else 'outside of its bins'}."
        raise Refused(Problem(message=message, path=("binCode",)))
    return place


async def _found(seen: Sighting) -> tuple[Variant, Lot | None]:
    """What has the code that was scanned: a barcode, a stock keeping unit, or that of a lot."""
    code = (seen.code or "").strip()
    variants = await select(Variant, barcode=code) or await select(Variant, sku=code)
    if variants:
        [variant] = variants
        if seen.lot_code is None:
            return variant, None
        return variant, await select_one(Lot, variant_id=variant.id, code=seen.lot_code.strip())
    found = await select(Lot, code=code)
    if len(found) == 1 and seen.lot_code is None:
        return await get(Variant, found[0].variant_id), found[0]
    message = f"Nothing that is sold, and no lot, has the code {code}."
    if found:
        message = f"{len(found)} variants have a lot {code}. Scan the item, and give the lot."
    raise Refused(NotFound(message=message, path=("code",)))


async def _refuse_impossible(line: CountLine, seen: Sighting) -> None:
    """Refuse units of no lot of what is told apart by lots, and two units of one serial number."""
    variant = await get(Variant, line.variant_id or 0)
    if line.lot_id is None and seen.quantity and variant.tracking is not Tracking.NONE:
        message = f"Say of which lot the units of {variant.sku} are."
        raise Refused(Problem(message=message, path=("lotCode",)))
    before = 0 if seen.is_absolute else line.counted or 0
    if variant.tracking is Tracking.SERIAL and before + seen.quantity > 1:
        message = f"There is one unit of each serial number of {variant.sku}."
        raise Refused(Problem(message=message, path=("quantity",)))
    if variant.tracking is Tracking.SERIAL and seen.quantity:
        await _refuse_elsewhere(line)


async def _refuse_elsewhere(line: CountLine) -> None:
    """Refuse a serial number that was counted in another place, or lies there by the ledger and is
    not counted there: it would be posted as two units."""
    lines = await select(CountLine, count_id=line.count_id, lot_id=line.lot_id)
    others = [each for each in lines if each.id != line.id]
    if any(each.counted for each in others):
        message = "This serial number has been counted in another place already."
        raise Refused(Blocked(message=message, path=("lotCode",)))
    counted = {(each.level_id, each.bin_id) for each in lines}
    for quant in await select(Quant, lot_id=line.lot_id):
        if quant.on_hand and (quant.level_id, quant.bin_id) not in counted:
            message = "This serial number lies in another place by the books. Count 0 there first."
            raise Refused(Blocked(message=message, path=("lotCode",)))


def _refuse_units_of_nothing(seen: Sighting) -> None:
    if seen.quantity:
        message = "This bin should be empty. Scan the code of what you found in it."
        raise Refused(Problem(message=message, path=("code",)))

"""Variances: where a count found something else than the ledger says, what that is worth, and what
people make of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tortoise.connection import get_connection

from models import (
    CountLine,
    MovementReason,
    StockCount,
    StockCountStatus,
    Variance,
    VarianceCause,
    VarianceStatus,
    Variant,
)
from models.errors import Blocked, Problem, refuse_any
from models.statements import get, select, select_by_id
from services import scopes
from services.actors import Actor, Permission
from services.clock import now
from services.commit import announce, operation
from services.facts.counts import (
    VarianceAccepted,
    VarianceExplained,
    VarianceInvestigated,
)
from services.inputs import Inputs

NOTE_LENGTH = 500
# These put the ledger right; nothing moves.
CORRECTIONS = f"('{MovementReason.ADJUSTED}', '{MovementReason.COUNTED}')"
# Which movements have corrected a place since it was looked at.
CORRECTED = f"""moved.level_id = place.level_id AND moved.id > place.watermark
    AND moved.reason IN {CORRECTIONS}
    AND COALESCE(moved.bin_id, 0) = COALESCE(place.bin_id, 0)
    AND COALESCE(moved.lot_id, 0) = COALESCE(place.lot_id, 0)"""
_V = VarianceStatus


@operation
async def investigate(actor: Actor, variance_id: int) -> Variance:
    """Begin to look into what caused a variance."""
    variance = await _take(actor, variance_id)
    variance.investigate()
    await variance.store()

    announce(actor, VarianceInvestigated(**_about(variance)))
    return variance


@operation
async def explain(
    actor: Actor, variance_id: int, *, cause: VarianceCause, note: str = ""
) -> Variance:
    """Say what caused a variance. What nobody can explain needs a note on what was tried."""
    variance = await _take(actor, variance_id)
    inputs = Inputs()
    least = 1 if cause is VarianceCause.UNEXPLAINED else 0
    note = inputs.text(note, "note", least=least, most=NOTE_LENGTH)
    inputs.refuse()
    variance.explain(cause=cause, note=note, by=actor.label)
    await variance.store()

    announce(actor, VarianceExplained(**_about(variance), cause=cause))
    return variance


@operation
async def accept(actor: Actor, variance_id: int) -> Variance:
    """Accept a variance that is explained: it is posted with its count."""
    variance = await _take(actor, variance_id)
    variance.accept(by=actor.label)
    await variance.store()

    announce(actor, VarianceAccepted(**_about(variance)))
    return variance


async def find_variances(count: StockCount) -> None:
    """Make a variance of each line of a count that differs. One that stands already, as only other
    lines were counted again, stays as it is.

    What somebody corrected since a line was scanned is part of what the ledger says, and moved
    nothing: a place that was right and is corrected all the same differs by that.
    """
    rows = await get_connection("default").execute_query_dict(f"""
        SELECT * FROM (
          SELECT place.id, place.expected + COALESCE((
                   SELECT SUM(moved.on_hand_change) FROM stock_movements AS moved WHERE {CORRECTED}
                 ), 0) AS expected, place.counted, (
                   SELECT MAX(moved.id) FROM stock_movements AS moved
                   WHERE moved.level_id = place.level_id
                 ) AS watermark
          FROM stock_count_lines AS place
          WHERE place.count_id = {count.id:d} AND place.level_id IS NOT NULL
            AND NOT EXISTS (
              SELECT 1 FROM stock_variances AS known
              WHERE known.line_id = place.id AND known.is_current
            )
        ) AS reckoned WHERE counted <> expected
    """)
    found = {row["id"]: (int(row["expected"]), row["watermark"] or 0) for row in rows}
    lines = await select(CountLine, id__in=sorted(found))
    variants = await select_by_id(Variant, [line.variant_id or 0 for line in lines])
    await Variance.bulk_create(
        _variance(count, line, variants[line.variant_id or 0], *found[line.id]) for line in lines
    )


def _variance(
    count: StockCount, line: CountLine, variant: Variant, expected: int, watermark: int
) -> Variance:
    units = (line.counted or 0) - expected
    return Variance(
        count_id=count.id,
        line_id=line.id,
        level_id=line.level_id or 0,
        location_id=count.location_id,
        variant_id=variant.id,
        bin_id=line.bin_id,
        lot_id=line.lot_id,
        expected=expected,
        counted=line.counted,
        quantity=units,
        value=units * worth(variant),
        currency=variant.currency,
        watermark=watermark,
        seen_at=line.counted_at or now(),
    )


def worth(variant: Variant) -> int:
    """What a unit cost us or, where nobody knows, what it is sold for."""
    value: int = variant.price if variant.cost is None else variant.cost
    return value


def reasons_not_to_change(count: StockCount, variance: Variance) -> list[Problem]:
    if variance.is_current is None:
        message = f"{variance.number} was counted again; it no longer stands."
        return [Blocked(message=message, path=("id",))]
    if count.status in (StockCountStatus.COUNTED, StockCountStatus.REVIEW):
        return []
    message = f"{count.number} is {count.status.spoken}; its variances stand."
    if count.status is StockCountStatus.OPEN:
        message = f"{count.number} is being counted. Look into it when that is over."
    return [Blocked(message=message, path=("id",))]


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount of money, in minor units."""

    amount: int
    currency: str


def sums(values: Iterable[tuple[int, str]]) -> list[Amount]:
    """Amounts by currency, which are never added up across currencies."""
    total: Counter[str] = Counter()
    for value, currency in values:
        total[currency] += value
    return [Amount(amount=total[code], currency=code) for code in sorted(total)]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How right the ledger was: `accuracy` is the share of lines without a variance, `shrinkage`
    what is missing less what was found too many, `turnover` both added up."""

    accuracy: float
    lines_right: int
    lines: int
    shrinkage: Sequence[Amount]
    turnover: Sequence[Amount]


async def outcomes(actor: Actor, counts: Sequence[StockCount]) -> list[Outcome | None]:
    """How right the ledger was about each count; None before everything is counted, or for those
    who may not see it.

    Inventory record accuracy is the share of records that agree with what was counted (Piasecki,
    Inventory Accuracy, 2003).
    """
    open_ones = [count for count in counts if _is_judged(actor, count)]
    rows = await select(Variance, count_id__in=[each.id for each in open_ones], is_current=True)
    return [_outcome(count, rows) if count in open_ones else None for count in counts]


def _is_judged(actor: Actor, count: StockCount) -> bool:
    hidden = {StockCountStatus.DRAFT, StockCountStatus.OPEN, StockCountStatus.CANCELLED}
    return actor.may(Permission.COUNTS_REVIEW) and count.status not in hidden


def _outcome(count: StockCount, rows: Sequence[Variance]) -> Outcome:
    mine = [row for row in rows if row.count_id == count.id]
    right = count.lines_total - len(mine)
    return Outcome(
        accuracy=right / count.lines_total if count.lines_total else 1.0,
        lines_right=right,
        lines=count.lines_total,
        shrinkage=sums((-row.value, row.currency) for row in mine),
        turnover=sums((abs(row.value), row.currency) for row in mine),
    )


async def _take(actor: Actor, variance_id: int) -> Variance:
    """A variance that stands, of a count under review, which is locked first."""
    seen = await scopes.find(actor, Variance, variance_id)
    count = await get(StockCount, seen.count_id, locked=True)
    variance = await get(Variance, seen.id)
    refuse_any(reasons_not_to_change(count, variance))
    return variance


def _about(variance: Variance) -> dict[str, int]:
    return {
        "location_id": variance.location_id,
        "variant_id": variance.variant_id,
        "stock_count_id": variance.count_id,
        "variance_id": variance.id,
    }

"""Stock counts: plan, open, complete, review, count again, cancel.

How a line is reckoned stands in count_scans.py; what is done with what differs in variances.py
and count_postings.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import (
    Bin,
    CountLine,
    CountScan,
    CountScope,
    Location,
    StockCount,
    StockCountStatus,
    ValueClass,
    Variance,
    Variant,
)
from models.errors import Blocked, Problem, Refused, refuse_any
from models.rows import store_all
from models.statements import select
from services import count_scopes, records, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.counts import (
    StockCountCancelled,
    StockCountCompleted,
    StockCountCreated,
    StockCountFact,
    StockCountOpened,
    StockCountReopened,
    StockCountReviewed,
)
from services.inputs import Inputs
from services.variances import find_variances

MOST_NAMED = 500
NOTE_LENGTH = 500
_S = StockCountStatus


@dataclass(frozen=True, kw_only=True)
class CountDraft:
    """What to count at a location, and how."""

    scope: CountScope = CountScope.LOCATION
    bin_ids: Sequence[int] = ()
    variant_ids: Sequence[int] = ()
    value_class: ValueClass | None = None
    is_blind: bool = True
    due_at: datetime | None = None
    note: str = ""


@operation
async def create(actor: Actor, location_id: int, draft: CountDraft) -> StockCount:
    """Plan a stock count: what of a location is to be counted, and by when. Who counts a blind one
    is not told what the ledger expects."""
    location = await scopes.find(actor, Location, location_id, "locationId")
    records.refuse_archived(location, "locationId")
    inputs = Inputs()
    note = inputs.text(draft.note, "note", least=0, most=NOTE_LENGTH)
    if draft.due_at is not None:
        inputs.moment(draft.due_at, "dueAt")
    await _check_scope(actor, inputs, location, draft)
    inputs.refuse()
    count = await StockCount.create(
        location_id=location.id,
        scope=draft.scope,
        bin_ids=sorted(set(draft.bin_ids)),
        variant_ids=sorted(set(draft.variant_ids)),
        value_class=draft.value_class,
        is_blind=draft.is_blind,
        due_at=draft.due_at,
        note=note,
        actor=actor.label,
    )

    announce(
        actor,
        StockCountCreated(location_id=location.id, stock_count_id=count.id, scope=count.scope),
    )
    return count


@operation
async def open(actor: Actor, count_id: int) -> StockCount:
    """Fix what a stock count has to count, empty bins included, and let people count it. Sales,
    picks and receipts go on meanwhile. Refused where another count under way counts any of it."""
    count = await scopes.take(actor, StockCount, count_id)
    refuse_any(reasons_not_to_open(count))
    count.open(at=now())
    count.lines_total = await count_scopes.fix(count)
    if count.lines_total == 0:
        message = "Nothing lies in the scope of this count, and no empty bin either."
        raise Refused(Blocked(message=message, path=("id",)))
    await count.store()

    announce(
        actor,
        StockCountOpened(
            location_id=count.location_id, stock_count_id=count.id, lines=count.lines_total
        ),
    )
    return count


@operation
async def complete(actor: Actor, count_id: int) -> StockCount:
    """Say that everything is counted; where the ledger differs is a variance. Refused while a line
    is not counted."""
    count = await scopes.take(actor, StockCount, count_id)
    refuse_any(reasons_not_to_complete(count))
    count.complete(at=now())
    await count.store()
    await find_variances(count)

    _announce(actor, StockCountCompleted, count)
    return count


@operation
async def review(actor: Actor, count_id: int) -> StockCount:
    """Begin to look into what a stock count has found, and what was corrected since."""
    count = await scopes.take(actor, StockCount, count_id)
    count.review()
    await count.store()
    await find_variances(count)

    _announce(actor, StockCountReviewed, count)
    return count


@operation
async def recount(actor: Actor, count_id: int, *, line_ids: Sequence[int]) -> StockCount:
    """Have lines of a stock count counted again. What was scanned of them stays as history, and
    their variances no longer stand."""
    count = await scopes.take(actor, StockCount, count_id)
    refuse_any(reasons_not_to_recount(count))
    lines = await select(CountLine, count_id=count.id, id__in=sorted(set(line_ids)))
    if not lines or len(lines) != len(set(line_ids)):
        raise Refused(scopes.not_found(CountLine, ("lineIds",)))
    count.recount()
    count.lines_counted -= len(lines)
    await count.store()
    for line in lines:
        line.count_again()
    await store_all(lines, "counted", "expected", "counted_at", "round")
    await Variance.filter(line_id__in=[line.id for line in lines], is_current=True).update(
        is_current=None
    )

    announce(
        actor,
        StockCountReopened(
            location_id=count.location_id, stock_count_id=count.id, lines=len(lines)
        ),
    )
    return count


@operation
async def cancel(actor: Actor, count_id: int) -> StockCount:
    """Give up a stock count before it is posted: the stock stays as it is."""
    count = await scopes.take(actor, StockCount, count_id)
    count.cancel(at=now())
    await count.store()
    await let_go(count)

    _announce(actor, StockCountCancelled, count)
    return count


async def let_go(count: StockCount) -> None:
    """Let others count what this count has counted."""
    await CountLine.filter(count_id=count.id, open_key__isnull=False).update(open_key=None)


def reasons_not_to_open(count: StockCount) -> list[Problem]:
    return [] if count.status is _S.DRAFT else [count.wrong_status(_S.OPEN)]


def reasons_not_to_complete(count: StockCount) -> list[Problem]:
    if problems := _step(count, _S.COUNTED):
        return problems
    left = count.lines_total - count.lines_counted
    if left == 0:
        return []
    message = f"{left} of {count.lines_total} lines are not counted yet."
    return [Blocked(message=message, path=("id",))]


def reasons_not_to_recount(count: StockCount) -> list[Problem]:
    return [] if count.status is _S.REVIEW else [count.wrong_status(_S.OPEN)]


async def counters_of(count: StockCount) -> set[str]:
    """Everybody who counted anything of it, also what was counted again since."""
    labels = await CountScan.filter(count_id=count.id).distinct().values_list("actor", flat=True)
    return {str(label) for label in labels}


async def _check_scope(actor: Actor, inputs: Inputs, location: Location, draft: CountDraft) -> None:
    given = {
        CountScope.BINS: (draft.bin_ids, "binIds"),
        CountScope.VARIANTS: (draft.variant_ids, "variantIds"),
        CountScope.VALUE_CLASS: (draft.value_class, "valueClass"),
    }
    for scope, (value, path) in given.items():
        if scope is draft.scope and not value:
            inputs.wrong(f"Say what to count of the scope {scope.name}.", path)
        elif scope is not draft.scope and value:
            inputs.wrong(f"This does not belong to the scope {draft.scope.name}.", path)
    for ids, path in ((draft.bin_ids, "binIds"), (draft.variant_ids, "variantIds")):
        if len(ids) > MOST_NAMED:
            inputs.wrong(f"Give at most {MOST_NAMED}.", path)
    if inputs.problems:
        return
    bins = await scopes.find_all(actor, Bin, draft.bin_ids)
    for n, bin_id in enumerate(draft.bin_ids):
        row = bins.get(bin_id)
        if row is None or row.location_id != location.id or row.archived_at is not None:
            inputs.add(scopes.not_found(Bin, ("binIds", n)))
    variants = await scopes.find_all(actor, Variant, draft.variant_ids)
    for n, variant_id in enumerate(draft.variant_ids):
        if variant_id not in variants:
            inputs.add(scopes.not_found(Variant, ("variantIds", n)))


def _step(count: StockCount, wanted: StockCountStatus) -> list[Problem]:
    return [] if count.may_become(wanted) else [count.wrong_status(wanted)]


def _announce(actor: Actor, fact: type[StockCountFact], count: StockCount) -> None:
    announce(actor, fact(location_id=count.location_id, stock_count_id=count.id))

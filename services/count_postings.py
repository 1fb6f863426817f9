"""Postings of stock counts: approve what was found, make the stock so, and undo it again."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tortoise.connection import get_connection

from models import (
    CountLine,
    Level,
    MovementReason,
    Order,
    Quant,
    StockCount,
    StockCountStatus,
    Variance,
    VarianceCause,
    VarianceStatus,
)
from models.errors import Blocked, Problem, Refused, SecondPersonNeeded, refuse_any
from models.rows import store_all
from models.statements import select
from services import count_shortfalls, counts, ledger, policies, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.counts import (
    StockCountApproved,
    StockCountFact,
    StockCountPosted,
    StockCountReversed,
)
from services.inputs import Inputs
from services.ledger import Change, NotEnough
from services.money import spoken
from services.variances import CORRECTED, find_variances, sums

_S = StockCountStatus


@operation
async def approve(actor: Actor, count_id: int) -> StockCount:
    """Approve what a stock count found, all of which is accepted. Above the value limit of the
    shop that takes somebody who did not count, or is refused as SECOND_PERSON_NEEDED."""
    count = await scopes.take(actor, StockCount, count_id)
    rows = await standing(count)
    refuse_any(reasons_not_to_approve(actor, count, rows, await counts.counters_of(count)))
    count.approve(by=actor.label, at=now())
    await count.store()

    _announce(actor, StockCountApproved, count)
    return count


@operation
async def post(actor: Actor, count_id: int) -> StockCount:
    """Make the stock as it was counted. What sales, picks and receipts have moved since stays as
    it is, and what somebody has corrected since is not corrected twice.

    Where fewer units are left than are set aside, other units are set aside for those orders, or
    they wait for stock, and an exception is opened.
    """
    seen = await scopes.find(actor, StockCount, count_id)
    orders = await count_shortfalls.lock_orders(await standing(seen))
    count = await scopes.take(actor, StockCount, count_id)
    count.post(by=actor.label, at=now())
    await count.store()
    await _accept_late(actor, count)
    rows = await standing(count)
    await _note_corrections(count, rows)
    await _even_out(rows)
    await _apply(actor, count, rows, orders)
    await counts.let_go(count)

    _announce(actor, StockCountPosted, count)
    return count


@operation
async def reverse(actor: Actor, count_id: int, *, note: str) -> StockCount:
    """Undo a posted stock count by another one, which posts the opposite of each variance; say
    why. The limit for approving it is that of the count."""
    inputs = Inputs()
    note = inputs.text(note, "note", most=counts.NOTE_LENGTH)
    inputs.refuse()
    seen = await scopes.find(actor, StockCount, count_id)
    rows = [row for row in await standing(seen) if row.posted]
    opposite = [row.opposite() for row in rows]
    orders = await count_shortfalls.lock_orders(opposite)
    count = await scopes.take(actor, StockCount, count_id)
    existing = await StockCount.exists(reverses_id=count.id)
    counters = await counts.counters_of(count)
    refuse_any(reasons_not_to_reverse(count, is_reversed=existing))
    refuse_any(_too_much(actor, rows, counters))
    reversing = await _reversing(actor, count, rows, note)
    await _apply(actor, reversing, await standing(reversing), orders)

    announce(
        actor,
        StockCountReversed(
            location_id=count.location_id,
            stock_count_id=count.id,
            reversing_count_id=reversing.id,
        ),
    )
    return reversing


async def standing(count: StockCount) -> list[Variance]:
    """The variances of a count that no recount has taken the place of."""
    return await select(Variance, count_id=count.id, is_current=True)


def reasons_not_to_approve(
    actor: Actor, count: StockCount, rows: Sequence[Variance], counters: set[str]
) -> list[Problem]:
    if not count.may_become(_S.APPROVED):
        return [count.wrong_status(_S.APPROVED)]
    open_ones = [row for row in rows if row.status is not VarianceStatus.ACCEPTED]
    problems: list[Problem] = []
    if open_ones:
        message = f"{len(open_ones)} of {len(rows)} variances are not accepted yet."
        problems.append(Blocked(message=message, path=("id",)))
    return problems + _too_much(actor, rows, counters)


def reasons_not_to_reverse(count: StockCount, *, is_reversed: bool) -> list[Problem]:
    if count.status is not _S.POSTED:
        message = f"{count.number} is {count.status.spoken}; only what is posted can be reversed."
        return [Blocked(message=message, path=("id",))]
    if is_reversed or count.reverses_id is not None:
        message = f"{count.number} has been reversed already, or reverses another itself."
        return [Blocked(message=message, path=("id",))]
    return []


def _too_much(actor: Actor, rows: Sequence[Variance], counters: set[str]) -> list[Problem]:
    """Missing and found units are added up, as one must not hide the other."""
    limit = policies.current().count_approval_limit
    if actor.label not in counters:
        return []
    return [
        SecondPersonNeeded(
            message=f"What differs is worth {spoken(each.amount, each.currency)}. Above "
            f"{spoken(limit, each.currency)} somebody who did not count has to approve it.",
            path=("id",),
            value=each.amount,
            limit=limit,
            currency=each.currency,
        )
        for each in sums((abs(row.value), row.currency) for row in rows)
        if each.amount > limit
    ]


async def _apply(
    actor: Actor, count: StockCount, rows: Sequence[Variance], orders: Mapping[int, Order]
) -> None:
    """Move what is left of variances. Every level of what they are about is locked in the order of
    ids first: what is set aside elsewhere in place of what is missing is among them."""
    variants = sorted({row.variant_id for row in rows})
    locked = await select(Level, locked=True, variant_id__in=variants)
    changes: Counter[tuple[int, int | None]] = Counter()
    for row in rows:
        changes[row.level_id, row.lot_id] += row.posted or 0
    levels = {level.id: level for level in locked}
    loose = await count_shortfalls.free(actor, changes, levels, orders)
    try:
        await ledger.move(
            actor, MovementReason.COUNTED, _moves(rows), count_id=count.id, note=count.number
        )
    except NotEnough as error:
        message = "Units that were counted are no longer where they were. Count them again."
        raise Refused(Blocked(message=message, path=("id",))) from error
    await store_all(rows, "corrected", "posted")
    await count_shortfalls.find_others(actor, count, loose)


def _moves(rows: Sequence[Variance]) -> list[Change]:
    """What is to be posted. What came goes first, as a bin may not hold less than nothing in
    between."""
    moves = [
        Change(level_id=row.level_id, on_hand=row.posted, bin_id=row.bin_id, lot_id=row.lot_id)
        for row in rows
        if row.posted
    ]
    return sorted(moves, key=lambda change: (change.level_id, -change.on_hand))


async def _even_out(rows: Sequence[Variance]) -> None:
    """Where a picker took units from a bin that had none by the ledger, they were booked out of
    another one, which now may hold too few to post what is missing there. That much is posted
    less in both, so that the level is right and no bin holds less than nothing."""
    there: Counter[tuple[int, int | None, int | None]] = Counter()
    for quant in await select(Quant, level_id__in=sorted({row.level_id for row in rows})):
        there[quant.level_id, quant.bin_id, quant.lot_id] = quant.on_hand
    for row in rows:
        short = -(row.posted or 0) - there[row.level_id, row.bin_id, row.lot_id]
        for other in rows:
            alike = (other.level_id, other.lot_id) == (row.level_id, row.lot_id)
            spare = min(short, other.posted or 0) if alike else 0
            if spare > 0:
                row.post(corrected=row.corrected - spare)
                other.post(corrected=other.corrected + spare)
                short -= spare


async def _accept_late(actor: Actor, count: StockCount) -> None:
    """Put back what was corrected since the review where the count had found the ledger right: it
    is posted that the stock is as it was counted."""
    await find_variances(count)
    late = [row for row in await standing(count) if row.status is VarianceStatus.OPEN]
    for row in late:
        note = "Corrected after it had been counted right."
        row.explain(cause=VarianceCause.DATA_ENTRY, note=note, by=actor.label)
        row.accept(by=actor.label)
    await store_all(late, "status", "cause", "note", "explained_by", "accepted_by")


async def _note_corrections(count: StockCount, rows: Sequence[Variance]) -> None:
    """What others have put right of each variance since it was found."""
    found = await get_connection("default").execute_query_dict(f"""
        SELECT place.id, SUM(moved.on_hand_change) AS units
        FROM stock_variances AS place JOIN stock_movements AS moved ON {CORRECTED}
        WHERE place.count_id = {count.id:d} AND place.is_current
        GROUP BY place.id
    """)
    corrected = {row["id"]: int(row["units"]) for row in found}
    for row in rows:
        row.post(corrected=corrected.get(row.id, 0))


async def _reversing(
    actor: Actor, count: StockCount, rows: Sequence[Variance], note: str
) -> StockCount:
    """A count that has been through its life already, and has posted the opposite."""
    moment, label = now(), actor.label
    reversing = StockCount(
        location_id=count.location_id,
        scope=count.scope,
        bin_ids=count.bin_ids,
        variant_ids=count.variant_ids,
        value_class=count.value_class,
        is_blind=count.is_blind,
        note=note,
        actor=label,
        reverses_id=count.id,
    )
    reversing.open(at=moment)
    reversing.complete(at=moment)
    reversing.review()
    reversing.approve(by=label, at=moment)
    reversing.post(by=label, at=moment)
    reversing.lines_total = reversing.lines_counted = len(rows)
    await reversing.save()
    for row in rows:
        await _undo(reversing, row)
    return reversing


async def _undo(reversing: StockCount, row: Variance) -> None:
    posted = row.posted or 0
    line = await CountLine.create(
        count_id=reversing.id,
        level_id=row.level_id,
        variant_id=row.variant_id,
        bin_id=row.bin_id,
        lot_id=row.lot_id,
        expected=row.counted,
        counted=row.counted - posted,
        counted_at=reversing.counted_at,
    )
    variance = row.opposite(
        count_id=reversing.id,
        line_id=line.id,
        expected=line.expected,
        counted=line.counted,
        seen_at=reversing.counted_at,
        status=VarianceStatus.ACCEPTED,
        cause=VarianceCause.DATA_ENTRY,
        note=reversing.note,
        explained_by=reversing.actor,
        accepted_by=reversing.actor,
        posted=-posted,
    )
    await variance.save()


def _announce(actor: Actor, fact: type[StockCountFact], count: StockCount) -> None:
    announce(actor, fact(location_id=count.location_id, stock_count_id=count.id))

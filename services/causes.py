"""What may have caused a variance: rules over what happened near it, pure of any database.

Each rule looks for the traces that its cause leaves and scores how well they fit, from 0 to 1: an
exact fit of units speaks louder than a partial one, a trace of the same place louder than one of
the same location. The scores rank causes; they are no probabilities. Transposed digits, of which
the difference is a multiple of nine, are the auditor's classic sign of a slip of the pen.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models import Disposition, MovementReason, ReturnCondition, ReturnReason, VarianceCause
from models.lifecycle import Status

_C, _D, _R = VarianceCause, Disposition, MovementReason
# How much of a fit remains where only some of the units fit.
PARTIAL = 0.6
MOST_EVIDENCE = 5


class EvidenceKind(Status):
    VARIANCE = "variance", "Another variance."
    MOVEMENT = "movement", "A movement of the ledger."
    MISPICK = "mispick", "A mistake of a picker that was caught."
    RETURN = "return", "Units that came back."


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The numbers, or the ids of movements, of what speaks for a cause, and what it says."""

    kind: EvidenceKind
    ids: Sequence[str]
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    cause: VarianceCause
    score: float
    why: str
    evidence: Sequence[Evidence]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A variance to be explained: units too many, or below zero too few, in one place."""

    number: str
    variant_id: int
    product_id: int
    sku: str
    bin_id: int | None
    bin_code: str | None
    quantity: int
    expected: int
    counted: int
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class Move:
    """A movement of the same variant at the same location."""

    id: int
    reason: MovementReason
    bin_id: int | None
    change: int
    at: datetime
    note: str = ""
    actor: str = ""
    is_purchase: bool = False
    is_short_pick: bool = False


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A mispick at the same location that has to do with the variant or the bin."""

    number: str
    found_sku: str
    wanted: str
    quantity: int
    is_wrong_bin: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Comeback:
    """Units of the same variant that came back to the same location, or were to: with which
    return and why, and what was found and decided of them."""

    number: str
    returned: str
    units: int
    bin_id: int | None
    reason: ReturnReason | None
    condition: ReturnCondition | None
    disposition: Disposition | None
    is_unexpected: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Near:
    """What happened near a variance. `past` are earlier ones of the same level, `others` those of
    this variant elsewhere and of other variants, found at about the same time."""

    moves: Sequence[Move] = ()
    slips: Sequence[Slip] = ()
    comebacks: Sequence[Comeback] = ()
    others: Sequence[Case] = ()
    past: Sequence[tuple[Case, VarianceCause | None]] = ()


def suggest(case: Case, near: Near) -> list[Suggestion]:
    """What may have caused a variance, the likeliest first. That nobody knows is always among
    it."""
    best: dict[VarianceCause, Suggestion] = {}
    for rule in _RULES:
        for found in rule(case, near):
            known = best.get(found.cause)
            best[found.cause] = found if known is None else _joined(known, found)
    best[_C.UNEXPLAINED] = Suggestion(
        cause=_C.UNEXPLAINED,
        score=0.05,
        why="Nothing that was recorded has to explain it.",
        evidence=(),
    )
    return sorted(best.values(), key=lambda each: -each.score)


def is_transposed(one: int, other: int) -> bool:
    """Whether two numbers differ by two neighbouring digits that changed places, as 12 and 21."""
    left, right = str(abs(one)), str(abs(other))
    differing = [n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
    if len(left) != len(right) or len(differing) != 2 or differing[1] - differing[0] != 1:
        return False
    first, second = differing
    return left[first] == right[second] and left[second] == right[first]


def is_tenfold(one: int, other: int) -> bool:
    """Whether one number has a zero more at its end than the other."""
    return one != 0 and other != 0 and (one == 10 * other or other == 10 * one)


def _joined(one: Suggestion, other: Suggestion) -> Suggestion:
    """Two that point to the same cause: the better one, and a little more for the other."""
    best, rest = sorted((one, other), key=lambda each: -each.score)
    return Suggestion(
        cause=best.cause,
        score=round(min(0.95, best.score + 0.05), 3),
        why=best.why,
        evidence=[*best.evidence, *rest.evidence][:MOST_EVIDENCE],
    )


def _fit(wanted: int, found: int) -> float:
    """1 for as many units as are wanted; less, the further off they are."""
    return 1.0 if wanted == found else PARTIAL * min(wanted, found) / max(wanted, found)


def _found(
    cause: VarianceCause, score: float, why: str, kind: EvidenceKind, number: str
) -> Suggestion:
    evidence = Evidence(kind=kind, ids=[number], sentence=why)
    return Suggestion(cause=cause, score=round(score, 3), why=why, evidence=[evidence])


def _of_opposites(case: Case, near: Near) -> Iterator[Suggestion]:
    """Units missing here and too many there: misplaced, or taken in place of one another."""
    for other in near.others:
        if other.quantity * case.quantity >= 0:
            continue
        fit = _fit(abs(case.quantity), abs(other.quantity))
        told = f"{other.number} has {other.quantity:+d} {other.sku} in {_place(other)}"
        if other.variant_id == case.variant_id:
            why = f"{told}, and this {case.quantity:+d} of the same."
            yield _found(_C.MISPLACED, 0.9 * fit, why, EvidenceKind.VARIANCE, other.number)
            continue
        near_by = case.bin_id is not None and other.bin_id == case.bin_id
        weight = 0.85 if other.product_id == case.product_id else 0.75 if near_by else 0.0
        if weight:
            why = f"{told}, and this {case.quantity:+d} {case.sku}: one was taken for the other."
            yield _found(_C.MISPICK, weight * fit, why, EvidenceKind.VARIANCE, other.number)


def _of_moves(case: Case, near: Near) -> Iterator[Suggestion]:
    """A move between bins that touched this one may have ended, or begun, elsewhere."""
    for move in near.moves:
        if move.reason is not _R.MOVED or move.bin_id != case.bin_id:
            continue
        # Units that went into a bin by the ledger, and are missing in it, never got there.
        if move.change * case.quantity < 0:
            fit = _fit(abs(case.quantity), abs(move.change))
            why = f"{move.change:+d} units were moved here on {move.at:%Y-%m-%d}."
            yield _found(_C.MISPLACED, 0.55 * fit, why, EvidenceKind.MOVEMENT, str(move.id))


def _of_slips(case: Case, near: Near) -> Iterator[Suggestion]:
    """Pickers took the wrong thing here before, and were caught; once they may not have been."""
    for slip in near.slips:
        what = "from the wrong bin" if slip.is_wrong_bin else f"in place of {slip.wanted}"
        why = f"{slip.quantity} {slip.found_sku} were taken {what} on {slip.at:%Y-%m-%d}."
        score = 0.35 + 0.2 * _fit(abs(case.quantity), slip.quantity)
        yield _found(_C.MISPICK, score, why, EvidenceKind.MISPICK, slip.number)


def _of_receipts(case: Case, near: Near) -> Iterator[Suggestion]:
    """What came in shortly before may have been miscounted at the door, or sent short."""
    for move in near.moves:
        if move.reason not in (_R.RECEIVED, _R.TRANSFERRED) or move.change <= 0:
            continue
        days = max(0.0, (case.seen_at - move.at).total_seconds() / 86_400)
        recent = 1 / (1 + days / 7)
        why = f"{move.change} units came in on {move.at:%Y-%m-%d}."
        score = 0.2 + 0.25 * recent + 0.25 * (abs(case.quantity) == move.change)
        args = (why, EvidenceKind.MOVEMENT, str(move.id))
        if case.quantity < 0 and move.is_purchase:
            yield _found(_C.SUPPLIER_SHORT, score, *args)
            score -= 0.05
        if case.quantity > 0 or abs(case.quantity) <= move.change:
            yield _found(_C.RECEIVING_ERROR, score, *args)


def _of_entries(case: Case, near: Near) -> Iterator[Suggestion]:
    """Numbers that people typed: digits that changed places, a zero too many, a wrong sign."""
    typed = (_R.ADJUSTED, _R.RECEIVED, _R.WRITTEN_OFF, _R.COUNTED)
    for move in near.moves:
        if move.reason not in typed or move.is_short_pick or move.change == 0:
            continue
        meant = move.change + case.quantity
        slip = _slip_of_the_pen(move.change, meant)
        if slip:
            why = f"{move.change:+d} was entered on {move.at:%Y-%m-%d}; {meant:+d} {slip}."
            yield _found(_C.DATA_ENTRY, 0.8, why, EvidenceKind.MOVEMENT, str(move.id))
        elif move.reason is _R.ADJUSTED and meant == 0:
            why = f"The count takes back {move.change:+d}, adjusted on {move.at:%Y-%m-%d}."
            yield _found(_C.DATA_ENTRY, 0.75, why, EvidenceKind.MOVEMENT, str(move.id))
    if is_transposed(case.expected, case.counted) or is_tenfold(case.expected, case.counted):
        why = f"{case.counted} was counted where {case.expected} were expected."
        yield _found(_C.DATA_ENTRY, 0.6, why, EvidenceKind.VARIANCE, case.number)


def _slip_of_the_pen(entered: int, meant: int) -> str:
    if entered * meant > 0 and is_transposed(entered, meant):
        return "has two digits the other way round"
    if entered * meant > 0 and is_tenfold(entered, meant):
        return "has a zero more or less"
    if entered == -meant and meant != 0:
        return "has the other sign"
    return ""


def _of_damage(case: Case, near: Near) -> Iterator[Suggestion]:
    """What breaks often is not always written down."""
    if case.quantity > 0:
        return
    broken = [m for m in near.moves if m.reason in (_R.DAMAGED, _R.WRITTEN_OFF)]
    if broken:
        last = broken[-1]
        why = f"It broke or was written off {len(broken)} times lately, on {last.at:%Y-%m-%d} last."
        score = min(0.55, 0.25 + 0.1 * len(broken))
        yield _found(_C.UNRECORDED_DAMAGE, score, why, EvidenceKind.MOVEMENT, str(last.id))


def _of_losses(case: Case, near: Near) -> Iterator[Suggestion]:
    """Too many: what was lost before is back. Too few, again and again: somebody takes them."""
    lost = [move for move in near.moves if move.is_short_pick and move.change < 0]
    if case.quantity > 0:
        for move in lost:
            why = f"{-move.change} units were not found on {move.at:%Y-%m-%d}: {move.note}"
            score = 0.85 * _fit(case.quantity, -move.change)
            yield _found(_C.FOUND, score, why, EvidenceKind.MOVEMENT, str(move.id))
        for other, _ in near.past:
            if other.quantity < 0:
                why = f"{other.number} had {other.quantity} of them."
                score = 0.7 * _fit(case.quantity, -other.quantity)
                yield _found(_C.FOUND, score, why, EvidenceKind.VARIANCE, other.number)
        return
    unknown = (_C.UNEXPLAINED, _C.THEFT, None)
    again = [other for other, cause in near.past if other.quantity < 0 and cause in unknown]
    if again:
        why = f"{sum(-other.quantity for other in again)} units went missing {len(again)} times."
        yield Suggestion(
            cause=_C.THEFT,
            score=round(min(0.8, 0.3 + 0.15 * len(again)), 3),
            why=why,
            evidence=[
                Evidence(
                    kind=EvidenceKind.VARIANCE,
                    ids=[other.number for other in again][:MOST_EVIDENCE],
                    sentence=why,
                )
            ],
        )


def _of_returns(case: Case, near: Near) -> Iterator[Suggestion]:
    """What came back may lie where it was decided that it should not, or be something else."""
    for each in near.comebacks:
        judged = _misjudged(case, each)
        if judged is None:
            continue
        cause, weight, doubt = judged
        here = 0.1 if each.bin_id == case.bin_id else 0.0
        why = f"{each.units} {case.sku} of {each.returned}, on {each.at:%Y-%m-%d}, {doubt}."
        score = (weight + here) * _fit(abs(case.quantity), each.units)
        yield _found(cause, score, why, EvidenceKind.RETURN, each.number)


def _misjudged(case: Case, each: Comeback) -> tuple[VarianceCause, float, str] | None:
    """What may be wrong with units that came back, seen by what is missing or too many."""
    if case.quantity < 0:
        if each.is_unexpected:
            return _C.MISPICK, 0.5, "had not been announced: they were sent in place of others"
        if each.disposition is not _D.RESTOCK:
            return None
        if each.condition is ReturnCondition.WRONG_ITEM:
            return _C.MISPICK, 0.5, "are something else and were put back as this"
        return _C.MISPLACED, 0.4, "were to be sold again and may lie elsewhere"
    if each.reason is ReturnReason.WRONG_ITEM:
        return _C.MISPICK, 0.5, "were never sent: the customer got something else"
    if each.disposition in (None, _D.QUARANTINE, _D.REPAIR):
        return _C.MISPLACED, 0.4, "are not to be sold and may lie among what is"
    if each.disposition in (_D.WRITE_OFF, _D.RETURN_TO_SUPPLIER, _D.MISSING):
        return _C.DATA_ENTRY, 0.4, "should not be there by what was entered of them"
    return None


def _place(case: Case) -> str:
    return case.bin_code or "no bin"


_RULES: Sequence[Callable[[Case, Near], Iterator[Suggestion]]] = (
    _of_opposites,
    _of_moves,
    _of_slips,
    _of_receipts,
    _of_entries,
    _of_damage,
    _of_losses,
    _of_returns,
)

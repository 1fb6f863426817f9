"""Investigations: look near variances for what may have caused them, for all of them at once.

The rules stand in causes.py; here is what they are told.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tortoise.expressions import Q

from models import (
    Arrival,
    Bin,
    Mispick,
    MispickKind,
    Movement,
    MovementReason,
    Return,
    ReturnLine,
    ReturnUnit,
    Variance,
    Variant,
)
from models.statements import select_by_id
from services import causes
from services.actors import Actor
from services.causes import Case, Comeback, Move, Near, Slip, Suggestion

_R = MovementReason
# So far back are traces looked for, and so near in time are other variances.
LOOKS_BACK = timedelta(days=90)
AT_ABOUT_THE_SAME_TIME = timedelta(days=30)
MOST_MOVES, MOST_SLIPS, MOST_OTHERS, MOST_COMEBACKS = 2_000, 500, 1_000, 500
MOST_OF_ONE = 50
NOT_FOUND = "Not found when picking"

TRACES = (
    _R.RECEIVED,
    _R.TRANSFERRED,
    _R.ADJUSTED,
    _R.MOVED,
    _R.DAMAGED,
    _R.WRITTEN_OFF,
    _R.COUNTED,
)


@dataclass(frozen=True, kw_only=True)
class _Names:
    """Variants and bins, by id."""

    variants: Mapping[int, Variant]
    bins: Mapping[int, Bin]


async def suggestions(actor: Actor, rows: Sequence[Variance]) -> list[list[Suggestion]]:
    """What may have caused each variance, the likeliest first, with what speaks for it."""
    if not rows:
        return []
    others = await _others(rows)
    names = await _names([*rows, *others])
    moves, slips, comebacks = await _moves(rows), await _slips(rows), await _comebacks(rows)
    return [
        causes.suggest(
            _case(row, names),
            Near(
                moves=[
                    move
                    for move in moves[row.level_id]
                    if row.seen_at - LOOKS_BACK <= move.at <= row.seen_at
                ][-MOST_OF_ONE:],
                slips=_slips_of(row, slips, names),
                comebacks=[
                    each
                    for each in comebacks[row.variant_id, row.location_id]
                    if row.seen_at - LOOKS_BACK <= each.at <= row.seen_at
                ][:MOST_OF_ONE],
                others=[_case(each, names) for each in others if _is_near(row, each)],
                past=[
                    (_case(each, names), each.cause)
                    for each in others
                    if each.level_id == row.level_id and each.count_id < row.count_id
                ],
            ),
        )
        for row in rows
    ]


async def _others(rows: Sequence[Variance]) -> list[Variance]:
    """Variances at the same locations: of the same products or in the same bins, and of the same
    levels before."""
    first = min(row.seen_at for row in rows) - AT_ABOUT_THE_SAME_TIME
    last = max(row.seen_at for row in rows) + AT_ABOUT_THE_SAME_TIME
    variants = sorted({row.variant_id for row in rows})
    products = await Variant.filter(id__in=variants).values_list("product_id", flat=True)
    alike = await Variant.filter(product_id__in=list(products)).values_list("id", flat=True)
    bins = sorted({row.bin_id for row in rows if row.bin_id is not None})
    near = Q(seen_at__gte=first) & (Q(variant_id__in=list(alike)) | Q(bin_id__in=bins))
    before = Q(level_id__in=sorted({row.level_id for row in rows}))
    return (
        await Variance.filter(
            near | before,
            location_id__in=sorted({row.location_id for row in rows}),
            is_current=True,
            seen_at__lte=last,
        )
        .order_by("-id")
        .limit(MOST_OTHERS)
    )


def _is_near(row: Variance, other: Variance) -> bool:
    return (
        other.id != row.id
        and other.location_id == row.location_id
        and abs(other.seen_at - row.seen_at) <= AT_ABOUT_THE_SAME_TIME
    )


async def _names(rows: Sequence[Variance]) -> _Names:
    return _Names(
        variants=await select_by_id(Variant, {row.variant_id for row in rows}),
        bins=await select_by_id(Bin, {row.bin_id for row in rows if row.bin_id is not None}),
    )


def _case(row: Variance, names: _Names) -> Case:
    variant = names.variants[row.variant_id]
    place = names.bins.get(row.bin_id) if row.bin_id is not None else None
    return Case(
        number=row.number,
        variant_id=row.variant_id,
        product_id=variant.product_id,
        sku=variant.sku,
        bin_id=row.bin_id,
        bin_code=place.code if place else None,
        quantity=row.quantity,
        expected=row.expected,
        counted=row.counted,
        seen_at=row.seen_at,
    )


async def _moves(rows: Sequence[Variance]) -> dict[int, list[Move]]:
    """What moved at the same levels, the latest last. What a picker moved says nothing."""
    found = (
        await Movement.filter(
            level_id__in=sorted({row.level_id for row in rows}),
            at__gte=min(row.seen_at for row in rows) - LOOKS_BACK,
            at__lte=max(row.seen_at for row in rows),
            reason__in=TRACES,
            order_id=None,
        )
        .order_by("-id")
        .limit(MOST_MOVES)
    )
    arrivals = await select_by_id(
        Arrival, {each.arrival_id for each in found if each.arrival_id is not None}
    )
    moves: dict[int, list[Move]] = defaultdict(list)
    for each in reversed(found):
        arrival = arrivals.get(each.arrival_id) if each.arrival_id is not None else None
        moves[each.level_id].append(
            Move(
                id=each.id,
                reason=each.reason,
                bin_id=each.bin_id,
                change=each.on_hand_change,
                at=each.at,
                note=each.note,
                actor=each.actor,
                is_purchase=arrival is not None and arrival.purchase_order_id is not None,
                is_short_pick=each.note.startswith(NOT_FOUND),
            )
        )
    return moves


async def _slips(rows: Sequence[Variance]) -> list[Mispick]:
    return (
        await Mispick.filter(
            location_id__in=sorted({row.location_id for row in rows}),
            created_at__gte=min(row.seen_at for row in rows) - LOOKS_BACK,
            created_at__lte=max(row.seen_at for row in rows),
            kind__in=[MispickKind.WRONG_ITEM, MispickKind.WRONG_BIN],
        )
        .order_by("-id")
        .limit(MOST_SLIPS)
    )


async def _comebacks(rows: Sequence[Variance]) -> dict[tuple[int, int], list[Comeback]]:
    """What came back of the same variants to the same locations, the latest first."""
    units = (
        await ReturnUnit.filter(
            variant_id__in=sorted({row.variant_id for row in rows}),
            returned__location_id__in=sorted({row.location_id for row in rows}),
            received_at__gte=min(row.seen_at for row in rows) - LOOKS_BACK,
            received_at__lte=max(row.seen_at for row in rows),
        )
        .order_by("-id")
        .limit(MOST_COMEBACKS)
    )
    returns = await select_by_id(Return, {each.returned_id for each in units})
    lines = await select_by_id(
        ReturnLine, {each.line_id for each in units if each.line_id is not None}
    )
    found: dict[tuple[int, int], list[Comeback]] = defaultdict(list)
    for each in units:
        returned, line = returns[each.returned_id], lines.get(each.line_id or 0)
        found[each.variant_id, returned.location_id].append(
            Comeback(
                number=each.number,
                returned=returned.number,
                units=each.units,
                bin_id=each.bin_id,
                reason=line.reason if line else None,
                condition=each.condition,
                disposition=each.disposition,
                is_unexpected=line is None,
                at=each.received_at,
            )
        )
    return found


def _slips_of(row: Variance, slips: Sequence[Mispick], names: _Names) -> list[Slip]:
    """The mispicks in which a variant was taken for another one or asked for in vain, or that
    reached into its bin."""
    variant = names.variants[row.variant_id]
    place = names.bins.get(row.bin_id) if row.bin_id is not None else None
    codes = {variant.sku, variant.barcode} - {None}
    found = []
    for each in slips:
        wanted = {code.strip() for code in each.expected.split(",")}
        is_wrong_bin = each.kind is MispickKind.WRONG_BIN
        places = {each.bin_code, *wanted} if is_wrong_bin else {each.bin_code}
        concerns = each.barcode in codes or (not is_wrong_bin and bool(wanted & codes))
        if is_wrong_bin:
            concerns = concerns and (place is None or place.code in places)
        if concerns and each.location_id == row.location_id and each.created_at <= row.seen_at:
            found.append(
                Slip(
                    number=each.number,
                    found_sku=variant.sku if each.barcode in codes else each.found,
                    wanted=each.expected,
                    quantity=each.quantity,
                    is_wrong_bin=is_wrong_bin,
                    at=each.created_at,
                )
            )
    return found[:MOST_OF_ONE]

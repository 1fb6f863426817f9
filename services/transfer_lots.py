"""Which lots a transfer takes, and from which bins: by default what expires, or came, first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from tortoise.functions import Sum

from models import (
    Level,
    Lot,
    Quant,
    Reservation,
    ReservationStatus,
    Rotation,
    Tracking,
    TransferLine,
    TransferStatus,
    Variant,
)
from models.statements import select, select_by_id
from services.allocation import Shortage
from services.ledger import Change

# Units by level and lot.
ByLot = Counter[tuple[int, int]]


async def divide(
    lines: Sequence[TransferLine],
    levels: Mapping[int, int],
    variants: Mapping[int, Variant],
    today: date,
) -> tuple[list[TransferLine], list[Shortage]]:
    """Give each line of a variant with lots one of them, and make further lines where one lot is
    not enough. Gives those, and what is missing; `levels` are the ids of those of each variant.

    A lot that was called back or has expired goes nowhere.
    """
    tracked = [each for each in lines if variants[each.variant_id].tracking is not Tracking.NONE]
    if not tracked:
        return [], []
    free = await free_of([levels[each.variant_id] for each in tracked])
    lots = await select_by_id(Lot, {lot_id for _, lot_id in free})
    new: list[TransferLine] = []
    short: list[Shortage] = []
    # Those that name a lot first, or one that does not could take it from them.
    for line in sorted(tracked, key=lambda each: (each.lot_id is None, each.id)):
        variant, level_id = variants[line.variant_id], levels[line.variant_id]
        usable = _usable(line, variant, [lots[lot] for at, lot in free if at == level_id], today)
        found = deal(line.quantity, [(lot.id, free[level_id, lot.id]) for lot in usable])
        there = sum(units for _, units in found)
        if there < line.quantity:
            short.append(Shortage(variant_id=variant.id, requested=line.quantity, available=there))
            continue
        free.subtract({(level_id, lot_id): units for lot_id, units in found})
        line.lot_id, line.quantity = found[0]
        new += [
            TransferLine(
                transfer_id=line.transfer_id,
                variant_id=variant.id,
                lot_id=lot_id,
                quantity=units,
            )
            for lot_id, units in found[1:]
        ]
    return new, short


async def free_of(level_ids: Sequence[int]) -> ByLot:
    """Good units of each lot at levels that are kept for nobody; the caller holds the levels."""
    free: ByLot = Counter()
    for quant in await select(Quant, level_id__in=sorted(set(level_ids))):
        if quant.lot_id is not None:
            free[quant.level_id, quant.lot_id] += quant.on_hand
    kept = (
        await Reservation.filter(
            level_id__in=level_ids, status=ReservationStatus.ACTIVE, lot_id__not_isnull=True
        )
        .group_by("level_id", "lot_id")
        .annotate(units=Sum("quantity"))
        .values_list("level_id", "lot_id", "units")
    )
    sent = (
        await TransferLine.filter(
            level_id__in=level_ids,
            allocated__gt=0,
            transfer__status=TransferStatus.ALLOCATED,
            lot_id__not_isnull=True,
        )
        .group_by("level_id", "lot_id")
        .annotate(units=Sum("allocated"))
        .values_list("level_id", "lot_id", "units")
    )
    for level_id, lot_id, units in (*kept, *sent):
        free[level_id, lot_id] -= int(units)
    return free


def from_shelves(
    lines: Sequence[TransferLine], quants: Sequence[Quant], levels: Mapping[int, Level]
) -> tuple[list[Change], list[tuple[TransferLine, int]]]:
    """Take what is set aside for lines out of bins, and say of which line how much is not there.

    The bin of a level comes first, then the fullest; what lies in no bin was picked for an order,
    and is taken last.
    """
    left = {quant.id: quant.on_hand for quant in quants}
    changes: list[Change] = []
    missing: list[tuple[TransferLine, int]] = []
    for line in lines:
        there = [
            quant
            for quant in quants
            if quant.level_id == line.level_id and quant.lot_id == line.lot_id
        ]
        home = levels[line.level_id or 0].bin_id
        there.sort(
            key=lambda quant: (
                quant.bin_id is None,
                quant.bin_id != home,
                -left[quant.id],
                quant.id,
            )
        )
        bins = {quant.id: quant.bin_id for quant in there}
        taken = deal(line.allocated, [(quant.id, left[quant.id]) for quant in there])
        for quant_id, units in taken:
            left[quant_id] -= units
            changes.append(
                Change(
                    level_id=line.level_id or 0,
                    on_hand=-units,
                    reserved=-units,
                    bin_id=bins[quant_id],
                    lot_id=line.lot_id,
                )
            )
        if short := line.allocated - sum(units for _, units in taken):
            missing.append((line, short))
    return changes, missing


def deal(wanted: int, offers: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Units out of offers, the first ones first, until there are enough."""
    taken = []
    for key, units in offers:
        if (found := min(wanted, units)) > 0:
            taken.append((key, found))
            wanted -= found
    return taken


def _usable(line: TransferLine, variant: Variant, lots: Sequence[Lot], today: date) -> list[Lot]:
    """The lots a line may take, in their order."""
    if line.lot_id is not None:
        return [lot for lot in lots if lot.id == line.lot_id and lot.is_good(today)]
    fresh = [lot for lot in lots if lot.is_good(today)]
    if variant.rotation is Rotation.FIFO:
        return sorted(fresh, key=lambda lot: lot.id)
    return sorted(fresh, key=lambda lot: (lot.expires_on or date.max, lot.id))

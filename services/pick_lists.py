"""Pick lists: what to collect, in the order in which a picker walks past it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models import (
    Bin,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Lot,
    OrderLine,
    Quant,
    Variant,
    Wave,
)
from services.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of a fulfillment, and where its units lie."""

    work: FulfillmentLine
    line: OrderLine
    variant: Variant
    bin: Bin | None
    lot: Lot | None = None

    @property
    def codes(self) -> set[str]:
        """What a scanner may read on it."""
        return {code for code in (self.variant.barcode, self.variant.sku, self.line.sku) if code}


@dataclass(frozen=True, kw_only=True)
class PickListLine:
    """Units of a variant in a bin, for however many orders."""

    bin: Bin | None
    lot: Lot | None
    variant: Variant
    sku: str
    name: str
    barcode: str | None
    quantity: int
    picked: int
    lines: Sequence[FulfillmentLine]


async def items(fulfillment_ids: Iterable[int]) -> list[Item]:
    """The lines of fulfillments with all a picker has to know, in the order of their ids."""
    rows = (
        await FulfillmentLine.filter(fulfillment_id__in=list(fulfillment_ids))
        .select_related("line__variant", "reservation__level__bin", "reservation__lot")
        .order_by("id")
    )
    # Lines of work that are of one order line share it, or one would not see what the other counts.
    lines = {row.line_id: row.line for row in rows}
    bins = await _bins_of_lots(rows)
    return [
        Item(
            work=row,
            line=lines[row.line_id],
            variant=row.line.variant,
            bin=bins.get(row.id, row.reservation.level.bin),
            lot=row.reservation.lot,
        )
        for row in rows
    ]


async def _bins_of_lots(rows: Sequence[FulfillmentLine]) -> dict[int, Bin]:
    """Where the lots lie that are to be picked, if they do not lie where their variant does."""
    kept = {row.id: row.reservation for row in rows if row.reservation.lot_id is not None}
    if not kept:
        return {}
    quants = (
        await Quant.filter(
            level_id__in={each.level_id for each in kept.values()},
            lot_id__in={each.lot_id for each in kept.values()},
            bin_id__isnull=False,
            on_hand__gt=0,
        )
        .select_related("bin")
        .order_by("bin__position", "id")
    )
    found: dict[tuple[int, int | None], list[Quant]] = defaultdict(list)
    for quant in quants:
        found[quant.level_id, quant.lot_id].append(quant)
    bins: dict[int, Bin] = {}
    for row_id, each in kept.items():
        lie = found[each.level_id, each.lot_id]
        if lie and each.level.bin_id not in {quant.bin_id for quant in lie}:
            bins[row_id] = lie[0].bin  # type: ignore[assignment]
    return bins


async def of_fulfillments(actor: Actor, rows: Sequence[Fulfillment]) -> list[list[PickListLine]]:
    """What to collect for each fulfillment."""
    found: dict[int, list[Item]] = defaultdict(list)
    for item in await items(row.id for row in rows):
        found[item.work.fulfillment_id].append(item)
    return [merged(found[row.id]) for row in rows]


async def of_waves(actor: Actor, rows: Sequence[Wave]) -> list[list[PickListLine]]:
    """What to collect for all orders of each wave in one walk."""
    work = await Fulfillment.filter(wave_id__in=[row.id for row in rows]).exclude(
        status=FulfillmentStatus.CANCELLED
    )
    wave_of = {each.id: each.wave_id for each in work}
    found: dict[int | None, list[Item]] = defaultdict(list)
    for item in await items(wave_of):
        found[wave_of[item.work.fulfillment_id]].append(item)
    return [merged(found[row.id]) for row in rows]


def merged(found: Iterable[Item]) -> list[PickListLine]:
    """One line per bin, variant and lot, in walking order; what has no bin comes last."""
    together: dict[tuple[int | None, int, int | None], list[Item]] = defaultdict(list)
    for item in found:
        lot = item.lot.id if item.lot else None
        together[item.bin.id if item.bin else None, item.variant.id, lot].append(item)
    return sorted((_line(group) for group in together.values()), key=_place)


def _line(group: Sequence[Item]) -> PickListLine:
    first = group[0]
    return PickListLine(
        bin=first.bin,
        lot=first.lot,
        variant=first.variant,
        sku=first.variant.sku,
        name=first.variant.name,
        barcode=first.variant.barcode,
        quantity=sum(item.work.quantity for item in group),
        picked=sum(item.work.picked for item in group),
        lines=[item.work for item in group],
    )


def _place(line: PickListLine) -> tuple[bool, int, str, str, int]:
    lot = line.lot.id if line.lot else 0
    if line.bin is None:
        return True, 0, "", line.sku, lot
    return False, line.bin.position, line.bin.code, line.sku, lot

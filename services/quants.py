"""Which units of a level come or go: in which bin they lie, and of which lot they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models import Level, MovementReason, Quant
from models.statements import select, update

# 0 is no id. Of units that go it says: wherever they are, of whichever lot. Of those that come:
# where a picker looks for them, of no lot.
ANY = 0
STATES = ("on_hand", "damaged", "quarantined")

# What leaves the building was picked before, so it lies in no bin any more.
_PICKED = (MovementReason.SHIPPED, MovementReason.SENT)


class NotEnough(Exception):
    """There would be less than nothing of something, or less on hand than is reserved."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Units to add to what a level has reserved, and to what it has on hand, damaged and in
    quarantine in a bin and of a lot; None is no bin, or no lot."""

    level_id: int
    on_hand: int = 0
    reserved: int = 0
    damaged: int = 0
    quarantined: int = 0
    bin_id: int | None = ANY
    lot_id: int | None = ANY

    @property
    def is_physical(self) -> bool:
        return bool(self.on_hand or self.damaged or self.quarantined)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What of a change happens in one bin, to one lot."""

    change: Change
    bin_id: int | None = None
    lot_id: int | None = None
    on_hand: int = 0
    reserved: int = 0
    damaged: int = 0
    quarantined: int = 0


async def apply(
    reason: MovementReason, changes: Sequence[Change], levels: Mapping[int, Level]
) -> list[Part]:
    """Change the quants of levels, whose rows the caller has locked; says what happened where.

    Raises NotEnough where the bin or the lot that a change names has too few units.
    """
    physical = [change for change in changes if change.is_physical]
    shelves = _Shelves(await _read(physical), levels, reason)
    parts = [part for change in changes for part in shelves.apply(change)]
    await shelves.save()
    await _note_bins(parts, levels)
    return parts


async def _note_bins(parts: Sequence[Part], levels: Mapping[int, Level]) -> None:
    """Know of levels of which units lie in bins now for the first time."""
    ids = {part.change.level_id for part in parts if part.bin_id is not None}
    if first := [levels[each] for each in sorted(ids) if not levels[each].in_bins]:
        for level in first:
            level.in_bins = True
        await update(first, ["in_bins"])


class _Shelves:
    """The quants of some levels, as they become change by change."""

    def __init__(
        self, quants: Iterable[Quant], levels: Mapping[int, Level], reason: MovementReason
    ) -> None:
        self._levels, self._reason = levels, reason
        self._quants = {(each.level_id, each.bin_id, each.lot_id): each for each in quants}
        self._known = set(self._quants)
        self._changed: set[tuple[int, int | None, int | None]] = set()

    def apply(self, change: Change) -> list[Part]:
        if not change.is_physical:
            return [Part(change=change, lot_id=change.lot_id or None, reserved=change.reserved)]
        leaving = next((state for state in STATES if getattr(change, state) < 0), None)
        if leaving is None:
            level = self._levels[change.level_id]
            bin_id = level.bin_id if change.bin_id == ANY else change.bin_id
            units = max(getattr(change, state) for state in STATES)
            return [self._move(change, bin_id, change.lot_id or None, units, units)]
        units = left = -getattr(change, leaving)
        parts = []
        for quant in self._candidates(change):
            if taken := min(left, getattr(quant, leaving)):
                parts.append(self._move(change, quant.bin_id, quant.lot_id, taken, units))
                left -= taken
        if left:
            raise NotEnough
        return parts

    async def save(self) -> None:
        changed = [self._quants[key] for key in sorted(self._changed & self._known, key=str)]
        gone = [each for each in changed if not any(getattr(each, state) for state in STATES)]
        if rest := [each for each in changed if each not in gone]:
            await update(rest, STATES)
        if gone:
            # Else each lot there ever was would be looked at whenever units move.
            await Quant.filter(id__in=[each.id for each in gone]).delete()
        new = [self._quants[key] for key in sorted(self._changed - self._known, key=str)]
        if new := [each for each in new if any(getattr(each, state) for state in STATES)]:
            await Quant.bulk_create(new)

    def _candidates(self, change: Change) -> list[Quant]:
        """Where units may be taken from, in the order of asking."""
        home = self._levels[change.level_id].bin_id
        first = None if self._reason in _PICKED else home
        found = [
            quant
            for (level_id, bin_id, lot_id), quant in self._quants.items()
            if level_id == change.level_id
            and change.bin_id in (ANY, bin_id)
            and change.lot_id in (ANY, lot_id)
        ]
        return sorted(
            found,
            # Where there are bins, what lies in none is what somebody has picked.
            key=lambda quant: (
                quant.bin_id != first,
                quant.bin_id is None,
                quant.bin_id != home,
                quant.id,
            ),
        )

    def _move(
        self, change: Change, bin_id: int | None, lot_id: int | None, units: int, of: int
    ) -> Part:
        """So many of a change's units, in one quant. All that a change says of them happens to
        each of its units."""
        key = (change.level_id, bin_id, lot_id)
        if key not in self._quants:
            self._quants[key] = Quant(level_id=change.level_id, bin_id=bin_id, lot_id=lot_id)
        share = {name: getattr(change, name) * units // of for name in (*STATES, "reserved")}
        for state in STATES:
            setattr(self._quants[key], state, getattr(self._quants[key], state) + share[state])
        self._changed.add(key)
        return Part(change=change, bin_id=bin_id, lot_id=lot_id, **share)


async def _read(changes: Sequence[Change]) -> list[Quant]:
    if not changes:
        return []
    levels = sorted({change.level_id for change in changes})
    lots = {change.lot_id for change in changes}
    if lots & {ANY, None}:
        return await select(Quant, level_id__in=levels)
    return await select(Quant, level_id__in=levels, lot_id__in=lots)

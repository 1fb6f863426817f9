"""The states of what lies in stock: good, damaged, in quarantine, or given up."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import Bin, Level, Lot, MovementReason, Quant, StockState, Tracking, Variant
from models.errors import Blocked, Problem, Refused, invalid, refuse_any
from models.statements import get, select
from services import ledger, scopes
from services.actors import Actor
from services.commit import operation
from services.inputs import Inputs
from services.ledger import ANY, Change, NotEnough
from services.stock import NOTE_LENGTH, level_of

_S = StockState


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which units of a level are meant. ANY is wherever they are, of whichever lot; None is in no
    bin in particular, or of no lot."""

    variant_id: int
    location_id: int
    bin_id: int | None = ANY
    lot_id: int | None = ANY


@operation
async def damage(
    actor: Actor, place: Place, *, quantity: int, state: StockState = _S.GOOD, note: str
) -> Level:
    """Say that units are damaged: they stay there, and nobody can have them. Refused where there
    are not so many, or good ones are reserved."""
    return await _turn(actor, place, state, _S.DAMAGED, MovementReason.DAMAGED, quantity, note)


@operation
async def quarantine(
    actor: Actor, place: Place, *, quantity: int, state: StockState = _S.GOOD, note: str
) -> Level:
    """Put units aside until somebody has judged them. Refused where there are not so many, or
    good ones are reserved."""
    reason = MovementReason.QUARANTINED
    return await _turn(actor, place, state, _S.QUARANTINED, reason, quantity, note)


@operation
async def restore(
    actor: Actor, place: Place, *, quantity: int, state: StockState, note: str
) -> Level:
    """Say that units which were damaged or in quarantine are good. Refused where there are not so
    many."""
    return await _turn(actor, place, state, _S.GOOD, MovementReason.RESTORED, quantity, note)


@operation
async def write_off(
    actor: Actor, place: Place, *, quantity: int, state: StockState, note: str
) -> Level:
    """Give units up for good and say why: they are no longer there. Refused where there are not
    so many, or good ones are reserved."""
    return await _turn(actor, place, state, None, MovementReason.WRITTEN_OFF, quantity, note)


async def look(actor: Actor, place: Place, level: Level, state: StockState) -> list[Quant]:
    """The quants of a locked level that a place means and that have units in a state; refused
    where the bin or the lot is unknown, or nothing says which of several lots is meant."""
    if place.bin_id:
        row = await scopes.find(actor, Bin, place.bin_id, "binId")
        if row.location_id != level.location_id:
            message = f"{row.code} is a bin of another location. Choose one of this location."
            raise Refused(invalid(message, "binId"))
    if place.lot_id:
        lot = await scopes.find(actor, Lot, place.lot_id, "lotId")
        if lot.variant_id != level.variant_id:
            raise Refused(invalid(f"{lot.code} is a lot of another variant.", "lotId"))
    found = [
        quant
        for quant in await select(Quant, level_id=level.id)
        if place.bin_id in (ANY, quant.bin_id)
        and place.lot_id in (ANY, quant.lot_id)
        and getattr(quant, state) > 0
    ]
    if len({quant.lot_id for quant in found}) > 1:
        variant = await get(Variant, level.variant_id)
        if variant.tracking is not Tracking.NONE:
            raise Refused(invalid(f"Say which lot of {variant.sku}.", "lotId"))
    return found


def reasons_not_to_take(
    level: Level, found: Sequence[Quant], state: StockState, quantity: int
) -> list[Problem]:
    """Why so many of some units of a level cannot go: there are fewer, or they are reserved."""
    there = sum(getattr(quant, state) for quant in found)
    free = min(there, level.available) if state is _S.GOOD else there
    if quantity <= free:
        return []
    word = "free good" if state is _S.GOOD else str(state)
    message = f"There are {free} {word} units; {quantity} were asked for."
    return [Blocked(message=message, path=("quantity",))]


async def _turn(
    actor: Actor,
    place: Place,
    state: StockState,
    into: StockState | None,
    reason: MovementReason,
    quantity: int,
    note: str,
) -> Level:
    """Let units of one state be of another, or be there no more."""
    inputs = Inputs()
    inputs.number(quantity, "quantity")
    note = inputs.text(note, "note", most=NOTE_LENGTH)
    if state is into:
        inputs.wrong("Units of this state are that already. Choose another one.", "state")
    inputs.refuse()
    level = await level_of(actor, place.variant_id, place.location_id)
    found = await look(actor, place, level, state)
    refuse_any(reasons_not_to_take(level, found, state, quantity))
    turned = {str(state): -quantity} | ({} if into is None else {str(into): quantity})
    change = Change(level_id=level.id, bin_id=place.bin_id, lot_id=place.lot_id, **turned)
    try:
        [level] = await ledger.move(actor, reason, [change], note=note)
    except NotEnough as error:
        raise Refused(kept()) from error
    return level


def kept() -> Problem:
    """The refusal of what is reserved of a lot."""
    message = "Too many of these units are reserved for orders. Release those first."
    return Blocked(message=message, path=("quantity",))

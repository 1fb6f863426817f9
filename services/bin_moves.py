"""Units on their way between the bins of a location: put away, taken out, put elsewhere."""

from collections.abc import Sequence

from models import Bin, Level, MovementReason, Quant, StockState
from models.errors import refuse_any
from services import ledger, stock_states, storage
from services.actors import Actor
from services.commit import operation
from services.inputs import Inputs
from services.ledger import Change
from services.stock import NOTE_LENGTH, level_of
from services.stock_states import Place


@operation
async def move(
    actor: Actor,
    place: Place,
    *,
    to_bin_id: int | None,
    quantity: int,
    state: StockState = StockState.GOOD,
    note: str = "",
) -> Level:
    """Put units of a level into another bin of its location, or into none in particular; reserved
    ones too. Refused where there are not so many, and where the bin is archived or does not keep
    what it takes as it has to be kept."""
    inputs = Inputs()
    inputs.number(quantity, "quantity")
    note = inputs.text(note, "note", least=0, most=NOTE_LENGTH)
    if place.bin_id == to_bin_id:
        inputs.wrong("They lie there already. Choose another bin.", "toBinId")
    inputs.refuse()
    # The bin first, as who takes it down locks it and then looks for what lies in it.
    target = await storage.take(actor, to_bin_id, "toBinId")
    level = await level_of(actor, place.variant_id, place.location_id)
    refuse_any(await storage.reasons_not_to_put(level, target, "toBinId"))
    found = await stock_states.look(actor, place, level, state)
    found = [quant for quant in found if quant.bin_id != to_bin_id]
    there = sum(getattr(quant, state) for quant in found)
    if quantity > there:
        inputs.wrong(f"There are {there} such units; {quantity} were asked for.", "quantity")
    inputs.refuse()
    changes = moving(level.id, dealt(found, state, quantity), target, state)
    [level] = await ledger.move(actor, MovementReason.MOVED, changes, note=note)
    return level


def dealt(found: Sequence[Quant], state: StockState, quantity: int) -> list[tuple[Quant, int]]:
    """How many of some units come from each quant, the first ones first."""
    taken = []
    for quant in found:
        if units := min(quantity, getattr(quant, state)):
            taken.append((quant, units))
            quantity -= units
    return taken


def moving(
    level_id: int,
    taken: Sequence[tuple[Quant, int]],
    target: Bin | None,
    state: StockState = StockState.GOOD,
) -> list[Change]:
    """What is to be changed for units to lie in another bin, or in none."""
    to = target.id if target else None
    return [
        Change(level_id=level_id, bin_id=bin_id, lot_id=quant.lot_id, **{str(state): change})
        for quant, units in taken
        for bin_id, change in ((quant.bin_id, -units), (to, units))
    ]

"""What becomes of units that came back: judged in quarantine, and judged anew where need be.

Each decision is a movement from quarantine, and deciding anew undoes that movement before it makes
another; so the movements of a return always add up to what its units say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models import (
    Disposition,
    Level,
    Lot,
    MovementReason,
    Order,
    OrderLine,
    Quant,
    Return,
    ReturnCondition,
    ReturnLine,
    ReturnStatus,
    ReturnUnit,
    Tracking,
    Variant,
)
from models.errors import Blocked, Path, Problem, Refused, refuse_any
from models.statements import get, select_one
from services import ledger, lots, return_lots, returns, scopes
from services.actors import Actor
from services.clock import now
from services.commit import operation
from services.facts.returns import ReturnInspected, ReturnUnitInspected, ReturnUnitRevised
from services.inputs import Inputs
from services.ledger import ANY, Change, NotEnough
from services.stock import level_of

MOST_FINDINGS = 50
MOST_ROWS = 1_000

_D, _M, _S = Disposition, MovementReason, ReturnStatus
# Why units leave quarantine, and what they are then, if they are still there.
EFFECTS: dict[Disposition, tuple[MovementReason, str | None]] = {
    _D.RESTOCK: (_M.RESTORED, "on_hand"),
    _D.WRITE_OFF: (_M.WRITTEN_OFF, None),
    _D.RETURN_TO_SUPPLIER: (_M.RETURNED_TO_SUPPLIER, None),
    _D.RETURN_TO_CUSTOMER: (_M.RETURNED_TO_CUSTOMER, None),
    _D.MISSING: (_M.RETURNED, None),
}
GONE = tuple(each for each, (_, state) in EFFECTS.items() if state is None)
UNSALEABLE = (ReturnCondition.DAMAGED, ReturnCondition.DEFECTIVE)
INSPECTED_IN = (_S.PARTIALLY_RECEIVED, _S.RECEIVED)
REVISED_IN = (*INSPECTED_IN, _S.INSPECTED, _S.RESOLVED)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found of some units, and what is to become of them; photos are https links."""

    units: int
    condition: ReturnCondition
    disposition: Disposition
    photos: Sequence[str] = ()
    note: str = ""


@operation
async def inspect(
    actor: Actor, return_id: int, unit_id: int, *, findings: Sequence[Finding]
) -> Return:
    """Judge units that came back together: each finding is about some of them, which are told
    apart from then on. With the last of them, once everything has come, the return is
    inspected."""
    order, row = await scopes.take_part(actor, Return, return_id)
    units = await returns.units_of(row)
    refuse_any(reasons_not_to_inspect(row, units))
    unit = _one(units, unit_id)
    if unit.disposition is not None:
        message = f"{unit.number} is judged already. Revise it instead."
        raise Refused(Blocked(message=message, path=("unitId",)))
    _check(findings, unit)
    await _refuse_unfit(unit, [each.disposition for each in findings], "findings")
    _refuse_too_many(units, len(findings))
    for finding in findings:
        part = unit if finding.units == unit.units else unit.split(finding.units)
        part.inspect(
            condition=finding.condition,
            disposition=finding.disposition,
            photos=list(finding.photos),
            note=finding.note.strip(),
            by=actor.label,
            at=now(),
        )
        await _decide(actor, order, row, part, finding.disposition, finding.note.strip())
        await _keep(part)
        if part is not unit:
            units.append(part)
        details = {"variant_id": part.variant_id, "units": part.units}
        returns.told(
            actor,
            ReturnUnitInspected,
            order,
            row,
            condition=finding.condition,
            disposition=finding.disposition,
            **details,
        )
    if unit.disposition is None:
        await unit.store()
    end(actor, order, row, units)
    await row.store()
    await returns.follow(actor, order, row)
    return row


@operation
async def revise(
    actor: Actor,
    return_id: int,
    unit_id: int,
    *,
    disposition: Disposition,
    units: int | None = None,
    condition: ReturnCondition | None = None,
    lot: str | None = None,
    note: str = "",
) -> Return:
    """Decide anew what becomes of units, of all or of some of them: what was done is undone and
    something else is done. What was missing has been found then, and of which `lot` it is has to
    be said. Refused where what was to be sold again is no longer there."""
    order, row = await scopes.take_part(actor, Return, return_id)
    known = await returns.units_of(row)
    refuse_any(reasons_not_to_revise(row, known))
    unit = _one(known, unit_id)
    former = unit.disposition
    if former is None:
        message = f"{unit.number} is not judged yet. Inspect it first."
        raise Refused(Blocked(message=message, path=("unitId",)))
    count = unit.units if units is None else units
    inputs = Inputs()
    inputs.number(count, "units", most=unit.units)
    note = inputs.text(note, "note", least=0, most=returns.MOST_TEXT)
    if disposition is former:
        inputs.wrong("That is what becomes of them already.", "disposition")
    elif disposition is _D.RESTOCK and (condition or unit.condition) in UNSALEABLE:
        inputs.add(_unsaleable("disposition"))
    inputs.refuse()
    _refuse_too_many(known, 1)
    part = unit if count == unit.units else unit.split(count)
    if former in GONE:
        await _bring_back(actor, order, row, part, lot)
    await _refuse_unfit(part, [disposition])
    await _decide(actor, order, row, part, former, note, undo=True)
    await _decide(actor, order, row, part, disposition, note)
    part.inspect(
        condition=condition or part.condition or ReturnCondition.OPENED,
        disposition=disposition,
        photos=part.photos,
        note=note or part.note,
        by=actor.label,
        at=now(),
    )
    await _keep(part)
    if part is not unit:
        await unit.store()
    await row.store()

    details = {"variant_id": part.variant_id, "units": part.units}
    returns.told(
        actor, ReturnUnitRevised, order, row, disposition=disposition, former=former, **details
    )
    await returns.follow(actor, order, row)
    return row


def end(actor: Actor, order: Order, row: Return, units: Sequence[ReturnUnit]) -> None:
    """Count a return as inspected once everything of it has come and is judged; the caller saves
    it."""
    if row.status is _S.RECEIVED and all(each.disposition is not None for each in units):
        row.inspect(at=now())
        returns.told(actor, ReturnInspected, order, row)


def reasons_not_to_inspect(row: Return, units: Sequence[ReturnUnit]) -> list[Problem]:
    if row.status not in INSPECTED_IN:
        return [row.wrong_status(_S.INSPECTED)]
    if any(each.disposition is None for each in units):
        return []
    return [Blocked(message=f"No unit of {row.number} waits to be judged.", path=("id",))]


def reasons_not_to_revise(row: Return, units: Sequence[ReturnUnit]) -> list[Problem]:
    if row.status not in REVISED_IN:
        message = f"{row.number} is {row.status.spoken}; what becomes of its units stays as it is."
        return [Blocked(message=message, path=("id",))]
    if any(each.disposition is not None for each in units):
        return []
    return [Blocked(message=f"No unit of {row.number} is judged yet.", path=("id",))]


def _one(units: Sequence[ReturnUnit], unit_id: int) -> ReturnUnit:
    found = next((each for each in units if each.id == unit_id), None)
    if found is None:
        raise Refused(scopes.not_found(ReturnUnit, ("unitId",)))
    return found


def _check(findings: Sequence[Finding], unit: ReturnUnit) -> None:
    inputs = Inputs()
    if not 1 <= len(findings) <= MOST_FINDINGS:
        inputs.wrong(f"Give 1 to {MOST_FINDINGS} findings.", "findings")
        inputs.refuse()
    left = unit.units
    for n, each in enumerate(findings):
        path = ("findings", n)
        left -= inputs.number(each.units, *path, "units")
        inputs.text(each.note, *path, "note", least=0, most=returns.MOST_TEXT)
        inputs.links(each.photos, *path, "photos")
        if each.disposition is _D.MISSING:
            inputs.wrong("These units have come.", *path, "disposition")
        if each.disposition is _D.RESTOCK and each.condition in UNSALEABLE:
            inputs.add(_unsaleable(*path, "disposition"))
    if left < 0:
        message = f"{unit.units} units of {unit.number} wait to be judged."
        inputs.add(Blocked(message=message, path=("findings",)))
    inputs.refuse()


def _unsaleable(*path: str | int) -> Problem:
    return Blocked(message="What is damaged or does not work cannot be sold again.", path=path)


async def _refuse_unfit(unit: ReturnUnit, wanted: Sequence[Disposition], *path: str) -> None:
    """Refuse to sell again what was called back or is past its date."""
    if unit.lot_id is None or _D.RESTOCK not in wanted:
        return
    lot = await get(Lot, unit.lot_id, locked=True)
    if not lot.is_good(now().date()):
        where: Path = (*path, wanted.index(_D.RESTOCK)) if path else ()
        message = f"Lot {lot.code} was called back or is past its date."
        raise Refused(Blocked(message=message, path=(*where, "disposition")))


def _refuse_too_many(units: Sequence[ReturnUnit], more: int) -> None:
    if len(units) + more > MOST_ROWS:
        message = f"At most {MOST_ROWS} kinds of units are told apart in a return."
        raise Refused(Blocked(message=message, path=("unitId",)))


async def _bring_back(
    actor: Actor, order: Order, row: Return, part: ReturnUnit, code: str | None
) -> None:
    """Make sure that what was gone can be there: nobody has asked for it anew, and it is of a lot
    that is out with the order and not in stock."""
    if part.disposition is _D.MISSING and (line := await _line(part)) is not None:
        ordered = await get(OrderLine, line.line_id)
        if ordered.return_requested + part.units > ordered.delivered:
            message = "These units were asked for again, in another return."
            raise Refused(Blocked(message=message, path=("units",)))
    variant = await get(Variant, part.variant_id)
    # The level before the lot, as whoever takes units in has it.
    await level_of(actor, variant.id, row.location_id)
    if variant.tracking is Tracking.NONE:
        return
    sent = await return_lots.sent_with(order)
    if part.lot_id is not None:
        code = (await get(Lot, part.lot_id)).code
    code = return_lots.code_for(variant, code, sent, "lot")
    lot = await lots.take_in(actor, variant, code=code, path=("lot",))
    if part.disposition is _D.MISSING and lot is not None:
        if part.line_id is not None and part.units > await return_lots.still_out(order, sent, lot):
            message = f"{lot.code} of {variant.sku} is not out with {order.number}."
            raise Refused(Blocked(message=message, path=("lot",)))
        part.lot_id = lot.id


async def _decide(
    actor: Actor,
    order: Order,
    row: Return,
    part: ReturnUnit,
    disposition: Disposition,
    note: str,
    *,
    undo: bool = False,
) -> None:
    """Do what a disposition says, or undo it, with the stock and with the counts of lines."""
    await _count(part, disposition, -part.units if undo else part.units)
    if disposition not in EFFECTS:
        return
    reason, state = EFFECTS[disposition]
    level = await level_of(actor, part.variant_id, row.location_id)
    sign = -1 if undo else 1
    turned = {"quarantined": -sign * part.units}
    if state is not None:
        turned[state] = sign * part.units
    leaving = next((name for name, units in turned.items() if units < 0), None)
    bin_id = None if leaving is None else await _bin(level, part, leaving)
    if undo and state is None:
        part.bin_id = None
    change = Change(level_id=level.id, bin_id=bin_id, lot_id=part.lot_id, **turned)
    cause = {"order_id": order.id, "return_id": row.id}
    try:
        await ledger.move(actor, reason, [change], note=note, **cause)
    except NotEnough as error:
        message = "Too few of these units are still there and free."
        raise Refused(Blocked(message=message, path=("unitId",))) from error


async def _bin(level: Level, part: ReturnUnit, state: str) -> int | None:
    """Where units of a state lie: where they were put, or wherever somebody has moved them."""
    here = await select_one(Quant, level_id=level.id, bin_id=part.bin_id, lot_id=part.lot_id)
    enough = here is not None and getattr(here, state) >= part.units
    return part.bin_id if enough else ANY


async def _count(part: ReturnUnit, disposition: Disposition, units: int) -> None:
    """Count on the lines what never came, and what is not made good."""
    line = await _line(part)
    if line is None or disposition not in (_D.MISSING, _D.RETURN_TO_CUSTOMER):
        return
    ordered = await get(OrderLine, line.line_id)
    if disposition is _D.RETURN_TO_CUSTOMER:
        line.reject(units)
        ordered.reject_return(units)
    elif units < 0:
        line.find(-units)
        ordered.request_return(-units)
        ordered.receive_return(-units)
    else:
        line.find(-units)
        ordered.receive_return(-units)
        ordered.request_return(-units)
    await line.store()
    await ordered.store()


async def _line(part: ReturnUnit) -> ReturnLine | None:
    return None if part.line_id is None else await get(ReturnLine, part.line_id)


async def _keep(part: ReturnUnit) -> None:
    if part.id is None:
        await part.save()
    else:
        await part.store()

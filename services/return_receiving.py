"""Receiving what comes back: each scan lies in quarantine at once, and what never came is told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models import (
    Disposition,
    Lot,
    MispickKind,
    MovementReason,
    Order,
    OrderLine,
    Return,
    ReturnCondition,
    ReturnLine,
    ReturnStatus,
    ReturnUnit,
    Tracking,
    Variant,
)
from models.errors import Blocked, Mispick, Problem, Refused, refuse_any
from models.lifecycle import Status
from models.rows import store_all
from models.statements import select
from services import (
    gs1,
    ledger,
    lots,
    return_inspections,
    return_lots,
    returns,
    scopes,
    storage,
)
from services.actors import Actor
from services.clock import now
from services.commit import operation
from services.facts.returns import ReturnReceived, ReturnScanned
from services.inputs import Inputs
from services.ledger import Change
from services.return_lots import Sent
from services.stock import level_of

MOST_CODE = 100
# Scans of the same are one row, so this is far more than people do.
MOST_ROWS = 1_000

_S = ReturnStatus


class Unexpected(Status):
    REFUSE = "refuse", "Take nothing; it was scanned in error, or is to be asked about first."
    ACCEPT = "accept", "Take it in all the same, as something that nobody had announced."


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What somebody scans: a stock keeping unit, a barcode or a serial number, so many units, of
    which lot or with which serial number, into which bin, in what condition at first sight, and
    what to do where it is not expected. What is not said is read off a code of GS1."""

    code: str
    quantity: int | None = None
    lot: str | None = None
    bin_id: int | None = None
    condition: ReturnCondition | None = None
    unexpected: Unexpected = Unexpected.REFUSE

    @property
    def units(self) -> int:
        return 1 if self.quantity is None else self.quantity


@operation
async def scan(actor: Actor, return_id: int, seen: Seen) -> Return:
    """Count units that came back and put them into quarantine at once.

    Refused with a MispickError where nobody knows the code, and, unless the scan says to take
    them all the same, where more come than were announced, something else, or a lot or serial
    number that was never sent with this order.
    """
    order, row = await scopes.take_part(actor, Return, return_id)
    refuse_any(reasons_not_to_scan(row))
    sent = await return_lots.sent_with(order)
    seen, variant = await _read(seen, sent)
    lines = [each for each in await returns.lines_of(row) if each.variant_id == variant.id]
    room = await _room(order, seen, variant, lines, sent)
    lot = await _take_in(actor, row, seen, variant)
    shares = await _count(lines, room)
    left = seen.units - room
    await _write_down(actor, row, seen, variant, lot, [*shares, (None, left)])
    row.begin_receiving()
    await row.store()

    details = {"variant_id": variant.id, "units": seen.units, "unexpected": left}
    returns.told(actor, ReturnScanned, order, row, **details)
    return row


@operation
async def complete(actor: Actor, return_id: int, *, reason: str = "") -> Return:
    """Say that everything of a return has come. What has not is missing, which needs a reason;
    its units may be asked for again. Where nothing is left to judge, it counts as inspected."""
    order, row = await scopes.take_part(actor, Return, return_id)
    refuse_any(reasons_not_to_complete(row))
    absent = [(line, line.outstanding) for line in await returns.lines_of(row) if line.outstanding]
    missing = sum(units for _, units in absent)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", least=0, most=returns.MOST_TEXT)
    if missing and not reason:
        inputs.wrong(f"{missing} units have not come. Say why.", "reason")
    inputs.refuse()
    await _miss(actor, row, absent)
    row.receive(reason=reason, at=now())
    units = await returns.units_of(row)

    came = sum(each.units for each in units if each.has_come)
    returns.told(actor, ReturnReceived, order, row, units=came, missing=missing)
    return_inspections.end(actor, order, row, units)
    await row.store()
    await returns.follow(actor, order, row)
    return row


def reasons_not_to_scan(row: Return) -> list[Problem]:
    wanted = _S.PARTIALLY_RECEIVED
    if row.status is wanted or row.may_become(wanted):
        return []
    return [row.wrong_status(wanted)]


def reasons_not_to_complete(row: Return) -> list[Problem]:
    return [] if row.may_become(_S.RECEIVED) else [row.wrong_status(_S.RECEIVED)]


async def _read(seen: Seen, sent: Sent) -> tuple[Seen, Variant]:
    """What was scanned, with what its code says of it besides."""
    said = gs1.read(seen.code, now().date())
    inputs = Inputs()
    code = inputs.text(seen.code, "code", most=MOST_CODE)
    quantity = (said.units if said else None) or 1 if seen.quantity is None else seen.quantity
    inputs.number(quantity, "quantity")
    if seen.lot is not None:
        inputs.text(seen.lot, "lot", most=lots.MOST_CODE)
    inputs.refuse()
    variant = await return_lots.variant_of(said.item if said else code, sent)
    if variant is None:
        message = f"Nobody knows the code {code}."
        raise _caught(MispickKind.WRONG_ITEM, message, "code", found=code)
    lot = seen.lot.strip() if seen.lot is not None else None
    if lot is None and said is not None:
        lot = said.serial if variant.tracking is Tracking.SERIAL else said.lot
    if lot is None and sent.named(variant, code):
        lot = code
    lot = return_lots.code_for(variant, lot, sent, "lot")
    if variant.tracking is Tracking.SERIAL and quantity > 1:
        message = "There is one unit of a serial number."
        raise Refused(Problem(message=message, path=("quantity",)))
    return replace(seen, code=code, quantity=quantity, lot=lot), variant


async def _room(
    order: Order, seen: Seen, variant: Variant, lines: Sequence[ReturnLine], sent: Sent
) -> int:
    """How many of the units scanned are expected; refused where that is not all of them, and the
    scan does not say to take the others too."""
    expected = sum(line.outstanding for line in lines)
    lot = sent.named(variant, seen.lot) if seen.lot is not None else None
    is_tracked = variant.tracking is not Tracking.NONE
    out = await return_lots.still_out(order, sent, lot) if is_tracked else expected
    room = min(expected, out, seen.units)
    if room == seen.units or seen.unexpected is Unexpected.ACCEPT:
        return room
    if not expected:
        message = f"No unit of {variant.sku} is expected with this return."
        raise _caught(MispickKind.WRONG_ITEM, message, "code", found=variant.sku)
    if not out:
        message = f"{seen.lot} of {variant.sku} is not out with {order.number}."
        raise _caught(MispickKind.WRONG_LOT, message, "lot", found=seen.lot or "")
    message = f"{room} units of {variant.sku} are expected, and {seen.units} were scanned."
    kind = MispickKind.WRONG_QUANTITY
    raise _caught(kind, message, "quantity", expected=str(room), found=str(seen.units))


async def _take_in(actor: Actor, row: Return, seen: Seen, variant: Variant) -> Lot | None:
    """Put units into quarantine; says of which lot they are."""
    # The bin first, as who takes it down locks it and then looks for what lies in it.
    target = await storage.take(actor, seen.bin_id, "binId")
    level = await level_of(actor, variant.id, row.location_id)
    refuse_any(await storage.reasons_not_to_put(level, target, "binId"))
    lot = await lots.take_in(actor, variant, code=seen.lot, path=("lot",))
    change = Change(
        level_id=level.id,
        quarantined=seen.units,
        bin_id=seen.bin_id,
        lot_id=lot.id if lot else None,
    )
    cause = {"order_id": row.order_id, "return_id": row.id}
    await ledger.move(actor, MovementReason.RETURNED, [change], **cause)
    return lot


async def _count(lines: Sequence[ReturnLine], units: int) -> list[tuple[ReturnLine | None, int]]:
    """Deal expected units out to lines, in their order, and count them there."""
    shares: list[tuple[ReturnLine | None, int]] = []
    came: Counter[int] = Counter()
    for line in lines:
        if taken := min(units, line.outstanding):
            line.receive(taken)
            came[line.line_id] += taken
            shares.append((line, taken))
            units -= taken
    await store_all([line for line, _ in shares if line], "received")
    ordered = await select(OrderLine, id__in=sorted(came)) if came else []
    for each in ordered:
        each.receive_return(came[each.id])
    await store_all(ordered, "return_received")
    return shares


async def _write_down(
    actor: Actor,
    row: Return,
    seen: Seen,
    variant: Variant,
    lot: Lot | None,
    shares: Sequence[tuple[ReturnLine | None, int]],
) -> None:
    """Keep what came, together with what came just so before."""
    known = await returns.units_of(row)
    if len(known) >= MOST_ROWS:
        message = f"{row.number} has {MOST_ROWS} different kinds of units already."
        raise Refused(Blocked(message=message, path=("id",)))
    for line, units in shares:
        if not units:
            continue
        what = {
            "line_id": line.id if line else None,
            "variant_id": variant.id,
            "lot_id": lot.id if lot else None,
            "bin_id": seen.bin_id,
            "condition": seen.condition,
            "disposition": None,
            "received_by": actor.label,
        }
        same = (
            each
            for each in known
            if all(getattr(each, name) == value for name, value in what.items())
        )
        if (before := next(same, None)) is not None:
            before.units += units
            await before.store()
        else:
            await ReturnUnit.create(returned_id=row.id, units=units, received_at=now(), **what)


async def _miss(actor: Actor, row: Return, absent: Sequence[tuple[ReturnLine, int]]) -> None:
    """Give up what did not come; the customer may ask to send it back once more."""
    units: Counter[int] = Counter()
    for line, count in absent:
        line.miss(count)
        units[line.line_id] += count
    await store_all([line for line, _ in absent], "missing")
    ordered = await select(OrderLine, id__in=sorted(units)) if units else []
    for each in ordered:
        each.request_return(-units[each.id])
    await store_all(ordered, "return_requested")
    await ReturnUnit.bulk_create(
        [
            ReturnUnit(
                returned_id=row.id,
                line_id=line.id,
                variant_id=line.variant_id,
                units=count,
                disposition=Disposition.MISSING,
                received_by=actor.label,
                received_at=now(),
            )
            for line, count in absent
        ]
    )


def _caught(
    kind: MispickKind,
    message: str,
    path: str,
    *,
    expected: str = "an item of the return",
    found: str,
) -> Refused:
    return Refused(
        Mispick(message=message, path=(path,), kind=kind, expected=expected, found=found)
    )

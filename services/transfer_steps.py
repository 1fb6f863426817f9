"""Transfers on their way: set their units aside, send them, receive them, give up the rest."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import (
    Arrival,
    Bin,
    Level,
    Lot,
    MovementReason,
    Quant,
    Transfer,
    TransferLine,
    Variant,
)
from models.errors import Blocked, Problem, Refused, refuse_any
from models.lifecycle import TransferStatus
from models.rows import store_all
from models.statements import select, select_by_id
from services import (
    arrivals,
    backlog,
    ledger,
    levels,
    lot_fitness,
    policies,
    scopes,
    shortages,
    storage,
    transfer_lots,
    transfers,
)
from services.actors import Actor
from services.allocation import shortages as shortages_of
from services.clock import now
from services.commit import announce, operation
from services.facts.transfers import (
    TransferAllocated,
    TransferClosed,
    TransferReceived,
    TransferSent,
)
from services.inputs import Inputs
from services.ledger import ANY, Change

_T = TransferStatus


@dataclass(frozen=True, kw_only=True)
class TransferUnits:
    """What came of a line: `quantity` good units, and damaged ones. Without a bin, the good ones
    go where a picker looks for them; damaged ones lie in none."""

    line_id: int
    quantity: int = 0
    damaged: int = 0
    bin_id: int | None = None


@operation
async def allocate(actor: Actor, transfer_id: int) -> Transfer:
    """Set the units of a transfer aside at its source, all of them. Lines of variants with lots
    are divided by lot, what expires first being taken first.

    Refused with OutOfStock for what is not there, or is there and others wait for.
    """
    row = await scopes.take(actor, Transfer, transfer_id)
    lines = await transfers.lines_of(row)
    refuse_any(reasons_not_to_allocate(row, lines))
    there = await _spare_at(row, lines)
    variants = await select_by_id(Variant, {line.variant_id for line in lines})
    new, short = await transfer_lots.divide(lines, there, variants, now().date())
    if short:
        raise Refused(*await shortages.answers(short))
    await TransferLine.bulk_create(new)
    lines = [*lines, *(await transfers.lines_of(row))[len(lines) :]]
    for line in lines:
        line.level_id, line.allocated = there[line.variant_id], line.quantity
    await store_all(lines, "level_id", "allocated", "lot_id", "quantity")
    changes = [
        Change(level_id=line.level_id or 0, reserved=line.allocated, lot_id=line.lot_id)
        for line in lines
    ]
    await ledger.move(actor, MovementReason.RESERVED, changes, transfer_id=row.id)
    row.allocate(at=now())
    await row.store()

    units = sum(line.allocated for line in lines)
    announce(actor, TransferAllocated(location_id=row.source_id, transfer_id=row.id, units=units))
    return row


@operation
async def send(actor: Actor, transfer_id: int, *, expected_at: datetime | None = None) -> Transfer:
    """Let the units of a transfer leave. From now on they are expected at its destination, so
    whoever waits for them is told when they come."""
    row = await scopes.take(actor, Transfer, transfer_id)
    if expected_at is not None:
        inputs = Inputs()
        inputs.moment(expected_at, "expectedAt")
        inputs.refuse()
    row.send(at=now())
    usual = now() + timedelta(days=policies.current().transfer_days)
    row.expected_at = expected_at or row.expected_at or usual
    lines = await transfers.lines_of(row)
    held = await select(Level, locked=True, id__in=sorted({line.level_id or 0 for line in lines}))
    quants = await select(Quant, level_id__in=[level.id for level in held])
    changes, missing = transfer_lots.from_shelves(
        lines, quants, {level.id: level for level in held}
    )
    lots = await _lots_of(lines)
    refuse_any([*lot_fitness.reasons_not_to_send(list(lots.values())), *_gone(missing, lots)])
    await ledger.move(actor, MovementReason.SENT, changes, transfer_id=row.id)
    for line in lines:
        line.sent = line.allocated
    await store_all(lines, "sent")
    await row.store()
    await arrivals.keep_transfer(
        actor,
        [
            Arrival(
                variant_id=line.variant_id,
                location_id=row.destination_id,
                quantity=line.sent,
                expected_at=row.expected_at,
                transfer_line_id=line.id,
                reference=row.number,
            )
            for line in lines
        ],
    )

    announce(
        actor,
        TransferSent(
            location_id=row.source_id,
            transfer_id=row.id,
            units=sum(line.sent for line in lines),
            destination_id=row.destination_id,
        ),
    )
    return row


@operation
async def receive(
    actor: Actor, transfer_id: int, *, units: Sequence[TransferUnits] | None = None
) -> Transfer:
    """Take units of a transfer into stock where it goes to: those named, or all that are on
    their way, in good order. Damaged ones are kept apart, and so is what was called back or has
    expired on the way. With the last unit the transfer is over."""
    row = await scopes.take(actor, Transfer, transfer_id)
    refuse_any(reasons_not_to_receive(row))
    lines = await transfers.lines_of(row)
    if units is None:
        units = [
            TransferUnits(line_id=line.id, quantity=line.outstanding)
            for line in lines
            if line.outstanding
        ]
    line_of = {line.id: line for line in lines}
    _check(units, line_of)
    came = [(line_of[each.line_id], each) for each in units]
    await _check_bins(row, came)
    there = await levels.at(row.destination_id, [line.variant_id for line, _ in came])
    lots, today = await _lots_of([line for line, _ in came]), now().date()
    unfit = {lot.id for lot in lots.values() if not lot.is_good(today)}
    changes = [
        change
        for line, each in came
        for change in _changes(there[line.variant_id], line, each, fit=line.lot_id not in unfit)
    ]
    await ledger.move(actor, MovementReason.TRANSFERRED, changes, transfer_id=row.id)
    for line, each in came:
        line.receive(good=each.quantity, damaged=each.damaged)
    await store_all(list({line.id: line for line, _ in came}.values()), "received", "damaged")
    await _count_arrivals(actor, came)
    outstanding = sum(line.outstanding for line in lines)
    row.receive(in_full=outstanding == 0, at=now())
    await row.store()

    announce(
        actor,
        TransferReceived(
            location_id=row.destination_id,
            transfer_id=row.id,
            units=sum(each.quantity + each.damaged for each in units),
            damaged=sum(each.damaged for each in units),
            outstanding=outstanding,
        ),
    )
    return row


@operation
async def close(actor: Actor, transfer_id: int, *, reason: str) -> Transfer:
    """Give up what has not come of a transfer: it is missing, and expected no more."""
    row = await scopes.take(actor, Transfer, transfer_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=transfers.TEXT_LENGTH)
    refuse_any([*inputs.problems, *reasons_not_to_receive(row)])
    row.close(reason=reason, at=now())
    lines = [line for line in await transfers.lines_of(row) if line.outstanding]
    missing = sum(line.miss() for line in lines)
    await store_all(lines, "missing")
    await row.store()
    coming = await arrivals.of_transfer_lines([line.id for line in lines])
    await arrivals.give_up(actor, coming, reason=reason)

    announce(
        actor,
        TransferClosed(
            location_id=row.destination_id, transfer_id=row.id, missing=missing, reason=reason
        ),
    )
    return row


def reasons_not_to_allocate(row: Transfer, lines: Sequence[TransferLine]) -> list[Problem]:
    if not row.may_become(_T.ALLOCATED):
        return [row.wrong_status(_T.ALLOCATED)]
    if lines:
        return []
    return [Blocked(message=f"{row.number} has no lines.", path=("id",))]


def reasons_not_to_receive(row: Transfer) -> list[Problem]:
    return [] if row.may_become(_T.RECEIVED) else [row.wrong_status(_T.RECEIVED)]


async def _spare_at(row: Transfer, lines: Sequence[TransferLine]) -> dict[int, int]:
    """The locked level of each variant at the source, by variant. Refused where too few units lie
    there, or others wait for them: what is on its way could be promised to nobody now."""
    demand: Counter[int] = Counter()
    for line in lines:
        demand[line.variant_id] += line.quantity
    # All levels of these variants are locked by their ids, as placing an order does, so that
    # transfers that go opposite ways never wait for each other in a circle.
    held = await select(Level, locked=True, variant_id__in=sorted(demand))
    here = {level.variant_id: level for level in held if level.location_id == row.source_id}
    outlooks = await backlog.outlooks(demand)
    free = {
        variant: min(here[variant].available, outlooks[variant].deal.spare)
        if variant in here
        else 0
        for variant in demand
    }
    if short := shortages_of(demand, free):
        raise Refused(*await shortages.answers(short))
    return {variant: level.id for variant, level in here.items()}


def _check(units: Sequence[TransferUnits], line_of: Mapping[int, TransferLine]) -> None:
    inputs = Inputs()
    if not units:
        inputs.wrong("Say what came.", "lines")
    left = {line_id: line.outstanding for line_id, line in line_of.items()}
    for n, each in enumerate(units):
        inputs.number(each.quantity, "lines", n, "quantity", least=0)
        inputs.number(each.damaged, "lines", n, "damaged", least=0)
        if each.line_id not in left:
            inputs.add(scopes.not_found(TransferLine, ("lines", n, "lineId")))
            continue
        came = each.quantity + each.damaged
        if came == 0:
            inputs.wrong("Give at least one unit.", "lines", n, "quantity")
        elif came > left[each.line_id]:
            message = f"Only {left[each.line_id]} units of it are on their way."
            inputs.add(Blocked(message=message, path=("lines", n, "quantity")))
        left[each.line_id] -= came
    inputs.refuse()


async def _check_bins(row: Transfer, came: Sequence[tuple[TransferLine, TransferUnits]]) -> None:
    """Refuse bins that do not keep what is put into them; they stay locked."""
    variants = await select_by_id(Variant, {line.variant_id for line, _ in came})
    found = await storage.take_all(each.bin_id for _, each in came if each.bin_id is not None)
    problems: list[Problem] = []
    for n, (line, each) in enumerate(came):
        path = ("lines", n, "binId")
        if each.bin_id is None:
            continue
        if (target := found.get(each.bin_id)) is None:
            problems.append(scopes.not_found(Bin, path))
        else:
            variant = variants[line.variant_id]
            problems += storage.reasons_not_to_keep(variant, row.destination_id, target, *path)
    refuse_any(problems)


def _changes(level: Level, line: TransferLine, units: TransferUnits, *, fit: bool) -> list[Change]:
    """What comes of a line. What was called back or has expired on the way goes to quarantine."""
    good = Change(
        level_id=level.id,
        bin_id=ANY if units.bin_id is None else units.bin_id,
        lot_id=line.lot_id,
        **{"on_hand" if fit else "quarantined": units.quantity},
    )
    bad = Change(level_id=level.id, damaged=units.damaged, bin_id=None, lot_id=line.lot_id)
    return [change for change in (good, bad) if change.is_physical]


async def _count_arrivals(actor: Actor, came: Sequence[tuple[TransferLine, TransferUnits]]) -> None:
    units: Counter[int] = Counter()
    for line, each in came:
        units[line.id] += each.quantity + each.damaged
    rows = await arrivals.of_transfer_lines(list(units))
    await arrivals.count_in(actor, [(row, units[row.transfer_line_id or 0]) for row in rows])


def _gone(missing: Sequence[tuple[TransferLine, int]], lots: Mapping[int, Lot]) -> list[Problem]:
    """What to say of units that were set aside and are no longer there in good order."""
    return [
        Blocked(
            message=f"{units} of {line.allocated} units of {lots[line.lot_id or 0].code} are no "
            "longer there in good order. Cancel, and allocate anew.",
            path=("id",),
        )
        for line, units in missing
    ]


async def _lots_of(lines: Sequence[TransferLine]) -> dict[int, Lot]:
    """The lots of lines, locked after their levels: whoever calls one back meanwhile waits."""
    wanted = sorted({line.lot_id for line in lines if line.lot_id is not None})
    return {lot.id: lot for lot in await select(Lot, locked=True, id__in=wanted)} if wanted else {}

"""Transfers: put together what is to go to another location, change it, call it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import Location, Lot, MovementReason, Tracking, Transfer, TransferLine, Variant
from models.errors import Blocked, Path, Problem, Refused, refuse_any
from models.lifecycle import TransferStatus
from models.rows import store_all
from models.statements import select, select_by_id
from services import arrivals, ledger, records, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.transfers import (
    TransferCancelled,
    TransferCreated,
    TransferFact,
    TransferLineAdded,
    TransferLineRemoved,
    TransferLineUpdated,
    TransferUpdated,
)
from services.inputs import MOST_UNITS, Inputs
from services.ledger import Change
from services.records import Changes

MOST_LINES = 500
TEXT_LENGTH = 500

_T = TransferStatus
UNDER_WAY = (_T.IN_TRANSIT, _T.PARTIALLY_RECEIVED)


@dataclass(frozen=True, kw_only=True)
class TransferLineDraft:
    """A line to be; without a lot, those of a variant that has lots are chosen when its units are
    set aside."""

    variant_id: int
    quantity: int
    lot_id: int | None = None


@operation
async def create(
    actor: Actor,
    *,
    source_id: int,
    destination_id: int,
    lines: Sequence[TransferLineDraft] = (),
    expected_at: datetime | None = None,
    note: str = "",
) -> Transfer:
    """Begin to put together what is to go from one location to another."""
    inputs = Inputs()
    if expected_at is not None:
        inputs.moment(expected_at, "expectedAt")
    note = inputs.text(note, "note", least=0, most=TEXT_LENGTH)
    if len(lines) > MOST_LINES:
        inputs.wrong(f"A transfer has at most {MOST_LINES} lines.", "lines")
    if source_id == destination_id:
        inputs.wrong("Choose another location than the one it comes from.", "destinationId")
    inputs.refuse()
    for location_id, path in ((source_id, "sourceId"), (destination_id, "destinationId")):
        records.refuse_archived(await scopes.find(actor, Location, location_id, path), path)
    await _check(actor, lines, "lines")
    row = await Transfer.create(
        source_id=source_id, destination_id=destination_id, expected_at=expected_at, note=note
    )
    await TransferLine.bulk_create([_line(row, draft) for draft in lines])

    _announce(actor, TransferCreated, row, destination_id=destination_id)
    return row


@operation
async def update(actor: Actor, transfer_id: int, changes: Changes) -> Transfer:
    """Say something else about a transfer; when it should come also while it is on its way, and
    then to all who wait for its units."""
    row = await scopes.take(actor, Transfer, transfer_id)
    refuse_any(reasons_not_to_update(row))
    inputs = Inputs()
    if changes.get("expected_at") is not None:
        inputs.moment(changes["expected_at"], "expectedAt")
    elif "expected_at" in changes and row.status in UNDER_WAY:
        inputs.wrong("It is on its way; say when it should come.", "expectedAt")
    if "note" in changes:
        row.note = inputs.text(changes["note"], "note", least=0, most=TEXT_LENGTH)
    inputs.refuse()
    is_moved = "expected_at" in changes and changes["expected_at"] != row.expected_at
    row.expected_at = changes.get("expected_at", row.expected_at)
    await row.store()
    if row.status in UNDER_WAY and is_moved and row.expected_at is not None:
        coming = await arrivals.of_transfer_lines([line.id for line in await lines_of(row)])
        reason = f"{row.number} comes at another time."
        await arrivals.postpone(actor, coming, expected_at=row.expected_at, reason=reason)

    _announce(actor, TransferUpdated, row)
    return row


@operation
async def add_line(actor: Actor, transfer_id: int, draft: TransferLineDraft) -> Transfer:
    """Let something more go with a transfer that nothing is set aside for yet."""
    row = await scopes.take(actor, Transfer, transfer_id)
    refuse_any(reasons_not_to_edit(row))
    if await TransferLine.filter(transfer_id=row.id).count() >= MOST_LINES:
        raise Refused(Blocked(message=f"A transfer has at most {MOST_LINES} lines.", path=("id",)))
    await _check(actor, [draft])
    await TransferLine.bulk_create([_line(row, draft)])
    await row.store()

    details = {"variant_id": draft.variant_id, "quantity": draft.quantity}
    _announce(actor, TransferLineAdded, row, **details)
    return row


@operation
async def update_line(actor: Actor, transfer_id: int, *, line_id: int, quantity: int) -> Transfer:
    """Let more or fewer units of a line go with a transfer."""
    row, line = await _take_line(actor, transfer_id, line_id)
    inputs = Inputs()
    inputs.number(quantity, "quantity", most=1 if await _is_serial(line) else MOST_UNITS)
    inputs.refuse()
    line.quantity = quantity
    await line.store()
    await row.store()

    details = {"variant_id": line.variant_id, "quantity": quantity}
    _announce(actor, TransferLineUpdated, row, **details)
    return row


@operation
async def remove_line(actor: Actor, transfer_id: int, *, line_id: int) -> Transfer:
    """Take a line out of a transfer."""
    row, line = await _take_line(actor, transfer_id, line_id)
    await line.delete()
    await row.store()

    details = {"variant_id": line.variant_id, "quantity": line.quantity}
    _announce(actor, TransferLineRemoved, row, **details)
    return row


@operation
async def cancel(actor: Actor, transfer_id: int, *, reason: str) -> Transfer:
    """Call a transfer off before it leaves; units that were set aside for it are free again."""
    row = await scopes.take(actor, Transfer, transfer_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=TEXT_LENGTH)
    inputs.refuse()
    row.cancel(reason=reason, at=now())
    lines = [line for line in await lines_of(row) if line.allocated]
    changes = [
        Change(level_id=line.level_id or 0, reserved=-line.allocated, lot_id=line.lot_id)
        for line in lines
    ]
    await ledger.move(actor, MovementReason.RELEASED, changes, transfer_id=row.id)
    for line in lines:
        line.allocated = 0
    await store_all(lines, "allocated")
    await row.store()

    _announce(actor, TransferCancelled, row, reason=reason)
    return row


async def lines_of(row: Transfer) -> list[TransferLine]:
    return await select(TransferLine, transfer_id=row.id)


def reasons_not_to_edit(row: Transfer) -> list[Problem]:
    """Why its lines cannot be changed."""
    return [] if row.status is _T.DRAFT else [row.wrong_status(_T.DRAFT)]


def reasons_not_to_update(row: Transfer) -> list[Problem]:
    """Why nothing else can be said about it."""
    if row.may_become(_T.CANCELLED) or row.may_become(_T.RECEIVED):
        return []
    return [Blocked(message=f"{row.number} is {row.status.spoken}.", path=("id",))]


async def _take_line(actor: Actor, transfer_id: int, line_id: int) -> tuple[Transfer, TransferLine]:
    row = await scopes.take(actor, Transfer, transfer_id)
    refuse_any(reasons_not_to_edit(row))
    line = next((each for each in await lines_of(row) if each.id == line_id), None)
    if line is None:
        raise Refused(scopes.not_found(TransferLine, ("lineId",)))
    return row, line


async def _check(actor: Actor, drafts: Sequence[TransferLineDraft], *path: str) -> None:
    """Refuse everything that is wrong with new lines at once."""
    inputs = Inputs()
    variants = await scopes.find_all(actor, Variant, [draft.variant_id for draft in drafts])
    wanted = {draft.lot_id for draft in drafts if draft.lot_id is not None}
    lots = await select_by_id(Lot, wanted)
    for n, draft in enumerate(drafts):
        where: Path = (*path, n) if path else ()
        inputs.number(draft.quantity, *where, "quantity")
        variant = variants.get(draft.variant_id)
        if variant is None:
            inputs.add(scopes.not_found(Variant, (*where, "variantId")))
        elif draft.lot_id is not None:
            lot = lots.get(draft.lot_id)
            if lot is None or lot.variant_id != variant.id:
                inputs.add(scopes.not_found(Lot, (*where, "lotId")))
            elif variant.tracking is Tracking.SERIAL and draft.quantity > 1:
                inputs.wrong("There is one unit of a serial number.", *where, "quantity")
    inputs.refuse()


async def _is_serial(line: TransferLine) -> bool:
    """Whether a line is about the one unit of a serial number."""
    if line.lot_id is None:
        return False
    variants = await select_by_id(Variant, [line.variant_id])
    return variants[line.variant_id].tracking is Tracking.SERIAL


def _line(row: Transfer, draft: TransferLineDraft) -> TransferLine:
    return TransferLine(
        transfer_id=row.id,
        variant_id=draft.variant_id,
        lot_id=draft.lot_id,
        quantity=draft.quantity,
    )


def _announce(actor: Actor, fact: type[TransferFact], row: Transfer, **details: Any) -> None:
    announce(actor, fact(location_id=row.source_id, transfer_id=row.id, **details))

"""Stock: receive it, correct it, say when it is low."""

from collections.abc import Sequence
from dataclasses import replace

from models import Level, Location, MovementReason, Variant
from models.errors import Blocked, Problem, Refused, invalid, refuse_any
from services import alerts, arrivals, ledger, lots, records, requests, scopes, storage
from services.actors import Actor
from services.commit import announce, operation
from services.facts.stock import ReorderPointSet
from services.inputs import MOST_UNITS, Inputs
from services.ledger import ANY, NotEnough
from services.lots import LotDraft

NOTE_LENGTH = 500
MOST_ON_HAND = 1_000 * MOST_UNITS


@operation
async def receive(
    actor: Actor,
    *,
    variant_id: int,
    location_id: int,
    quantity: int,
    bin_id: int | None = ANY,
    arrival_id: int | None = None,
    note: str = "",
    lot: LotDraft | None = None,
    serials: Sequence[str] = (),
) -> Level:
    """Take units into stock at a location; those of an arrival are no longer expected. They go
    into the bin that is named, else where a picker finds them. Of what is tracked by lot or serial
    number, say which."""
    inputs = Inputs()
    inputs.number(quantity, "quantity")
    note = inputs.text(note, "note", least=0, most=NOTE_LENGTH)
    inputs.refuse()
    if arrival_id is not None:
        at = {"variant_id": variant_id, "location_id": location_id}
        await arrivals.receive(actor, arrival_id, **at, units=quantity)
    target = await storage.take(actor, bin_id, "binId") if bin_id != ANY else None
    level = await level_of(actor, variant_id, location_id)
    refuse_any(await storage.reasons_not_to_put(level, target, "binId"))
    _refuse_too_many(level, quantity, "quantity")
    changes = await lots.incoming(actor, level, quantity, lot=lot, serials=serials)
    changes = [replace(each, bin_id=bin_id) for each in changes]
    [level] = await ledger.move(
        actor, MovementReason.RECEIVED, changes, arrival_id=arrival_id, note=note
    )
    return level


@operation
async def adjust(
    actor: Actor,
    *,
    variant_id: int,
    location_id: int,
    change: int,
    note: str,
    expected_version: int | None = None,
    lot: LotDraft | None = None,
    serials: Sequence[str] = (),
) -> Level:
    """Correct what lies at a location by a number of units, more or fewer, and say why; of what is
    tracked by lot or serial number, of which.

    Refused where less would be left than is reserved for orders.
    """
    inputs = Inputs()
    inputs.number(change, "change", least=-MOST_UNITS)
    if change == 0:
        inputs.wrong("Give a change other than 0.", "change")
    note = inputs.text(note, "note", most=NOTE_LENGTH)
    inputs.refuse()
    level = await level_of(actor, variant_id, location_id)
    requests.expect_version(level, expected_version)
    return await _correct(actor, level, change, note, "change", lot=lot, serials=serials)


@operation
async def set_on_hand(
    actor: Actor,
    *,
    variant_id: int,
    location_id: int,
    quantity: int,
    held: int | None = None,
    expected_version: int | None = None,
    note: str,
    lot: LotDraft | None = None,
    serials: Sequence[str] = (),
) -> Level:
    """Say how many good units of a variant lie at a location, and why that is not what the level
    says. Refused without what the level was `held` to be, or its version; where it is no longer
    that; and where less would be left than is reserved."""
    inputs = Inputs()
    inputs.number(quantity, "quantity", least=0, most=MOST_ON_HAND)
    note = inputs.text(note, "note", most=NOTE_LENGTH)
    if held is None and expected_version is None:
        # Else of two who count at once the second would undo what the first one did.
        inputs.wrong("Give `from`, what it was before, or `expectedVersion`.", "from")
    inputs.refuse()
    level = await level_of(actor, variant_id, location_id)
    requests.expect_version(level, expected_version)
    if held is not None and level.on_hand != held:
        message = f"{level.on_hand} units are on hand, not {held}. Look again."
        raise Refused(Problem(code="VALUE_CONFLICT", message=message, path=("from",)))
    if quantity == level.on_hand:
        return level
    change = quantity - level.on_hand
    return await _correct(actor, level, change, note, "quantity", lot=lot, serials=serials)


@operation
async def set_reorder_point(
    actor: Actor,
    *,
    variant_id: int,
    location_id: int,
    reorder_point: int | None,
    expected_version: int | None = None,
) -> Level:
    """Say at how many available units a level is low; None says never."""
    inputs = Inputs()
    if reorder_point is not None:
        inputs.number(reorder_point, "reorderPoint", least=0)
    inputs.refuse()
    level = await level_of(actor, variant_id, location_id)
    requests.expect_version(level, expected_version)
    level.reorder_point = reorder_point
    await level.store()

    announce(
        actor,
        ReorderPointSet(
            variant_id=level.variant_id, location_id=level.location_id, reorder_point=reorder_point
        ),
    )
    await alerts.follow(actor, [level], "The reorder point was set.")
    return level


async def _correct(
    actor: Actor,
    level: Level,
    change: int,
    note: str,
    path: str,
    *,
    lot: LotDraft | None,
    serials: Sequence[str],
) -> Level:
    _refuse_too_many(level, change, path)
    if change > 0:
        changes = await lots.incoming(actor, level, change, lot=lot, serials=serials)
    else:
        code = lot.code if lot else None
        changes = await lots.outgoing(actor, level, -change, code=code, serials=serials)
    try:
        [level] = await ledger.move(actor, MovementReason.ADJUSTED, changes, note=note)
    except NotEnough as error:
        message = (
            f"{level.on_hand} units are on hand and {level.reserved} of them are reserved, "
            f"so at most {level.available} can be taken away."
        )
        raise Refused(Blocked(message=message, path=(path,))) from error
    return level


def _refuse_too_many(level: Level, change: int, path: str) -> None:
    if level.on_hand + change > MOST_ON_HAND:
        raise Refused(invalid(f"A level cannot hold more than {MOST_ON_HAND} units.", path))


async def level_of(actor: Actor, variant_id: int, location_id: int) -> Level:
    """The locked level of a variant at a location, made where there is none yet."""
    variant = await scopes.find(actor, Variant, variant_id, "variantId")
    location = await scopes.find(actor, Location, location_id, "locationId")
    level = Level(variant_id=variant.id, location_id=location.id)
    # Two who receive the first units at once both try; the second finds the first one's row.
    await Level.bulk_create([level], ignore_conflicts=True)
    level = await Level.select_for_update().get(variant_id=variant.id, location_id=location.id)
    # Who archives the location locks its levels first, so from here on it stays as it is.
    await location.refresh_from_db()
    records.refuse_archived(location, "locationId")
    return level

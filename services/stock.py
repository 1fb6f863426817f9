"""Stock: receive it, correct it, say when it is low."""

from models import Level, Location, MovementReason, Variant
from models.errors import Blocked, Refused, invalid
from services import alerts, arrivals, ledger, records, requests, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.stock import ReorderPointSet
from services.inputs import MOST_UNITS, Inputs
from services.ledger import Change, NotEnough

NOTE_LENGTH = 500
MOST_ON_HAND = 1_000 * MOST_UNITS


@operation
async def receive(
    actor: Actor,
    *,
    variant_id: int,
    location_id: int,
    quantity: int,
    arrival_id: int | None = None,
    note: str = "",
) -> Level:
    """Take units into stock at a location; those of an arrival are no longer expected."""
    inputs = Inputs()
    inputs.number(quantity, "quantity")
    note = inputs.text(note, "note", least=0, most=NOTE_LENGTH)
    inputs.refuse()
    if arrival_id is not None:
        at = {"variant_id": variant_id, "location_id": location_id}
        await arrivals.receive(actor, arrival_id, **at, units=quantity)
    level = await _level(actor, variant_id, location_id)
    _refuse_too_many(level, quantity, "quantity")
    change = Change(level_id=level.id, on_hand=quantity)
    [level] = await ledger.move(
        actor, MovementReason.RECEIVED, [change], arrival_id=arrival_id, note=note
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
) -> Level:
    """Correct what lies at a location by a number of units, more or fewer, and say why.

    Refused where less would be left than is reserved for orders.
    """
    inputs = Inputs()
    inputs.number(change, "change", least=-MOST_UNITS)
    if change == 0:
        inputs.wrong("Give a change other than 0.", "change")
    note = inputs.text(note, "note", most=NOTE_LENGTH)
    inputs.refuse()
    level = await _level(actor, variant_id, location_id)
    requests.expect_version(level, expected_version)
    _refuse_too_many(level, change, "change")
    try:
        moved = Change(level_id=level.id, on_hand=change)
        [level] = await ledger.move(actor, MovementReason.ADJUSTED, [moved], note=note)
    except NotEnough as error:
        message = (
            f"{level.on_hand} units are on hand and {level.reserved} of them are reserved, "
            f"so at most {level.available} can be taken away."
        )
        raise Refused(Blocked(message=message, path=("change",))) from error
    return level


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
    level = await _level(actor, variant_id, location_id)
    requests.expect_version(level, expected_version)
    level.reorder_point = reorder_point
    await level.store()

    announce(
        actor,
        ReorderPointSet(
            variant_id=level.variant_id, location_id=level.location_id, reorder_point=reorder_point
        ),
    )
    await alerts.follow(actor, [level])
    return level


def _refuse_too_many(level: Level, change: int, path: str) -> None:
    if level.on_hand + change > MOST_ON_HAND:
        raise Refused(invalid(f"A level cannot hold more than {MOST_ON_HAND} units.", path))


async def _level(actor: Actor, variant_id: int, location_id: int) -> Level:
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

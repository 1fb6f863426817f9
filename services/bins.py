"""Bins: put up, rename, take down, and say what lies in which."""

from models import Bin, Level, Location, Variant
from models.errors import Blocked, Problem, Refused, refuse_any
from services import alerts, records, requests, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.bins import BinArchived, BinCreated, BinFact, BinUpdated, LevelBinSet
from services.inputs import Inputs
from services.records import Changes


@operation
async def create(actor: Actor, location_id: int, *, code: str, position: int) -> Bin:
    """Put up a bin at a location. Its position is its place on the picker's walk."""
    location = await scopes.take(actor, Location, location_id, "locationId")
    records.refuse_archived(location, "locationId")
    row = Bin(location_id=location.id, **_bin({"code": code, "position": position}))
    await records.enter(row, unique="code")

    _announce(actor, BinCreated, row)
    return row


@operation
async def update(actor: Actor, bin_id: int, changes: Changes) -> Bin:
    """Give a bin another code or another place on the picker's walk."""
    row = await scopes.take(actor, Bin, bin_id)
    await records.revise(row, _bin(changes), unique="code")

    _announce(actor, BinUpdated, row)
    return row


@operation
async def archive(actor: Actor, bin_id: int) -> Bin:
    """Take down a bin. Refused while it is the home of a level."""
    row = await scopes.take(actor, Bin, bin_id)
    if await Level.filter(bin_id=row.id).exists():
        message = f"{row.code} is the home of stock. Give that another bin first."
        raise Refused(Blocked(message=message, path=("id",)))
    await records.archive(row)

    _announce(actor, BinArchived, row)
    return row


@operation
async def set_home(
    actor: Actor,
    *,
    variant_id: int,
    location_id: int,
    bin_id: int | None,
    expected_version: int | None = None,
) -> Level:
    """Say in which bin the units of a variant lie at a location; None says nobody knows."""
    variant = await scopes.find(actor, Variant, variant_id, "variantId")
    location = await scopes.find(actor, Location, location_id, "locationId")
    # The bin first, as who takes it down locks it and then looks for levels in it.
    home = None if bin_id is None else await scopes.take(actor, Bin, bin_id, "binId")
    level = Level(variant_id=variant.id, location_id=location.id)
    await Level.bulk_create([level], ignore_conflicts=True)
    level = await Level.select_for_update().get(variant_id=variant.id, location_id=location.id)
    requests.expect_version(level, expected_version)
    refuse_any(reasons_not_to_set_home(level, home))
    level.bin_id = home.id if home else None
    await level.store()

    announce(
        actor,
        LevelBinSet(
            variant_id=level.variant_id, location_id=level.location_id, bin_id=level.bin_id
        ),
    )
    # A level that is new is also empty.
    await alerts.follow(actor, [level])
    return level


def reasons_not_to_set_home(level: Level, home: Bin | None) -> list[Problem]:
    if home is None:
        return []
    if home.archived_at is not None:
        return [Blocked(message=f"{home.code} is archived. Choose another bin.", path=("binId",))]
    if home.location_id != level.location_id:
        message = f"{home.code} is a bin of another location. Choose one of this location."
        return [Problem(message=message, path=("binId",))]
    return []


def _bin(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "code" in given:
        checked["code"] = inputs.text((given["code"] or "").upper(), "code", most=30)
    if "position" in given:
        inputs.number(given["position"], "position", least=0)
    inputs.refuse()
    return checked


def _announce(actor: Actor, fact: type[BinFact], row: Bin) -> None:
    announce(actor, fact(location_id=row.location_id, bin_id=row.id))

"""Bins: put up, rename, take down, and say what lies in which."""

from models import Bin, Level, Location, Quant, Storage
from models.errors import Blocked, Problem, refuse_any
from services import alerts, records, requests, scopes, stock
from services import storage as conditions
from services.actors import Actor
from services.commit import announce, operation
from services.facts.bins import BinArchived, BinCreated, BinFact, BinUpdated, LevelBinSet
from services.inputs import Inputs
from services.records import Changes


@operation
async def create(
    actor: Actor,
    location_id: int,
    *,
    code: str,
    position: int,
    storage: Storage = Storage.AMBIENT,
) -> Bin:
    """Put up a bin at a location. Its position is its place on the picker's walk."""
    location = await scopes.take(actor, Location, location_id, "locationId")
    records.refuse_archived(location, "locationId")
    given = {"code": code, "position": position, "storage": storage}
    row = Bin(location_id=location.id, **_bin(given))
    await records.enter(row, unique="code")

    _announce(actor, BinCreated, row)
    return row


@operation
async def update(actor: Actor, bin_id: int, changes: Changes) -> Bin:
    """Give a bin another code or another place on the picker's walk; or, while nothing lies in
    it, other conditions of storage."""
    row = await scopes.take(actor, Bin, bin_id)
    checked = _bin(changes)
    if checked.get("storage", row.storage) is not row.storage:
        refuse_any(await _reasons_to_keep(row, "storage"))
    await records.revise(row, checked, unique="code")

    _announce(actor, BinUpdated, row)
    return row


@operation
async def archive(actor: Actor, bin_id: int) -> Bin:
    """Take down a bin. Refused while it is the home of a level, or something lies in it."""
    row = await scopes.take(actor, Bin, bin_id)
    refuse_any(await _reasons_to_keep(row, "id"))
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
    # The bin first, as who takes it down locks it and then looks for levels in it.
    home = await conditions.take(actor, bin_id, "binId")
    level = await stock.level_of(actor, variant_id, location_id)
    requests.expect_version(level, expected_version)
    refuse_any(await conditions.reasons_not_to_put(level, home, "binId"))
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


async def _reasons_to_keep(row: Bin, *path: str | int) -> list[Problem]:
    """Why a bin cannot be taken down, or be cooled or warmed."""
    if await Level.filter(bin_id=row.id).exists():
        message = f"{row.code} is the home of stock. Give that another bin first."
        return [Blocked(message=message, path=path)]
    if await Quant.filter(bin_id=row.id).exists():
        message = f"Something lies in {row.code}. Move that to another bin first."
        return [Blocked(message=message, path=path)]
    return []


def _bin(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "code" in given:
        checked["code"] = inputs.text((given["code"] or "").upper(), "code", most=30)
    if "position" in given:
        inputs.number(given["position"], "position", least=0)
    if "storage" in given and given["storage"] is None:
        inputs.wrong("Say how it is stored there; this cannot be null.", "storage")
    inputs.refuse()
    return checked


def _announce(actor: Actor, fact: type[BinFact], row: Bin) -> None:
    announce(actor, fact(location_id=row.location_id, bin_id=row.id))

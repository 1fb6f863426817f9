"""Locations: create, update, archive."""

from typing import Any

from tortoise.expressions import Q

from models import Level, Location, LocationKind, Return, Transfer, TransferStatus
from models.errors import Blocked, Refused
from services import records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.completion import OPEN_RETURNS
from services.facts.locations import LocationArchived, LocationCreated, LocationUpdated
from services.inputs import Inputs
from services.records import Changes
from services.shipping_methods import checked_calendar

_T = TransferStatus
OPEN_TRANSFERS = (_T.ALLOCATED, _T.IN_TRANSIT, _T.PARTIALLY_RECEIVED)

# How long each part of an address may be, and what it is called in an input.
PLACE = {
    "line1": (200, "line1"),
    "city": (120, "city"),
    "region": (120, "region"),
    "postal_code": (20, "postalCode"),
    "country_code": (2, "countryCode"),
}


@operation
async def create(
    actor: Actor, *, code: str, name: str, kind: LocationKind, priority: int = 100, **where: Any
) -> Location:
    """Open a location. `where` it is helps to find the one nearest to whoever buys."""
    entered: Changes = {"code": code, "name": name, "kind": kind, "priority": priority, **where}
    location = Location(**_location(entered))
    await records.enter(location, unique="code")

    announce(actor, LocationCreated(location_id=location.id))
    return location


@operation
async def update(actor: Actor, location_id: int, changes: Changes) -> Location:
    location = await scopes.take(actor, Location, location_id)
    await records.revise(location, _location(changes), unique="code")

    announce(actor, LocationUpdated(location_id=location.id))
    return location


@operation
async def archive(actor: Actor, location_id: int) -> Location:
    """Refused while stock lies there, which could no longer be sold nor counted, transfers are on
    their way from or to it, or something is to come back to it."""
    location = await scopes.find(actor, Location, location_id)
    # Who moves stock locks the level and then looks whether the location is open.
    await Level.filter(location_id=location.id).select_for_update().order_by("id")
    location = await scopes.take(actor, Location, location_id)
    lies = Q(on_hand__gt=0) | Q(damaged__gt=0) | Q(quarantined__gt=0)
    if await Level.filter(lies, location_id=location.id).exists():
        message = f"{location.code} still has stock. Adjust it to nothing first."
        raise Refused(Blocked(message=message, path=("id",)))
    on_the_way = Q(source_id=location.id) | Q(destination_id=location.id)
    if row := await Transfer.filter(on_the_way, status__in=OPEN_TRANSFERS).order_by("id").first():
        message = f"{row.number} is on its way from or to {location.code}. Finish it first."
        raise Refused(Blocked(message=message, path=("id",)))
    coming = Return.filter(location_id=location.id, status__in=OPEN_RETURNS).order_by("id")
    if returned := await coming.first():
        message = f"{returned.number} comes back to {location.code}. Finish it first."
        raise Refused(Blocked(message=message, path=("id",)))
    await records.archive(location)

    announce(actor, LocationArchived(location_id=location.id))
    return location


@operation
async def set_calendar(actor: Actor, location_id: int, changes: Changes) -> Location:
    """Say in which time zone and on which days a location works; promises that were made stay."""
    location = await scopes.take(actor, Location, location_id)
    inputs = Inputs()
    checked = checked_calendar(inputs, changes)
    inputs.refuse()
    await records.revise(location, checked)

    announce(actor, LocationUpdated(location_id=location.id))
    return location


def _location(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "code" in given:
        # Measured in capitals, as some letters, such as ß, have more than one there.
        checked["code"] = inputs.text((given["code"] or "").upper(), "code", most=20)
    if "name" in given:
        checked["name"] = inputs.text(given["name"], "name", most=200)
    if "kind" in given and given["kind"] is None:
        inputs.wrong("Give a kind; this cannot be null.", "kind")
    if "priority" in given:
        inputs.number(given["priority"], "priority", least=0, most=10_000)
    checked |= _place(inputs, given)
    inputs.refuse()
    return checked


def _place(inputs: Inputs, given: Changes) -> Changes:
    checked: dict[str, Any] = {}
    for field, (most, path) in PLACE.items():
        if field in given:
            checked[field] = inputs.text(given[field], path, least=0, most=most)
    if given.get("country_code"):
        checked["country_code"] = inputs.country(given["country_code"], "countryCode")
    inputs.degrees(given)
    return checked

"""Carriers, their shipping methods and zones: enter, change and put them away."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import time
from decimal import Decimal
from typing import Any

from models import Carrier, RateBand, ShippingMethod, ShippingZone
from services import calendars, records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.shipping import (
    CarrierCreated,
    CarrierUpdated,
    ShippingMethodArchived,
    ShippingMethodCreated,
    ShippingMethodUpdated,
    ShippingZoneChanged,
    ShippingZoneRemoved,
)
from services.inputs import CURRENCIES, Inputs
from services.money import to_minor_units
from services.records import Changes

MOST_DAYS = 60
MOST_NAMES = 500
MOST_BANDS = 50
MOST_GRAMS = 10**8


@dataclass(frozen=True, kw_only=True)
class RateDraft:
    """What a parcel costs up to a weight, for orders from a value on, in `currency`."""

    price: Decimal
    currency: str
    max_weight_grams: int | None = None
    min_order_value: Decimal = Decimal(0)


@operation
async def create_carrier(actor: Actor, entered: Changes) -> Carrier:
    """Enter a carrier, with the days it works on."""
    carrier = Carrier(**_carrier(entered))
    await records.enter(carrier, unique="code")

    announce(actor, CarrierCreated(carrier_id=carrier.id))
    return carrier


@operation
async def update_carrier(actor: Actor, carrier_id: int, changes: Changes) -> Carrier:
    """Change a carrier; promises that were made stay as they are."""
    carrier = await scopes.take(actor, Carrier, carrier_id)
    await records.revise(carrier, _carrier(changes), unique="code")

    announce(actor, CarrierUpdated(carrier_id=carrier.id))
    return carrier


@operation
async def create(actor: Actor, carrier_id: int, entered: Changes) -> ShippingMethod:
    """Offer a shipping method. It goes nowhere until it has a zone."""
    carrier = await scopes.find(actor, Carrier, carrier_id, "carrierId")
    method = ShippingMethod(carrier_id=carrier.id, **_method(entered))
    await records.enter(method, unique="code")
    await _be_the_only_default(method)

    announce(actor, ShippingMethodCreated(shipping_method_id=method.id))
    return method


@operation
async def update(actor: Actor, method_id: int, changes: Changes) -> ShippingMethod:
    """Change a shipping method; promises that were made stay as they are."""
    method = await scopes.take(actor, ShippingMethod, method_id)
    await records.revise(method, _method(changes), unique="code")
    await _be_the_only_default(method)

    announce(actor, ShippingMethodUpdated(shipping_method_id=method.id))
    return method


@operation
async def archive(actor: Actor, method_id: int) -> ShippingMethod:
    """Offer a shipping method no longer; orders that have it keep it."""
    method = await scopes.take(actor, ShippingMethod, method_id)
    method.is_default = False
    await records.archive(method)

    announce(actor, ShippingMethodArchived(shipping_method_id=method.id))
    return method


@operation
async def set_zone(
    actor: Actor, method_id: int, name: str, places: Changes, rates: Sequence[RateDraft]
) -> ShippingMethod:
    """Say where a method goes, how long that takes and what it costs: a new zone, or one of that
    name anew. Of the bands that take a parcel, the cheapest is charged."""
    method = await scopes.take(actor, ShippingMethod, method_id, "methodId")
    records.refuse_archived(method, "methodId")
    inputs = Inputs()
    name = inputs.text(name, "name", most=100)
    values = _zone(inputs, places) | {"rates": _rates(inputs, rates)}
    inputs.refuse()
    zone = await ShippingZone.get_or_none(method_id=method.id, name=name)
    if zone is None:
        await ShippingZone.create(method_id=method.id, name=name, **values)
    else:
        zone.update_from_dict(values)
        await zone.store()
    await method.store()

    announce(actor, ShippingZoneChanged(shipping_method_id=method.id, zone_name=name))
    return method


@operation
async def remove_zone(actor: Actor, zone_id: int) -> ShippingMethod:
    """Let a method go to a zone no longer."""
    seen = await scopes.find(actor, ShippingZone, zone_id)
    method = await scopes.take(actor, ShippingMethod, seen.method_id)
    zone = await scopes.find(actor, ShippingZone, zone_id)
    await zone.delete()
    await method.store()

    announce(actor, ShippingZoneRemoved(shipping_method_id=method.id, zone_name=zone.name))
    return method


async def _be_the_only_default(method: ShippingMethod) -> None:
    if method.is_default:
        others = ShippingMethod.filter(is_default=True).exclude(id=method.id)
        await others.update(is_default=False)


def _carrier(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "code" in given:
        checked["code"] = inputs.text((given["code"] or "").upper(), "code", most=60)
    if "name" in given:
        checked["name"] = inputs.text(given["name"], "name", most=200)
    if "silence_hours" in given:
        inputs.number(given["silence_hours"], "silenceHours", most=24 * MOST_DAYS)
    checked = checked_calendar(inputs, checked)
    inputs.refuse()
    return checked


def checked_calendar(inputs: Inputs, given: Changes) -> dict[str, Any]:
    """The days that somebody works on; of a location, in its time zone."""
    checked = dict(given)
    if "works_on" in given:
        checked["works_on"] = "".join(sorted(set(given["works_on"] or ())))
        if not calendars.are_weekdays(checked["works_on"]):
            inputs.wrong("Give at least one day of the week.", "workingDays")
    if "holidays_of" in given:
        place = checked["holidays_of"] = (given["holidays_of"] or "").strip().upper()
        if place and not calendars.is_place(place):
            inputs.wrong("Give a country or region, such as DE or DE-HH.", "holidaysOf")
    if "time_zone" in given and not calendars.is_zone(given["time_zone"] or ""):
        inputs.wrong("Give a time zone by its name, such as Europe/Berlin.", "timeZone")
    return checked


def _method(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "code" in given:
        checked["code"] = inputs.text((given["code"] or "").upper(), "code", most=40)
    if "name" in given:
        checked["name"] = inputs.text(given["name"], "name", most=200)
    if "service_level" in given and given["service_level"] is None:
        inputs.wrong("Give a service level; this cannot be null.", "serviceLevel")
    if "is_default" in given and given["is_default"] is None:
        inputs.wrong("Say true or false; this cannot be null.", "isDefault")
    if "cut_off" in given and not _is_time(given["cut_off"]):
        inputs.wrong("Give a time of the day, such as 15:00.", "cutOff")
    inputs.refuse()
    return checked


def _is_time(text: str | None) -> bool:
    try:
        return text is not None and time.fromisoformat(text).isoformat("minutes") == text
    except ValueError:
        return False


def _zone(inputs: Inputs, given: Changes) -> dict[str, Any]:
    countries = given["countries"]
    inputs.number(given["min_days"], "minDays", least=0, most=MOST_DAYS)
    inputs.number(given["max_days"], "maxDays", least=given["min_days"], most=MOST_DAYS)
    for name, path in (("regions", "regions"), ("postal_prefixes", "postalPrefixes")):
        if len(given[name]) > MOST_NAMES or any(not 0 < len(each) <= 40 for each in given[name]):
            inputs.wrong(f"Give at most {MOST_NAMES} texts of 1 to 40 characters.", path)
    return dict(given) | {
        "countries": [
            inputs.country(code, "countries", n) for n, code in enumerate(countries[:MOST_NAMES])
        ]
    }


def _rates(inputs: Inputs, given: Sequence[RateDraft]) -> list[dict[str, Any]]:
    if not 1 <= len(given) <= MOST_BANDS:
        inputs.wrong(f"Give 1 to {MOST_BANDS} rates.", "rates")
    return [asdict(_band(inputs, n, draft)) for n, draft in enumerate(given[:MOST_BANDS])]


def _band(inputs: Inputs, n: int, draft: RateDraft) -> RateBand:
    currency = inputs.currency(draft.currency, "rates", n, "price", "currency")
    if draft.max_weight_grams is not None:
        inputs.number(draft.max_weight_grams, "rates", n, "maxWeightGrams", most=MOST_GRAMS)
    return RateBand(
        price=_minor(inputs, draft.price, currency, "rates", n, "price"),
        currency=currency,
        max_weight_grams=draft.max_weight_grams,
        min_order_value=_minor(
            inputs, draft.min_order_value, currency, "rates", n, "minOrderValue"
        ),
    )


def _minor(inputs: Inputs, amount: Decimal, currency: str, *path: str | int) -> int:
    minor = to_minor_units(amount, currency) if currency in CURRENCIES else 0
    if minor is None or minor < 0:
        inputs.wrong(f"Give an amount of {currency} from 0, in whole minor units.", *path)
    return minor or 0

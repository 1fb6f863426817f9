"""What shipping methods make of goods: what they cost, and when they would arrive."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from models import Carrier, Location, Order, OrderLine, ShippingMethod, ShippingZone, Variant
from models.errors import Blocked, Problem, Refused
from models.orders import PostalAddress
from models.statements import select, select_by_id
from services import departures
from services.calendars import Calendar, Route, is_place
from services.departures import Departure
from services.zones import rate_of, zone_of


@dataclass(frozen=True, kw_only=True)
class Consignment:
    """What is to be sent where; money in minor units of `currency`."""

    address: PostalAddress
    departures: Sequence[Departure]
    weight_grams: int
    value: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ShippingOption:
    """What a method makes of a consignment: handed over by `dispatch_by`, it arrives until
    `promised_at`, the end of `promised_on`."""

    method: ShippingMethod
    cost: int
    currency: str
    dispatch_by: datetime
    promised_on: date
    promised_at: datetime
    min_days: int
    max_days: int
    meets_promise: bool = True
    is_cheapest_in_time: bool = False


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A method that is offered, with its carrier and its zones."""

    method: ShippingMethod
    carrier: Carrier
    zones: Sequence[ShippingZone]


async def offers(*, and_also: int | None = None) -> list[Offer]:
    """Every method that is offered now, and the one that an order has already."""
    methods = [
        method
        for method in await ShippingMethod.all().order_by("id")
        if method.archived_at is None or method.id == and_also
    ]
    carriers = await select_by_id(Carrier, [method.carrier_id for method in methods])
    zones: dict[int, list[ShippingZone]] = defaultdict(list)
    for zone in await select(ShippingZone, method_id__in=[method.id for method in methods]):
        zones[zone.method_id].append(zone)
    return [
        Offer(method=method, carrier=carriers[method.carrier_id], zones=zones[method.id])
        for method in methods
    ]


async def charge(order: Order, lines: Sequence[OrderLine]) -> bool:
    """Set what the method of an order costs for its lines and address as they are now; says
    whether that is another price. Where the method does not go any more, the price stays."""
    address = order.shipping_address
    if order.shipping_method_id is None or address is None:
        return False
    # What was split off another order was charged for with that one.
    if order.split_from_id is not None:
        return False
    zone = zone_of(await select(ShippingZone, method_id=order.shipping_method_id), address)
    if zone is None:
        return False
    weight = await _weight(lines)
    cost = rate_of(zone.bands, currency=order.currency, weight_grams=weight, value=_value(lines))
    if cost is None or cost == order.shipping_price:
        return False
    order.shipping_price = cost
    return True


async def consignment(order: Order, lines: Sequence[OrderLine]) -> Consignment:
    """What is left to be sent of an order that has an address."""
    address = order.shipping_address
    if address is None:
        raise Refused(nowhere(order))
    return Consignment(
        address=address,
        departures=await departures.of_order(order, lines),
        weight_grams=await _weight(lines),
        value=_value(lines),
        currency=order.currency,
    )


def options(offered: Sequence[Offer], goods: Consignment) -> list[ShippingOption]:
    """What each method makes of a consignment, the cheapest first and of these the fastest."""
    found = [option for offer in offered if (option := _option(offer, goods)) is not None]
    return sorted(found, key=lambda each: (each.cost, each.promised_at, each.method.id))


def option_of(found: Sequence[ShippingOption], method_id: int) -> ShippingOption | None:
    return next((option for option in found if option.method.id == method_id), None)


def usual(found: Sequence[ShippingOption]) -> ShippingOption | None:
    """How an order is sent for which nobody has chosen: by the default method, or else by the
    cheapest that goes there."""
    default = next((option for option in found if option.method.is_default), None)
    return default or (found[0] if found else None)


def compared(
    found: Sequence[ShippingOption], *, wanted_on: date | None, promised_at: datetime | None
) -> list[ShippingOption]:
    """Say which options are in time, and which is the cheapest of these."""
    judged = [
        replace(option, meets_promise=_in_time(option, wanted_on, promised_at)) for option in found
    ]
    best = next((option for option in judged if option.meets_promise), None)
    return [replace(option, is_cheapest_in_time=option is best) for option in judged]


def deadline(offer: Offer, goods: Consignment, promised_at: datetime) -> datetime | None:
    """The latest hand-over with which a method keeps a promise; None where it goes elsewhere."""
    zone = zone_of(offer.zones, goods.address)
    if zone is None or not goods.departures:
        return None
    ways = [_route(offer, zone, each.location, goods) for each in goods.departures]
    return min(way.cut_off_on(way.latest_dispatch_day(way.day_of(promised_at))) for way in ways)


def _latest_hand_over(ways: Sequence[Route], promised_on: date) -> datetime:
    return min(way.cut_off_on(way.latest_dispatch_day(promised_on)) for way in ways)


def _option(offer: Offer, goods: Consignment) -> ShippingOption | None:
    zone = zone_of(offer.zones, goods.address)
    if zone is None or not goods.departures:
        return None
    cost = rate_of(
        zone.bands, currency=goods.currency, weight_grams=goods.weight_grams, value=goods.value
    )
    if cost is None:
        return None
    ways = [(_route(offer, zone, each.location, goods), each) for each in goods.departures]
    # What leaves from several places has arrived when the last of it has.
    promised_on = max(way.arrival_day(way.dispatch_day(each.ready_at)) for way, each in ways)
    return ShippingOption(
        method=offer.method,
        cost=cost,
        currency=goods.currency,
        dispatch_by=_latest_hand_over([way for way, _ in ways], promised_on),
        promised_on=promised_on,
        promised_at=max(way.end_of(promised_on) for way, _ in ways),
        min_days=zone.min_days,
        max_days=zone.max_days,
    )


def _route(offer: Offer, zone: ShippingZone, location: Location, goods: Consignment) -> Route:
    """How parcels leave a location with a method, reckoned with the most days it takes."""
    carrier, country = offer.carrier, goods.address.country_code
    at_work = Calendar.of(location.works_on, location.holidays_of)
    # A carrier neither drives on holidays of its own nor delivers on those of the country.
    there = country if is_place(country) else ""
    travels = Calendar.of(carrier.works_on, carrier.holidays_of, there)
    fetches = Calendar.of(carrier.works_on, carrier.holidays_of)
    return Route(
        zone=ZoneInfo(location.time_zone),
        cut_off=offer.method.cut_off_time,
        pickups=at_work.and_also(fetches),
        transit=travels,
        days=zone.max_days,
    )


def _in_time(option: ShippingOption, wanted_on: date | None, promised_at: datetime | None) -> bool:
    if wanted_on is not None:
        return option.promised_on <= wanted_on
    return promised_at is None or option.promised_at <= promised_at


def nowhere(order: Order, *path: str) -> Problem:
    message = f"{order.number} has no shipping address. Give it one first."
    return Blocked(message=message, path=path or ("id",))


async def _weight(lines: Sequence[OrderLine]) -> int:
    variants = await select_by_id(Variant, [line.variant_id for line in lines])
    return sum(variants[line.variant_id].weight_grams * line.remaining for line in lines)


def _value(lines: Sequence[OrderLine]) -> int:
    return sum(line.unit_price * line.remaining for line in lines)

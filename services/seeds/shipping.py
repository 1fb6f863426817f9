"""How the demo shop sends parcels, and what it promises its customers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from models import (
    Carrier,
    Location,
    Order,
    Promise,
    RateBand,
    ServiceLevel,
    ShippingMethod,
    ShippingZone,
)
from services import shipping_options
from services.actors import SYSTEM
from services.departures import Departure
from services.facts.promises import OrderPromised
from services.facts.shipping import CarrierCreated, ShippingMethodCreated, ShippingZoneChanged
from services.promises import AT_PLACEMENT
from services.seeds.catalog import CURRENCY
from services.seeds.rows import Rows
from services.shipping_options import Consignment, Offer

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop

# Code, name, days of the week, whose holidays, hours of silence after which to ask.
CARRIERS: Sequence[tuple[str, str, str, str, int]] = (
    ("DHL", "DHL Paket", "123456", "DE", 36),
    ("DPD", "DPD Classic", "123456", "DE", 48),
    ("GLS", "GLS Business Parcel", "12345", "DE", 48),
    ("UPS", "UPS Express", "12345", "", 18),
)
# Code, name, carrier, level, cut-off, and how many of a hundred customers choose it.
METHODS: Sequence[tuple[str, str, str, ServiceLevel, str, int]] = (
    ("STANDARD", "Standard", "DHL", ServiceLevel.STANDARD, "15:30", 40),
    ("CLASSIC", "Classic", "DPD", ServiceLevel.STANDARD, "15:00", 20),
    ("BUSINESS", "Business", "GLS", ServiceLevel.EXPEDITED, "16:00", 10),
    ("TWO-DAY", "Two days", "UPS", ServiceLevel.TWO_DAY, "14:00", 15),
    ("NEXT-DAY-AIR", "Next day by air", "UPS", ServiceLevel.NEXT_DAY_AIR, "13:00", 15),
)
# Name, countries, and by level: days at least and at most, price up to 5 kg and above.
ZONES: Sequence[tuple[str, list[str], Mapping[ServiceLevel, tuple[int, int, int, int]]]] = (
    (
        "Germany",
        ["DE"],
        {
            ServiceLevel.STANDARD: (1, 3, 490, 890),
            ServiceLevel.EXPEDITED: (1, 2, 690, 1090),
            ServiceLevel.TWO_DAY: (2, 2, 990, 1490),
            ServiceLevel.NEXT_DAY_AIR: (1, 1, 1990, 2990),
        },
    ),
    (
        "Neighbors",
        ["AT", "DK", "FR", "NL", "PL"],
        {
            ServiceLevel.STANDARD: (2, 4, 990, 1590),
            ServiceLevel.EXPEDITED: (2, 3, 1290, 1990),
            ServiceLevel.TWO_DAY: (2, 2, 1890, 2690),
            ServiceLevel.NEXT_DAY_AIR: (1, 1, 3490, 4990),
        },
    ),
    (
        "Rest of Europe",
        ["BE", "CH", "CZ", "ES", "IT", "LU", "PT", "SE"],
        {
            ServiceLevel.STANDARD: (3, 6, 1490, 2490),
            ServiceLevel.EXPEDITED: (3, 4, 1990, 2990),
            ServiceLevel.TWO_DAY: (2, 2, 2990, 3990),
        },
    ),
)
FREE_FROM = 15_000
# What its people take at most, on most days.
HANDLING = timedelta(hours=14)


def opened(rows: Rows) -> list[Offer]:
    """The carriers, the methods and where they go."""
    carriers = {}
    for code, name, days, holidays, hours in CARRIERS:
        carrier = rows.make(
            Carrier, code=code, name=name, works_on=days, holidays_of=holidays, silence_hours=hours
        )
        rows.keep(carrier)
        rows.tell(SYSTEM, CarrierCreated(carrier_id=carrier.id))
        carriers[code] = carrier
    found: list[Offer] = []
    for code, name, by, level, cut_off, _ in METHODS:
        method = rows.make(
            ShippingMethod,
            code=code,
            name=name,
            carrier_id=carriers[by].id,
            service_level=level,
            cut_off=cut_off,
            is_default=not found,
        )
        rows.keep(method)
        rows.tell(SYSTEM, ShippingMethodCreated(shipping_method_id=method.id))
        zones = _zones(rows, method)
        found.append(Offer(method=method, carrier=carriers[by], zones=zones))
    return found


def choose(shop: "Shop", order: Order) -> None:
    """Two of three customers say how they want it; the others leave it to the shop."""
    # Dice of their own, so that what is chosen changes nothing else of the history.
    dice = Random(order.id)
    if dice.random() < 0.66:
        weights = [row[-1] for row in METHODS]
        order.shipping_method_id = dice.choices(shop.offers, weights)[0].method.id


def charge(shop: "Shop", life: "Life") -> bool:
    """As services.shipping_options.charge does; who chose what does not go there has the usual."""
    order = life.order
    if order.shipping_method_id is None:
        return False
    found = shipping_options.options(shop.offers, _consignment(shop, life))
    option = shipping_options.option_of(found, order.shipping_method_id)
    if option is None:
        order.shipping_method_id = None
        return False
    order.shipping_price = option.cost
    return True


def promise(shop: "Shop", life: "Life") -> None:
    """As services.promises.make does."""
    order = life.order
    found = shipping_options.options(shop.offers, _consignment(shop, life))
    chosen = order.shipping_method_id
    option = (
        shipping_options.usual(found)
        if chosen is None
        else shipping_options.option_of(found, chosen)
    )
    if option is None:
        return
    order.evaluate_at = shop.now
    order.promised_at = order.first_promised_at = option.promised_at
    order.dispatch_by = option.dispatch_by
    life.method = option.method
    life.promises.append(
        shop.rows.make(
            Promise,
            order_id=order.id,
            promised_at=option.promised_at,
            dispatch_by=option.dispatch_by,
            shipping_method_id=option.method.id,
            reason=AT_PLACEMENT,
            actor=life.actor.label,
            made_at=shop.now,
        )
    )
    about = {"order_id": order.id, "customer_id": life.customer_id}
    shop.rows.tell(life.actor, OrderPromised(promised_at=option.promised_at, **about))


def _zones(rows: Rows, method: ShippingMethod) -> list[ShippingZone]:
    zones = []
    for name, countries, levels in ZONES:
        if method.service_level not in levels:
            continue
        least, most, light, heavy = levels[method.service_level]
        bands = [
            RateBand(price=light, currency=CURRENCY, max_weight_grams=5_000),
            RateBand(price=heavy, currency=CURRENCY),
        ]
        if method.is_default:
            bands.append(RateBand(price=0, currency=CURRENCY, min_order_value=FREE_FROM))
        zone = rows.make(
            ShippingZone,
            method_id=method.id,
            name=name,
            countries=countries,
            regions=[],
            postal_prefixes=[],
            min_days=least,
            max_days=most,
            rates=[asdict(band) for band in bands],
        )
        zones.append(zone)
        rows.keep(zone)
        about = {"shipping_method_id": method.id, "zone_name": name}
        rows.tell(SYSTEM, ShippingZoneChanged(**about))
    return zones


def _consignment(shop: "Shop", life: "Life") -> Consignment:
    address = life.order.shipping_address
    assert address is not None
    ready_at = shop.now + HANDLING
    kept = {row.location_id for row in life.active()}
    places: list[Location] = [place for place in shop.locations if place.id in kept]
    return Consignment(
        address=address,
        departures=[
            Departure(location=place, ready_at=ready_at) for place in places or shop.locations[:1]
        ],
        weight_grams=sum(
            shop.variants[line.variant_id].weight_grams * line.remaining for line in life.lines
        ),
        value=sum(line.unit_price * line.remaining for line in life.lines),
        currency=life.order.currency,
    )

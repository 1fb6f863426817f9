"""Where an order's goods leave from, and when they are ready to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import (
    Arrival,
    ArrivalStatus,
    Level,
    Location,
    Order,
    OrderLine,
    OrderStatus,
    Reservation,
    ReservationStatus,
)
from services import lot_supplies, policies
from services.clock import now

PLACED = {OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS}


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Units that are ready to leave a location from a moment on."""

    location: Location
    ready_at: datetime


async def of_order(order: Order, lines: Sequence[OrderLine]) -> list[Departure]:
    """Of an order that is placed, from where its units are set aside, and for those that wait
    for stock, from when that should come; of a draft, from where there is enough now."""
    if order.status not in PLACED:
        demand: Counter[int] = Counter()
        for line in lines:
            demand[line.variant_id] += line.remaining
        return await of_goods(demand)
    location_ids = await Reservation.filter(
        order_id=order.id, status=ReservationStatus.ACTIVE
    ).values_list("location_id", flat=True)
    locations = await Location.filter(id__in=set(location_ids)).order_by("priority", "id")
    found = _ready(locations)
    waiting = [line for line in lines if line.backordered]
    if waiting:
        found += await _when_stocked(waiting, locations)
    return found


async def of_goods(demand: Mapping[int, int]) -> list[Departure]:
    """Where so many units of variants could leave from now: from the first location that has all
    of them, else from each that has the most of one; what nobody has waits for stock."""
    levels: dict[int, dict[int, int]] = defaultdict(dict)
    locations: dict[int, Location] = {}
    unfit = await lot_supplies.unfit(demand)
    for level in await Level.filter(
        variant_id__in=list(demand), location__archived_at=None
    ).select_related("location"):
        fit = level.available - unfit[level.variant_id, level.id]
        levels[level.location_id][level.variant_id] = fit
        locations[level.location_id] = level.location
    in_order = sorted(locations.values(), key=lambda place: (place.priority, place.id))
    for place in in_order:
        if all(levels[place.id].get(variant, 0) >= units for variant, units in demand.items()):
            return _ready([place])
    found = dict.fromkeys(
        max(in_order, key=lambda place: levels[place.id].get(variant, 0)).id
        for variant in demand
        if in_order
    )
    departures = _ready([locations[location_id] for location_id in found])
    short = [
        v for v, units in demand.items() if sum(each.get(v, 0) for each in levels.values()) < units
    ]
    first = departures[0].location if departures else await _first_location()
    if short and first is not None:
        departures.append(_waiting(first, await _announced(short)))
    return departures


async def _announced(variants: Sequence[int]) -> datetime | None:
    """When the last of these comes, by the next arrival of each; None where one has none."""
    rows = await Arrival.filter(variant_id__in=variants, status=ArrivalStatus.EXPECTED).order_by(
        "-expected_at"
    )
    # The latest first, so that the earliest of each variant is what stays.
    comes = {row.variant_id: row.expected_at for row in rows}
    return max(comes.values()) if len(comes) == len(variants) else None


async def _when_stocked(
    waiting: Sequence[OrderLine], locations: Sequence[Location]
) -> list[Departure]:
    place = locations[0] if locations else await _first_location()
    return [] if place is None else [_waiting(place, line.expected_at) for line in waiting]


async def _first_location() -> Location | None:
    return await Location.filter(archived_at=None).order_by("priority", "id").first()


def _ready(locations: Iterable[Location]) -> list[Departure]:
    at = now() + timedelta(minutes=policies.current().handling_minutes)
    return [Departure(location=place, ready_at=at) for place in locations]


def _waiting(place: Location, expected_at: datetime | None) -> Departure:
    policy = policies.current()
    # What nobody has announced is reckoned to take as long as stock usually does.
    comes_at = expected_at or now() + timedelta(days=policy.restock_days)
    ready_at = max(comes_at, now()) + timedelta(minutes=policy.handling_minutes)
    return Departure(location=place, ready_at=ready_at)

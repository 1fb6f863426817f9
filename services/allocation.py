"""Which location an order's units come from. Pure calculation: nothing is read or written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from models import AllocationPolicy
from services.distances import UNKNOWN, Distance

_P = AllocationPolicy

# Among so many locations the fewest that are enough are found by trying; among more, the one
# that can send most is asked next, which is nearly always the same.
MOST_TO_TRY = 12


@dataclass(frozen=True, kw_only=True)
class Supply:
    """Units of a variant that can be promised at a location, in the order of asking; of one lot,
    where it has lots."""

    level_id: int
    location_id: int
    variant_id: int
    available: int
    lot_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Share:
    """Units of a variant to be taken from one level."""

    supply: Supply
    units: int


@dataclass(frozen=True, kw_only=True)
class Shortage:
    variant_id: int
    requested: int
    available: int


@dataclass(frozen=True, kw_only=True)
class Considered:
    """A location that was asked: units it could have sent and those it sends, and why. `rank`
    is its turn; None where it was not asked, as nothing was missing any more."""

    location_id: int
    could_send: int
    sends: int
    rank: int | None
    distance_km: float | None
    why: str


def shortages(demand: Mapping[int, int], totals: Mapping[int, int]) -> list[Shortage]:
    """Of which variants fewer units can be promised in all than are wanted."""
    return [
        Shortage(variant_id=variant, requested=units, available=max(0, totals.get(variant, 0)))
        for variant, units in demand.items()
        if totals.get(variant, 0) < units
    ]


def allocate(
    demand: Mapping[int, int],
    supplies: Sequence[Supply],
    *,
    policy: AllocationPolicy = _P.FEWEST_PARCELS,
    distances: Mapping[int, Distance] | None = None,
    avoid: int | None = None,
) -> tuple[list[Share], list[Shortage]]:
    """Fill demand (units by variant) by a policy, all of it or nothing.

    FEWEST_PARCELS: the first location that has everything sends all of it; where none has, as
    few as are enough, each next one being that which can send most of what is still missing.
    NEAREST and HIGHEST_STOCK: each location, from the nearest or the fullest on, sends all it
    can. In a tie the earlier asked one wins. The location to `avoid` sends only what no other can.
    """
    there: dict[int, int] = defaultdict(int)
    for supply in supplies:
        there[supply.variant_id] += max(0, supply.available)
    if short := shortages(demand, there):
        return [], short
    missing = dict(demand)
    shares: list[Share] = []
    for offers in _route(demand, _offers(demand, supplies), policy, distances or {}, avoid):
        for supply in offers:
            if units := min(supply.available, missing[supply.variant_id]):
                shares.append(Share(supply=supply, units=units))
                missing[supply.variant_id] -= units
    return shares, []


def explain(
    demand: Mapping[int, int],
    supplies: Sequence[Supply],
    shares: Sequence[Share],
    *,
    policy: AllocationPolicy,
    distances: Mapping[int, Distance] | None = None,
    avoid: int | None = None,
) -> list[Considered]:
    """Of each location that keeps a wanted variant: what it could send, its turn, and why."""
    known = distances or {}
    offers = _offers(demand, supplies)
    sent: dict[int, int] = defaultdict(int)
    for share in shares:
        sent[share.supply.location_id] += share.units
    asked = [each[0].location_id for each in _route(demand, offers, policy, known, avoid)]
    turns = [place for place in asked if sent[place]]
    others = dict.fromkeys([*asked, *(supply.location_id for supply in supplies)])
    found = []
    for place in [*turns, *(each for each in others if each not in turns)]:
        could = _fills(offers.get(place, ()), demand)
        far = known.get(place)
        turn = turns.index(place) + 1 if place in turns else None
        found.append(
            Considered(
                location_id=place,
                could_send=could,
                sends=sent[place],
                rank=turn,
                distance_km=round(far.km, 1) if far else None,
                why=_why(policy, could, sum(demand.values()), turn, far, place == avoid),
            )
        )
    return found


def _offers(demand: Mapping[int, int], supplies: Sequence[Supply]) -> dict[int, list[Supply]]:
    """What each location has of what is wanted, in the order of asking."""
    offers: dict[int, list[Supply]] = defaultdict(list)
    for supply in supplies:
        if supply.available > 0 and demand.get(supply.variant_id):
            offers[supply.location_id].append(supply)
    return offers


def _route(
    demand: Mapping[int, int],
    offers: Mapping[int, list[Supply]],
    policy: AllocationPolicy,
    distances: Mapping[int, Distance],
    avoid: int | None,
) -> list[list[Supply]]:
    """The locations in the order in which they send what they can."""
    if policy is _P.FEWEST_PARCELS:
        return _fewest(demand, offers, avoid)
    if policy is _P.NEAREST:
        worth = {place: distances[place].km if place in distances else UNKNOWN for place in offers}
    else:
        worth = {place: -sum(each.available for each in offers[place]) for place in offers}
    places = sorted(offers, key=lambda place: (place == avoid, worth[place]))
    return [offers[place] for place in places]


def _fewest(
    demand: Mapping[int, int], offers: Mapping[int, list[Supply]], avoid: int | None
) -> list[list[Supply]]:
    chosen = _one_after_the_other(demand, offers, avoid)
    if avoid is None and len(chosen) > 2 and len(offers) <= MOST_TO_TRY:
        for parcels in range(2, len(chosen)):
            for some in combinations(offers.values(), parcels):
                if _is_enough(demand, some):
                    return list(some)
    return chosen


def _one_after_the_other(
    demand: Mapping[int, int], offers: Mapping[int, list[Supply]], avoid: int | None
) -> list[list[Supply]]:
    """Each next location is the one that can send most of what is still missing."""
    missing, left = dict(demand), dict(offers)
    chosen = []
    while any(missing.values()) and left:
        best = max(left, key=lambda place: (place != avoid, _fills(left[place], missing)))
        for supply in left[best]:
            missing[supply.variant_id] -= min(supply.available, missing[supply.variant_id])
        chosen.append(left.pop(best))
    return chosen


def _is_enough(demand: Mapping[int, int], some: Sequence[Sequence[Supply]]) -> bool:
    there: dict[int, int] = defaultdict(int)
    for offers in some:
        for supply in offers:
            there[supply.variant_id] += supply.available
    return all(there[variant] >= units for variant, units in demand.items())


def _fills(offers: Sequence[Supply], missing: Mapping[int, int]) -> int:
    there: dict[int, int] = defaultdict(int)
    for offer in offers:
        there[offer.variant_id] += offer.available
    return sum(min(units, missing[variant]) for variant, units in there.items())


def _why(
    policy: AllocationPolicy,
    could: int,
    wanted: int,
    turn: int | None,
    far: Distance | None,
    avoided: bool,
) -> str:
    if not could:
        return "It has none of what is wanted."
    if avoided:
        return "Units were not found or were given up there, so it was asked last."
    away = f"about {far.km:.0f} km away ({far.told_by})" if far else "at an unknown distance"
    first = turn == 1
    if policy is _P.NEAREST:
        if turn is None:
            return f"Nearer ones send everything; it is {away}."
        return f"It is {'the nearest' if first else 'the next nearest'}: {away}."
    if policy is _P.HIGHEST_STOCK:
        if turn is None:
            return "Fuller ones send everything."
        return f"It has {'most' if first else 'next to most'} of what is wanted."
    if turn is None:
        return "The others send everything in as few parcels."
    if could == wanted:
        return "It can send everything in one parcel."
    return f"No location has everything; it could send {could} of {wanted} units."

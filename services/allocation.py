"""Which location an order's units come from. Pure calculation: nothing is read or written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Supply:
    """Units of a variant that can be promised at a location, in the order of asking."""

    level_id: int
    location_id: int
    variant_id: int
    available: int


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


def allocate(
    demand: Mapping[int, int], supplies: Sequence[Supply], *, avoid: int | None = None
) -> tuple[list[Share], list[Shortage]]:
    """Fill demand (units by variant) in the fewest parcels.

    The first location that has everything sends all of it. Where none has, each next location is
    the one that can send most of what is still missing, the earlier asked one winning a tie. The
    location to `avoid` sends only what no other can.
    """
    totals: dict[int, int] = defaultdict(int)
    by_location: dict[int, list[Supply]] = defaultdict(list)
    for supply in supplies:
        if supply.variant_id in demand and supply.available > 0:
            totals[supply.variant_id] += supply.available
            by_location[supply.location_id].append(supply)
    shortages = [
        Shortage(variant_id=variant, requested=units, available=totals[variant])
        for variant, units in demand.items()
        if totals[variant] < units
    ]
    if shortages:
        return [], shortages

    missing = dict(demand)
    shares: list[Share] = []
    while any(missing.values()):
        best = max(
            by_location.values(),
            key=lambda offers: (offers[0].location_id != avoid, _fills(offers, missing)),
        )
        for supply in best:
            units = min(supply.available, missing[supply.variant_id])
            if units:
                shares.append(Share(supply=supply, units=units))
                missing[supply.variant_id] -= units
        del by_location[best[0].location_id]
    return shares, []


def _fills(offers: Sequence[Supply], missing: Mapping[int, int]) -> int:
    return sum(min(offer.available, missing[offer.variant_id]) for offer in offers)

"""How far a location is from where an order goes. Pure calculation.

Where both stand on the map, it is the way over the globe. Where one does not, their addresses
tell roughly: the more of them is the same, the nearer.
"""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0

# Kilometers where only addresses are known, from the same postal code to nothing in common.
SAME_POSTAL_CODE = 5.0
SAME_POSTAL_AREA = 50.0
SAME_REGION = 150.0
SAME_COUNTRY = 400.0
ABROAD = 2000.0
UNKNOWN = 20_000.0
# So many first characters of a postal code name an area.
AREA_LENGTH = 2


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where something is, as far as it is known; degrees north and east."""

    country_code: str = ""
    region: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, kw_only=True)
class Distance:
    """Kilometers, and what they were told by."""

    km: float
    told_by: str


def distance(here: Spot, there: Spot) -> Distance:
    if None not in (here.latitude, here.longitude, there.latitude, there.longitude):
        return Distance(km=_over_the_globe(here, there), told_by="on the map")
    if not here.country_code or not there.country_code:
        return Distance(km=UNKNOWN, told_by="as an address is unknown")
    if here.country_code != there.country_code:
        return Distance(km=ABROAD, told_by="another country")
    return _within_a_country(here, there)


def _within_a_country(here: Spot, there: Spot) -> Distance:
    one, other = _plain(here.postal_code), _plain(there.postal_code)
    if one and one == other:
        return Distance(km=SAME_POSTAL_CODE, told_by="the same postal code")
    if len(one) > AREA_LENGTH and one[:AREA_LENGTH] == other[:AREA_LENGTH]:
        return Distance(km=SAME_POSTAL_AREA, told_by="the same postal area")
    if _plain(here.region) and _plain(here.region) == _plain(there.region):
        return Distance(km=SAME_REGION, told_by="the same region")
    return Distance(km=SAME_COUNTRY, told_by="the same country")


def _over_the_globe(here: Spot, there: Spot) -> float:
    """The great-circle distance, by the haversine formula."""
    north, other_north = radians(here.latitude or 0), radians(there.latitude or 0)
    east = radians((there.longitude or 0) - (here.longitude or 0))
    half = sin((other_north - north) / 2) ** 2 + cos(north) * cos(other_north) * sin(east / 2) ** 2
    # Rounding may leave a hair more than 1 between opposite ends of the world.
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))


def _plain(text: str) -> str:
    return text.replace(" ", "").casefold()

"""Which zone of a shipping method an address is in, and what a parcel costs. Pure calculation."""

from collections.abc import Iterable, Sequence

from models import RateBand, ShippingZone
from models.orders import PostalAddress


def zone_of(zones: Iterable[ShippingZone], address: PostalAddress) -> ShippingZone | None:
    """The zone that says most of an address: a longer beginning of its postal code goes before a
    region, a region before a country, a country before everywhere else."""
    found = [zone for zone in zones if _holds(zone, address)]
    return max(found, key=lambda zone: (_closeness(zone, address), -zone.id), default=None)


def rate_of(
    bands: Sequence[RateBand], *, currency: str, weight_grams: int, value: int
) -> int | None:
    """The cheapest of the bands that take the parcel, in minor units; None where none does."""
    prices = [
        band.price
        for band in bands
        if band.currency == currency and band.takes(weight_grams=weight_grams, value=value)
    ]
    return min(prices, default=None)


def _holds(zone: ShippingZone, address: PostalAddress) -> bool:
    """Everything that a zone says of its places has to be true of the address."""
    return (
        (not zone.countries or address.country_code in zone.countries)
        and (not zone.regions or _plain(address.region) in map(_plain, zone.regions))
        and (not zone.postal_prefixes or bool(_prefixes(zone, address)))
    )


def _closeness(zone: ShippingZone, address: PostalAddress) -> tuple[int, bool, bool]:
    longest = max(map(len, _prefixes(zone, address)), default=0)
    return longest, bool(zone.regions), bool(zone.countries)


def _prefixes(zone: ShippingZone, address: PostalAddress) -> list[str]:
    code = _plain(address.postal_code)
    return [each for each in map(_plain, zone.postal_prefixes) if code.startswith(each)]


def _plain(text: str) -> str:
    """As people write one postal code or region in several ways."""
    return text.replace(" ", "").replace("-", "").upper()

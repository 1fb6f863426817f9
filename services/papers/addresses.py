"""Addresses as they stand on papers, line by line."""

from collections.abc import Mapping
from typing import Any

from babel import Locale

from models import Location, Supplier

_TERRITORIES = Locale("en").territories


def lines(address: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Name and place of an order's address; a word for goods that are collected."""
    if not address:
        return ("Collected in person",)
    written = (address["recipient"], address["line1"], address["line2"])
    return _written(*written, *_place(address))


def of_location(location: Location) -> tuple[str, ...]:
    """Name and place of a location, as far as anybody entered it."""
    return _written(location.name, location.line1, *_place(vars(location)))


def of_supplier(supplier: Supplier) -> tuple[str, ...]:
    """Where a supplier is, as far as anybody entered it."""
    return _written(supplier.line1, *_place(vars(supplier)))


def _place(address: Mapping[str, Any]) -> tuple[str, ...]:
    code = address["country_code"]
    town = " ".join(part for part in (address["postal_code"], address["city"]) if part)
    return town, address["region"], str(_TERRITORIES.get(code, code))


def _written(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)

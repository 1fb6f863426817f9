"""Money in minor units inside, in decimals outside."""

from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_precision

MOST_MINOR_UNITS = 10**15


@cache
def _precision(currency: str) -> int:
    return get_currency_precision(currency)


def to_decimal(minor_units: int, currency: str) -> Decimal:
    """1999 EUR cents are 19.99, 1999 yen are 1999."""
    return Decimal(minor_units).scaleb(-_precision(currency))


def to_minor_units(amount: Decimal, currency: str) -> int | None:
    """The amount in the currency's smallest unit, or None where that is no exact number of them
    or one beyond a thousand billion."""
    if not amount.is_finite() or abs(amount.adjusted()) > 30:
        return None
    minor = int(amount.scaleb(get_currency_precision(currency)))
    # Asked backwards, as scaling rounds an amount of more than 28 digits.
    exact = to_decimal(minor, currency) == amount and abs(minor) <= MOST_MINOR_UNITS
    return minor if exact else None


def spoken(minor_units: int, currency: str) -> str:
    """An amount for people: 12.50 EUR."""
    return f"{to_decimal(minor_units, currency)} {currency}"


def rounded_to_minor_units(amount: Decimal, currency: str) -> int:
    """The nearest number of the currency's smallest units."""
    return int(amount.scaleb(get_currency_precision(currency)).to_integral_value())


def to_millionths(percent: Decimal) -> int | None:
    """8.875 % are 88,750 millionths; None where it is no whole number of them."""
    if not percent.is_finite() or abs(percent.adjusted()) > 10:
        return None
    millionths = percent.scaleb(4)
    return int(millionths) if millionths == int(millionths) else None


def to_percent(millionths: int) -> Decimal:
    """190,000 millionths are 19 %."""
    return Decimal(millionths).scaleb(-4).normalize() + 0

"""What is wrong with an input, all of it at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from babel.numbers import list_currencies
from email_validator import EmailNotValidError, validate_email

from models.errors import Problem, refuse_any
from services.money import to_millionths, to_minor_units

MOST_SKU = 60
MOST_UNITS = 1_000_000
MOST_LINK = 1_000
MOST_LINKS = 10
YEARS = range(1970, 2200)

# Babel lists regions of the world by number and two unions beside the countries.
COUNTRIES = {str(code) for code in Locale("en").territories if len(str(code)) == 2} - {
    "EU",
    "EZ",
    "UN",
    "ZZ",
}
CURRENCIES = set(list_currencies())


def storable(text: str, most: int) -> bool:
    """Whether a column of so many characters can have a text. One that it cannot have is not to
    be looked for: Tortoise and PostgreSQL raise for it."""
    return len(text) <= most and "\0" not in text


def _is_link(text: str) -> bool:
    if not storable(text, MOST_LINK) or any(each.isspace() for each in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False


class Inputs:
    """Checks values one by one and refuses them together."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, message: str, *path: str | int) -> None:
        self.problems.append(Problem(message=message, path=path))

    def add(self, problem: Problem) -> None:
        self.problems.append(problem)

    def refuse(self) -> None:
        refuse_any(self.problems)

    def text(self, value: str | None, *path: str | int, most: int, least: int = 1) -> str:
        """Text without surrounding space, of `least` to `most` characters."""
        if value is None:
            self.wrong("Give a text; this cannot be null.", *path)
            return ""
        value = value.strip()
        if not least <= len(value) <= most:
            self.wrong(f"Give {least} to {most} characters; this has {len(value)}.", *path)
        # PostgreSQL keeps any character but this one.
        if "\0" in value:
            self.wrong("Give a text without NUL characters.", *path)
        return value

    def number(
        self, value: int | None, *path: str | int, least: int = 1, most: int = MOST_UNITS
    ) -> int:
        if value is None or not least <= value <= most:
            found = "null" if value is None else value
            self.wrong(f"Give a number from {least} to {most}; this is {found}.", *path)
        return value or 0

    def email(self, value: str | None, *path: str | int) -> str | None:
        if value is None:
            return None
        try:
            # Whether the domain takes mail is not asked: that would wait for somebody's DNS.
            return validate_email(value.strip(), check_deliverability=False).normalized.lower()
        except EmailNotValidError as error:
            self.wrong(f"This is no email address: {error}", *path)
            return value

    def links(self, values: Sequence[str], *path: str | int) -> list[str]:
        """Addresses of pictures or papers that lie elsewhere."""
        if len(values) > MOST_LINKS:
            self.wrong(f"Give at most {MOST_LINKS} links.", *path)
        for n, each in enumerate(values[:MOST_LINKS]):
            if not _is_link(each):
                self.wrong("Give an address that begins with https://.", *path, n)
        return list(values)

    def country(self, value: str | None, *path: str | int) -> str:
        value = (value or "").strip().upper()
        if value not in COUNTRIES:
            self.wrong("Give a two-letter country code of ISO 3166-1, such as DE.", *path)
        return value

    def currency(self, value: str, *path: str | int) -> str:
        value = value.strip().upper()
        if value not in CURRENCIES:
            self.wrong("Give a three-letter currency code of ISO 4217, such as EUR.", *path)
        return value

    def degrees(self, given: Mapping[str, Any], *path: str | int) -> None:
        """Where something stands on the map: its latitude and longitude, as far as given."""
        for name, most in (("latitude", 90), ("longitude", 180)):
            value = given.get(name)
            if value is not None and not -most <= value <= most:
                self.wrong(f"Give degrees from {-most} to {most}.", *path, name)

    def moment(self, value: datetime, *path: str | int) -> datetime:
        if value.tzinfo is None:
            self.wrong("Give the time with its zone, such as 2026-01-31T12:00:00Z.", *path)
        # What is reckoned from it has to have a date as well.
        elif value.year not in YEARS:
            self.wrong(f"Give a time from {YEARS.start} to {YEARS.stop - 1}.", *path)
        return value

    def period(self, since: datetime | None, until: datetime | None, *path: str | int) -> None:
        """Both with their zone, and in that order."""
        for each in (since, until):
            if each is not None:
                self.moment(each, *path)
        if since is not None and until is not None and until <= since:
            self.wrong("Give an end that is after the beginning.", *path)

    def percent(self, value: Decimal | None, *path: str | int, least: int = 1) -> int:
        """A percentage of up to 100, with four decimals at most, in millionths."""
        millionths = None if value is None else to_millionths(value)
        if millionths is None or not least <= millionths <= 1_000_000:
            at_least = "from 0" if least == 0 else "above 0"
            self.wrong(f"Give a percentage {at_least} to 100, of four decimals at most.", *path)
        return millionths or 0

    def money(
        self, amount: Decimal, currency: str, *path: str | int, least: int = 0
    ) -> tuple[int, str]:
        """An amount in minor units of a currency, and that currency."""
        code = self.currency(currency, *path, "currency")
        minor = to_minor_units(amount, code) if code in CURRENCIES else least
        if minor is None or minor < least:
            beyond = "0 or more" if least == 0 else "more than 0"
            message = f"Give an amount of {beyond}, in whole minor units of {code}."
            self.wrong(message, *path, "amount")
        return minor or 0, code

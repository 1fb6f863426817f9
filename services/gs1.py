"""What a GS1 barcode says: one scan of a case carries its item, lot, date, count and serial number.

GS1 General Specifications 23, section 3: each element is an application identifier and its data,
of a fixed length or up to a separator (ASCII 29). People read them with brackets around the
identifiers.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

SEPARATOR = "\x1d"
# What a scanner says of the symbology before the data, such as ]d2 for a GS1 DataMatrix.
_SYMBOLOGY = re.compile(r"^\][A-Za-z]\d")
_BRACKETED = re.compile(r"\((\d{2,4})\)([^(]*)")
# The length of the data of identifiers that have one, of those that goods carry.
_FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6, "20": 2}
_OPEN = ("10", "21", "30", "37")


@dataclass(frozen=True, kw_only=True)
class Elements:
    """What was said, as far as it was."""

    item: str
    lot: str | None = None
    serial: str | None = None
    made_on: date | None = None
    expires_on: date | None = None
    units: int | None = None


def read(code: str, today: date) -> Elements | None:
    """What a code says, or None where it is no GS1 code that names an item."""
    found = _bracketed(code) or _plain(_SYMBOLOGY.sub("", code))
    item = found.get("01") or found.get("02")
    if item is None or not item.isdigit() or not checks(item):
        return None
    count = found.get("37") or found.get("30") or ""
    return Elements(
        item=item,
        lot=found.get("10"),
        serial=found.get("21"),
        made_on=_date(found.get("11"), today),
        expires_on=_date(found.get("17") or found.get("15"), today),
        units=int(count) if count.isdigit() and int(count) else None,
    )


def checks(number: str) -> bool:
    """Whether the last digit of a trade item number is what the others make it (section 7.9)."""
    *digits, last = map(int, number)
    total = sum(digit * (3 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(digits)))
    return (10 - total % 10) % 10 == last


def _bracketed(code: str) -> dict[str, str]:
    if not code.startswith("("):
        return {}
    return {name: data.strip() for name, data in _BRACKETED.findall(code)}


def _plain(code: str) -> dict[str, str]:
    """Elements one after the other; nothing where one of them is unknown."""
    found: dict[str, str] = {}
    code = code.removeprefix(SEPARATOR)
    while code:
        name, code = code[:2], code[2:]
        if name in _FIXED:
            data, code = code[: _FIXED[name]], code[_FIXED[name] :]
            if len(data) < _FIXED[name]:
                return {}
            code = code.removeprefix(SEPARATOR)
        elif name in _OPEN:
            data, _, code = code.partition(SEPARATOR)
        else:
            return {}
        found[name] = data
    return found


def _date(digits: str | None, today: date) -> date | None:
    """YYMMDD; day 00 is the last of its month. The century is the one that puts the year at most
    49 years before today, or 50 after it (section 7.12)."""
    if digits is None or len(digits) != 6 or not digits.isdigit():
        return None
    year, month, day = (int(digits[n : n + 2]) for n in (0, 2, 4))
    ahead = year - today.year % 100
    century = today.year - today.year % 100
    century += 100 if ahead <= -50 else -100 if ahead >= 51 else 0
    try:
        day = day or monthrange(century + year, month)[1]
        return date(century + year, month, day)
    except ValueError:
        return None

"""Rows as CSV: RFC 4180, in UTF-8, with lines that end as it says.

Spreadsheets run cells that begin like a formula, so such texts are written with an apostrophe
before them, as OWASP's page on CSV injection has it. Numbers are never written so: they come from
us, and a minus before one is a minus.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

# Full-width forms are formulas to some spreadsheets as well.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """So many rows as lines of CSV."""
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([cell(each) for each in row] for row in rows)
    return text.getvalue().encode()


def cell(value: Any) -> str:
    """A value as it is written: the way this API writes it, with nothing for null."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text

"""What is on a paper, as pure data: all that the renderers know."""

from dataclasses import dataclass
from datetime import datetime

from models.lifecycle import Status


class PaperKind(Status):
    PICK_LIST = "pick-list", "What to collect, in walking order."
    PACKING_SLIP = "packing-slip", "What is in the parcel, for whoever opens it."
    LABEL = "label", "Where a parcel goes, to be stuck on it."
    INVOICE = "invoice", "What the customer has to pay."
    CREDIT_NOTE = "credit-note", "What the customer need not pay after all."
    PURCHASE_ORDER = "purchase-order", "What a supplier is asked for."
    RETURN_LABEL = "return-label", "Where a return goes, to be stuck on its parcel."
    RETURN_SLIP = "return-slip", "What comes back and why, to be put into its parcel."


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody the paper names, such as who gets the goods, line by line."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A word and what it stands at; `strong` for what a reader looks for first."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the table. `width` is its share; a code is printed to be scanned as well."""

    title: str
    width: int = 1
    is_number: bool = False
    strong: bool = False
    is_code: bool = False


@dataclass(frozen=True, kw_only=True)
class Paper:
    """`code` is what a scanner reads on it; `is_small` fits on a label of 100 by 150 mm."""

    kind: PaperKind
    number: str
    title: str
    code: str
    at: datetime
    parties: tuple[Party, ...] = ()
    facts: tuple[Entry, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    totals: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    is_small: bool = False

"""Rules that must hold of the whole database, each as one query for the rows that break it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models import (
    Arrival,
    Bin,
    CreditNote,
    Fulfillment,
    Invoice,
    Level,
    Mispick,
    Order,
    OrderException,
    OrderLine,
    Package,
    Payment,
    PaymentEvent,
    Reservation,
    Row,
    Shipment,
    ShippingMethod,
    StockAlert,
    Wave,
)
from models.lifecycle import Status
from models.people import Person

# Columns of this name are shown as the number people know the row by.
_NUMBERED: Mapping[str, type[Row]] = {
    "arrival_id": Arrival,
    "alert_id": StockAlert,
    "exception_id": OrderException,
    "bin_id": Bin,
    "fulfillment_id": Fulfillment,
    "level_id": Level,
    "line_id": OrderLine,
    "mispick_id": Mispick,
    "method_id": ShippingMethod,
    "order_id": Order,
    "event_id": PaymentEvent,
    "payment_id": Payment,
    "person_id": Person,
    "invoice_id": Invoice,
    "credit_note_id": CreditNote,
    "reservation_id": Reservation,
    "package_id": Package,
    "shipment_id": Shipment,
    "wave_id": Wave,
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`broken` selects the rows that break it, and `says` is a sentence about one of them, made
    of the columns that were selected. The query has to run on SQLite and PostgreSQL alike, look
    at no row twice that it need not, and join and group rather than ask anew for every row.

    Where no query can tell, `holds` does of a row that was selected, and `key` is the column of
    an id, by which the rows are read some at a time.
    """

    name: str
    description: str
    broken: str
    says: str
    key: str = ""
    holds: Callable[[Mapping[str, Any]], bool] | None = None

    def sentence(self, row: Mapping[str, Any]) -> str:
        return self.says.format(**{name: _shown(name, value) for name, value in row.items()})


def one_of(statuses: Iterable[Status]) -> str:
    """A list for SQL's IN, in a stable order."""
    return "(" + ", ".join(f"'{status}'" for status in sorted(statuses)) + ")"


def _shown(column: str, value: Any) -> Any:
    kind = _NUMBERED.get(column)
    return value if kind is None or value is None else kind.number_of(value)

"""Rules that must hold of the whole database, each as one query for the rows that break it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models import (
    Arrival,
    Bin,
    Claim,
    CountLine,
    CreditNote,
    CustomerFigure,
    Exchange,
    Forecast,
    Fulfillment,
    Invoice,
    Level,
    Lot,
    Mispick,
    Order,
    OrderException,
    OrderLine,
    Package,
    Payment,
    PaymentEvent,
    Proposal,
    PurchaseDispatch,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReplenishmentPolicy,
    Reservation,
    Return,
    ReturnLine,
    Row,
    ServiceCase,
    Shipment,
    ShippingMethod,
    StockAlert,
    StockCount,
    StoreCredit,
    StoreCreditMovement,
    Supplier,
    SupplierClaim,
    SupplierItem,
    Survey,
    Transfer,
    TransferLine,
    Variance,
    Wave,
)
from models.lifecycle import Status
from models.people import Person

# Columns of this name are shown as the number people know the row by.
_NUMBERED: Mapping[str, type[Row]] = {
    "arrival_id": Arrival,
    "alert_id": StockAlert,
    "exception_id": OrderException,
    "case_id": ServiceCase,
    "survey_id": Survey,
    "bin_id": Bin,
    "fulfillment_id": Fulfillment,
    "level_id": Level,
    "forecast_id": Forecast,
    "policy_id": ReplenishmentPolicy,
    "proposal_id": Proposal,
    "line_id": OrderLine,
    "mispick_id": Mispick,
    "method_id": ShippingMethod,
    "order_id": Order,
    "event_id": PaymentEvent,
    "payment_id": Payment,
    "store_credit_id": StoreCredit,
    "credit_movement_id": StoreCreditMovement,
    "person_id": Person,
    "invoice_id": Invoice,
    "lot_id": Lot,
    "credit_note_id": CreditNote,
    "figure_id": CustomerFigure,
    "reservation_id": Reservation,
    "package_id": Package,
    "shipment_id": Shipment,
    "dispatch_id": PurchaseDispatch,
    "purchase_order_id": PurchaseOrder,
    "purchase_order_line_id": PurchaseOrderLine,
    "receipt_id": Receipt,
    "receipt_line_id": ReceiptLine,
    "return_id": Return,
    "return_line_id": ReturnLine,
    "claim_id": SupplierClaim,
    "customer_claim_id": Claim,
    "exchange_id": Exchange,
    "supplier_id": Supplier,
    "supplier_item_id": SupplierItem,
    "transfer_id": Transfer,
    "transfer_line_id": TransferLine,
    "stock_count_id": StockCount,
    "count_line_id": CountLine,
    "variance_id": Variance,
    "wave_id": Wave,
}


# Runs a query; the rows are those of either driver, which both turn into dictionaries.
Ask = Callable[[str], Awaitable[Iterable[Any]]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`broken` selects the rows that break it, and `says` is a sentence about one of them, made
    of the columns that were selected. The query has to run on SQLite and PostgreSQL alike, look
    at no row twice that it need not, and join and group rather than ask anew for every row.

    Where no query can tell, `found` finds them itself; or `holds` tells of each row that was
    selected, and `key` is the column of an id, by which the rows are read some at a time.
    """

    name: str
    description: str
    says: str
    broken: str = ""
    key: str = ""
    holds: Callable[[Mapping[str, Any]], bool] | None = None
    found: Callable[[Ask], AsyncIterator[Mapping[str, Any]]] | None = None

    def sentence(self, row: Mapping[str, Any]) -> str:
        return self.says.format(**{name: _shown(name, value) for name, value in row.items()})


def one_of(statuses: Iterable[Status]) -> str:
    """A list for SQL's IN, in a stable order."""
    return "(" + ", ".join(f"'{status}'" for status in sorted(statuses)) + ")"


def _shown(column: str, value: Any) -> Any:
    kind = _NUMBERED.get(column)
    return value if kind is None or value is None else kind.number_of(value)

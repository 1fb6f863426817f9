"""Reports of what is bought."""

from models import PurchaseOrder, PurchaseOrderStatus
from services.actors import Permission
from services.reports.report import Parameter, listing, money, number, value, word

PURCHASE_ORDERS = listing(
    "purchase-orders",
    PurchaseOrder,
    "Purchase orders; the period is that in which they were drafted.",
    by="created_at",
    needs=frozenset({Permission.BUYING_READ, Permission.SUPPLIERS_READ}),
    parameters=(Parameter.STATUS, Parameter.SUPPLIER, Parameter.LOCATION),
    statuses=PurchaseOrderStatus,
    columns=(
        number("number", PurchaseOrder, "Its number."),
        word("status", PurchaseOrderStatus, "Where it stands."),
        value("supplier", "The supplier's code.", path="supplier__code"),
        value("supplier_name", "The supplier's name.", path="supplier__name"),
        value("location", "Where it is to come.", path="location__code"),
        value("reference", "What we call it besides."),
        value("supplier_reference", "What the supplier calls it."),
        value("drafted_by", "Who drafted it."),
        value("approved_by", "Who approved it."),
        value("created_at", "When it was drafted."),
        value("sent_at", "When it was sent."),
        value("acknowledged_at", "When the supplier had confirmed it."),
        value("expected_at", "When it is expected."),
        value("late_since", "Since when it is late."),
        value("received_at", "When all of it had come."),
        money("total", "What the goods cost."),
        money("landed", "What they cost besides."),
        value("currency", "The currency of all amounts."),
    ),
)

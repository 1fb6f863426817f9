"""Reports of customers."""

from models import Customer, CustomerFigure
from models.customer_figures import CustomerSegment
from services.actors import Permission
from services.reports.report import Parameter, listing, money, number, value, word

CUSTOMERS = listing(
    "customers",
    Customer,
    "Customers, the earliest entered first.",
    by="id",
    needs=frozenset(),
    columns=(
        number("number", Customer, "Their number."),
        value("name", "What they are called."),
        value("email", "Where they get mail."),
        value("phone", "Where they are called."),
        value("created_at", "When they were entered."),
        value("archived_at", "When they were put away."),
    ),
)

CUSTOMER_FIGURES = listing(
    "customer-figures",
    CustomerFigure,
    "What customers are worth: a line for each currency they have ordered in.",
    by="id",
    needs=frozenset({Permission.CUSTOMERS_READ, Permission.CUSTOMERS_ANALYZE}),
    parameters=(Parameter.CUSTOMER,),
    columns=(
        number("customer", Customer, "Their number.", path="customer_id"),
        value("name", "What they are called.", path="customer__name"),
        value("currency", "The currency of all amounts."),
        value("orders", "Orders that stand."),
        value("cancelled", "Orders that were given up."),
        value("units", "Units they ordered."),
        value("returned", "Units that came back."),
        money("spent", "What their orders cost."),
        money("allowed", "What was taken off that since."),
        value("first_order_at", "When they ordered first."),
        value("last_order_at", "When they ordered last."),
        value("recency", "How lately they ordered: 5 is best."),
        value("frequency", "How often: 5 is best."),
        value("monetary", "For how much: 5 is best."),
        word("segment", CustomerSegment, "What they are to us."),
    ),
)

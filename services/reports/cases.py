"""Reports of service cases."""

from models import (
    CaseChannel,
    CaseKind,
    CasePriority,
    CaseStatus,
    Customer,
    Order,
    Return,
    ServiceCase,
)
from services.reports.report import Parameter, listing, number, value, word

SERVICE_CASES = listing(
    "service-cases",
    ServiceCase,
    "Service cases; the period is that in which they were opened.",
    by="opened_at",
    needs=frozenset(),
    parameters=(Parameter.STATUS, Parameter.CUSTOMER),
    statuses=CaseStatus,
    columns=(
        number("number", ServiceCase, "Its number."),
        word("kind", CaseKind, "What it is about."),
        word("channel", CaseChannel, "How it came in."),
        word("priority", CasePriority, "How pressing it is."),
        word("status", CaseStatus, "Where it stands."),
        value("subject", "What it is called."),
        number("customer", Customer, "The customer's number.", path="customer_id"),
        number("order", Order, "The order's number.", path="order_id"),
        number("return", Return, "The return's number.", path="returned_id"),
        value("team", "Whose work it is."),
        value("owner", "Who has taken it."),
        value("opened_at", "When it was opened."),
        value("first_response_due_at", "Until when somebody should answer."),
        value("first_responded_at", "When somebody did."),
        value("resolve_due_at", "Until when it should be resolved."),
        value("resolved_at", "When it was."),
        value("closed_at", "When it was closed."),
        value("escalation", "How far it was escalated."),
        value("reopened", "How often it was opened again."),
    ),
)

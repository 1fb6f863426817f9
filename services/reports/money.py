"""Reports of money."""

from models import Order, Payment, PaymentEvent, PaymentEventKind, PaymentEventState
from models.payments import PaymentProvider
from services.reports.report import listing, money, number, value, word

REFUNDS = listing(
    "refunds",
    PaymentEvent,
    "Money that was to be given back, and what came of it; a line for each request, outcome and "
    "failure, as they happened.",
    by="happened_at",
    needs=frozenset(),
    only={"kind": PaymentEventKind.REFUND},
    columns=(
        number("number", PaymentEvent, "Its number."),
        number("payment", Payment, "The payment's number.", path="payment_id"),
        number("order", Order, "The order's number.", path="payment__order_id"),
        word("state", PaymentEventState, "Asked for, done or failed."),
        value("happened_at", "When that was."),
        money("amount", "How much."),
        money("courtesy", "How much of it was not owed."),
        value("currency", "In which currency."),
        word("provider", PaymentProvider, "Who moves the money."),
        value("reason", "Why, as somebody said."),
        value("failure_message", "Why it failed."),
        value("actor", "Who did it."),
    ),
)

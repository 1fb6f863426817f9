"""What people may ask of payments, and what they may say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models import (
    Order,
    OrderStatus,
    Payment,
    PaymentEvent,
    PaymentEventKind,
    PaymentEventState,
    PaymentMethod,
    PaymentProvider,
)
from models.errors import AmountExceeded, Blocked, Problem
from services.balances import Sums, sums_of
from services.inputs import Inputs
from services.money import to_decimal, to_minor_units
from services.payment_events import Account, unanswered, untried
from services.providers import Outcome
from services.settlements import GIVEN_UP

_K, _S = PaymentEventKind, PaymentEventState
# In units of its currency.
Amount = tuple[Decimal, str]

# Money that arrives whether or not it was asked for, and may be more than is owed.
SENT_BY_THE_CUSTOMER = {PaymentMethod.BANK_TRANSFER, PaymentMethod.OTHER}

_NOTHING: Mapping[PaymentEventKind, str] = {
    _K.CAPTURE: "Nothing is authorized that is not asked for already.",
    _K.VOID: "Nothing is authorized that is not asked for already.",
    _K.REFUND: "Nothing is captured that was not given back, asked back or disputed.",
    _K.CHARGEBACK: "Nothing is captured that is not disputed already.",
    _K.CHARGEBACK_REVERSAL: "Nothing is disputed.",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says came of it. Left out, it worked or, where there is a provider, that is
    what it will say."""

    outcome: PaymentEventState | None = None
    reference: str | None = None
    failure_code: str = ""
    failure_message: str = ""


def reasons_not_to_pay(order: Order, sums: Sums, *, most: int = 0) -> list[Problem]:
    """Why no more can be paid or authorized; `most` is what may be paid though it is not owed."""
    if order.status is OrderStatus.DRAFT:
        return [Blocked(message=f"{order.number} is a draft. Place it first.", path=("orderId",))]
    if order.status in GIVEN_UP:
        message = f"{order.number} is {order.status.spoken}; nothing is owed."
        return [Blocked(message=message, path=("orderId",))]
    if not (most or sums.owed(order.price)):
        message = f"Nothing is owed for {order.number}: it is paid, authorized or asked for."
        return [Blocked(message=message, path=("orderId",))]
    return []


def reasons_not_to(kind: PaymentEventKind, sums: Sums) -> list[Problem]:
    """Why nothing of a payment with these sums can be captured, voided, refunded, disputed."""
    if limit_of(kind, sums) > 0:
        return []
    return [Blocked(message=_NOTHING[kind], path=("id",))]


def reasons_not_to_dispute(payment: Payment, kind: PaymentEventKind, sums: Sums) -> list[Problem]:
    """Why no bank can have taken money of a payment back, or have given it to us again."""
    if payment.provider is PaymentProvider.STORE_CREDIT:
        return [Blocked(message="No bank stands behind store credit.", path=("id",))]
    return reasons_not_to(kind, sums)


def reasons_not_to_retry(
    order: Order, total: Sums, events: Sequence[PaymentEvent]
) -> list[Problem]:
    """Why the latest failure of a payment with these events cannot be tried again."""
    if failed := untried(events):
        return reasons_not_to_repeat(failed[-1], order, total, events)
    return [Blocked(message="Nothing failed that was not tried again.", path=("eventId",))]


def reasons_not_to_repeat(
    failed: PaymentEvent, order: Order, total: Sums, events: Sequence[PaymentEvent]
) -> list[Problem]:
    """Why a failure cannot be tried again; `total` are the sums of the whole order."""
    sums = sums_of(events)
    limit = limit_of(failed.kind, sums)
    if failed.kind is _K.AUTHORIZATION or _is_taken(events, sums):
        if problems := reasons_not_to_pay(order, total):
            return problems
        limit = total.owed(order.price)
    return [exceeded(limit, failed.currency, "eventId")] if failed.amount > limit else []


def _is_taken(events: Sequence[PaymentEvent], sums: Sums) -> bool:
    """Whether its money was to come without being authorized, and did not."""
    return not sums.captured and all(each.kind is _K.CAPTURE for each in events)


def reasons_not_to_answer(payment: Payment, events: Sequence[PaymentEvent]) -> list[Problem]:
    if payment.provider is not PaymentProvider.MANUAL:
        message = "The provider says what comes of it. Wait for it."
        return [Blocked(message=message, path=("id",))]
    if unanswered(events):
        return []
    return [Blocked(message="Nothing waits for an outcome.", path=("eventId",))]


def limit_of(kind: PaymentEventKind, sums: Sums) -> int:
    """How much of a payment that can be done with."""
    match kind:
        case _K.REFUND:
            return sums.refundable
        case _K.CHARGEBACK:
            return max(0, sums.captured - sums.disputed)
        case _K.CHARGEBACK_REVERSAL:
            return sums.disputed
    return sums.capturable


def units_of(
    inputs: Inputs, amount: Amount | None, currency: str, *, otherwise: int, most: int
) -> int:
    """An amount in minor units; what stands in for one that is left out."""
    if amount is None:
        return otherwise
    units = _minor(inputs, amount, currency, "amount")
    if units is not None and units > most > 0:
        inputs.add(exceeded(most, currency, "amount"))
    return units or 0


def tendered_for(
    inputs: Inputs, tendered: Amount | None, currency: str, method: PaymentMethod, units: int
) -> int | None:
    """The cash that was given for so much, in minor units."""
    if tendered is None:
        return None
    if method is not PaymentMethod.CASH:
        inputs.wrong("Only cash is given change for. Leave it out.", "tendered")
    given = _minor(inputs, tendered, currency, "tendered")
    if given is not None and given < units:
        inputs.wrong(f"That is less than {to_decimal(units, currency)} {currency}.", "tendered")
    return given


def check_means(inputs: Inputs, method: PaymentMethod, provider: PaymentProvider) -> None:
    """The shop itself moves store credit, and nothing else."""
    if (method is PaymentMethod.STORE_CREDIT) != (provider is PaymentProvider.STORE_CREDIT):
        message = "Store credit has the method STORE_CREDIT and the provider STORE_CREDIT."
        inputs.wrong(message, "method")


def check(inputs: Inputs, said: Said, provider: PaymentProvider) -> None:
    """Only where there is no provider do people say what came of it."""
    if said.reference is not None:
        inputs.text(said.reference, "reference", most=200)
    inputs.text(said.failure_code, "failureCode", least=0, most=100)
    inputs.text(said.failure_message, "failureMessage", least=0, most=500)
    if said.outcome is not None and provider is not PaymentProvider.MANUAL:
        inputs.wrong("The provider says what comes of it. Leave it out.", "outcome")
    if said.reference is not None and provider is PaymentProvider.STORE_CREDIT:
        inputs.wrong("Store credit goes by its own number. Leave it out.", "reference")
    if (said.failure_code or said.failure_message) and said.outcome is not _S.FAILED:
        inputs.wrong("Only what FAILED has a failure.", "failureCode")


def outcome_of(said: Said, units: int) -> Outcome:
    return Outcome(
        state=said.outcome or _S.SUCCEEDED,
        amount=units,
        reference=said.reference,
        failure_code=said.failure_code,
        failure_message=said.failure_message,
    )


def courtesy_of(account: Account, units: int) -> int:
    """How much of a refund is not owed to the customer."""
    total = account.total
    return max(0, units - max(0, total.overpaid(account.price) - total.refunding_owed))


def exceeded(most: int, currency: str, *path: str) -> Problem:
    message = f"At most {to_decimal(most, currency)} {currency} can be asked for."
    return AmountExceeded(message=message, path=path, available=most, currency=currency)


def _minor(inputs: Inputs, amount: Amount, currency: str, path: str) -> int | None:
    decimal, given = amount
    if given != currency:
        inputs.wrong(f"The order is in {currency}.", path, "currency")
        return None
    units = to_minor_units(decimal, currency)
    if units is None or units < 1:
        message = f"Give an amount above 0, in whole minor units of {currency}."
        inputs.wrong(message, path, "amount")
        return None
    return units

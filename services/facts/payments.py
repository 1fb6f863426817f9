"""What is announced of payments."""

from dataclasses import dataclass
from decimal import Decimal

from models import PaymentEventKind, PaymentStatus
from services.actors import Permission
from services.facts.fact import Fact
from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class OrderPaymentStatusChanged(OrderFact):
    """The payment status of an order is another one than before."""

    payment_status: PaymentStatus


@dataclass(frozen=True, kw_only=True)
class PaymentFact(Fact):
    NEEDS = Permission.PAYMENTS_READ

    order_id: int
    customer_id: int
    payment_id: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentRequested(PaymentFact):
    """A payment provider, or somebody of the staff, was asked to move money."""

    payment_event_kind: PaymentEventKind


class PaymentAuthorized(PaymentFact):
    """Money was set aside for us."""


class PaymentCaptured(PaymentFact):
    """Money came to us."""


class PaymentVoided(PaymentFact):
    """Money that was set aside was given up."""


class PaymentRefunded(PaymentFact):
    """Money went back to the customer."""


class PaymentChargedBack(PaymentFact):
    """The customer's bank took money back."""


class PaymentChargebackReversed(PaymentFact):
    """Money that the customer's bank had taken back came to us again."""


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(PaymentFact):
    """Money could not be moved."""

    payment_event_kind: PaymentEventKind
    failure_code: str
    failure_message: str

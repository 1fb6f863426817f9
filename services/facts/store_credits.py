"""What is announced of store credit."""

from dataclasses import dataclass
from decimal import Decimal

from models import StoreCreditReason
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class StoreCreditMoved(Fact):
    """A customer has more store credit than before, or less by a negative amount; the balance is
    what it was afterwards."""

    NEEDS = Permission.PAYMENTS_READ

    customer_id: int
    order_id: int | None = None
    store_credit_id: int
    credit_reason: StoreCreditReason
    amount: Decimal
    balance: Decimal
    currency: str

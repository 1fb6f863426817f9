"""What is announced of what customers get for what they return."""

from dataclasses import dataclass
from decimal import Decimal

from models import ReturnResolution
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class ReturnRefundFact(Fact):
    NEEDS = Permission.RETURNS_READ

    order_id: int
    customer_id: int
    return_id: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class ReturnMadeGood(ReturnRefundFact):
    """The customer gets what a return is worth: on the order, as other goods or as credit."""

    resolution: ReturnResolution


class ReturnMadeGoodInExcess(ReturnRefundFact):
    """Units of a return that was made good did not come, or were rejected. Nothing is taken back
    by itself: somebody has to ask the customer."""

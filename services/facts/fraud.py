"""What is announced of orders that look risky."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class FraudFact(OrderFact):
    NEEDS = Permission.FRAUD_REVIEW


@dataclass(frozen=True, kw_only=True)
class OrderFraudFlagged(FraudFact):
    """An order looks so risky that somebody has to look at it before it goes on."""

    fraud_score: int


@dataclass(frozen=True, kw_only=True)
class OrderFraudAccepted(FraudFact):
    """Somebody looked at a risky order and let it go on."""

    fraud_note: str


@dataclass(frozen=True, kw_only=True)
class OrderFraudRejected(FraudFact):
    """Somebody looked at a risky order and gave it up."""

    fraud_note: str

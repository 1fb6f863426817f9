"""What is announced of the dates that customers are promised."""

from dataclasses import dataclass
from datetime import datetime

from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class OrderPromised(OrderFact):
    """The customer was promised when everything arrives."""

    promised_at: datetime


@dataclass(frozen=True, kw_only=True)
class PromiseChanged(OrderFact):
    """Everything will arrive at another time than was promised."""

    promised_at: datetime
    promised_before: datetime
    promise_reason: str

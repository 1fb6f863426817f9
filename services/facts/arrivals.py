"""What is announced of units that are expected."""

from dataclasses import dataclass
from datetime import datetime

from services.facts.stock import StockFact


@dataclass(frozen=True, kw_only=True)
class ArrivalFact(StockFact):
    arrival_id: int
    quantity: int
    expected_at: datetime


class ArrivalExpected(ArrivalFact):
    """Units are expected at a location."""


@dataclass(frozen=True, kw_only=True)
class ArrivalUpdated(ArrivalFact):
    """More or fewer units are expected, or at another time."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ArrivalReceived(ArrivalFact):
    """Units that were expected came in; `outstanding` are still to come."""

    units: int
    outstanding: int


@dataclass(frozen=True, kw_only=True)
class ArrivalCancelled(ArrivalFact):
    """What has not come yet will not come."""

    reason: str

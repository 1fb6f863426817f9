"""What is announced of lots."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact
from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class LotFact(Fact):
    NEEDS = Permission.STOCK_READ

    variant_id: int
    lot_id: int
    code: str


class LotEntered(LotFact):
    """A lot, or a serial number, was entered."""


class LotUpdated(LotFact):
    """The dates of a lot were corrected."""


@dataclass(frozen=True, kw_only=True)
class LotPutAside(LotFact):
    """Free units of a lot went into quarantine, as it has expired or was called back. Those set
    aside for somebody go when others are found for them."""

    quantity: int
    still_reserved: int


@dataclass(frozen=True, kw_only=True)
class LotRecallStarted(LotFact):
    """A lot was called back."""

    recall_reason: str


@dataclass(frozen=True, kw_only=True)
class LotRecallTold(LotFact):
    """Everybody who was sent units of a lot that was called back has been told."""

    orders_told: int


class LotRecallEnded(LotFact):
    """A lot is no longer called back."""


@dataclass(frozen=True, kw_only=True)
class LotRecalled(OrderFact):
    """Units that were sent with an order are of a lot that was called back."""

    variant_id: int
    lot_id: int
    code: str
    sku: str
    recall_reason: str

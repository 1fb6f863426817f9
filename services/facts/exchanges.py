"""What is announced of exchanges."""

from dataclasses import dataclass
from decimal import Decimal

from models import ExchangeMode
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class ExchangeFact(Fact):
    NEEDS = Permission.RETURNS_READ

    order_id: int
    customer_id: int
    return_id: int
    exchange_id: int


@dataclass(frozen=True, kw_only=True)
class ExchangeArranged(ExchangeFact):
    """Other goods are to come, with another order, in place of those that come back."""

    into_order_id: int
    mode: ExchangeMode


@dataclass(frozen=True, kw_only=True)
class ExchangeBalanced(ExchangeFact):
    """What comes back pays for another part of the new goods than before: a `credit` is not
    charged, and the `rest` is given back."""

    credit: Decimal
    rest: Decimal
    currency: str

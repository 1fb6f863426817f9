"""What is announced of price lists, tax rates and discounts."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact
from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class PriceListFact(Fact):
    NEEDS = Permission.PRICES_READ

    price_list_id: int


class PriceListCreated(PriceListFact):
    """A price list was begun."""


class PriceListUpdated(PriceListFact):
    """A price list was changed."""


class PriceListArchived(PriceListFact):
    """A price list was put away."""


@dataclass(frozen=True, kw_only=True)
class PriceSet(PriceListFact):
    """A price on a list was set; it is in minor units of the list's currency."""

    variant_id: int
    from_quantity: int
    minor_units: int


@dataclass(frozen=True, kw_only=True)
class PriceRemoved(PriceListFact):
    """A price was taken off a list."""

    variant_id: int
    from_quantity: int


@dataclass(frozen=True, kw_only=True)
class TaxRateFact(Fact):
    NEEDS = Permission.PRICES_READ

    tax_rate_id: int


class TaxRateCreated(TaxRateFact):
    """A tax rate was entered."""


class TaxRateUpdated(TaxRateFact):
    """A tax rate was corrected or ended."""


class TaxRateArchived(TaxRateFact):
    """A tax rate was put away."""


@dataclass(frozen=True, kw_only=True)
class DiscountFact(OrderFact):
    discount_reason: str
    order_total: int


class DiscountGiven(DiscountFact):
    """A discount was given on an order; its total, in minor units, is what it was afterwards."""


class DiscountTakenBack(DiscountFact):
    """A discount was taken back; the total, in minor units, is what it was afterwards."""

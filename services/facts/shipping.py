"""What is announced of carriers, shipping methods and where they go."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact
from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class CarrierFact(Fact):
    NEEDS = Permission.SHIPPING_READ

    carrier_id: int


class CarrierCreated(CarrierFact):
    """A carrier was entered."""


class CarrierUpdated(CarrierFact):
    """A carrier, or the days it works on, was changed."""


@dataclass(frozen=True, kw_only=True)
class ShippingMethodFact(Fact):
    NEEDS = Permission.SHIPPING_READ

    shipping_method_id: int


class ShippingMethodCreated(ShippingMethodFact):
    """A shipping method was entered."""


class ShippingMethodUpdated(ShippingMethodFact):
    """A shipping method was changed."""


class ShippingMethodArchived(ShippingMethodFact):
    """A shipping method is no longer offered."""


@dataclass(frozen=True, kw_only=True)
class ShippingZoneFact(ShippingMethodFact):
    zone_name: str


class ShippingZoneChanged(ShippingZoneFact):
    """Where a shipping method goes, or what it costs there, was set."""


class ShippingZoneRemoved(ShippingZoneFact):
    """A shipping method no longer goes somewhere."""


@dataclass(frozen=True, kw_only=True)
class OrderShippingChosen(OrderFact):
    """It was said how an order is sent."""

    shipping_method_id: int

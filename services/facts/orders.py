"""What is announced of orders, their lines and their holds."""

from dataclasses import dataclass

from models import HoldKind
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class OrderFact(Fact):
    NEEDS = Permission.ORDERS_READ

    order_id: int
    customer_id: int


class OrderDrafted(OrderFact):
    """An order was begun."""


class OrderUpdated(OrderFact):
    """An order was changed."""


@dataclass(frozen=True, kw_only=True)
class OrderLineFact(OrderFact):
    sku: str
    quantity: int


class OrderLineAdded(OrderLineFact):
    """A line was added to an order."""


class OrderLineUpdated(OrderLineFact):
    """The quantity of a line was changed."""


class OrderLineRemoved(OrderLineFact):
    """A line was removed from an order."""


class OrderInspected(OrderFact):
    """Somebody had an order looked through again for what is missing or wrong."""


@dataclass(frozen=True, kw_only=True)
class OrderLineCancelled(OrderLineFact):
    """Units of a line were given up, and their stock is free again."""

    cancel_reason: str


class OrderPlaced(OrderFact):
    """The customer committed to an order and its stock was reserved."""


class OrderConfirmed(OrderFact):
    """An order was accepted and its fulfillments were planned."""


class OrderStarted(OrderFact):
    """The first work on an order was released to a location."""


class OrderCompleted(OrderFact):
    """The customer has received every remaining unit of an order."""


class OrderClosed(OrderFact):
    """The time for returns of an order is over."""


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderFact):
    """An order was given up and its stock is free again."""

    cancel_reason: str


class OrderExpired(OrderFact):
    """An order was not paid in time; its stock is free again."""


@dataclass(frozen=True, kw_only=True)
class HoldFact(OrderFact):
    hold_kind: HoldKind
    hold_reason: str


class OrderHeld(HoldFact):
    """An order was put on hold; it will not go to fulfillment."""


class OrderHoldReleased(HoldFact):
    """A hold on an order was released."""


@dataclass(frozen=True, kw_only=True)
class OrderHoldAssigned(HoldFact):
    """Somebody was asked to clear a hold up, or nobody in particular any more."""

    owner: str | None


@dataclass(frozen=True, kw_only=True)
class OrderSplit(OrderFact):
    """Units of an order became an order of their own."""

    into_order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderSplitOff(OrderFact):
    """An order came about by splitting another."""

    from_order_id: int


@dataclass(frozen=True, kw_only=True)
class OrderMerged(OrderFact):
    """Another order was taken into this one."""

    from_order_id: int

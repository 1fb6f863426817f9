"""What the business announces: past-tense facts, each saying whom it concerns.

The fields named like columns of the event log are kept there, where readers look for them; the
rest become the event's details. The docstring of a fact is its description in the schema.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from models import HoldKind, MovementReason, ShipmentStatus, StockAlertKind
from services.actors import Permission

COLUMNS = ("order_id", "customer_id", "variant_id", "location_id")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened."""

    NEEDS: ClassVar[Permission]

    @property
    def kind(self) -> str:
        return type(self).__name__

    def columns(self) -> dict[str, int | None]:
        return {name: getattr(self, name, None) for name in COLUMNS}

    def details(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in vars(self).items() if name not in COLUMNS}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


# Catalog, customers, locations, people


class ProductFact(Fact):
    NEEDS = Permission.CATALOG_READ


@dataclass(frozen=True, kw_only=True)
class ProductCreated(ProductFact):
    """A product was added to the catalog."""

    product_id: int


@dataclass(frozen=True, kw_only=True)
class ProductUpdated(ProductFact):
    """A product was changed."""

    product_id: int


@dataclass(frozen=True, kw_only=True)
class ProductArchived(ProductFact):
    """A product was taken out of the catalog."""

    product_id: int


@dataclass(frozen=True, kw_only=True)
class VariantCreated(ProductFact):
    """A variant was added to a product."""

    variant_id: int


@dataclass(frozen=True, kw_only=True)
class VariantUpdated(ProductFact):
    """A variant was changed."""

    variant_id: int


@dataclass(frozen=True, kw_only=True)
class VariantArchived(ProductFact):
    """A variant is no longer sold."""

    variant_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerFact(Fact):
    NEEDS = Permission.CUSTOMERS_READ

    customer_id: int


class CustomerCreated(CustomerFact):
    """A customer was entered."""


class CustomerUpdated(CustomerFact):
    """A customer's record was changed."""


class CustomerArchived(CustomerFact):
    """A customer's record was put away."""


class AddressCreated(CustomerFact):
    """An address was added to a customer's book."""


class AddressUpdated(CustomerFact):
    """An address in a customer's book was changed."""


class AddressArchived(CustomerFact):
    """An address was taken out of a customer's book."""


@dataclass(frozen=True, kw_only=True)
class LocationFact(Fact):
    NEEDS = Permission.LOCATIONS_READ

    location_id: int


class LocationCreated(LocationFact):
    """A location was opened."""


class LocationUpdated(LocationFact):
    """A location was changed."""


class LocationArchived(LocationFact):
    """A location was closed."""


@dataclass(frozen=True, kw_only=True)
class TokenFact(Fact):
    NEEDS = Permission.PEOPLE_READ

    token_id: int


class TokenCreated(TokenFact):
    """Somebody was given a token to call with."""


class TokenRevoked(TokenFact):
    """A token was revoked; its streams end."""


# Stock


@dataclass(frozen=True, kw_only=True)
class StockFact(Fact):
    NEEDS = Permission.STOCK_READ

    variant_id: int
    location_id: int


@dataclass(frozen=True, kw_only=True)
class StockMoved(StockFact):
    """A stock level changed; the counts are what it was afterwards."""

    reason: MovementReason
    on_hand_change: int
    reserved_change: int
    on_hand: int
    reserved: int
    available: int


@dataclass(frozen=True, kw_only=True)
class ReorderPointSet(StockFact):
    """Somebody said at how many available units a level is low."""

    reorder_point: int | None


@dataclass(frozen=True, kw_only=True)
class StockAlertFact(StockFact):
    stock_alert_id: int
    alert_kind: StockAlertKind
    available: int


class StockAlertOpened(StockAlertFact):
    """A stock level fell to its threshold."""


class StockAlertAcknowledged(StockAlertFact):
    """Somebody took notice of a stock alert."""


class StockAlertResolved(StockAlertFact):
    """A stock level rose past its threshold and margin."""


# Orders


@dataclass(frozen=True, kw_only=True)
class OrderFact(Fact):
    NEEDS = Permission.ORDERS_READ

    order_id: int
    customer_id: int


class OrderDrafted(OrderFact):
    """An order was begun."""


class OrderUpdated(OrderFact):
    """A draft was changed."""


@dataclass(frozen=True, kw_only=True)
class OrderLineFact(OrderFact):
    sku: str
    quantity: int


class OrderLineAdded(OrderLineFact):
    """A line was added to a draft."""


class OrderLineUpdated(OrderLineFact):
    """The quantity of a line of a draft was changed."""


class OrderLineRemoved(OrderLineFact):
    """A line was removed from a draft."""


class OrderPlaced(OrderFact):
    """The customer committed to an order and its stock was reserved."""


class OrderConfirmed(OrderFact):
    """An order was accepted and its fulfillments were planned."""


class OrderStarted(OrderFact):
    """The first work on an order was released to a location."""


class OrderCompleted(OrderFact):
    """The customer has received every remaining unit of an order."""


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(OrderFact):
    """An order was given up and its stock is free again."""

    cancel_reason: str


@dataclass(frozen=True, kw_only=True)
class HoldFact(OrderFact):
    hold_kind: HoldKind
    hold_reason: str


class OrderHeld(HoldFact):
    """An order was put on hold; it will not go to fulfillment."""


class OrderHoldReleased(HoldFact):
    """A hold on an order was released."""


# Fulfillments and shipments


@dataclass(frozen=True, kw_only=True)
class FulfillmentFact(OrderFact):
    location_id: int
    fulfillment_id: int


class FulfillmentPlanned(FulfillmentFact):
    """Work on an order was planned at a location."""


class FulfillmentReleased(FulfillmentFact):
    """A location may start picking."""


class FulfillmentPickStarted(FulfillmentFact):
    """A picker started."""


@dataclass(frozen=True, kw_only=True)
class FulfillmentPicked(FulfillmentFact):
    """Picking was completed. What was not found was planned anew."""

    units_picked: int
    units_missing: int


class FulfillmentPackStarted(FulfillmentFact):
    """A packer started."""


class FulfillmentPacked(FulfillmentFact):
    """Packing was completed."""


class FulfillmentHandedOver(FulfillmentFact):
    """The carrier took the parcels of a fulfillment."""


class FulfillmentCancelled(FulfillmentFact):
    """A fulfillment was given up and its units went back."""


@dataclass(frozen=True, kw_only=True)
class ShipmentFact(OrderFact):
    shipment_id: int


class ShipmentCreated(ShipmentFact):
    """A parcel was planned."""


@dataclass(frozen=True, kw_only=True)
class ShipmentLabelled(ShipmentFact):
    """A parcel was given its tracking code."""

    tracking_code: str


class ShipmentVoided(ShipmentFact):
    """A planned parcel was given up."""


class ShipmentShipped(ShipmentFact):
    """A parcel is with the carrier."""


@dataclass(frozen=True, kw_only=True)
class CarrierEventRecorded(ShipmentFact):
    """A carrier reported about a parcel; the report may be late or out of order."""

    shipment_status: ShipmentStatus
    occurred_at: datetime
    place: str


@dataclass(frozen=True, kw_only=True)
class ShipmentProgressed(ShipmentFact):
    """A parcel's status changed by what its carrier reported."""

    shipment_status: ShipmentStatus


class ShipmentDelivered(ShipmentFact):
    """The customer has a parcel."""


def every_fact() -> dict[str, type[Fact]]:
    """Each kind of fact that can be in the log, by its name."""
    found: dict[str, type[Fact]] = {}
    waiting: list[type[Fact]] = [Fact]
    while waiting:
        kind = waiting.pop()
        children = kind.__subclasses__()
        waiting.extend(children)
        if not children:
            found[kind.__name__] = kind
    return dict(sorted(found.items()))

"""What is announced of the work at locations."""

from dataclasses import dataclass

from services.facts.orders import OrderFact


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
class FulfillmentPickScanned(FulfillmentFact):
    """A picker scanned units off their shelf."""

    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class FulfillmentLotSwapped(FulfillmentFact):
    """A picker takes units of another lot than was set aside."""

    sku: str
    quantity: int
    lot_before: str
    lot: str


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

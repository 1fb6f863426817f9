"""What is announced of parcels and their carriers."""

from dataclasses import dataclass
from datetime import datetime

from models import ShipmentStatus
from services.facts.orders import OrderFact


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
class CarrierEventUnknown(ShipmentFact):
    """A carrier reported something that we have no word for; it changes nothing."""

    carrier_code: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class ShipmentProgressed(ShipmentFact):
    """A parcel's status changed by what its carrier reported."""

    shipment_status: ShipmentStatus


class ShipmentDelivered(ShipmentFact):
    """The customer has a parcel."""

"""What is announced of reservations and of lines that wait for stock."""

from dataclasses import dataclass
from datetime import datetime

from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class ReservationFact(OrderFact):
    variant_id: int
    location_id: int
    reservation_id: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class ReservationExtended(ReservationFact):
    """A reservation keeps its units for longer."""

    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReservationReleased(ReservationFact):
    """Somebody gave the units of a reservation back; the order waits for others."""

    reason: str


class ReservationExpired(ReservationFact):
    """The time of a reservation ran out; its units are free and the order waits for others."""


@dataclass(frozen=True, kw_only=True)
class BackorderFact(OrderFact):
    variant_id: int
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class OrderBackordered(BackorderFact):
    """Units of an order wait for stock."""

    reason: str


class BackorderAllocated(BackorderFact):
    """Units that an order waited for are there and reserved for it."""


@dataclass(frozen=True, kw_only=True)
class BackorderRescheduled(BackorderFact):
    """The units that an order waits for should come at another time than was known before."""

    expected_at: datetime | None


class BackorderQueued(BackorderFact):
    """Units of an order that had stepped out of the queue for stock wait in it again."""

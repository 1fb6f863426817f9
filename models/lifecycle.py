"""Every status a record can hold, and every step it may take next.

One page on purpose: read it to learn the business.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self


class Status(StrEnum):
    """A status and the sentence that explains it wherever it is published."""

    description: str

    def __new__(cls, value: str, description: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member


class OrderStatus(Status):
    DRAFT = "draft", "Being put together; nothing is reserved yet."
    PLACED = "placed", "The customer has committed; its stock is reserved."
    CONFIRMED = "confirmed", "Checked and accepted; its fulfillments wait to be released."
    IN_PROGRESS = "in_progress", "At least one fulfillment has been released to a location."
    COMPLETED = "completed", "The customer has received every remaining unit."
    CLOSED = "closed", "The time for returns is over."
    CANCELLED = "cancelled", "Given up before anything was shipped; its stock is free again."
    EXPIRED = "expired", "Placed but not paid in time; its stock is free again."


class FulfillmentStatus(Status):
    PENDING = "pending", "Planned at a location; nobody works on it yet."
    RELEASED = "released", "Handed to the location, waiting for a picker."
    PICKING = "picking", "A picker is collecting its units from the shelves."
    PICKED = "picked", "Its units are collected and wait to be packed."
    PACKING = "packing", "A packer is putting its units into parcels."
    PACKED = "packed", "Its units are in parcels and wait for the carrier."
    HANDED_OVER = "handed_over", "The carrier has its parcels."
    CANCELLED = "cancelled", "Given up before the carrier had it; its units went back."


class WaveStatus(Status):
    OPEN = "open", "Put together; nobody picks it yet."
    PICKING = "picking", "A picker is collecting the units of all its fulfillments."
    DONE = "done", "Nothing of it is left to pick."
    CANCELLED = "cancelled", "Dissolved; its fulfillments are picked one by one."


class PackageStatus(Status):
    OPEN = "open", "Being filled."
    CLOSED = "closed", "Closed and ready for its label."
    VOIDED = "voided", "Emptied, as its fulfillment was cancelled or nothing was put into it."


class ShipmentStatus(Status):
    CREATED = "created", "A parcel is planned; it has no label yet."
    LABELLED = "labelled", "It has a tracking code and a label."
    SHIPPED = "shipped", "The carrier has it."
    IN_TRANSIT = "in_transit", "It is moving through the carrier's network."
    OUT_FOR_DELIVERY = "out_for_delivery", "It is on the vehicle that delivers it."
    DELIVERY_FAILED = "delivery_failed", "A delivery was attempted in vain."
    RETURNING = "returning", "It is on its way back to the sender."
    DELIVERED = "delivered", "The customer has it."
    RETURNED_TO_SENDER = "returned_to_sender", "It came back to the sender."
    LOST = "lost", "The carrier cannot find it."
    DAMAGED = "damaged", "The carrier reports it damaged beyond delivery."
    VOIDED = "voided", "Its fulfillment was cancelled before the carrier had it."


class ReservationStatus(Status):
    ACTIVE = "active", "Keeps its units from being sold to anybody else."
    CONSUMED = "consumed", "Its units have left with the carrier."
    RELEASED = "released", "Its units are free to be sold again."
    EXPIRED = "expired", "Its time ran out; its units are free to be sold again."


class ArrivalStatus(Status):
    EXPECTED = "expected", "Units of it are still to come."
    ARRIVED = "arrived", "Everything that was expected has come."
    CANCELLED = "cancelled", "What has not come yet will not come."


class StockAlertStatus(Status):
    OPEN = "open", "Nobody has taken notice yet."
    ACKNOWLEDGED = "acknowledged", "Somebody has taken notice."
    RESOLVED = "resolved", "The stock has risen past the threshold and its margin."


class PaymentStatus(Status):
    """Derived from the events of an order's payments and what it costs; nobody sets it."""

    NONE = "none", "Nothing has been tried yet."
    PENDING = "pending", "Asked for and not answered, or authorized only in part."
    AUTHORIZED = "authorized", "Set aside for us in full; to be captured."
    PARTIALLY_PAID = "partially_paid", "Paid in part."
    PAID = "paid", "Paid in full."
    OVERPAID = "overpaid", "More was paid than it costs; the rest is to be given back."
    PARTIALLY_REFUNDED = "partially_refunded", "Paid, and a part of it was given back."
    REFUNDED = "refunded", "Everything that was paid was given back."
    VOIDED = "voided", "What was authorized was given up; nothing was paid."
    FAILED = "failed", "Tried in vain."
    DISPUTED = "disputed", "The customer's bank has taken money back."


def _steps(*rows: tuple[Status, str]) -> Mapping[Status, frozenset[Status]]:
    """Read rows of (status, "names of what may follow") into a table."""
    return {
        status: frozenset(type(status)[name] for name in following.split())
        for status, following in rows
    }


_O = OrderStatus
ORDER_STEPS = _steps(
    (_O.DRAFT, "PLACED CANCELLED"),
    (_O.PLACED, "CONFIRMED CANCELLED EXPIRED"),
    (_O.CONFIRMED, "IN_PROGRESS CANCELLED"),
    (_O.IN_PROGRESS, "COMPLETED CANCELLED"),
    (_O.COMPLETED, "CLOSED"),
    (_O.CLOSED, ""),
    (_O.CANCELLED, ""),
    (_O.EXPIRED, ""),
)

_F = FulfillmentStatus
FULFILLMENT_STEPS = _steps(
    (_F.PENDING, "RELEASED CANCELLED"),
    (_F.RELEASED, "PICKING CANCELLED"),
    (_F.PICKING, "PICKED CANCELLED"),
    (_F.PICKED, "PACKING PACKED CANCELLED"),
    (_F.PACKING, "PACKED CANCELLED"),
    (_F.PACKED, "HANDED_OVER CANCELLED"),
    (_F.HANDED_OVER, ""),
    (_F.CANCELLED, ""),
)

_W = WaveStatus
WAVE_STEPS = _steps(
    (_W.OPEN, "PICKING CANCELLED"),
    (_W.PICKING, "DONE CANCELLED"),
    (_W.DONE, ""),
    (_W.CANCELLED, ""),
)

_P = PackageStatus
PACKAGE_STEPS = _steps(
    (_P.OPEN, "CLOSED VOIDED"),
    (_P.CLOSED, "VOIDED"),
    (_P.VOIDED, ""),
)

_S = ShipmentStatus
_ENDINGS = "DELIVERED RETURNED_TO_SENDER LOST DAMAGED"
SHIPMENT_STEPS = _steps(
    (_S.CREATED, "LABELLED SHIPPED VOIDED"),
    (_S.LABELLED, "SHIPPED VOIDED"),
    (_S.SHIPPED, f"IN_TRANSIT OUT_FOR_DELIVERY DELIVERY_FAILED RETURNING {_ENDINGS}"),
    (_S.IN_TRANSIT, f"OUT_FOR_DELIVERY DELIVERY_FAILED RETURNING {_ENDINGS}"),
    (_S.OUT_FOR_DELIVERY, f"IN_TRANSIT DELIVERY_FAILED RETURNING {_ENDINGS}"),
    (_S.DELIVERY_FAILED, f"IN_TRANSIT OUT_FOR_DELIVERY RETURNING {_ENDINGS}"),
    (_S.RETURNING, "RETURNED_TO_SENDER LOST DAMAGED"),
    (_S.LOST, "IN_TRANSIT OUT_FOR_DELIVERY RETURNING DELIVERED RETURNED_TO_SENDER DAMAGED"),
    (_S.DELIVERED, ""),
    (_S.RETURNED_TO_SENDER, ""),
    (_S.DAMAGED, ""),
    (_S.VOIDED, ""),
)

_A = StockAlertStatus
STOCK_ALERT_STEPS = _steps(
    (_A.OPEN, "ACKNOWLEDGED RESOLVED"),
    (_A.ACKNOWLEDGED, "RESOLVED"),
    (_A.RESOLVED, ""),
)

_N = ArrivalStatus
ARRIVAL_STEPS = _steps(
    (_N.EXPECTED, "ARRIVED CANCELLED"),
    (_N.ARRIVED, ""),
    (_N.CANCELLED, ""),
)

_R = ReservationStatus
RESERVATION_STEPS = _steps(
    (_R.ACTIVE, "CONSUMED RELEASED EXPIRED"),
    (_R.CONSUMED, ""),
    (_R.RELEASED, ""),
    (_R.EXPIRED, ""),
)

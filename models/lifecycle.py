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

    @property
    def spoken(self) -> str:
        """As people say it: "partially received"."""
        return self.replace("_", " ")


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
    RESOLVED = "resolved", "The stock has passed the threshold and its margin."


class PurchaseOrderStatus(Status):
    DRAFT = "draft", "Being put together; nobody has been asked."
    SUBMITTED = "submitted", "Waits for somebody who may approve it."
    APPROVED = "approved", "May be sent to the supplier."
    SENT = "sent", "The supplier has it; its goods are expected."
    ACKNOWLEDGED = "acknowledged", "The supplier has answered with dates."
    PARTIALLY_RECEIVED = "partially_received", "Some of it has come."
    RECEIVED = "received", "Everything that was asked for has come."
    CLOSED = "closed", "Nothing of it is expected any more, and it is settled."
    CANCELLED = "cancelled", "Given up before anything came."


class TransferStatus(Status):
    DRAFT = "draft", "Being put together; nothing is set aside yet."
    ALLOCATED = "allocated", "Its units are set aside at the source."
    IN_TRANSIT = "in_transit", "Its units have left the source."
    PARTIALLY_RECEIVED = "partially_received", "Some of its units have come."
    RECEIVED = "received", "All of its units have come or are known to be missing."
    CANCELLED = "cancelled", "Given up before it left; its units are free again."


class ReceiptStatus(Status):
    OPEN = "open", "A delivery is being scanned in."
    COMPLETED = "completed", "Everything of the delivery has been counted."
    CANCELLED = "cancelled", "Opened in error; nothing was scanned."


class SupplierClaimStatus(Status):
    OPEN = "open", "Known to us alone."
    SENT = "sent", "The supplier has been told."
    SETTLED = "settled", "The supplier has answered, and it is over."
    DROPPED = "dropped", "Not pursued any more."


class StockCountStatus(Status):
    DRAFT = "draft", "Being planned."
    OPEN = "open", "What is to be counted is fixed, and people count it, blind."
    COUNTED = "counted", "Everybody has finished counting."
    REVIEW = "review", "What differs is being looked into."
    APPROVED = "approved", "What differs is accepted."
    POSTED = "posted", "The stock is as it was counted."
    CANCELLED = "cancelled", "Given up before it was posted."


class VarianceStatus(Status):
    OPEN = "open", "Nobody has looked into it yet."
    INVESTIGATING = "investigating", "Somebody is looking into it."
    EXPLAINED = "explained", "Somebody has said what caused it."
    ACCEPTED = "accepted", "It may be posted."


class ProposalStatus(Status):
    OPEN = "open", "Waits for a buyer."
    ACCEPTED = "accepted", "Became part of a purchase order."
    DISMISSED = "dismissed", "A buyer decided against it."
    SUPERSEDED = "superseded", "The need has changed, or is over."


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


class ReturnStatus(Status):
    REQUESTED = "requested", "Asked for; nobody has decided."
    APPROVED = "approved", "May be sent back."
    DECLINED = "declined", "Not to be sent back."
    IN_TRANSIT = "in_transit", "On its way to us."
    PARTIALLY_RECEIVED = "partially_received", "Some of its units have come."
    RECEIVED = "received", "All of its units have come or are known to be missing."
    INSPECTED = "inspected", "It is decided what becomes of each unit."
    RESOLVED = "resolved", "The customer has what they are to get for it."
    CLOSED = "closed", "Nothing is left to do."
    CANCELLED = "cancelled", "Given up before it was on its way."


class ClaimStatus(Status):
    OPEN = "open", "Nobody has decided."
    APPROVED = "approved", "To be made good."
    DECLINED = "declined", "Not to be made good."
    SETTLED = "settled", "Made good: replaced or refunded."


class CaseStatus(Status):
    OPEN = "open", "Nobody works on it yet."
    IN_PROGRESS = "in_progress", "Somebody works on it."
    WAITING_CUSTOMER = "waiting_customer", "The customer is to answer; its deadline waits with it."
    WAITING_SUPPLIER = "waiting_supplier", "A supplier is to answer."
    WAITING_WAREHOUSE = "waiting_warehouse", "The warehouse is to answer."
    RESOLVED = "resolved", "Dealt with, as we see it."
    CLOSED = "closed", "Dealt with, and nobody has said otherwise."


class SurveyStatus(Status):
    ASKED = "asked", "The customer has a link to answer by."
    ANSWERED = "answered", "The customer has answered."
    EXPIRED = "expired", "The time to answer is over."


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

_U = PurchaseOrderStatus
PURCHASE_ORDER_STEPS = _steps(
    (_U.DRAFT, "SUBMITTED CANCELLED"),
    (_U.SUBMITTED, "APPROVED DRAFT CANCELLED"),
    (_U.APPROVED, "SENT CANCELLED"),
    (_U.SENT, "ACKNOWLEDGED PARTIALLY_RECEIVED RECEIVED CANCELLED"),
    (_U.ACKNOWLEDGED, "SENT PARTIALLY_RECEIVED RECEIVED CANCELLED"),
    (_U.PARTIALLY_RECEIVED, "RECEIVED CLOSED"),
    (_U.RECEIVED, "CLOSED"),
    (_U.CLOSED, ""),
    (_U.CANCELLED, ""),
)

_T = TransferStatus
TRANSFER_STEPS = _steps(
    (_T.DRAFT, "ALLOCATED CANCELLED"),
    (_T.ALLOCATED, "IN_TRANSIT CANCELLED"),
    (_T.IN_TRANSIT, "PARTIALLY_RECEIVED RECEIVED"),
    (_T.PARTIALLY_RECEIVED, "RECEIVED"),
    (_T.RECEIVED, ""),
    (_T.CANCELLED, ""),
)

_E = ReceiptStatus
RECEIPT_STEPS = _steps(
    (_E.OPEN, "COMPLETED CANCELLED"),
    (_E.COMPLETED, ""),
    (_E.CANCELLED, ""),
)

_M = SupplierClaimStatus
SUPPLIER_CLAIM_STEPS = _steps(
    (_M.OPEN, "SENT DROPPED"),
    (_M.SENT, "SETTLED DROPPED"),
    (_M.SETTLED, ""),
    (_M.DROPPED, ""),
)

_C = StockCountStatus
STOCK_COUNT_STEPS = _steps(
    (_C.DRAFT, "OPEN CANCELLED"),
    (_C.OPEN, "COUNTED CANCELLED"),
    (_C.COUNTED, "REVIEW CANCELLED"),
    (_C.REVIEW, "OPEN APPROVED CANCELLED"),
    (_C.APPROVED, "POSTED CANCELLED"),
    (_C.POSTED, ""),
    (_C.CANCELLED, ""),
)

_V = VarianceStatus
VARIANCE_STEPS = _steps(
    (_V.OPEN, "INVESTIGATING EXPLAINED"),
    (_V.INVESTIGATING, "EXPLAINED"),
    (_V.EXPLAINED, "INVESTIGATING ACCEPTED"),
    (_V.ACCEPTED, ""),
)

_L = ProposalStatus
PROPOSAL_STEPS = _steps(
    (_L.OPEN, "ACCEPTED DISMISSED SUPERSEDED"),
    (_L.ACCEPTED, ""),
    (_L.DISMISSED, ""),
    (_L.SUPERSEDED, ""),
)

_B = ReturnStatus
RETURN_STEPS = _steps(
    (_B.REQUESTED, "APPROVED DECLINED CANCELLED"),
    (_B.APPROVED, "IN_TRANSIT PARTIALLY_RECEIVED RECEIVED RESOLVED CANCELLED"),
    (_B.DECLINED, ""),
    (_B.IN_TRANSIT, "PARTIALLY_RECEIVED RECEIVED"),
    (_B.PARTIALLY_RECEIVED, "RECEIVED"),
    (_B.RECEIVED, "INSPECTED"),
    (_B.INSPECTED, "RESOLVED"),
    (_B.RESOLVED, "CLOSED"),
    (_B.CLOSED, ""),
    (_B.CANCELLED, ""),
)

_D = ClaimStatus
CLAIM_STEPS = _steps(
    (_D.OPEN, "APPROVED DECLINED"),
    (_D.APPROVED, "SETTLED"),
    (_D.DECLINED, ""),
    (_D.SETTLED, ""),
)

_G = CaseStatus
_WAITING = "WAITING_CUSTOMER WAITING_SUPPLIER WAITING_WAREHOUSE"
CASE_STEPS = _steps(
    (_G.OPEN, "IN_PROGRESS"),
    (_G.IN_PROGRESS, f"{_WAITING} RESOLVED"),
    (_G.WAITING_CUSTOMER, "IN_PROGRESS"),
    (_G.WAITING_SUPPLIER, "IN_PROGRESS"),
    (_G.WAITING_WAREHOUSE, "IN_PROGRESS"),
    (_G.RESOLVED, "CLOSED OPEN"),
    (_G.CLOSED, "OPEN"),
)

_H = SurveyStatus
SURVEY_STEPS = _steps(
    (_H.ASKED, "ANSWERED EXPIRED"),
    (_H.ANSWERED, ""),
    (_H.EXPIRED, ""),
)

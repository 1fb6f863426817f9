"""What is announced of purchase orders.

What happens before its supplier has an order is none of the supplier's business: only what follows
names a `supplier_id`.
"""

from dataclasses import dataclass
from datetime import datetime

from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class PurchaseFact(Fact):
    NEEDS = Permission.PURCHASES_READ

    purchase_order_id: int
    location_id: int


class PurchaseOrderDrafted(PurchaseFact):
    """A purchase order was begun."""


class PurchaseOrderUpdated(PurchaseFact):
    """Something on a purchase order, or a line of its draft, was changed."""


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderSubmitted(PurchaseFact):
    """A purchase order waits for somebody who may approve it; its worth is in minor units."""

    total: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderApproved(PurchaseFact):
    """A purchase order may be sent; its worth is in minor units."""

    total: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderRejected(PurchaseFact):
    """A purchase order was not approved and is a draft again."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class LandedCostAdded(PurchaseFact):
    """A purchase order costs more than its goods; the amount is in minor units."""

    landed_cost_id: int
    minor_units: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderUndelivered(PurchaseFact):
    """The supplier could not be told, however often it was tried."""

    attempts: int
    trouble: str


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderFact(PurchaseFact):
    supplier_id: int


class PurchaseOrderSent(PurchaseOrderFact):
    """The supplier was asked for goods."""


class PurchaseOrderDelivered(PurchaseOrderFact):
    """The supplier has got what was to be told to them."""


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderAcknowledged(PurchaseOrderFact):
    """The supplier has said what comes when: so many units in all, the last of them at a time.
    So many units will not be delivered."""

    units: int
    declined: int
    expected_at: datetime | None
    expected_before: datetime | None


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderChanged(PurchaseOrderFact):
    """Something else is asked for than before, and the supplier has to answer anew."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderReceived(PurchaseOrderFact):
    """Units came, some of them damaged; so many are still to come."""

    units: int
    damaged: int
    outstanding: int


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderLate(PurchaseOrderFact):
    """Goods have not come when they should have."""

    due_at: datetime
    outstanding: int


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderClosed(PurchaseOrderFact):
    """Nothing of a purchase order is expected any more; so many units never came."""

    short: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class PurchaseOrderCancelled(PurchaseFact):
    """A purchase order was given up before anything came."""

    supplier_id: int | None
    reason: str

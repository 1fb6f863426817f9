"""What is announced of receipts, and of claims for what was wrong with them."""

from dataclasses import dataclass

from models import Condition, Settlement, SupplierClaimKind
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class ReceiptFact(Fact):
    NEEDS = Permission.PURCHASES_READ

    location_id: int
    purchase_order_id: int
    receipt_id: int


class ReceiptOpened(ReceiptFact):
    """A delivery of a purchase order is being scanned in."""


@dataclass(frozen=True, kw_only=True)
class ReceiptScanned(ReceiptFact):
    """Units of a delivery were counted. Of those some were more than was ordered (`over`) or not
    ordered at all (`wrong`), and some are to be inspected before anybody can have them."""

    variant_id: int
    units: int
    condition: Condition
    over: int = 0
    wrong: int = 0
    inspecting: int = 0


@dataclass(frozen=True, kw_only=True)
class ReceiptScanRefused(ReceiptFact):
    """Something was scanned that could not be taken in."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ReceiptInspected(ReceiptFact):
    """Units of a delivery that lay in quarantine were judged."""

    variant_id: int
    units: int
    passed: bool


@dataclass(frozen=True, kw_only=True)
class ReceiptCompleted(ReceiptFact):
    """Everything of a delivery has been counted."""

    supplier_id: int
    accepted: int
    damaged: int
    over: int
    wrong: int
    short: int


@dataclass(frozen=True, kw_only=True)
class ReceiptCancelled(ReceiptFact):
    """A receipt had been opened in error."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ClaimFact(Fact):
    NEEDS = Permission.PURCHASES_READ

    purchase_order_id: int
    supplier_claim_id: int


@dataclass(frozen=True, kw_only=True)
class SupplierClaimOpened(ClaimFact):
    """A delivery was not as it was ordered, and its supplier may owe us something for it."""

    claim_kind: SupplierClaimKind
    units: int


class SupplierClaimUpdated(ClaimFact):
    """What is claimed was changed."""


@dataclass(frozen=True, kw_only=True)
class SupplierClaimSent(ClaimFact):
    """A supplier was told what is claimed."""

    supplier_id: int
    claim_kind: SupplierClaimKind
    units: int


@dataclass(frozen=True, kw_only=True)
class SupplierClaimSettled(ClaimFact):
    """A supplier has answered a claim, and it is over."""

    supplier_id: int
    settlement: Settlement


@dataclass(frozen=True, kw_only=True)
class SupplierClaimDropped(ClaimFact):
    """A claim is not pursued any more."""

    reason: str

"""What is announced of claims of customers."""

from dataclasses import dataclass
from decimal import Decimal

from models import ClaimKind
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class CustomerClaimFact(Fact):
    NEEDS = Permission.RETURNS_READ

    order_id: int
    customer_id: int
    claim_id: int
    claim_kind: ClaimKind


@dataclass(frozen=True, kw_only=True)
class ClaimOpened(CustomerClaimFact):
    """A customer did not get units as they should have."""

    units: int


class ClaimApproved(CustomerClaimFact):
    """A claim is to be made good."""


@dataclass(frozen=True, kw_only=True)
class ClaimDeclined(CustomerClaimFact):
    """A claim is not to be made good."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ClaimReplaced(CustomerClaimFact):
    """The customer gets the same goods once more, with another order."""

    into_order_id: int


@dataclass(frozen=True, kw_only=True)
class ClaimMoneyFact(CustomerClaimFact):
    amount: Decimal
    currency: str


class ClaimRefunded(ClaimMoneyFact):
    """The customer gets money for what was claimed, or for what they do not want replaced."""


class ClaimGoodsArrived(CustomerClaimFact):
    """Units that were claimed as lost came after all; somebody has to clear that up."""


class ClaimRecoveryRequested(ClaimMoneyFact):
    """A carrier or a supplier was asked to bear the cost of a claim."""


class ClaimRecovered(ClaimMoneyFact):
    """A carrier or a supplier has borne the cost of a claim, or a part of it."""


class ClaimRecoveryRefused(CustomerClaimFact):
    """A carrier or a supplier does not bear the cost of a claim."""

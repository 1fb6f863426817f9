"""What is announced of replenishment."""

from dataclasses import dataclass

from models import ReplenishmentMethod
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class ReplenishmentFact(Fact):
    NEEDS = Permission.BUYING_READ

    variant_id: int
    location_id: int


@dataclass(frozen=True, kw_only=True)
class ReplenishmentPolicySet(ReplenishmentFact):
    """Somebody said how a level is to be replenished."""

    replenishment_policy_id: int
    replenishment_method: ReplenishmentMethod


@dataclass(frozen=True, kw_only=True)
class ReplenishmentPolicyRemoved(ReplenishmentFact):
    """A level is no longer replenished."""

    replenishment_policy_id: int


@dataclass(frozen=True, kw_only=True)
class ProposalFact(ReplenishmentFact):
    proposal_id: int
    quantity: int


class ProposalRaised(ProposalFact):
    """Units should be bought, or come from another location."""


@dataclass(frozen=True, kw_only=True)
class ProposalAccepted(ProposalFact):
    """A proposal became part of a purchase order or a transfer."""

    purchase_order_id: int | None
    transfer_id: int | None


@dataclass(frozen=True, kw_only=True)
class ProposalDismissed(ProposalFact):
    """A buyer decided against a proposal."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ProposalSuperseded(ProposalFact):
    """The need behind a proposal has changed, or is over."""

    reason: str

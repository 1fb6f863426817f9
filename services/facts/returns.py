"""What is announced of returns."""

from dataclasses import dataclass

from models import Disposition, ReturnCondition, ReturnResolution
from services.actors import Permission
from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class ReturnFact(OrderFact):
    """`location_id` is where the goods come back to."""

    NEEDS = Permission.RETURNS_READ

    location_id: int
    return_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnRequested(ReturnFact):
    """A customer wants to send something back."""

    units: int


@dataclass(frozen=True, kw_only=True)
class ReturnApproved(ReturnFact):
    """A return may be sent."""

    automatic: bool


@dataclass(frozen=True, kw_only=True)
class ReturnDeclined(ReturnFact):
    """A return is not to be sent."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ReturnCancelled(ReturnFact):
    """A return was given up before it was on its way."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class ReturnSent(ReturnFact):
    """A return is on its way to us."""

    carrier: str
    tracking_code: str | None


@dataclass(frozen=True, kw_only=True)
class ReturnUnitFact(ReturnFact):
    variant_id: int
    units: int


@dataclass(frozen=True, kw_only=True)
class ReturnScanned(ReturnUnitFact):
    """Units came back and lie in quarantine; those `unexpected` had not been announced."""

    unexpected: int


@dataclass(frozen=True, kw_only=True)
class ReturnReceived(ReturnFact):
    """Everything of a return has come, or is known to be missing."""

    units: int
    missing: int


@dataclass(frozen=True, kw_only=True)
class ReturnUnitInspected(ReturnUnitFact):
    """Somebody decided what becomes of units that came back."""

    condition: ReturnCondition
    disposition: Disposition


class ReturnInspected(ReturnFact):
    """It is decided what becomes of each unit of a return."""


@dataclass(frozen=True, kw_only=True)
class ReturnUnitRevised(ReturnUnitFact):
    """It was decided anew what becomes of units that came back."""

    disposition: Disposition
    former: Disposition


@dataclass(frozen=True, kw_only=True)
class ReturnResolved(ReturnFact):
    """The customer has what they are to get for a return."""

    resolution: ReturnResolution


class ReturnClosed(ReturnFact):
    """Nothing is left to do about a return."""

"""What is announced of transfers."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class TransferFact(Fact):
    """`location_id` is where it happened: at the source until it has left, then at the
    destination."""

    NEEDS = Permission.STOCK_READ

    location_id: int
    transfer_id: int


@dataclass(frozen=True, kw_only=True)
class TransferCreated(TransferFact):
    """Somebody began to put together what is to go to another location."""

    destination_id: int


class TransferUpdated(TransferFact):
    """What a transfer says of itself was changed, such as when it should come."""


@dataclass(frozen=True, kw_only=True)
class TransferLineFact(TransferFact):
    variant_id: int
    quantity: int


class TransferLineAdded(TransferLineFact):
    """More is to go with a transfer."""


class TransferLineUpdated(TransferLineFact):
    """More or fewer units of something are to go with a transfer."""


class TransferLineRemoved(TransferLineFact):
    """Something is no longer to go with a transfer."""


@dataclass(frozen=True, kw_only=True)
class TransferAllocated(TransferFact):
    """The units of a transfer were set aside at its source."""

    units: int


@dataclass(frozen=True, kw_only=True)
class TransferSent(TransferFact):
    """The units of a transfer left its source."""

    units: int
    destination_id: int


@dataclass(frozen=True, kw_only=True)
class TransferReceived(TransferFact):
    """Units of a transfer came to its destination; `outstanding` are still on their way."""

    units: int
    damaged: int
    outstanding: int


@dataclass(frozen=True, kw_only=True)
class TransferClosed(TransferFact):
    """What had not come of a transfer was given up."""

    missing: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TransferCancelled(TransferFact):
    """A transfer was called off before it left; its units are free again."""

    reason: str

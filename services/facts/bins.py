"""What is announced of bins."""

from dataclasses import dataclass

from services.facts.locations import LocationFact
from services.facts.stock import StockFact


@dataclass(frozen=True, kw_only=True)
class BinFact(LocationFact):
    bin_id: int


class BinCreated(BinFact):
    """A bin was put up."""


class BinUpdated(BinFact):
    """A bin was renamed or moved."""


class BinArchived(BinFact):
    """A bin was taken down."""


@dataclass(frozen=True, kw_only=True)
class LevelBinSet(StockFact):
    """Somebody said in which bin a level's units lie; none says nobody knows."""

    bin_id: int | None

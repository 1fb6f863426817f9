"""What is announced of stock counts. None of it says what the ledger expects, as those who count
may read it."""

from dataclasses import dataclass

from models import CountScope, VarianceCause
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class StockCountFact(Fact):
    NEEDS = Permission.COUNTS_READ

    location_id: int
    stock_count_id: int


@dataclass(frozen=True, kw_only=True)
class StockCountCreated(StockCountFact):
    """A stock count was planned."""

    scope: CountScope


@dataclass(frozen=True, kw_only=True)
class StockCountOpened(StockCountFact):
    """What a stock count has to count was fixed; counting begins."""

    lines: int


@dataclass(frozen=True, kw_only=True)
class StockCountScanned(StockCountFact):
    """Somebody counted a line of a stock count, of whose lines so many are counted now."""

    count_line_id: int
    lines_counted: int
    lines: int


class StockCountCompleted(StockCountFact):
    """Everybody has finished counting."""


class StockCountReviewed(StockCountFact):
    """Somebody began to look into what a stock count found."""


@dataclass(frozen=True, kw_only=True)
class StockCountReopened(StockCountFact):
    """So many lines of a stock count are to be counted again."""

    lines: int


class StockCountApproved(StockCountFact):
    """What a stock count found was accepted."""


class StockCountPosted(StockCountFact):
    """The stock is as it was counted."""


class StockCountCancelled(StockCountFact):
    """A stock count was given up."""


@dataclass(frozen=True, kw_only=True)
class StockCountReversed(StockCountFact):
    """What a stock count had posted was undone by another."""

    reversing_count_id: int


@dataclass(frozen=True, kw_only=True)
class VarianceFact(Fact):
    NEEDS = Permission.COUNTS_REVIEW

    location_id: int
    variant_id: int
    stock_count_id: int
    variance_id: int


class VarianceInvestigated(VarianceFact):
    """Somebody began to look into a variance."""


@dataclass(frozen=True, kw_only=True)
class VarianceExplained(VarianceFact):
    """Somebody said what caused a variance."""

    cause: VarianceCause


class VarianceAccepted(VarianceFact):
    """A variance was accepted, to be posted."""

"""What clients see of stock counts: lines, scans and variances.

What the ledger expects is shown by `counts_seen`, which keeps it from those who count.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.scalars import Money
from api.types.actions import Action
from api.types.bins import Bin
from api.types.locations import Location
from api.types.stock import Level
from services import causes, count_actions, counts_seen, investigations, variances
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.catalog import Variant
    from api.types.lots import Lot

VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]
LotRef = Annotated["Lot", strawberry.lazy("api.types.lots")]
LineRef = Annotated["CountLine", strawberry.lazy("api.types.counts")]
VarianceRef = Annotated["Variance", strawberry.lazy("api.types.counts")]

_LOCATIONS, _STOCK = Permission.LOCATIONS_READ, Permission.STOCK_READ


@strawberry.type(description="How far a stock count has come; it says nothing of quantities.")
class CountProgress:
    lines: int = column("Places to be counted.")
    counted: int = column("Those of them that are counted.")
    counters: list[str] = column("Who has counted any of it, by their numbers.")


@strawberry.type(description="How right the ledger was about what a count has counted.")
class CountOutcome:
    accuracy: float = column("The share of lines without a variance, from 0 to 1.")
    lines_right: int = column("Lines without a variance.")
    lines: int = column("Lines that were counted.")

    @strawberry.field(
        description="What is missing, less what was found too many, at cost, by currency; below "
        "zero where more was found."
    )
    def shrinkage(root: variances.Outcome) -> list[Money]:
        return [Money.of(each.amount, each.currency) for each in root.shrinkage]

    @strawberry.field(
        description="What is missing and what was found too many, added up, at cost, by currency."
    )
    def turnover(root: variances.Outcome) -> list[Money]:
        return [Money.of(each.amount, each.currency) for each in root.turnover]


@node(models.StockCount, "A stock count: what of a location is counted, and what came of it.")
class StockCount(Node):
    location: Location | None = one(
        models.Location, "location_id", "Where; needs LOCATIONS_READ.", needs=_LOCATIONS
    )
    status: models.StockCountStatus = column("Where it stands.")
    scope: models.CountScope = column("What of the location is counted.")
    value_class: models.ValueClass | None = column("The value class that is counted.")
    is_blind: bool = column("Whether what the ledger expects is kept from everybody until then.")
    due_at: datetime | None = column("By when it should be counted.")
    cycle_on: date | None = column("The day it was scheduled for, if it was.")
    note: str = column("What somebody said about it.")
    actor: str = column("Who planned it.")
    opened_at: datetime | None = column("When counting began.")
    counted_at: datetime | None = column("When everything was counted.")
    approved_at: datetime | None = column("When what it found was approved.")
    approved_by: str | None = column("Who approved it.")
    posted_at: datetime | None = column("When the stock was made as it was counted.")
    posted_by: str | None = column("Who posted it.")
    cancelled_at: datetime | None = column("When it was given up.")
    reverses: Annotated["StockCount", strawberry.lazy("api.types.counts")] | None = one(
        models.StockCount, "reverses_id", "The count that it undoes."
    )
    progress: CountProgress = batched(counts_seen.progress, "How far it has come.")
    outcome: CountOutcome | None = batched(
        variances.outcomes,
        "How right the ledger was; null until all is counted, and without COUNTS_REVIEW.",
    )
    variances: list[VarianceRef] | None = many(
        models.Variance,
        "count_id",
        "Where the ledger was wrong, also what was counted again since; needs COUNTS_REVIEW.",
        needs=Permission.COUNTS_REVIEW,
    )
    actions: list[Action] = batched(count_actions.of_stock_counts, "What you can do with it now.")


@strawberry.type(description="Somebody counted units of a line. Nobody can change that.")
class CountScan:
    quantity: int = column("Units that were counted.")
    is_absolute: bool = column("Whether those were all; else they came to those before.")
    meanwhile: models.Meanwhile | None = column("Where the units were that moved in between.")
    round: int = column("The round of its line it belongs to; a recount begins a new one.")
    balance: int | None = batched(
        counts_seen.balances, "What the ledger said then; null where you may not see it."
    )
    actor: str = column("Who counted, by their number.")
    at: datetime = column("When.")


@node(models.CountLine, "Units of a variant in one bin, of one lot, to be counted.")
class CountLine(Node):
    count: StockCount = one(models.StockCount, "count_id", "The count it belongs to.")
    variant: VariantRef | None = one(
        models.Variant, "variant_id", "What is counted; none for a bin that should be empty."
    )
    bin: Bin | None = one(
        models.Bin,
        "bin_id",
        "The bin; none is outside of bins. Needs LOCATIONS_READ.",
        needs=_LOCATIONS,
    )
    lot: LotRef | None = one(models.Lot, "lot_id", "The lot; needs STOCK_READ.", needs=_STOCK)
    counted: int | None = column("Good units that lay there at its last scan.")
    counted_at: datetime | None = column("When that was.")
    round: int = column("How often it was begun to be counted.")
    is_found: bool = column("Whether nobody expected it there.")
    expected: int | None = batched(
        counts_seen.expected,
        "Good units that lay there by the ledger at its last scan; null where you may not see it.",
    )
    difference: int | None = batched(
        counts_seen.differences, "Counted less expected; null where you may not see it."
    )
    scans: list[CountScan] = many(models.CountScan, "line_id", "Each scan of it, of every round.")


@strawberry.type(description="Something that speaks for a cause.")
class Evidence:
    kind: causes.EvidenceKind = column("What it is.")
    ids: list[strawberry.ID] = column("The numbers, or the ids of movements, that it is about.")
    sentence: str = column("What it says, for people.")


@strawberry.type(description="What may have caused a variance, and how likely it seems.")
class Suggestion:
    cause: models.VarianceCause = column("What may have caused it.")
    score: float = column("How much speaks for it, from 0 to 1; likelier ones come first.")
    why: str = column("Why, in a sentence.")
    evidence: list[Evidence] = column("What speaks for it.")


@node(models.Variance, "Units by which the ledger was wrong about one place.")
class Variance(Node):
    count: StockCount = one(
        models.StockCount,
        "count_id",
        "The count that found it; needs COUNTS_READ.",
        needs=Permission.COUNTS_READ,
    )
    line: LineRef = one(
        models.CountLine,
        "line_id",
        "The line that was counted; needs COUNTS_READ.",
        needs=Permission.COUNTS_READ,
    )
    level: Level | None = one(
        models.Level, "level_id", "The level it is about; needs STOCK_READ.", needs=_STOCK
    )
    variant: VariantRef | None = one(
        models.Variant,
        "variant_id",
        "What it is about; needs CATALOG_READ.",
        needs=Permission.CATALOG_READ,
    )
    bin: Bin | None = one(models.Bin, "bin_id", "The bin; needs LOCATIONS_READ.", needs=_LOCATIONS)
    lot: LotRef | None = one(models.Lot, "lot_id", "The lot; needs STOCK_READ.", needs=_STOCK)
    status: models.VarianceStatus = column("Where it stands.")
    is_current: bool | None = column("Whether it stands; null once it was counted again.")
    expected: int = column("Units by the ledger when they were counted.")
    counted: int = column("Units that lay there.")
    quantity: int = column("Counted less expected.")
    value: Money = money("value", "What that is worth, at cost or else by its price.")
    cause: models.VarianceCause | None = column("What caused it, as somebody said.")
    note: str = column("What they said besides.")
    explained_by: str | None = column("Who explained it.")
    accepted_by: str | None = column("Who accepted it.")
    corrected: int = column("Units of it that somebody put right before it was posted.")
    posted: int | None = column("Units that were posted.")
    suggestions: list[Suggestion] = batched(
        investigations.suggestions, "What may have caused it, the likeliest first."
    )
    actions: list[Action] = batched(count_actions.of_variances, "What you can do with it now.")

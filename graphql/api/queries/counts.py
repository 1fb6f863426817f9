"""Questions about stock counts."""

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.counts import CountLine, StockCount, Variance


@strawberry.input(description="Which stock counts.")
class StockCountFilter:
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    status: list[models.StockCountStatus] | None = condition("status__in", "In any of these.")
    scope: list[models.CountScope] | None = condition("scope__in", "Of any of these scopes.")
    is_scheduled: bool | None = condition("cycle_on__not_isnull", "Made by the schedule, or not.")


@strawberry.input(description="Which lines of stock counts.")
class CountLineFilter:
    count_id: strawberry.ID | None = condition("count_id", "Of this.", of=models.StockCount)
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    bin_id: strawberry.ID | None = condition("bin_id", "In this bin.", of=models.Bin)
    is_counted: bool | None = condition("counted__not_isnull", "Counted already, or not.")
    is_found: bool | None = condition("is_found", "Not expected there, or expected.")


@strawberry.input(description="Which variances.")
class VarianceFilter:
    count_id: strawberry.ID | None = condition("count_id", "Of this.", of=models.StockCount)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    status: list[models.VarianceStatus] | None = condition("status__in", "In any of these.")
    cause: list[models.VarianceCause] | None = condition("cause__in", "Of any of these causes.")
    is_current: bool | None = condition(
        "is_current__not_isnull", "Standing, or counted again since."
    )


@strawberry.type
class CountQueries:
    stock_counts: Connection[StockCount] = listed(
        models.StockCount,
        "Stock counts. Search looks into their notes.",
        filter=StockCountFilter,
        sort=ById,
        search=["note"],
    )
    stock_count_lines: Connection[CountLine] = listed(
        models.CountLine,
        "Lines of stock counts. Search looks into stock keeping units and the codes of bins.",
        filter=CountLineFilter,
        sort=ById,
        search=["variant__sku", "bin__code"],
    )
    stock_count_variances: Connection[Variance] = listed(
        models.Variance,
        "Variances. Search looks into what people said of them.",
        filter=VarianceFilter,
        sort=ById,
        search=["note"],
    )

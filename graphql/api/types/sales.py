"""What clients see of how fast things sell, and how often stock is turned over."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.context import Info
from api.fields import column, money, one
from api.permissions import require
from api.scalars import Money
from api.types.enums import publish
from services import turnovers
from services.actors import Permission
from services.trends import Trend

if TYPE_CHECKING:
    from api.types.catalog import Variant

VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]
publish(Trend, "Which way something goes.")

Since = Annotated[
    datetime | None,
    strawberry.argument(description="From this moment; ninety days before the end, if left out."),
]
Until = Annotated[
    datetime | None, strawberry.argument(description="Before this moment; now, if left out.")
]


@strawberry.type(
    description="How fast something is asked for. Rates are in units per day, over as many of the "
    "last whole days as are known."
)
class SalesVelocity:
    units7: int = column("Units that were asked for in the last 7 days.")
    units28: int = column("The same in the last 28 days.")
    units90: int = column("The same in the last 90 days.")
    per_day7: float = column("Units per day in the last 7 days.")
    per_day28: float = column("The same in the last 28 days.")
    per_day90: float = column("The same in the last 90 days.")
    weekly_change: float | None = column(
        "By how many units per day that changes from week to week: the slope of Theil and Sen over "
        "up to twelve weeks; null where fewer than two are known."
    )
    trend: Trend | None = column(
        "Whether that change means anything, by the test of Mann and Kendall at the 5% level; null "
        "where fewer than five weeks are known."
    )


@strawberry.type(description="How often a stock was sold and replaced in a period.")
class Turnover:
    since: datetime = column("The beginning of the period.")
    until: datetime = column("Its end.")
    units_shipped: int = column("Units that were shipped in it.")
    mean_units: float = column("Units that lay there on average, over thirteen moments of it.")
    cost: Money = money("cost", "What the units shipped cost us.")
    mean_value: Money = money("mean_value", "What lay there was worth on average.")
    turns: float | None = column(
        "How often it was turned over in the period: what was shipped divided by what lay there, "
        "both by what they cost; null where nothing lay there."
    )
    turns_per_year: float | None = column("The same in a year, at this pace.")
    days_to_sell: float | None = column(
        "How many days it takes to sell what lies there on average; null where nothing was shipped."
    )


@strawberry.type(description="What is asked for most.")
class Seller:
    rank: int = column("Its place, from 1.")
    variant: VariantRef = one(models.Variant, "variant_id", "What is asked for.")
    units: int = column("Units that were asked for.")
    per_day: float = column("The same per day.")


def turned_over(service: Any, of_what: str = "its stock") -> Any:
    """The turnover of rows over a period that the client names."""

    async def resolve(root: Any, info: Info, since: Since = None, until: Until = None) -> Any:
        require(info.context.actor, Permission.KPIS_READ)
        begin, end = turnovers.period(since, until)

        async def load(rows: list[Any]) -> list[Any]:
            found: list[Any] = await service(info.context.actor, rows, begin, end)
            return found

        # Without an end each row of a request would have its own.
        key = (service, since, until)
        return await info.context.loaders.batch(key, load).load(root)

    return strawberry.field(
        resolver=resolve,
        description=f"How often {of_what} was turned over in a period of up to a year; needs "
        "KPIS_READ.",
    )

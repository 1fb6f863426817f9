"""What clients see of forecasts."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.context import Info
from api.fields import column, one
from api.nodes import Node, node
from api.types.locations import Location
from services.actors import Permission
from services.forecasts import ForecastGroup

if TYPE_CHECKING:
    from api.types.catalog import Variant
    from api.types.stock import Level

VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]
LevelRef = Annotated["Level", strawberry.lazy("api.types.stock")]


@node(models.Forecast, "What is expected to be asked for at a stock level.")
class Forecast(Node):
    level: LevelRef = one(models.Level, "level_id", "The level, as it is now.")
    variant: VariantRef = one(models.Variant, "variant_id", "What is asked for.")
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    demand_class: models.DemandClass = column("Which kind of demand it is.")
    method: models.ForecastMethod = column("By which method it is forecast.")
    mean: float = column("Units per day, over the days to come.")
    spread: float = column("The standard deviation of a day around that, in units.")
    horizon_days: int = column("How many days it is for, and was judged by.")
    history_days: int = column("From how many days it was computed.")
    mase: float | None = column(
        "The mean absolute error of such forecasts over the last three months, scaled (Hyndman and "
        "Koehler 2006): below 1 is better than to expect each week to be like the one before."
    )
    naive_mase: float | None = column(
        "The same of the naive forecast, by which each week is like the one before."
    )
    bias: float | None = column("By how much they were too high, as a share of demand.")
    computed_at: datetime = column("When it was computed.")
    due_at: datetime | None = column("When it is to be computed again.")
    began_on: date = column("The day from which demand is known.")


@strawberry.type(description="How right the forecasts of many levels were, weighted by demand.")
class ForecastAccuracy:
    key: strawberry.Private[Any]
    by: strawberry.Private[ForecastGroup]
    levels: int = column("How many levels have a forecast.")
    mean: float = column("Units per day that are expected of all of them.")
    mase: float | None = column("Their mean absolute scaled error; below 1 beats the naive one.")
    naive_mase: float | None = column("The same of the naive forecast.")
    bias: float | None = column("By how much they were too high, as a share of demand.")

    @strawberry.field(description="The kind of demand, where they are grouped by that.")
    def demand_class(self) -> models.DemandClass | None:
        return self.key if self.by is ForecastGroup.DEMAND_CLASS else None

    @strawberry.field(
        description="The variant, where they are grouped by that.", graphql_type=VariantRef | None
    )
    async def variant(self, info: Info) -> Any:
        return await self._row(info, ForecastGroup.VARIANT, models.Variant)

    @strawberry.field(
        description="The location, where they are grouped by that.", graphql_type=Location | None
    )
    async def location(self, info: Info) -> Any:
        return await self._row(info, ForecastGroup.LOCATION, models.Location)

    async def _row(self, info: Info, by: ForecastGroup, kind: type[models.Row]) -> Any:
        return await info.context.loaders.one(kind).load(self.key) if self.by is by else None

"""Questions about forecasts, and about how right they were."""

from typing import Annotated, Any

import strawberry

import models
from api.connections import Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.enums import publish
from api.types.forecasts import Forecast, ForecastAccuracy
from models.lifecycle import Status
from services import forecasts
from services.actors import Permission
from services.forecasts import ForecastGroup


class ForecastSort(Status):
    NEWEST = "-id", "Latest begun first."
    OLDEST = "id", "Earliest begun first."
    MOST = "-mean", "What is asked for most first."
    LEAST = "mean", "What is asked for least first."


publish(ForecastSort, "How forecasts are sorted.")
publish(ForecastGroup, "By what forecasts are grouped.")


@strawberry.input(description="Which forecasts.")
class ForecastFilter:
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    demand_class: list[models.DemandClass] | None = condition(
        "demand_class__in", "Of any of these kinds of demand."
    )
    method: list[models.ForecastMethod] | None = condition("method__in", "By any of these.")


VariantId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this variant.")
]
LocationId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this location.")
]
By = Annotated[ForecastGroup, strawberry.argument(description="By what they are grouped.")]


@strawberry.type
class ForecastQueries:
    forecasts: Connection[Forecast] = listed(
        models.Forecast,
        "Forecasts of demand. Search looks into the variant's name and stock keeping unit.",
        filter=ForecastFilter,
        sort=ForecastSort,
        search=["level__variant__name", "level__variant__sku"],
        only={"computed_at__isnull": False},
    )

    @strawberry.field(
        description="How right forecasts were in the past compared with the naive one, by group; "
        "the hundred groups of most demand.",
        extensions=[Needs(Permission.STOCK_READ)],
        graphql_type=list[ForecastAccuracy],
    )
    async def forecast_accuracy(
        self,
        info: Info,
        by: By = ForecastGroup.DEMAND_CLASS,
        variant_id: VariantId = None,
        location_id: LocationId = None,
    ) -> Any:
        groups = await forecasts.accuracy(
            info.context.actor,
            by,
            variant_id=None if variant_id is None else decode(models.Variant, variant_id),
            location_id=None if location_id is None else decode(models.Location, location_id),
        )
        return [ForecastAccuracy(by=by, **vars(group)) for group in groups]

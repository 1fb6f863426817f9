"""What clients see of key figures."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.connections import Connection
from api.fields import column, one
from api.types.enums import publish
from services.actors import Permission
from services.kpis import drill_downs, figures
from services.kpis.definitions import KpiCohort, KpiUnit
from services.kpis.figures import KpiStep

if TYPE_CHECKING:
    from api.types.orders import Order

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
publish(models.KpiName, "A key figure.")
publish(KpiUnit, "What a key figure is in.")
publish(KpiCohort, "By which day an order counts.")
publish(KpiStep, "Into what a period is cut.")

By = Annotated[KpiStep, strawberry.argument(description="Into what the period is cut.")]
First = Annotated[
    int | None, strawberry.argument(description="How many, the earliest days first, at most 100.")
]
After = Annotated[str | None, strawberry.argument(description="Only those after this cursor.")]


@strawberry.type(description="What a key figure means.")
class KpiDefinition:
    definition: str = column("What it says.")
    unit: KpiUnit = column("What it is in.")
    numerator: str = column("What is above the line.")
    denominator: str = column("What is below the line.")
    cohort: KpiCohort = column("By which day an order counts.")


@strawberry.type(description="A key figure over some days.")
class KpiResult:
    since: date = column("The first of them.")
    until: date = column("The last of them.")
    numerator: Decimal = column("What is above the line.")
    denominator: Decimal = column("What is below the line.")
    value: Decimal | None = column("The figure; null where there is nothing below the line.")


@strawberry.type(description="A key figure over a period.")
class KpiPeriod(KpiResult):
    p50: Decimal | None = column(
        "Of a duration: half took no longer, in seconds, right to 2%. Null for what is none."
    )
    p90: Decimal | None = column("Nine of ten took no longer, in seconds, right to 2%.")


@strawberry.type(description="What an order adds to a key figure on a day.")
class KpiOrder:
    order: OrderRef | None = one(
        models.Order, "order_id", "The order.", needs=Permission.ORDERS_READ
    )
    day: date = column("The day by which it counts.")
    numerator: int = column("What it adds above the line.")
    denominator: int = column("What it adds below the line.")


@strawberry.type(description="A key figure of a period, beside that of the period before.")
class Kpi:
    @strawberry.field(description="Which one.")
    def name(root: Any) -> models.KpiName:
        name: models.KpiName = root.definition.name
        return name

    definition: KpiDefinition = column("What it means.")
    now: KpiPeriod = column("It in the period.")
    before: KpiPeriod = column("It in the period before, which is as long.")
    change: Decimal | None = column(
        "By how much it changed from one to the other, in its unit; null where one has no value."
    )

    @strawberry.field(description="How far the event log was read for it; give it as `at`.")
    def position(root: Any) -> str:
        return str(root.cut.position)

    @strawberry.field(description="It in each part of the period.", graphql_type=list[KpiResult])
    def series(root: Any, by: By = KpiStep.DAY) -> Any:
        return figures.series(root, by)

    @strawberry.field(
        description="The very orders behind it; what they add sums to it. Stock turnover has none.",
        graphql_type=Connection[KpiOrder],
    )
    async def orders(root: Any, first: First = None, after: After = None) -> Any:
        page = await drill_downs.orders(root, first=first, after=after)
        return Connection(page=page, count=partial(drill_downs.count, root))

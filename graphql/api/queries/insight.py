"""Questions about where work piles up, what sells and what does not."""

from datetime import date
from typing import Annotated, Any

import strawberry

import models
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.bottlenecks import Bottleneck
from api.types.dead_stock import DeadStock
from api.types.return_rates import DwellTime, ReturnRate
from api.types.sales import Seller
from services import bottlenecks, dead_stock, dwells, return_rates, velocities
from services.actors import Permission
from services.dwells import DwellBy
from services.return_rates import Period, ReturnRateBy

LocationId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only at this location.")
]


def place(location_id: strawberry.ID | None) -> int | None:
    return None if location_id is None else decode(models.Location, location_id)


From = Annotated[
    date | None,
    strawberry.argument(name="from", description="The first day; 30 days with the last, if not."),
]
To = Annotated[date | None, strawberry.argument(description="The last day; today, if not.")]
Channel = Annotated[
    models.OrderChannel | None, strawberry.argument(description="Only orders that came so.")
]


@strawberry.type
class InsightQueries:
    @strawberry.field(
        description="How long stages of the life of orders, returns and cases took that ended in a "
        "period, by the days of the shop.",
        extensions=[Needs(Permission.KPIS_READ)],
        graphql_type=list[DwellTime],
    )
    async def dwell_times(
        self,
        info: Info,
        from_: From = None,
        to: To = None,
        channel: Channel = None,
        location_id: LocationId = None,
        by: Annotated[
            DwellBy, strawberry.argument(description="By what they are told apart.")
        ] = DwellBy.NOTHING,
    ) -> Any:
        return await dwells.read(
            info.context.actor,
            since=from_,
            until=to,
            channel=channel,
            location_id=place(location_id),
            by=by,
        )

    @strawberry.field(
        description="How much of what was delivered in a period came back, what most came back of "
        "first, with the very orders.",
        extensions=[Needs(Permission.KPIS_READ)],
        graphql_type=list[ReturnRate],
    )
    async def return_rates(
        self,
        info: Info,
        by: Annotated[
            ReturnRateBy, strawberry.argument(description="By what they are told apart.")
        ] = ReturnRateBy.VARIANT,
        from_: From = None,
        to: To = None,
        channel: Channel = None,
        most: Annotated[int, strawberry.argument(description="So many of them, at most 100.")] = 20,
        below: Annotated[
            int, strawberry.argument(description="Only those that rank after this.")
        ] = 0,
    ) -> Any:
        period = Period.of(from_, to, channel)
        return await return_rates.read(info.context.actor, by, period, most=most, below=below)

    @strawberry.field(
        description="Where work piles up: what waits in each stage at each location, how fast "
        "work comes and goes, and how that will end. With a location, only the stages that are "
        "at one.",
        extensions=[Needs(Permission.KPIS_READ)],
        graphql_type=list[Bottleneck],
    )
    async def bottlenecks(self, info: Info, location_id: LocationId = None) -> Any:
        return await bottlenecks.read(info.context.actor, place(location_id))

    @strawberry.field(
        description="What was asked for most over the last whole days, the most first.",
        extensions=[Needs(Permission.KPIS_READ)],
        graphql_type=list[Seller],
    )
    async def sellers(
        self,
        info: Info,
        days: Annotated[
            int, strawberry.argument(description="Over so many days, at most 366.")
        ] = 28,
        location_id: LocationId = None,
        most: Annotated[int, strawberry.argument(description="So many of them, at most 100.")] = 20,
        below: Annotated[
            int, strawberry.argument(description="Only those that rank after this.")
        ] = 0,
    ) -> Any:
        return await velocities.sellers(
            info.context.actor, days=days, location_id=place(location_id), most=most, below=below
        )

    @strawberry.field(
        description="Stock that nobody asks for: levels that have had units for so many days of "
        "which none was asked for.",
        extensions=[Needs(Permission.KPIS_READ)],
        graphql_type=list[DeadStock],
    )
    async def dead_stock(
        self,
        info: Info,
        days: Annotated[
            int, strawberry.argument(description="For so many days, at most 3650.")
        ] = 90,
        location_id: LocationId = None,
        most: Annotated[int, strawberry.argument(description="So many of them, at most 100.")] = 20,
        beyond: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only levels after this one, to read on."),
        ] = None,
    ) -> Any:
        return await dead_stock.find(
            info.context.actor,
            days=days,
            location_id=place(location_id),
            most=most,
            beyond=0 if beyond is None else decode(models.Level, beyond),
        )

"""Questions about key figures."""

from datetime import date
from typing import Annotated, Any

import strawberry

import models
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.kpis import Kpi
from services.actors import Permission
from services.kpis import figures
from services.kpis.figures import Question

Names = Annotated[
    list[models.KpiName] | None,
    strawberry.argument(description="Which ones; all that can be told apart so, if left out."),
]
From = Annotated[
    date | None,
    strawberry.argument(name="from", description="The first day; 30 days with the last, if not."),
]
To = Annotated[date | None, strawberry.argument(description="The last day; today, if not.")]
Channel = Annotated[
    models.OrderChannel | None, strawberry.argument(description="Only orders that came so.")
]
LocationId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only orders this location worked for.")
]
SupplierId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only orders with goods bought from this supplier."),
]
Picker = Annotated[
    str | None, strawberry.argument(description="Only orders they picked for, by their number.")
]
At = Annotated[
    str | None,
    strawberry.argument(description="As it was at this position of the event log."),
]


def question(
    since: date | None,
    until: date | None,
    channel: models.OrderChannel | None,
    location_id: strawberry.ID | None,
    supplier_id: strawberry.ID | None,
    picker: str | None,
    at: str | None = None,
) -> Question:
    return Question(
        since=since,
        until=until,
        channel=channel,
        location_id=None if location_id is None else decode(models.Location, location_id),
        supplier_id=None if supplier_id is None else decode(models.Supplier, supplier_id),
        picker=picker,
        at=at,
    )


@strawberry.type
class KpiQueries:
    @strawberry.field(
        description="Key figures of the shop, or of a channel; and of a location, a supplier or a "
        "picker, one of these at once.",
        extensions=[Needs(Permission.KPIS_READ)],
        graphql_type=list[Kpi],
    )
    async def kpis(
        self,
        info: Info,
        names: Names = None,
        from_: From = None,
        to: To = None,
        channel: Channel = None,
        location_id: LocationId = None,
        supplier_id: SupplierId = None,
        picker: Picker = None,
        at: At = None,
    ) -> Any:
        asked = question(from_, to, channel, location_id, supplier_id, picker, at)
        return await figures.figures(info.context.actor, names, asked)

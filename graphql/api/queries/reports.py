"""Questions about reports."""

from typing import Annotated, Any

import strawberry

from api.context import Info
from api.permissions import Needs, NotPermitted
from api.types.reports import Report, ReportGiven, ReportLink
from services import reports
from services.actors import Permission
from services.reports import links


@strawberry.type
class ReportQueries:
    @strawberry.field(
        description="The reports that you may download, with their columns and parameters.",
        extensions=[Needs(Permission.KPIS_READ)],
        graphql_type=list[Report],
    )
    async def reports(self, info: Info) -> Any:
        return reports.offered(info.context.actor)

    @strawberry.field(
        description="A link to a report that needs no token and is good for a short while.",
        extensions=[Needs(Permission.KPIS_READ)],
        graphql_type=ReportLink,
    )
    async def report_link(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="The name of the report.")],
        given: Annotated[
            list[ReportGiven] | None,
            strawberry.argument(description="What it is narrowed to."),
        ] = None,
    ) -> Any:
        try:
            pairs = [(each.name, each.value) for each in given or ()]
            return await links.offer(info.context.actor, reports.find(name), pairs)
        except reports.NotAllowed as error:
            raise NotPermitted("FORBIDDEN", str(error)) from error

"""What clients see of reports: what there is to be downloaded, and links to it."""

from datetime import datetime

import strawberry

from api.fields import column, computed


@strawberry.type(description="A column of a report.")
class ReportColumn:
    name: str = column("Its heading.")
    description: str = column("What stands in it.")


@strawberry.type(description="What a report can be narrowed to.")
class ReportParameter:
    name: str = computed(lambda root: str(root), "What it is called.")
    description: str = column("What it takes.")


@strawberry.type(description="A table that can be downloaded as CSV.")
class Report:
    name: str = column("Its name.")
    path: str = computed(
        lambda root: f"/reports/{root.name}.csv",
        "Where it is to be had with a token, below the address of this API; parameters are those "
        "of the address.",
        "name",
    )
    description: str = column("What it is of.")
    columns: list[ReportColumn] = column("Its columns.")
    parameters: list[ReportParameter] = column("What it can be narrowed to.")


@strawberry.type(description="A link to a report that needs no token.")
class ReportLink:
    name: str = column("The name of the report.")
    url: str = column("Where it is to be had, below the address of this API.")
    expires_at: datetime = column(
        "How long the link is good. It opens nothing any more once whoever asked for it may not "
        "read the report."
    )


@strawberry.input(description="What a report is narrowed to.")
class ReportGiven:
    name: str = strawberry.field(description="The name of the parameter.")
    value: str = strawberry.field(description="What it is to be.")

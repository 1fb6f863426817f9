"""Questions about service cases."""

from datetime import datetime

import strawberry

import models
from api.connections import Connection, condition, listed
from api.types.cases import ServiceCase
from api.types.enums import publish
from models.lifecycle import Status
from services import cases


class ServiceCaseSort(Status):
    DUE_SOONEST = "turn_at", "What is due first, first; what is not due, last."
    NEWEST = "-id", "Latest opened first."
    OLDEST = "id", "Earliest opened first."
    RECENTLY_CHANGED = "-updated_at", "Latest changed first."


publish(ServiceCaseSort, "How service cases are sorted.")


@strawberry.input(description="Which service cases.")
class ServiceCaseFilter:
    status: list[models.CaseStatus] | None = condition("status__in", "In any of these.")
    kind: list[models.CaseKind] | None = condition("kind__in", "Of any of these kinds.")
    priority: list[models.CasePriority] | None = condition("priority__in", "As urgent as these.")
    channel: list[models.CaseChannel] | None = condition("channel__in", "Come in by these.")
    owner: str | None = condition("owner", "Of this person, by their number.")
    owned: bool | None = condition("owner__not_isnull", "Somebody's, or nobody's yet.")
    team: str | None = condition("team", "Of this team.")
    overdue: bool | None = condition(cases.is_overdue, "Past a deadline that is not met, or not.")
    due_before: datetime | None = condition("turn_at__lt", "Due before then.")
    opened_since: datetime | None = condition("opened_at__gte", "Opened then or later.")
    order_id: strawberry.ID | None = condition("order_id", "About this order.", of=models.Order)
    return_id: strawberry.ID | None = condition(
        "returned_id", "About this return.", of=models.Return
    )
    customer_id: strawberry.ID | None = condition(
        "customer_id", "Of this customer.", of=models.Customer
    )


@strawberry.type
class CaseQueries:
    service_cases: Connection[ServiceCase] = listed(
        models.ServiceCase,
        "Service cases. Search looks into the subjects, the resolutions and the customers' names.",
        filter=ServiceCaseFilter,
        sort=ServiceCaseSort,
        search=["subject", "resolution", "customer__name"],
    )

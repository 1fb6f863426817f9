"""Questions about surveys."""

from datetime import datetime

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.surveys import Survey


@strawberry.input(description="Which surveys.")
class SurveyFilter:
    status: list[models.SurveyStatus] | None = condition("status__in", "In any of these.")
    subject: list[models.SurveySubject] | None = condition("subject__in", "About these.")
    score_until: int | None = condition("score__lte", "Answered with this score or less.")
    score_from: int | None = condition("score__gte", "Answered with this score or more.")
    order_id: strawberry.ID | None = condition("order_id", "About this order.", of=models.Order)
    service_case_id: strawberry.ID | None = condition(
        "case_id", "About this service case.", of=models.ServiceCase
    )
    customer_id: strawberry.ID | None = condition(
        "customer_id", "Asked of this customer.", of=models.Customer
    )
    asked_since: datetime | None = condition("asked_at__gte", "Asked then or later.")
    answered_since: datetime | None = condition("answered_at__gte", "Answered then or later.")


@strawberry.type
class SurveyQueries:
    surveys: Connection[Survey] = listed(
        models.Survey,
        "What customers were asked, and said. Search looks into the comments.",
        filter=SurveyFilter,
        sort=ById,
        search=["comment"],
    )

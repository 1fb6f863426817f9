"""What clients see of surveys: whom we ask, and what they say."""

from datetime import datetime

import strawberry

import models
from api.fields import batched, column, one
from api.nodes import Node, node
from api.types.actions import Action
from api.types.cases import CustomerRef, OrderRef, ServiceCase
from services import case_actions, surveys
from services.actors import Permission


@strawberry.type(description="Where a survey is answered, without an account.")
class SurveyLink:
    token: str = column("What `surveyAnswer` takes.")
    url: str = column("A page to answer on, below the address of this API.")
    expires_at: datetime = column("Until when.")


@strawberry.type(description="What a customer said when they were asked how content they are.")
class SurveyAnswer:
    number: str = column("The survey's number.")
    subject: models.SurveySubject = column("What it was about.")
    score: int | None = column("All in all, from 1 to 5, which is best.")
    ordering_score: int | None = column("Of ordering, likewise.")
    delivery_score: int | None = column("Of the delivery, likewise.")
    goods_score: int | None = column("Of the goods, likewise.")
    service_score: int | None = column("Of the service desk, likewise.")
    comment: str = column("What else they said.")
    answered_at: datetime | None = column("When they said it.")


@node(models.Survey, "Asks a customer once how content they are, after an order or a case.")
class Survey(Node):
    customer: CustomerRef | None = one(
        models.Customer,
        "customer_id",
        "Who is asked; needs CUSTOMERS_READ.",
        needs=Permission.CUSTOMERS_READ,
    )
    order: OrderRef | None = one(
        models.Order,
        "order_id",
        "The order it is about; needs ORDERS_READ.",
        needs=Permission.ORDERS_READ,
    )
    service_case: ServiceCase | None = one(
        models.ServiceCase, "case_id", "The service case it is about."
    )
    subject: models.SurveySubject = column("What it is about.")
    status: models.SurveyStatus = column("Where it stands.")
    asked_at: datetime = column("When it was asked.")
    expires_at: datetime = column("Until when it can be answered.")
    answered_at: datetime | None = column("When it was answered.")
    score: int | None = column("All in all, from 1 to 5, which is best.")
    ordering_score: int | None = column("Of ordering, likewise.")
    delivery_score: int | None = column("Of the delivery, likewise.")
    goods_score: int | None = column("Of the goods, likewise.")
    service_score: int | None = column("Of the service desk, likewise.")
    comment: str = column("What else they said.")
    link: SurveyLink | None = batched(
        surveys.links,
        "What to send the customer, which Waybill does not do itself; null once it is over, and "
        "for staff without CASES_WORK.",
    )
    actions: list[Action] = batched(case_actions.of_surveys, "What you can do with it now.")

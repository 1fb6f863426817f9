"""Surveys: how content customers are, asked once after a delivery and once after a case."""

from collections.abc import Mapping
from datetime import datetime

from tortoise import fields

from models.cases import ServiceCase
from models.lifecycle import SURVEY_STEPS, Status, SurveyStatus
from models.orders import Order
from models.rows import Lifecycle


class SurveySubject(Status):
    ORDER = "order", "How an order went."
    CASE = "case", "How a service case went."


# What is scored: all in all, and the stages of an order and its care.
SCORES = ("score", "ordering_score", "delivery_score", "goods_score", "service_score")
BEST = 5


class Survey(Lifecycle):
    """Scores are 1 to 5, 5 is best. Those of single stages may be left out."""

    PREFIX = "SUR"
    STEPS = SURVEY_STEPS

    order: fields.ForeignKeyNullableRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    order_id: int | None
    case: fields.ForeignKeyNullableRelation[ServiceCase] = fields.ForeignKeyField(
        "models.ServiceCase", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    case_id: int | None
    customer_id = fields.BigIntField()
    subject = fields.CharEnumField(SurveySubject, max_length=20)
    status = fields.CharEnumField(SurveyStatus, max_length=20, default=SurveyStatus.ASKED)
    asked_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    answered_at: datetime | None = fields.DatetimeField(null=True)
    score = fields.IntField(null=True)
    ordering_score = fields.IntField(null=True)
    delivery_score = fields.IntField(null=True)
    goods_score = fields.IntField(null=True)
    service_score = fields.IntField(null=True)
    comment = fields.CharField(max_length=1000, default="")

    class Meta:
        table = "surveys"
        # Asked once about each; rows of the other subject have none, and nulls never collide.
        unique_together = (("order_id",), ("case_id",))
        indexes = (
            ("customer_id", "id"),
            ("status", "expires_at"),
            ("subject", "id"),
            ("asked_at", "id"),
            ("answered_at", "id"),
            ("score", "id"),
        )

    def answer(self, scores: Mapping[str, int | None], comment: str, *, at: datetime) -> None:
        """Take what the customer says; `scores` are by column."""
        self.step_to(SurveyStatus.ANSWERED)
        for name in SCORES:
            setattr(self, name, scores.get(name))
        self.comment, self.answered_at = comment, at

    def expire(self) -> None:
        self.step_to(SurveyStatus.EXPIRED)

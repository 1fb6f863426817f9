"""What is announced of surveys. Comments stand in the surveys, not in the log."""

from dataclasses import dataclass
from datetime import datetime

from models import SurveySubject
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class SurveyFact(Fact):
    NEEDS = Permission.CASES_READ

    order_id: int | None
    customer_id: int
    survey_id: int
    subject: SurveySubject


@dataclass(frozen=True, kw_only=True)
class SurveyAsked(SurveyFact):
    """A customer is to be asked how content they are: whoever writes to them sends the survey's
    link along, as Waybill itself writes to no customer."""

    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(SurveyFact):
    """A customer said how content they are."""

    score: int
    ordering_score: int | None
    delivery_score: int | None
    goods_score: int | None
    service_score: int | None


class SurveyExpired(SurveyFact):
    """A customer did not say how content they are, and is asked no more."""

"""Mutations of surveys."""

import strawberry

import models
from api.changes import Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.permissions import Anybody
from api.types.surveys import SurveyAnswer
from services import surveys


@strawberry.type(description="What a mutation of a survey answers.")
class SurveyPayload(Payload):
    answer: SurveyAnswer | None = column("What was said; null when nothing was changed.")


def _score(of: str) -> int | None:
    score: int | None = strawberry.field(default=None, description=f"{of}, from 1 to 5.")
    return score


@strawberry.input
class SurveyAnswerInput(Step):
    score: int = column("All in all, from 1 to 5, which is best.")
    token: str | None = strawberry.field(
        default=None, description="The token of the survey's link, which needs no account."
    )
    id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Which one, its id or its number; without a token, for who is asked.",
    )
    ordering_score: int | None = _score("Of ordering")
    delivery_score: int | None = _score("Of the delivery")
    goods_score: int | None = _score("Of the goods")
    service_score: int | None = _score("Of the service desk")
    comment: str = strawberry.field(default="", description="What else there is to say.")

    def scores(self) -> dict[str, int | None]:
        return {name: getattr(self, name) for name in surveys.PATHS}


@strawberry.type
class SurveyMutations:
    @mutation(surveys.answer, SurveyPayload, Anybody.MAY)
    async def survey_answer(self, info: Info, input: SurveyAnswerInput) -> models.Survey:
        return await surveys.answer(
            info.context.actor,
            token=input.token,
            survey_id=None if input.id is None else decode(models.Survey, input.id),
            scores=input.scores(),
            comment=input.comment,
        )

"""Surveys: customers are asked once after an order and once after a case how content they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models import Order, ServiceCase, Survey, SurveyStatus, SurveySubject
from models.errors import Blocked, NotFound, Problem, Refused, refuse_any
from models.statements import get, select_one
from models.surveys import BEST, SCORES
from services import policies, scopes, seals
from services.actors import SYSTEM, Actor, Permission
from services.clock import now
from services.commit import announce, operation
from services.facts.surveys import SurveyAnswered, SurveyAsked, SurveyExpired, SurveyFact
from services.inputs import Inputs

MOST_COMMENT = 1_000
# What each score is called outside.
PATHS = {
    "score": "score",
    "ordering_score": "orderingScore",
    "delivery_score": "deliveryScore",
    "goods_score": "goodsScore",
    "service_score": "serviceScore",
}


@dataclass(frozen=True, kw_only=True)
class SurveyLink:
    """Where a survey is answered, with no other credential: its `token` is all it takes."""

    token: str
    url: str
    expires_at: datetime


async def ask_about_order(actor: Actor, order: Order) -> None:
    """Ask how an order went; the caller is an operation and holds the order's lock."""
    if not await Survey.exists(order_id=order.id):
        await _ask(actor, SurveySubject.ORDER, order.customer_id, order_id=order.id)


async def ask_about_case(actor: Actor, case: ServiceCase) -> None:
    """Ask how a case went, the first time it is resolved; the caller holds the case's lock."""
    if not await Survey.exists(case_id=case.id):
        await _ask(actor, SurveySubject.CASE, case.customer_id, case=case)


@operation
async def answer(
    actor: Actor,
    *,
    token: str | None = None,
    survey_id: int | None = None,
    scores: Mapping[str, int | None],
    comment: str = "",
) -> Survey:
    """Say how content you are, once: by the token of the survey's link, which needs no account, or
    by its id for who is asked, or for staff who were told. Scores are 1 to 5, 5 is best; those of
    single stages may be left out."""
    inputs = Inputs()
    for name, path in PATHS.items():
        if name == "score" or scores.get(name) is not None:
            inputs.number(scores.get(name), path, most=BEST)
    comment = inputs.text(comment, "comment", least=0, most=MOST_COMMENT)
    if token is None and survey_id is None:
        inputs.wrong("Give the token of a link, or an id.", "token")
    inputs.refuse()
    row = await _asked(actor, token, survey_id)
    refuse_any(reasons_not_to_answer(row, now()))
    row.answer(scores, comment, at=now())
    await row.store()

    await _tell(actor, SurveyAnswered, row, **{name: getattr(row, name) for name in SCORES})
    return row


async def expired(at: datetime, limit: int) -> Sequence[int]:
    """Surveys that can be answered no more, the longest ago first."""
    past = Survey.filter(status=SurveyStatus.ASKED, expires_at__lte=at)
    return [row.id for row in await past.order_by("expires_at").limit(limit).only("id")]


@operation
async def expire(survey_id: int) -> None:
    """Give up asking."""
    row = await scopes.lock(await get(Survey, survey_id))
    if row is not None and row.status is SurveyStatus.ASKED and row.expires_at <= now():
        row.expire()
        await row.store()

        await _tell(SYSTEM, SurveyExpired, row)


async def links(actor: Actor, rows: Sequence[Survey]) -> list[SurveyLink | None]:
    """Where each survey is answered; none where that is over, or for who merely looks on."""
    if actor.customer_id is None and not actor.may(Permission.CASES_WORK):
        return [None for _ in rows]
    at = now()
    return [None if reasons_not_to_answer(row, at) else _link(row) for row in rows]


async def find_by_token(token: str) -> Survey:
    """The survey that a link was made for. A forged one is told nothing but that it leads
    nowhere."""
    number, _, given = token.partition(".")
    row_id = Survey.id_of(number)
    row = None if row_id is None else await select_one(Survey, id=row_id)
    if row is None or not seals.holds(given, *_sealed(row)):
        message = "This link leads to no survey. Ask for it again."
        raise Refused(NotFound(message=message, path=("token",)))
    return row


def reasons_not_to_answer(row: Survey, at: datetime) -> list[Problem]:
    if row.status is SurveyStatus.ANSWERED:
        return [row.wrong_status(SurveyStatus.ANSWERED)]
    if row.status is SurveyStatus.EXPIRED or row.expires_at <= at:
        message = f"{row.number} could be answered until {row.expires_at:%Y-%m-%d}."
        return [Blocked(code="EXPIRED", message=message, path=("id",))]
    return []


async def _ask(
    actor: Actor,
    subject: SurveySubject,
    customer_id: int,
    *,
    order_id: int | None = None,
    case: ServiceCase | None = None,
) -> None:
    days, at = policies.current().survey_days, now()
    if days == 0:
        return
    row = await Survey.create(
        order_id=order_id,
        case_id=None if case is None else case.id,
        customer_id=customer_id,
        subject=subject,
        asked_at=at,
        # Whole seconds, as the seal of its link is over them.
        expires_at=(at + timedelta(days=days)).replace(microsecond=0),
    )

    await _tell(actor, SurveyAsked, row, expires_at=row.expires_at)


async def _asked(actor: Actor, token: str | None, survey_id: int | None) -> Survey:
    """The survey that is answered, which nobody else can change until that is over."""
    if token is None:
        if not actor.may(Permission.CASES_WRITE):
            raise Refused(scopes.not_found(Survey, ("id",)))
        return await scopes.take(actor, Survey, survey_id or 0)
    row = await scopes.lock(await find_by_token(token))
    if row is None:
        raise Refused(scopes.not_found(Survey, ("token",)))
    if survey_id not in (None, row.id):
        raise Refused(scopes.not_found(Survey, ("id",)))
    return row


async def _tell(actor: Actor, fact: type[SurveyFact], row: Survey, **details: Any) -> None:
    """Announce something of a survey; that of a case shows among what happened to its order."""
    order_id = row.order_id
    if row.case_id is not None:
        order_id = (await get(ServiceCase, row.case_id)).order_id
    announce(
        actor,
        fact(
            order_id=order_id,
            customer_id=row.customer_id,
            survey_id=row.id,
            subject=row.subject,
            **details,
        ),
    )


def _link(row: Survey) -> SurveyLink:
    token = f"{row.number}.{seals.seal(*_sealed(row))}"
    return SurveyLink(token=token, url=f"/survey/{token}", expires_at=row.expires_at)


def _sealed(row: Survey) -> tuple[str, int, int]:
    return "survey", row.id, int(row.expires_at.timestamp())

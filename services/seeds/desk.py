"""The demo shop's service desk: what goes wrong is looked after, and customers say how it went."""

from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from models import (
    CaseChannel,
    CaseKind,
    CaseMessage,
    CasePriority,
    CaseStatus,
    OrderException,
    Role,
    ServiceCase,
    Survey,
    SurveySubject,
)
from models.cases import UNDER_WAY
from services import policies
from services.actors import GUEST, SYSTEM, Actor
from services.case_deadlines import begun, desk_of, resumed, terms_of
from services.case_openings import HIGH, KIND_OF
from services.facts.cases import (
    ServiceCaseClosed,
    ServiceCaseFact,
    ServiceCaseNoted,
    ServiceCaseOpened,
    ServiceCaseReplied,
    ServiceCaseResolved,
    ServiceCaseResumed,
    ServiceCaseStarted,
    ServiceCaseWaiting,
)
from services.facts.surveys import SurveyAnswered, SurveyAsked, SurveyFact

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop, Step

# What customers write of their own accord, by what it is about.
QUESTIONS: Sequence[tuple[CaseKind, str, str]] = (
    (CaseKind.WRONG_ITEM, "Not what I ordered", "The color is another one than in the picture."),
    (CaseKind.MISSING, "Something is missing", "One of the things I ordered was not in the box."),
    (CaseKind.BILLING, "The invoice", "Please send me the invoice in the name of my company."),
    (CaseKind.RETURN, "I would like to send it back", "It does not fit. How do I return it?"),
    (CaseKind.OTHER, "A question", "Does the warranty hold abroad as well?"),
)
ANSWERS = (
    "We are sorry. We look into it and write again today.",
    "Thank you for telling us. A colleague is on the phone with the carrier.",
    "We have found out what happened and put it right.",
)
RESOLUTIONS = (
    "Explained, and the customer is content.",
    "The carrier delivered on the next day.",
    "The missing part was sent after it.",
    "The invoice was sent anew.",
)
COMMENTS = ("Quick and well packed.", "Took too long.", "Friendly!", "The box was torn.", "")
TEAMS = ("parcels", "billing", "goods")
ASKED_FOR = timedelta(days=30)
CLOSES_AFTER = timedelta(days=7)
# Of a dozen cases, how far some come and no further; the others go all the way.
STUCK: dict[int, CaseStatus] = {
    1: CaseStatus.OPEN,
    3: CaseStatus.IN_PROGRESS,
    4: CaseStatus.WAITING_CUSTOMER,
    6: CaseStatus.WAITING_SUPPLIER,
    8: CaseStatus.WAITING_WAREHOUSE,
}
DOZEN = 12


def follow_opened(shop: "Shop", life: "Life", exception: OrderException) -> None:
    """As services.case_openings does."""
    kind = KIND_OF.get(exception.kind)
    if kind is None:
        return
    row = _open_case(life, kind)
    if row is None:
        priority = CasePriority.HIGH if exception.kind in HIGH else CasePriority.NORMAL
        subject = f"{life.order.number}: {exception.kind.description}"
        row = _open(shop, life, SYSTEM, kind, CaseChannel.SYSTEM, subject, priority, exception.id)
    elif row.exception_id is None:
        row.exception_id = exception.id
    _note(shop, life, row, f"{exception.number}: {exception.reason}")


def follow_resolved(shop: "Shop", life: "Life", exception: OrderException) -> None:
    kind = KIND_OF.get(exception.kind)
    if kind is not None and (row := _open_case(life, kind)) is not None:
        _note(shop, life, row, f"{exception.number} is over: {exception.note}".removesuffix(": "))


def ask_about_order(shop: "Shop", life: "Life") -> None:
    """Ask how an order went, as services.surveys does; one in ten customers has a question, too."""
    _ask(shop, life, SurveySubject.ORDER, order_id=life.order.id)
    dice = _dice(life)
    if dice.random() < 0.1:
        later(life, shop, dice.randint(60, 4000), _write)


def _write(shop: "Shop", life: "Life") -> None:
    dice = _dice(life)
    kind, subject, body = dice.choice(QUESTIONS)
    channel = dice.choice((CaseChannel.EMAIL, CaseChannel.PHONE, CaseChannel.CHAT))
    support = shop.staff[Role.SUPPORT]
    row = _open(shop, life, support, kind, channel, subject, CasePriority.NORMAL)
    _message(shop, life, row, support, body, from_customer=True)


def _open(
    shop: "Shop",
    life: "Life",
    actor: Actor,
    kind: CaseKind,
    channel: CaseChannel,
    subject: str,
    priority: CasePriority,
    exception_id: int | None = None,
) -> ServiceCase:
    policy, dice = policies.current(), _dice(life)
    row = shop.rows.make(
        ServiceCase,
        customer_id=life.customer_id,
        order_id=life.order.id,
        exception_id=exception_id,
        kind=kind,
        channel=channel,
        subject=subject,
        team=dice.choice(TEAMS),
        opened_by=actor.label,
        opened_at=shop.now,
    )
    row.grade(priority, begun(desk_of(policy), terms_of(policy, priority), shop.now))
    life.cases.append(row)
    told = {"case_kind": kind, "channel": channel, "priority": priority}
    _tell(shop, actor, ServiceCaseOpened, row, **told)
    if STUCK.get(row.id % DOZEN) is not CaseStatus.OPEN:
        later(life, shop, dice.randint(5, 300), partial(_start, row))
    return row


def _start(row: ServiceCase, shop: "Shop", life: "Life") -> None:
    support, dice = shop.staff[Role.SUPPORT], _dice(life)
    row.start(by=support.label)
    shop.rows.change(row)
    _tell(shop, support, ServiceCaseStarted, row, case_owner=row.owner)
    later(life, shop, dice.randint(5, 120), partial(_answer, row))


def _answer(row: ServiceCase, shop: "Shop", life: "Life") -> None:
    dice, stuck = _dice(life), STUCK.get(row.id % DOZEN)
    _message(shop, life, row, shop.staff[Role.SUPPORT], dice.choice(ANSWERS))
    asks_back = dice.random() < 0.5
    if stuck is CaseStatus.IN_PROGRESS:
        return
    if stuck is not None or asks_back:
        later(life, shop, 1, partial(_wait, row, stuck or CaseStatus.WAITING_CUSTOMER))
    else:
        later(life, shop, dice.randint(60, 3000), partial(_resolve, row))


def _wait(row: ServiceCase, waiting: CaseStatus, shop: "Shop", life: "Life") -> None:
    row.wait(waiting, at=shop.now)
    shop.rows.change(row)
    _tell(shop, shop.staff[Role.SUPPORT], ServiceCaseWaiting, row, case_status=waiting)
    if row.id % DOZEN not in STUCK:
        later(life, shop, _dice(life).randint(60, 2000), partial(_hear, row))


def _hear(row: ServiceCase, shop: "Shop", life: "Life") -> None:
    """The customer answers, by phone."""
    support, desk = shop.staff[Role.SUPPORT], desk_of(policies.current())
    _message(shop, life, row, support, "Yes, that is right.", from_customer=True)
    if row.paused_at is not None:
        row.resume(resumed(desk, row.deadlines, paused_at=row.paused_at, at=shop.now))
        _tell(shop, support, ServiceCaseResumed, row)
    later(life, shop, _dice(life).randint(60, 2000), partial(_resolve, row))


def _resolve(row: ServiceCase, shop: "Shop", life: "Life") -> None:
    support = shop.staff[Role.SUPPORT]
    row.resolve(_dice(life).choice(RESOLUTIONS), by=support.label, at=shop.now)
    shop.rows.change(row)
    _tell(shop, support, ServiceCaseResolved, row)
    _ask(shop, life, SurveySubject.CASE, case_id=row.id)
    later(life, shop, int(CLOSES_AFTER.total_seconds() // 60), partial(_close, row))


def _close(row: ServiceCase, shop: "Shop", life: "Life") -> None:
    row.close(at=shop.now)
    shop.rows.change(row)
    _tell(shop, SYSTEM, ServiceCaseClosed, row)


def _ask(shop: "Shop", life: "Life", subject: SurveySubject, **about: int) -> None:
    row = shop.rows.make(
        Survey,
        customer_id=life.customer_id,
        subject=subject,
        asked_at=shop.now,
        expires_at=(shop.now + ASKED_FOR).replace(microsecond=0),
        **about,
    )
    life.surveys.append(row)
    _tell_survey(shop, life, SYSTEM, SurveyAsked, row, expires_at=row.expires_at)
    dice = Random(row.id * 7919)
    if dice.random() < 0.45:
        later(life, shop, dice.randint(30, 6000), partial(_say, row))


def _say(row: Survey, shop: "Shop", life: "Life") -> None:
    dice = Random(row.id * 104729)
    usual = (3, 4, 5, 5, 5) if not life.cases else (1, 2, 3, 4, 5)
    scores: dict[str, int | None] = {"score": dice.choice(usual)}
    for name in ("ordering_score", "delivery_score", "goods_score", "service_score"):
        scores[name] = dice.choice(usual) if dice.random() < 0.6 else None
    row.answer(scores, dice.choice(COMMENTS), at=shop.now)
    shop.rows.change(row)
    _tell_survey(shop, life, GUEST, SurveyAnswered, row, **scores)


def _note(shop: "Shop", life: "Life", row: ServiceCase, body: str) -> None:
    message = _said(shop, life, row, SYSTEM, body, is_internal=True)
    shop.rows.change(row)
    _tell(shop, SYSTEM, ServiceCaseNoted, row, case_message_id=message.id)


def _message(
    shop: "Shop",
    life: "Life",
    row: ServiceCase,
    actor: Actor,
    body: str,
    *,
    from_customer: bool = False,
) -> None:
    message = _said(shop, life, row, actor, body, from_customer=from_customer)
    if not from_customer:
        row.respond(at=shop.now)
    shop.rows.change(row)
    told = {"case_message_id": message.id, "from_customer": from_customer}
    _tell(shop, actor, ServiceCaseReplied, row, **told)


def _said(
    shop: "Shop", life: "Life", row: ServiceCase, actor: Actor, body: str, **how: bool
) -> CaseMessage:
    message = shop.rows.make(
        CaseMessage,
        case_id=row.id,
        author=actor.label,
        body=body,
        attachments=[],
        said_at=shop.now,
        **how,
    )
    life.messages.append(message)
    return message


def _open_case(life: "Life", kind: CaseKind) -> ServiceCase | None:
    found = (row for row in life.cases if row.kind is kind and row.status in UNDER_WAY)
    return next(found, None)


def later(life: "Life", shop: "Shop", minutes: int, step: "Step") -> None:
    """Have the life take one more step, at its place among those that it has yet to take."""
    at = shop.now + timedelta(minutes=minutes)
    life.steps = deque(sorted([*life.steps, (at, step)], key=lambda planned: planned[0]))


def _tell(
    shop: "Shop", actor: Actor, fact: type[ServiceCaseFact], row: ServiceCase, **details: Any
) -> None:
    whose = {"order_id": row.order_id, "customer_id": row.customer_id, "service_case_id": row.id}
    shop.rows.tell(actor, fact(**whose, **details))


def _tell_survey(
    shop: "Shop",
    life: "Life",
    actor: Actor,
    fact: type[SurveyFact],
    row: Survey,
    **details: Any,
) -> None:
    whose = {"order_id": life.order.id, "customer_id": row.customer_id, "survey_id": row.id}
    shop.rows.tell(actor, fact(**whose, subject=row.subject, **details))


def _dice(life: "Life") -> Random:
    """Chance of its own, so that the desk changes nothing else in the shop's history."""
    return Random(life.order.id * 7907 + len(life.messages))

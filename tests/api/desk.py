"""An input that works for every mutation of service cases and surveys, and what lists of them are
filtered by."""

from collections.abc import Awaitable, Callable
from typing import Any

from models import (
    CaseChannel,
    CaseKind,
    CasePriority,
    OrderException,
    Person,
    Role,
    ServiceCase,
    Survey,
)
from services import cases, surveys
from services.actors import SYSTEM
from tests.cast import CLERK, Shop
from tests.desk import asking, attend, case, survey, survey_of
from tests.returning import returned

Input = dict[str, Any]


async def _case(shop: Shop, stage: str, **rest: Any) -> Input:
    return {"id": (await case(shop, stage)).number} | rest


async def _open(shop: Shop) -> Input:
    return {
        "orderId": (await shop.order("placed")).number,
        "kind": "WRONG_ITEM",
        "channel": "PORTAL",
        "subject": "A shirt came",
        "body": "I ordered a mug.",
        "attachments": ["https://example.com/shirt.jpg"],
    }


async def _assign(shop: Shop) -> Input:
    person = await Person.create(name="Samir", role=Role.SUPPORT)
    return await _case(shop, "open", ownerId=person.number)


async def _answer(shop: Shop) -> Input:
    [link] = await surveys.links(SYSTEM, [await survey(shop)])
    assert link is not None
    return {"token": link.token, "score": 5, "deliveryScore": 4, "comment": "Quick!"}


DESK: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "serviceCaseOpen": _open,
    "serviceCaseUpdate": lambda shop: _case(
        shop, "open", kind="LATE", priority="HIGH", team="parcels", subject="Still on its way"
    ),
    "serviceCaseAssign": _assign,
    "serviceCaseStart": lambda shop: _case(shop, "open"),
    "serviceCaseWait": lambda shop: _case(shop, "in_progress", waitsFor="WAITING_CUSTOMER"),
    "serviceCaseResume": lambda shop: _case(shop, "waiting"),
    "serviceCaseReply": lambda shop: _case(shop, "in_progress", body="It comes tomorrow."),
    "serviceCaseNote": lambda shop: _case(shop, "in_progress", body="The driver was new."),
    "serviceCaseEscalate": lambda shop: _case(shop, "open"),
    "serviceCaseResolve": lambda shop: _case(shop, "in_progress", resolution="It came."),
    "serviceCaseClose": lambda shop: _case(shop, "resolved"),
    "serviceCaseReopen": lambda shop: _case(shop, "closed"),
    "surveyAnswer": _answer,
}


async def seen_to(shop: Shop) -> None:
    """A case in which the desk answered, and what the customer said of it."""
    with asking():
        row = await case(shop, "resolved")
    await surveys.answer(SYSTEM, survey_id=(await survey_of(row)).id, scores={"score": 4})
    await survey(shop)


async def differ(shop: Shop, other: Shop) -> ServiceCase:
    """Cases that differ in everything; the one that is given is one of a kind."""
    await attend(shop)
    person = await Person.create(name="Samir", role=Role.SUPPORT)
    given: dict[str, Any] = {
        "channel": CaseChannel.CHAT,
        "priority": CasePriority.URGENT,
        "team": "parcels",
    }
    back = await returned(shop)
    given |= {"order_id": back.order_id, "return_id": back.id}
    row = await case(shop, kind=CaseKind.EXCHANGE, subject="The other size", **given)
    await cases.assign(CLERK, row.id, owner_id=person.id)
    late = row.opened_at.replace(year=2020)
    await ServiceCase.filter(id=row.id).update(turn_at=late, due_at=late)
    with asking():
        asked = await survey_of(await case(other, "resolved"))
    await surveys.answer(SYSTEM, survey_id=asked.id, scores={"score": 1}, comment="Never again")
    assert await OrderException.exists()
    return await ServiceCase.get(id=row.id)


def _is_it(w: Any, row: ServiceCase) -> bool:
    return row.id == w.asked.id


def _is_worst(_: Any, row: Survey) -> bool:
    return row.score == 1


FILTERS = {
    "serviceCases": {
        "status": (lambda w: ["CLOSED"], lambda w, row: row.status == "closed"),
        "kind": (lambda w: ["EXCHANGE"], _is_it),
        "priority": (lambda w: ["URGENT"], _is_it),
        "channel": (lambda w: ["CHAT"], _is_it),
        "owner": (lambda w: w.asked.owner, _is_it),
        "owned": (lambda w: True, lambda w, row: row.owner is not None),
        "team": (lambda w: "parcels", _is_it),
        "overdue": (lambda w: True, _is_it),
        "dueBefore": (lambda w: "2021-01-01T00:00:00Z", _is_it),
        "openedSince": (
            lambda w: w.asked.opened_at.isoformat(),
            lambda w, row: row.opened_at >= w.asked.opened_at,
        ),
        "orderId": (lambda w: f"ORD-{1000 + w.asked.order_id}", _is_it),
        "returnId": (lambda w: f"RET-{1000 + w.asked.returned_id}", _is_it),
        "customerId": (
            lambda w: w.other.customer.number,
            lambda w, row: row.customer_id == w.other.customer.id,
        ),
    },
    "surveys": {
        "status": (lambda w: ["ANSWERED"], lambda w, row: row.status == "answered"),
        "subject": (lambda w: ["CASE"], lambda w, row: row.case_id is not None),
        "scoreUntil": (lambda w: 1, _is_worst),
        "scoreFrom": (lambda w: 5, lambda w, row: row.score == 5),
        "orderId": (
            lambda w: f"ORD-{1000 + w.unanswered.order_id}",
            lambda w, row: row.id == w.unanswered.id,
        ),
        "serviceCaseId": (
            lambda w: f"CAS-{1000 + w.surveyed.case_id}",
            lambda w, row: row.id == w.surveyed.id,
        ),
        "customerId": (lambda w: w.other.customer.number, _is_worst),
        "askedSince": (
            lambda w: w.worst.asked_at.isoformat(),
            lambda w, row: row.asked_at >= w.worst.asked_at,
        ),
        "answeredSince": (lambda w: w.worst.answered_at.isoformat(), _is_worst),
    },
}

SEARCHES = [
    ("serviceCases", "OTHER SIZE", _is_it),
    ("surveys", "never", _is_worst),
]

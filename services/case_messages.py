"""What is said in service cases: to customers, by them, and among staff."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from models import CaseMessage, CaseStatus, ServiceCase
from models.cases import OVER
from models.errors import Blocked, Problem, refuse_any
from services import case_steps, cases, policies, scopes
from services.actors import Actor
from services.clock import now
from services.commit import operation
from services.facts.cases import ServiceCaseNoted, ServiceCaseReplied
from services.inputs import Inputs

MOST_MESSAGES = 500


@operation
async def reply(
    actor: Actor,
    case_id: int,
    *,
    body: str,
    attachments: Sequence[str] = (),
    from_customer: bool = False,
) -> ServiceCase:
    """Say something to the customer; or take down what they said, which is what customers
    themselves do. The desk's first word is its first response. The customer's ends the waiting
    for them, and opens a case again that was resolved not too long ago."""
    row = await scopes.take(actor, ServiceCase, case_id)
    from_customer = from_customer or actor.customer_id is not None
    body, links = _checked(body, attachments)
    at = now()
    refuse_any([*reasons_not_to_reply(row, at, from_customer=from_customer), *await _full(row)])
    message = await CaseMessage.create(
        case_id=row.id,
        from_customer=from_customer,
        author=actor.label,
        body=body,
        attachments=links,
        said_at=at,
    )
    said = {"case_message_id": message.id, "from_customer": from_customer}
    cases.tell(actor, ServiceCaseReplied, row, **said)
    if not from_customer:
        row.respond(at=at)
    elif row.status is CaseStatus.WAITING_CUSTOMER:
        case_steps.go_on(actor, row)
    elif row.status in OVER:
        case_steps.begin_again(actor, row)
    await row.store()
    return row


@operation
async def note(
    actor: Actor, case_id: int, *, body: str, attachments: Sequence[str] = ()
) -> ServiceCase:
    """Note something in a service case that the customer never sees."""
    row = await scopes.take(actor, ServiceCase, case_id)
    body, links = _checked(body, attachments)
    refuse_any(await _full(row))
    await jot(actor, row, body, links)
    return row


async def jot(actor: Actor, row: ServiceCase, body: str, attachments: Sequence[str] = ()) -> None:
    """Note something; the caller is an operation and holds the case's lock."""
    message = await CaseMessage.create(
        case_id=row.id,
        is_internal=True,
        author=actor.label,
        body=body,
        attachments=list(attachments),
        said_at=now(),
    )
    await row.store()

    cases.tell(actor, ServiceCaseNoted, row, case_message_id=message.id)


async def of_cases(actor: Actor, rows: Sequence[ServiceCase]) -> list[list[CaseMessage]]:
    """What was said in each case, the earliest first, as far as the actor may know of it."""
    said: dict[int, list[CaseMessage]] = defaultdict(list)
    seen = scopes.visible(actor, CaseMessage).filter(case_id__in=[row.id for row in rows])
    for message in await seen.order_by("id"):
        said[message.case_id].append(message)
    return [said[row.id] for row in rows]


def reasons_not_to_reply(row: ServiceCase, at: datetime, *, from_customer: bool) -> list[Problem]:
    if row.status not in OVER:
        return []
    if not from_customer:
        if row.status is CaseStatus.RESOLVED:
            return []
        return [Blocked(message=f"{row.number} is closed. Reopen it first.", path=("id",))]
    days = policies.current().case_reopen_days
    if row.resolved_at is not None and at - row.resolved_at <= timedelta(days=days):
        return []
    message = f"{row.number} was resolved more than {days} days ago. Open a new case."
    return [Blocked(message=message, path=("id",))]


def _checked(body: str, attachments: Sequence[str]) -> tuple[str, list[str]]:
    inputs = Inputs()
    body = inputs.text(body, "body", most=cases.MOST_BODY)
    links = inputs.links(attachments, "attachments")
    inputs.refuse()
    return body, links


async def _full(row: ServiceCase) -> list[Problem]:
    if await CaseMessage.filter(case_id=row.id).count() < MOST_MESSAGES:
        return []
    message = f"{row.number} has {MOST_MESSAGES} messages. Open a new case."
    return [Blocked(message=message, path=("id",))]

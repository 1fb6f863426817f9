"""Service cases: what the desk is asked, who sees to it, and how it ends."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tortoise.expressions import Q

from models import (
    CaseChannel,
    CaseKind,
    CaseMessage,
    CasePriority,
    CaseStatus,
    Customer,
    Order,
    OrderException,
    Person,
    Return,
    ServiceCase,
)
from models.cases import UNDER_WAY
from models.errors import Blocked, NotFound, Problem, Refused, refuse_any
from models.statements import select_one
from services import policies, scopes
from services.actors import ROLE_PERMISSIONS, Actor, Permission
from services.case_deadlines import begun, desk_of, regraded, terms_of
from services.clock import now
from services.commit import announce, operation
from services.facts.cases import (
    ServiceCaseAssigned,
    ServiceCaseFact,
    ServiceCaseOpened,
    ServiceCaseUpdated,
)
from services.inputs import Inputs
from services.records import Changes

MOST_SUBJECT, MOST_BODY, MOST_TEAM = 200, 5_000, 60
MOST_LATEST = 50


@operation
async def open(
    actor: Actor,
    *,
    kind: CaseKind,
    subject: str,
    body: str = "",
    order_id: int | None = None,
    return_id: int | None = None,
    customer_id: int | None = None,
    channel: CaseChannel | None = None,
    priority: CasePriority | None = None,
    team: str | None = None,
    attachments: Sequence[str] = (),
) -> ServiceCase:
    """Ask something of the service desk: a customer for themselves, which comes in by the PORTAL,
    or staff for a customer or about one of their orders. What the customer said is its first
    message. By when it is answered and resolved follows from its priority."""
    inputs = Inputs()
    subject = inputs.text(subject, "subject", most=MOST_SUBJECT)
    body = inputs.text(body, "body", least=0, most=MOST_BODY)
    team = inputs.text(team or "", "team", least=0, most=MOST_TEAM)
    links = inputs.links(attachments, "attachments")
    if links and not body:
        inputs.wrong("Say what the attachments are.", "body")
    channel = _channel(inputs, actor, channel)
    if actor.customer_id is not None and (priority is not None or team):
        inputs.wrong(
            "The desk says how urgent it is, and whose.", "priority" if priority else "team"
        )
    inputs.refuse()
    if return_id is not None:
        order_id = await _order_of(actor, return_id, order_id)
    order = None if order_id is None else await scopes.take(actor, Order, order_id, "orderId")
    customer = await _customer(actor, order, customer_id)
    row = await begin(
        actor,
        customer_id=customer,
        order=order,
        kind=kind,
        channel=channel,
        subject=subject,
        priority=priority or CasePriority.NORMAL,
        team=team,
        return_id=return_id,
    )
    if body:
        await CaseMessage.create(
            case_id=row.id,
            from_customer=True,
            author=actor.label,
            body=body,
            attachments=links,
            said_at=row.opened_at,
        )
    return row


async def begin(
    actor: Actor,
    *,
    customer_id: int,
    order: Order | None,
    kind: CaseKind,
    channel: CaseChannel,
    subject: str,
    priority: CasePriority,
    team: str = "",
    exception: OrderException | None = None,
    return_id: int | None = None,
) -> ServiceCase:
    """Enter a case that begins now; the caller is an operation and holds the order's lock."""
    policy, at = policies.current(), now()
    row = ServiceCase(
        customer_id=customer_id,
        order_id=None if order is None else order.id,
        returned_id=return_id,
        exception_id=None if exception is None else exception.id,
        kind=kind,
        channel=channel,
        subject=subject,
        team=team,
        opened_by=actor.label,
        opened_at=at,
        status=CaseStatus.OPEN,
    )
    row.grade(priority, begun(desk_of(policy), terms_of(policy, priority), at))
    await row.save()

    tell(actor, ServiceCaseOpened, row, case_kind=kind, channel=channel, priority=priority)
    return row


@operation
async def update(actor: Actor, case_id: int, changes: Changes) -> ServiceCase:
    """Say that a service case is of another kind, priority or team, or about something else. With
    the priority its deadlines move by as much as its terms differ."""
    row = await take_under_way(actor, case_id)
    inputs = Inputs()
    for name, most in (("subject", MOST_SUBJECT), ("team", MOST_TEAM)):
        if name in changes:
            least = 0 if name == "team" else 1
            setattr(row, name, inputs.text(changes[name], name, least=least, most=most))
    for name in ("kind", "priority"):
        if name in changes and changes[name] is None:
            inputs.wrong("This cannot be null.", name)
    inputs.refuse()
    row.kind = changes.get("kind", row.kind)
    if "priority" in changes:
        policy, priority = policies.current(), changes["priority"]
        before, terms = terms_of(policy, row.graded), terms_of(policy, priority)
        row.grade(priority, regraded(desk_of(policy), row.deadlines, before, terms))
    await row.store()

    tell(actor, ServiceCaseUpdated, row, case_kind=row.kind, priority=row.priority, team=row.team)
    return row


@operation
async def assign(actor: Actor, case_id: int, *, owner_id: int | None = None) -> ServiceCase:
    """Say who sees to a service case; without an owner it is for whoever takes it."""
    row = await take_under_way(actor, case_id)
    row.owner = None if owner_id is None else (await _owner(owner_id)).number
    await row.store()

    tell(actor, ServiceCaseAssigned, row, case_owner=row.owner)
    return row


async def take_under_way(actor: Actor, case_id: int) -> ServiceCase:
    row = await scopes.take(actor, ServiceCase, case_id)
    refuse_any(reasons_not_to_work_on(row))
    return row


def reasons_not_to_work_on(row: ServiceCase) -> list[Problem]:
    if row.status in UNDER_WAY:
        return []
    return [Blocked(message=f"{row.number} is {row.status.spoken}. Reopen it first.", path=("id",))]


def is_overdue(wanted: bool) -> Q:
    """The cases with a deadline that has passed and is not met, or all others."""
    return Q(turn_at__lte=now()) if wanted else Q(turn_at__gt=now())


async def overdue(actor: Actor, rows: Sequence[ServiceCase]) -> list[bool]:
    """Whether each case has a deadline that has passed and is not met."""
    at = now()
    return [row.turn_at <= at for row in rows]


async def latest_of_customers(
    actor: Actor, customers: Sequence[Customer]
) -> list[list[ServiceCase]]:
    """The latest cases of each customer, in one query for all of them."""
    ids = ", ".join(f"{customer.id:d}" for customer in customers)
    rows: list[ServiceCase] = await ServiceCase.raw(f"""
        SELECT * FROM (
          SELECT service_cases.*,
                 ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY id DESC) AS place
          FROM service_cases WHERE customer_id IN ({ids})
        ) AS latest WHERE place <= {MOST_LATEST:d} ORDER BY id DESC
    """)
    found: dict[int, list[ServiceCase]] = defaultdict(list)
    for row in rows:
        found[row.customer_id].append(row)
    return [found[customer.id] for customer in customers]


def tell(actor: Actor, fact: type[ServiceCaseFact], row: ServiceCase, **details: Any) -> None:
    """Announce something of a case."""
    whose = {"order_id": row.order_id, "customer_id": row.customer_id, "service_case_id": row.id}
    announce(actor, fact(**whose, **details))


def _channel(inputs: Inputs, actor: Actor, given: CaseChannel | None) -> CaseChannel:
    if actor.customer_id is not None:
        if given not in (None, CaseChannel.PORTAL):
            inputs.wrong("What you open yourself comes in by PORTAL.", "channel")
        return CaseChannel.PORTAL
    if given is None:
        inputs.wrong("Say how it came in.", "channel")
    elif given is CaseChannel.SYSTEM:
        inputs.wrong("Only exceptions come in so.", "channel")
    return given or CaseChannel.EMAIL


async def _order_of(actor: Actor, return_id: int, order_id: int | None) -> int:
    """The order of the return that a case is about, which is no other than the one named."""
    found = await scopes.find(actor, Return, return_id, "returnId")
    if order_id not in (None, found.order_id):
        message = "This return is of another order."
        raise Refused(Problem(message=message, path=("returnId",)))
    return found.order_id


async def _customer(actor: Actor, order: Order | None, customer_id: int | None) -> int:
    """Whose case it is: of the order, or of who is named, or of who asks."""
    owner: int | None = actor.customer_id if order is None else order.customer_id
    if customer_id is None:
        if owner is None:
            message = "Say which order it is about, or at least which customer."
            raise Refused(Problem(message=message, path=("orderId",)))
        return owner
    found = await scopes.find(actor, Customer, customer_id, "customerId")
    if owner is not None and found.id != owner:
        message = "This order is another customer's."
        raise Refused(Problem(message=message, path=("customerId",)))
    return customer_id


async def _owner(person_id: int) -> Person:
    person = await select_one(Person, id=person_id)
    if person is None or Permission.CASES_WORK not in ROLE_PERMISSIONS[person.role]:
        message = "There is nobody of this number who works on service cases."
        raise Refused(NotFound(message=message, path=("ownerId",)))
    return person

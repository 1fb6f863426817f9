"""The steps of a service case: work on it, wait, resolve it, close it, and take it up again."""

from models import CaseStatus, ServiceCase
from models.errors import Problem, Refused, refuse_any
from services import policies, scopes, surveys
from services.actors import Actor
from services.case_deadlines import begun, desk_of, resumed, terms_of
from services.cases import tell
from services.clock import now
from services.commit import operation
from services.facts.cases import (
    ServiceCaseClosed,
    ServiceCaseReopened,
    ServiceCaseResolved,
    ServiceCaseResumed,
    ServiceCaseStarted,
    ServiceCaseWaiting,
)
from services.inputs import Inputs
from services.offers import step

MOST_RESOLUTION = 500
# What may be waited for.
WAITING = (
    CaseStatus.WAITING_CUSTOMER,
    CaseStatus.WAITING_SUPPLIER,
    CaseStatus.WAITING_WAREHOUSE,
)


@operation
async def start(actor: Actor, case_id: int) -> ServiceCase:
    """Work on a service case; where it is nobody's yet, it is yours."""
    row = await scopes.take(actor, ServiceCase, case_id)
    refuse_any(reasons_not_to_start(row))
    row.start(by=actor.label)
    await row.store()

    tell(actor, ServiceCaseStarted, row, case_owner=row.owner)
    return row


@operation
async def wait(actor: Actor, case_id: int, *, waiting: CaseStatus) -> ServiceCase:
    """Wait for the answer of the customer, of a supplier or of the warehouse. While it is the
    customer's, the deadlines stand still."""
    row = await scopes.take(actor, ServiceCase, case_id)
    if waiting not in WAITING:
        raise Refused(Problem(message="Say whose answer is awaited.", path=("waitsFor",)))
    row.wait(waiting, at=now())
    await row.store()

    tell(actor, ServiceCaseWaiting, row, case_status=row.status)
    return row


@operation
async def resume(actor: Actor, case_id: int) -> ServiceCase:
    """Go on with a service case that waited. After waiting for the customer there is as much time
    left as before."""
    row = await scopes.take(actor, ServiceCase, case_id)
    refuse_any(reasons_not_to_resume(row))
    go_on(actor, row)
    await row.store()
    return row


@operation
async def resolve(actor: Actor, case_id: int, *, resolution: str) -> ServiceCase:
    """Say how a service case was dealt with. The customer can be asked how content they are."""
    row = await scopes.take(actor, ServiceCase, case_id)
    inputs = Inputs()
    resolution = inputs.text(resolution, "resolution", most=MOST_RESOLUTION)
    refuse_any([*inputs.problems, *step(row, CaseStatus.RESOLVED)])
    row.resolve(resolution, by=actor.label, at=now())
    await row.store()

    tell(actor, ServiceCaseResolved, row)
    await surveys.ask_about_case(actor, row)
    return row


@operation
async def close(actor: Actor, case_id: int) -> ServiceCase:
    """Put a resolved service case away, before it closes by itself."""
    row = await scopes.take(actor, ServiceCase, case_id)
    row.close(at=now())
    await row.store()

    tell(actor, ServiceCaseClosed, row)
    return row


@operation
async def reopen(actor: Actor, case_id: int) -> ServiceCase:
    """Go on with a service case that was thought to be dealt with; it has time of its own."""
    row = await scopes.take(actor, ServiceCase, case_id)
    begin_again(actor, row)
    await row.store()
    return row


def go_on(actor: Actor, row: ServiceCase) -> None:
    """End the waiting of a case; the caller stores it."""
    deadlines = row.deadlines
    if row.paused_at is not None:
        desk = desk_of(policies.current())
        deadlines = resumed(desk, deadlines, paused_at=row.paused_at, at=now())
    row.resume(deadlines)
    tell(actor, ServiceCaseResumed, row)


def begin_again(actor: Actor, row: ServiceCase) -> None:
    """Reopen a case; the caller stores it."""
    policy = policies.current()
    row.reopen(begun(desk_of(policy), terms_of(policy, row.graded), now()))
    tell(actor, ServiceCaseReopened, row)


def reasons_not_to_start(row: ServiceCase) -> list[Problem]:
    """Starting is no way out of waiting, which has to be paid for with the time that passed."""
    return [] if row.status is CaseStatus.OPEN else [row.wrong_status(CaseStatus.IN_PROGRESS)]


def reasons_not_to_resume(row: ServiceCase) -> list[Problem]:
    return [] if row.status in WAITING else [row.wrong_status(CaseStatus.IN_PROGRESS)]

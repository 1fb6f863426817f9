"""What becomes of service cases as time passes: deadlines are missed, resolved cases close."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models import CaseStatus, ServiceCase
from models.statements import get
from services import case_steps, cases, policies, scopes
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import operation
from services.facts.cases import ServiceCaseEscalated


@operation
async def escalate(actor: Actor, case_id: int) -> ServiceCase:
    """Call on those who lead the team of a service case: it is more urgent than it was thought.
    Its deadlines stay what they are."""
    row = await cases.take_under_way(actor, case_id)
    await _escalate(actor, row)
    return row


async def due(at: datetime, limit: int) -> Sequence[int]:
    """Cases of which a deadline has passed that nobody was told of, the longest ago first."""
    passed = ServiceCase.filter(escalate_at__lte=at).order_by("escalate_at", "id")
    return [row.id for row in await passed.limit(limit).only("id")]


@operation
async def escalate_if_due(case_id: int) -> None:
    """Escalate a case once for the deadline it has missed."""
    row = await scopes.lock(await get(ServiceCase, case_id))
    if row is not None and row.escalate_at is not None and row.escalate_at <= now():
        await _escalate(SYSTEM, row)


async def closable(at: datetime, limit: int) -> Sequence[int]:
    """Cases that were resolved so long ago that nobody will say otherwise."""
    days = policies.current().case_close_days
    if days is None:
        return []
    done = ServiceCase.filter(
        status=CaseStatus.RESOLVED, resolved_at__lte=at - timedelta(days=days)
    )
    return [row.id for row in await done.order_by("resolved_at").limit(limit).only("id")]


@operation
async def close_if_due(case_id: int) -> None:
    """Close a case that has been resolved long enough."""
    row = await scopes.lock(await get(ServiceCase, case_id))
    days = policies.current().case_close_days
    if row is None or days is None or row.status is not CaseStatus.RESOLVED:
        return
    if row.resolved_at is not None and row.resolved_at <= now() - timedelta(days=days):
        await case_steps.close(SYSTEM, row.id)


async def _escalate(actor: Actor, row: ServiceCase) -> None:
    missed_at = row.due_at if row.due_at is not None and row.due_at <= now() else None
    row.escalate(at=now())
    await row.store()

    cases.tell(
        actor,
        ServiceCaseEscalated,
        row,
        case_owner=row.owner,
        team=row.team,
        priority=row.priority,
        escalation=row.escalation,
        missed_at=missed_at,
    )

"""What becomes of returns when their time is over: not sent in time, or long settled."""

from datetime import datetime, timedelta
from typing import Any

from models import Order, Return, ReturnStatus
from models.statements import get
from services import policies, returns
from services.actors import SYSTEM
from services.clock import now
from services.commit import operation

_S = ReturnStatus


async def lapsing(at: datetime, limit: int) -> list[int]:
    """Approved returns that were not sent in time and for which nothing was given, the longest due
    first."""
    late = Return.filter(status=_S.APPROVED, due_at__lte=at, refunded_at=None).order_by(
        "due_at", "id"
    )
    return await _ids(late, limit)


@operation
async def lapse(return_id: int) -> None:
    """Give up an approved return that was not sent in time. Does nothing where it was sent
    meanwhile."""
    row = await _locked(return_id)
    is_late = row.due_at is not None and row.due_at <= now()
    if row.status is _S.APPROVED and is_late and row.refunded_at is None:
        await returns.cancel(SYSTEM, row.id, reason="It was not sent in time.")


async def settled(at: datetime, limit: int) -> list[int]:
    """Returns that were resolved long enough ago, the earliest first."""
    days = policies.current().return_close_days
    if days is None:
        return []
    until = at - timedelta(days=days)
    rows = Return.filter(status=_S.RESOLVED, resolved_at__lte=until).order_by("resolved_at", "id")
    return await _ids(rows, limit)


@operation
async def close(return_id: int) -> None:
    """Put a return away that was resolved long enough ago, unless somebody has done so."""
    row = await _locked(return_id)
    if row.status is _S.RESOLVED:
        await returns.close(SYSTEM, row.id)


async def _locked(return_id: int) -> Return:
    found = await get(Return, return_id)
    await get(Order, found.order_id, locked=True)
    return await get(Return, return_id)


async def _ids(rows: Any, limit: int) -> list[int]:
    return list(await rows.limit(limit).values_list("id", flat=True))

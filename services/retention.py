"""What is kept for so long and no longer: the event log, idempotency keys, tokens that ended.

Each job takes away a bounded batch at a time, so nobody waits for it for long.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.expressions import Q

from models import Event, IdempotencyRecord, Token
from services import policies
from services.clock import now
from services.commit import operation

BATCH = 1_000


async def prunable_log(at: datetime, limit: int) -> Sequence[int]:
    """The position up to which the log may be pruned next, if there is one.

    It is always the beginning of the log that goes, so what is left has no gap; and never its
    last event, as the next position follows from that.
    """
    days = policies.current().log_retention_days
    if days is None:
        return []
    placed = Event.filter(position__isnull=False)
    first = await placed.order_by("position").first()
    last = await placed.order_by("-position").first()
    if first is None or last is None or first.at >= at - timedelta(days=days):
        return []
    start = first.position or 0
    batch = placed.filter(position__gte=start, position__lt=start + BATCH)
    kept = await batch.filter(at__gte=at - timedelta(days=days)).order_by("position").first()
    end = (kept.position or 0) - 1 if kept is not None else start + BATCH - 1
    end = min(end, (last.position or 0) - 1)
    return [end] if end >= start else []


@operation
async def prune_log(position: int) -> None:
    """Take events away up to a position; who asks for older ones is told so by a reset."""
    # Asked anew: another process may have been told of longer retention.
    if any(position <= each for each in await prunable_log(now(), 1)):
        await Event.filter(position__lte=position).delete()


async def forgettable_keys(at: datetime, limit: int) -> Sequence[int]:
    """The newest of the next batch of idempotency keys that are too old to be sent again."""
    days = policies.current().idempotency_days
    if days is None:
        return []
    # In the order they came in, so that only what is to go is looked at.
    oldest = await IdempotencyRecord.all().order_by("id").limit(BATCH).values_list("id", "at")
    old = [row_id for row_id, came_at in oldest if came_at < at - timedelta(days=days)]
    return old[-1:]


@operation
async def forget_keys(record_id: int) -> None:
    """Forget idempotency keys up to one; the same key would do the same again."""
    days = policies.current().idempotency_days
    if days is not None:
        before = now() - timedelta(days=days)
        await IdempotencyRecord.filter(id__lte=record_id, at__lt=before).delete()


async def ended_tokens(at: datetime, limit: int) -> Sequence[int]:
    """Tokens that have opened nothing for so long that nobody will ask why."""
    days = policies.current().ended_token_days
    if days is None:
        return []
    before = at - timedelta(days=days)
    ended = Token.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
    ids: list[int] = await ended.order_by("id").limit(limit).values_list("id", flat=True)  # type: ignore[assignment]
    return ids


@operation
async def forget_token(token_id: int) -> None:
    if token_id in await ended_tokens(now(), BATCH):
        await Token.filter(id=token_id).delete()

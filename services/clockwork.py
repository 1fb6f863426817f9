"""What happens by itself when its time has come.

A job finds what is due and acts on each of it. Acting looks again under the lock, so two workers
may find the same thing and one of them does it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from models.errors import Refused
from services import (
    alert_rounds,
    alerts,
    backorders,
    case_escalations,
    claim_remedies,
    completion,
    customer_duplicates,
    customer_figures,
    cycle_counts,
    demand,
    exchanges,
    forecasts,
    lot_care,
    orders,
    payment_dispatches,
    payment_terms,
    proposals,
    prospects,
    purchase_delays,
    purchase_dispatches,
    recalls,
    replenishment,
    reservation_terms,
    retention,
    return_terms,
    segments,
    surveys,
    value_classes,
)
from services.actors import SYSTEM
from services.clock import now
from services.kpis import reader as kpis
from services.live import live, persist
from services.measures import CLOCKWORK

log = logging.getLogger(__name__)

BATCH = 100
SECONDS_BETWEEN = 1.0
# News come in swarms; one look serves all of them.
SECONDS_TO_GATHER = 0.1
RESTS_FOR = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Job:
    """`due` gives the ids of at most so many rows whose time has come at a moment, the longest
    due first; `act` is the operation on one of them, which does nothing where it came too late."""

    name: str
    due: Callable[[datetime, int], Awaitable[Sequence[int]]]
    act: Callable[[int], Awaitable[object]]


JOBS: tuple[Job, ...] = (
    Job(name="expire reservations", due=reservation_terms.due, act=reservation_terms.expire),
    Job(name="allocate back-orders", due=backorders.due, act=backorders.allocate),
    Job(name="put lots aside", due=lot_care.due, act=lot_care.attend),
    Job(name="renew lots", due=lot_care.reserved, act=lot_care.renew),
    Job(name="tell of recalls", due=recalls.due, act=recalls.tell),
    Job(name="look at prospects", due=prospects.due, act=prospects.evaluate),
    Job(name="tell value classes", due=value_classes.due, act=value_classes.classify),
    Job(name="plan counts", due=cycle_counts.due, act=cycle_counts.schedule),
    Job(name="put to the next turn", due=cycle_counts.unscheduled, act=cycle_counts.reschedule),
    Job(name="expiry", due=payment_terms.overdue, act=partial(orders.expire, SYSTEM)),
    Job(name="payment requests", due=payment_dispatches.due, act=payment_dispatches.send),
    Job(name="confirmation", due=payment_terms.ready, act=partial(orders.confirm, SYSTEM)),
    Job(name="settle exchanges", due=exchanges.due, act=exchanges.settle),
    Job(name="settle claims", due=claim_remedies.due, act=claim_remedies.settle),
    Job(name="read demand", due=demand.due, act=demand.read_on),
    Job(name="read figures", due=customer_figures.due, act=customer_figures.read_on),
    Job(name="look for duplicates", due=customer_duplicates.due, act=customer_duplicates.read_on),
    Job(name="tell segments", due=segments.due, act=segments.tell_apart),
    Job(name="forecast demand", due=forecasts.due, act=forecasts.compute),
    Job(name="read key figures", due=kpis.due, act=kpis.read_on),
    Job(name="follow needs", due=replenishment.unread, act=replenishment.read_on),
    Job(name="propose", due=replenishment.due, act=replenishment.evaluate),
    Job(name="accept proposals", due=proposals.automatic, act=proposals.accept_automatically),
    Job(name="tell suppliers", due=purchase_dispatches.due, act=purchase_dispatches.send),
    Job(name="late purchases", due=purchase_delays.due, act=purchase_delays.review),
    Job(name="news for alerts", due=alert_rounds.unread, act=alert_rounds.read_on),
    Job(name="rounds for alerts", due=alert_rounds.due, act=alert_rounds.make),
    Job(name="wake alerts", due=alerts.sleeping, act=alerts.wake),
    Job(name="escalate cases", due=case_escalations.due, act=case_escalations.escalate_if_due),
    Job(name="close cases", due=case_escalations.closable, act=case_escalations.close_if_due),
    Job(name="expire surveys", due=surveys.expired, act=surveys.expire),
    Job(name="lapse returns", due=return_terms.lapsing, act=return_terms.lapse),
    Job(name="close returns", due=return_terms.settled, act=return_terms.close),
    Job(name="close orders", due=completion.over, act=completion.close_in_time),
    Job(name="prune the log", due=retention.prunable_log, act=retention.prune_log),
    Job(name="forget keys", due=retention.forgettable_keys, act=retention.forget_keys),
    Job(name="forget tokens", due=retention.ended_tokens, act=retention.forget_token),
)

# What failed waits before it is tried again, or it would keep what comes after it from its turn.
_resting: dict[tuple[str, int], datetime] = {}


async def tick() -> int:
    """Do everything that is due now; returns how many things that were."""
    return sum([await _work_off(job) for job in JOBS])


async def run() -> None:
    """Do what is due, for ever: when there is news, and every second."""
    while True:
        await tick()
        await live.wait_for_news(SECONDS_BETWEEN)
        await asyncio.sleep(SECONDS_TO_GATHER)


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Have it run beside whatever is done inside."""
    clock = asyncio.create_task(persist(run), name="clockwork")
    try:
        yield
    finally:
        clock.cancel()
        await asyncio.gather(clock, return_exceptions=True)


async def _work_off(job: Job) -> int:
    at = now()
    for key in [key for key, until in _resting.items() if until <= at]:
        del _resting[key]
    resting = {row_id for name, row_id in _resting if name == job.name}
    done = 0
    for row_id in await job.due(at, BATCH + len(resting)):
        if row_id not in resting:
            done += await _act(job, row_id)
    return done


async def _act(job: Job, row_id: int) -> bool:
    try:
        await job.act(row_id)
    except Refused as refusal:
        CLOCKWORK.labels(job.name, "refused").inc()
        log.info("%s of %d was refused: %s", job.name, row_id, refusal)
    except Exception:
        CLOCKWORK.labels(job.name, "failed").inc()
        log.exception("%s of %d failed", job.name, row_id)
    else:
        CLOCKWORK.labels(job.name, "done").inc()
        return True
    _resting[job.name, row_id] = now() + RESTS_FOR
    return False

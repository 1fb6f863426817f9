"""Bottlenecks: where work piles up, how fast it comes and goes, and how that will end.

What waits is read from the rows (`services/queues.py`), what came and went in the last day is
counted on from the event log (`services/flows.py`). By Little's law, "A Proof for the Queuing
Formula: L = λW" (Operations Research 9, 1961), what waits divided by what is done per hour is how
long the last in the queue is going to wait.
"""

from asyncio import sleep
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import sqrt
from time import monotonic

from models import Event
from models.lifecycle import Status
from services import flows, queues
from services.actors import Actor
from services.clock import now
from services.flows import HOUR, KINDS, Flows
from services.live import Heartbeat, Interest, course, live
from services.queues import Place, Queue, Stage

HOURS = 24
# A value may come so often, whatever happens.
EVERY_SECONDS = 3.0
# Twice the standard deviation of a difference of two Poisson counts.
SIGNIFICANT = 2.0


class QueueTrend(Status):
    GROWING = "growing", "More came than was done."
    STEADY = "steady", "As much was done as came, as far as can be told."
    SHRINKING = "shrinking", "More was done than came."


@dataclass(frozen=True, kw_only=True)
class Bottleneck:
    """What waits in a stage at a location, and how fast work comes to it and leaves it.

    `wait_hours` is how long what comes now is going to wait at the pace of the last day; None
    where nothing was done in it.
    """

    stage: Stage
    location_id: int | None
    at: datetime
    waiting: int = 0
    oldest_at: datetime | None = None
    median_at: datetime | None = None
    came_in_hour: int = 0
    done_in_hour: int = 0
    came_in_day: int = 0
    done_in_day: int = 0

    @property
    def oldest_hours(self) -> float | None:
        return _hours(self.oldest_at, self.at)

    @property
    def median_hours(self) -> float | None:
        return _hours(self.median_at, self.at)

    @property
    def wait_hours(self) -> float | None:
        if not self.waiting:
            return 0.0
        return round(self.waiting * HOURS / self.done_in_day, 2) if self.done_in_day else None

    @property
    def trend(self) -> QueueTrend:
        return judge(self.came_in_day, self.done_in_day)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All bottlenecks at a position of the log."""

    position: int
    bottlenecks: list[Bottleneck]


def judge(came: int, done: int) -> QueueTrend:
    """Whether a queue grows: by more than chance would have it, were both equally many."""
    if abs(came - done) <= SIGNIFICANT * sqrt(came + done):
        return QueueTrend.STEADY
    return QueueTrend.GROWING if came > done else QueueTrend.SHRINKING


async def read(actor: Actor, location_id: int | None = None) -> list[Bottleneck]:
    """What waits where, and what came and went lately, by stage and location."""
    at = now()
    waiting = await queues.read(location_id)
    hour, day = await flows.lately(at)
    places = {
        place
        for place in {*waiting, *(place for place, _ in day)}
        if location_id is None or place[1] == location_id
    }
    return [
        _bottleneck(place, waiting.get(place), hour, day, at)
        for place in sorted(places, key=_order)
    ]


async def watch(
    actor: Actor,
    location_id: int | None,
    after: int | None,
    *,
    every: float = EVERY_SECONDS,
) -> AsyncGenerator[Snapshot, None]:
    """What waits where, and again when something has changed, at most every few seconds; from a
    cursor on, only what changes after it."""
    seen = live.position if after is None else after
    last: list[Bottleneck] = []
    told_at = monotonic() - every
    if after is None:
        last, told_at = await read(actor, location_id), monotonic()
        yield Snapshot(position=seen, bottlenecks=last)
    async with aclosing(live.watch(Interest(kinds=KINDS), seen)) as watched:
        async for tidings in watched:
            if isinstance(tidings, Heartbeat):
                continue
            # What has happened before the last look is part of what was told.
            if isinstance(tidings, Event) and (tidings.position or 0) <= seen:
                continue
            await sleep(max(0.0, told_at + every - monotonic()))
            seen = max(live.position, tidings.position or 0)
            found = await read(actor, location_id)
            told_at = monotonic()
            if _counts(found) != _counts(last):
                last = found
                if own := course.get():
                    # Whoever has read less than this value holds has to be told of it.
                    own.told(seen, is_news=True)
                yield Snapshot(position=seen, bottlenecks=found)


def _counts(found: list[Bottleneck]) -> list[Bottleneck]:
    """What is told, but for the moment."""
    return [replace(each, at=datetime.min.replace(tzinfo=UTC)) for each in found]


def _order(place: Place) -> tuple[int, int]:
    stage, location_id = place
    return list(Stage).index(stage), location_id or 0


def _bottleneck(
    place: Place,
    queue: Queue | None,
    hour: Flows,
    day: Flows,
    at: datetime,
) -> Bottleneck:
    stage, location_id = place
    return Bottleneck(
        stage=stage,
        location_id=location_id,
        at=at,
        waiting=queue.waiting if queue else 0,
        oldest_at=queue.oldest_at if queue else None,
        median_at=queue.median_at if queue else None,
        came_in_hour=hour.get((place, True), 0),
        done_in_hour=hour.get((place, False), 0),
        came_in_day=day.get((place, True), 0),
        done_in_day=day.get((place, False), 0),
    )


def _hours(since: datetime | None, at: datetime) -> float | None:
    return None if since is None else round(max(0.0, (at - since) / HOUR), 2)

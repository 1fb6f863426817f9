"""The live feed: one reader of the log per process, fanned out to everyone who watches.

The broadcaster only says "there is news"; what the news is, is always read from the log. A lost
message, a restarted broker or a slow watcher therefore costs time, never an event.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from broadcaster import Broadcast

from models import Event
from services import event_log
from services.clock import now
from services.measures import OVERFLOWS

log = logging.getLogger(__name__)

CHANNEL = "waybill"
NEWS = "news"
ECHO = "echo"
ECHO_SECONDS = 2.0
CONNECT_SECONDS = 5.0
INBOX_LIMIT = 256
PATIENCE_SECONDS = 1.0
MOMENT_SECONDS = 0.01
HEARTBEAT_SECONDS = 15.0
# By what events are looked for, the narrowest first.
TOPICS = ("order_id", "customer_id", "variant_id", "location_id", "supplier_id")


@dataclass(frozen=True, kw_only=True)
class Interest:
    """Which events somebody watches for; everything given must hold. What is of a customer may be
    of one of `former_ids` too, who were merged into them."""

    order_id: int | None = None
    customer_id: int | None = None
    former_ids: frozenset[int] = frozenset()
    variant_id: int | None = None
    location_id: int | None = None
    supplier_id: int | None = None
    kinds: frozenset[str] | None = None

    @property
    def topic(self) -> str:
        """The narrowest single topic that carries every event of interest."""
        return next((f"{name}:{value}" for name, value in self._ids()), "everything")

    def where(self) -> dict[str, object]:
        """The same as the log's own lookup."""
        lookup: dict[str, object] = dict(self._ids())
        if self.former_ids:
            del lookup["customer_id"]
            lookup["customer_id__in"] = [self.customer_id, *self.former_ids]
        return lookup if self.kinds is None else lookup | {"kind__in": list(self.kinds)}

    def meets(self, event: Event) -> bool:
        if self.kinds is not None and event.kind not in self.kinds:
            return False
        return all(
            getattr(event, name) == value
            or (name == "customer_id" and event.customer_id in self.former_ids)
            for name, value in self._ids()
        )

    def _ids(self) -> Iterator[tuple[str, int]]:
        for name in TOPICS:
            if (value := getattr(self, name)) is not None:
                yield name, value


def topics_of(event: Event) -> Iterator[str]:
    yield "everything"
    for name in TOPICS:
        if (value := getattr(event, name)) is not None:
            yield f"{name}:{value}"


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Something a watcher is told that is no event of the business."""

    position: int
    at: datetime = field(default_factory=now)
    actor: None = None
    order_id: None = None
    customer_id: None = None

    @property
    def kind(self) -> str:
        return type(self).__name__


class Heartbeat(Signal):
    """Nothing new of interest up to this cursor."""


class Reset(Signal):
    """The cursor given lies outside the log, so events may be missing. Read afresh what you show,
    and go on from this cursor."""


Tidings = Event | Heartbeat | Reset


@dataclass
class Course:
    """How the streams of a task run, and how far they have come.

    `begins` is the position to go on after, whatever cursor was given. A stream that `catches_up`
    ends, and `has_caught_up`, as soon as there is nothing more to read. `position` is that of what
    was told last and, at such an end, how far the log was considered; `is_news` says whether what
    was told last is an event.
    """

    begins: int | None = None
    catches_up: bool = False
    has_caught_up: bool = False
    position: int = 0
    is_news: bool = True

    def told(self, position: int, *, is_news: bool) -> None:
        self.position, self.is_news = position, is_news


course: ContextVar[Course | None] = ContextVar("course", default=None)


class Inbox:
    """What one watcher has yet to read; when it overflows the watcher goes back to the log."""

    def __init__(self) -> None:
        self.events: deque[Event] = deque()
        self.overflowed = False
        self.filled = asyncio.Event()

    def put(self, event: Event) -> None:
        if len(self.events) < INBOX_LIMIT and not self.overflowed:
            self.events.append(event)
        else:
            if not self.overflowed:
                OVERFLOWS.inc()
            self.events.clear()
            self.overflowed = True
        self.filled.set()

    @property
    def is_empty(self) -> bool:
        return not self.events and not self.overflowed

    async def take(self, *, patience: float) -> list[Event] | None:
        """The events waiting, or None when some were let go and the log must be read again."""
        await _wait(self.filled, patience)
        overflowed, self.overflowed = self.overflowed, False
        waiting = list(self.events)
        self.events.clear()
        return None if overflowed else waiting


class Live:
    """The feed of this process. `heard` says whether the broadcaster is connected."""

    def __init__(self) -> None:
        self.position = 0
        self.heard = False
        self._inboxes: dict[str, set[Inbox]] = defaultdict(set)
        self._committed = asyncio.Event()
        self._news = asyncio.Event()
        self._moved = asyncio.Event()
        self._broadcast: Broadcast | None = None
        self._publishing = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, url: str) -> None:
        self._committed, self._news, self._moved = (asyncio.Event() for _ in range(3))
        self._publishing = asyncio.Lock()
        # What was recorded while nobody was there is taken in at once.
        self._committed.set()
        self.position = await event_log.last_position()
        self._tasks = [
            asyncio.create_task(persist(work), name=work.__name__)
            for work in (self._take_in, lambda: self._hear(url), self._fan_out)
        ]

    async def close(self) -> None:
        tasks, self._tasks = set(self._tasks), []
        while tasks:
            for task in tasks:
                task.cancel()
            # A driver that meets a dead connection on its way out raises that in place of the
            # cancellation, and the work would start again.
            _, tasks = await asyncio.wait(tasks, timeout=PATIENCE_SECONDS)

    @asynccontextmanager
    async def opened(self, url: str) -> AsyncIterator[None]:
        await self.open(url)
        try:
            yield
        finally:
            await self.close()

    def committed(self) -> None:
        """Called after a commit that recorded events."""
        self._committed.set()

    async def wait_for_news(self, patience: float) -> None:
        """Until an event was added to the log since the last call, or for so many seconds. One
        waits at a time."""
        await _wait(self._moved, patience)

    @property
    def watchers(self) -> int:
        return sum(len(inboxes) for inboxes in self._inboxes.values())

    async def watch(
        self, interest: Interest, after: int | None, *, heartbeat: float = HEARTBEAT_SECONDS
    ) -> AsyncGenerator[Tidings, None]:
        """Every event of interest after a position, once and in order, for ever.

        `after` None means from now on. While nothing comes, a heartbeat tells how far the
        watcher is; a position outside the log is answered with a reset. Where the task has a
        course, it is kept.
        """
        own = course.get() or Course()
        with self._inbox(interest.topic) as inbox:
            # The inbox is open before the log is read: reading first would lose what falls between.
            cursor = self.position if after is None else after
            waiting: list[Event] | None = None
            quiet_since = monotonic()
            while True:
                # Looked at again after an overflow: what is to be read then may be gone.
                if waiting is None and after is not None and not await _is_readable(cursor):
                    cursor = self.position
                    own.told(cursor, is_news=True)
                    yield Reset(position=cursor)
                if waiting is None:
                    async with aclosing(event_log.read(cursor, interest.where())) as missed:
                        async for event in missed:
                            cursor, quiet_since = event.position or cursor, monotonic()
                            own.told(cursor, is_news=True)
                            yield event
                for event in waiting or ():
                    if (event.position or 0) <= cursor:
                        continue
                    cursor = event.position or cursor
                    if interest.meets(event):
                        quiet_since = monotonic()
                        own.told(cursor, is_news=True)
                        yield event
                # With nothing in the inbox, all of this topic up to here has been considered.
                reached = self.position
                if own.catches_up and inbox.is_empty:
                    own.position, own.has_caught_up = max(cursor, reached), True
                    return
                waiting = await inbox.take(patience=quiet_since + heartbeat - monotonic())
                if waiting == []:
                    cursor = max(cursor, reached)
                if waiting is not None and monotonic() - quiet_since >= heartbeat:
                    quiet_since = monotonic()
                    own.told(cursor, is_news=False)
                    yield Heartbeat(position=cursor)

    @contextmanager
    def _inbox(self, topic: str) -> Iterator[Inbox]:
        inbox = Inbox()
        self._inboxes[topic].add(inbox)
        try:
            yield inbox
        finally:
            self._inboxes[topic].discard(inbox)
            if not self._inboxes[topic]:
                del self._inboxes[topic]

    async def _take_in(self) -> None:
        while True:
            await _wait(self._committed, PATIENCE_SECONDS)
            begun = monotonic()
            if await event_log.take_in():
                self._news.set()
                await self._tell()
            # One commit alone is told of at once; of many, those of a moment together.
            await asyncio.sleep(begun + MOMENT_SECONDS - monotonic())

    async def _tell(self) -> None:
        """Tell the other processes; without a broadcaster they find the news by polling."""
        if self._broadcast is None:
            return
        try:
            # A broker that hangs must not keep what comes next out of the log.
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._publish(self._broadcast, NEWS)
        except Exception as error:
            log.debug("News could not be told: %s", error)

    async def _hear(self, url: str) -> None:
        async with _connected(url) as broadcast, broadcast.subscribe(CHANNEL) as subscriber:
            self._broadcast = broadcast
            echo = asyncio.create_task(self._call_out(broadcast))
            try:
                while True:
                    # A subscriber of a broker that went away is never told so; but it would miss
                    # its own calls.
                    async with asyncio.timeout(3 * ECHO_SECONDS):
                        heard = await subscriber.get()
                    # Whatever was told while nobody listened is in the log.
                    if heard.message == NEWS or not self.heard:
                        self._news.set()
                    self.heard = True
            finally:
                self._broadcast, self.heard = None, False
                echo.cancel()
                await asyncio.gather(echo, return_exceptions=True)

    async def _call_out(self, broadcast: Broadcast) -> None:
        while True:
            await self._publish(broadcast, ECHO)
            await asyncio.sleep(ECHO_SECONDS)

    async def _publish(self, broadcast: Broadcast, message: str) -> None:
        # The backend of PostgreSQL has one connection, which takes one statement at a time.
        async with self._publishing:
            await broadcast.publish(CHANNEL, message)

    async def _fan_out(self) -> None:
        while True:
            await _wait(self._news, PATIENCE_SECONDS)
            async for event in event_log.read(self.position, {}):
                for topic in topics_of(event):
                    for inbox in self._inboxes.get(topic, ()):
                        inbox.put(event)
                self.position = event.position or self.position
                self._moved.set()


async def _is_readable(after: int) -> bool:
    return await event_log.oldest_position() - 1 <= after <= await event_log.last_position()


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Broadcast]:
    broadcast = Broadcast(url)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await broadcast.connect()
    except BaseException:
        # broadcaster leaves a task and a socket behind where it could not connect.
        with suppress(AttributeError):
            # That of PostgreSQL has nothing to disconnect yet, and does not expect so.
            await broadcast._backend.disconnect()
        raise
    try:
        yield broadcast
    finally:
        await broadcast.disconnect()


async def persist(work: Callable[[], Awaitable[None]]) -> None:
    """Start `work` again whenever it fails; the database or the broker may be away for a while."""
    while True:
        try:
            await work()
        except Exception as error:
            log.warning("Background work was interrupted and starts again: %s", error)
        await asyncio.sleep(PATIENCE_SECONDS)


async def _wait(signal: asyncio.Event, patience: float) -> None:
    # A signal can be lost with the process or the broker that carried it; nobody waits for ever.
    try:
        async with asyncio.timeout(patience):
            await signal.wait()
    except TimeoutError:
        pass
    signal.clear()


live = Live()

"""Flows: how much work came to each stage lately, and how much was done.

Counted from the event log once, and from then on by the difference: what was logged since is added,
and what has grown too old since is taken off. So a look costs what has happened since the last one,
however much a day has. Each process keeps a count of its own, which goes with its database.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from tortoise.connection import get_connection

from models import Event
from services import queues
from services.facts.cases import ServiceCaseOpened, ServiceCaseResolved
from services.facts.fact import Fact
from services.facts.fulfillments import (
    FulfillmentHandedOver,
    FulfillmentPacked,
    FulfillmentPicked,
    FulfillmentPlanned,
    FulfillmentReleased,
)
from services.facts.orders import OrderConfirmed, OrderPlaced
from services.facts.returns import (
    ReturnInspected,
    ReturnReceived,
    ReturnRequested,
    ReturnResolved,
)
from services.facts.shipments import ShipmentDelivered, ShipmentShipped
from services.queues import Place, Stage

HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
SPANS = (HOUR, DAY)

_G = Stage
# What brings work into a stage, and what takes it out; nothing tells a first answer to a case from
# the next one.
FLOWS: Mapping[Stage, tuple[type[Fact], type[Fact]]] = {
    _G.ENTRY: (OrderPlaced, OrderConfirmed),
    _G.WAITING: (FulfillmentPlanned, FulfillmentReleased),
    _G.PICKING: (FulfillmentReleased, FulfillmentPicked),
    _G.PACKING: (FulfillmentPicked, FulfillmentPacked),
    _G.HANDOVER: (FulfillmentPacked, FulfillmentHandedOver),
    _G.TRANSIT: (ShipmentShipped, ShipmentDelivered),
    _G.RETURN_RECEIPT: (ReturnRequested, ReturnReceived),
    _G.RETURN_INSPECTION: (ReturnReceived, ReturnInspected),
    _G.RETURN_RESOLUTION: (ReturnInspected, ReturnResolved),
    _G.CASE_RESOLUTION: (ServiceCaseOpened, ServiceCaseResolved),
}
KINDS = frozenset(fact.__name__ for flow in FLOWS.values() for fact in flow)

# How many came to a place, where true, or were done there.
Flows = Mapping[tuple[Place, bool], int]
# How many events there were of a kind at a location.
Events = Counter[tuple[str, int | None]]


@dataclass(frozen=True, kw_only=True)
class Window:
    """The events of a span of time: all after the position `begin`, as far as was counted."""

    begin: int
    events: Events


@dataclass(frozen=True, kw_only=True)
class Count:
    """What was counted at a moment, up to a position of the log, of each of the spans."""

    at: datetime
    end: int
    windows: Mapping[timedelta, Window]


# Never changed but replaced, so two who look at once need not wait for each other.
_counted: WeakKeyDictionary[Any, Count] = WeakKeyDictionary()


async def lately(at: datetime) -> tuple[Flows, Flows]:
    """How many came to each stage and location, and how many were done, in the last hour and in
    the last day before a moment that is now."""
    connection = get_connection("default")
    first, last = await _ends()
    known = _counted.get(connection)
    if known is None or not _goes_on(known, at, first, last):
        known = None
    windows = {span: await _window(span, known, at, first, last) for span in SPANS}
    _counted[connection] = Count(at=at, end=last, windows=windows)
    return _flows(windows[HOUR].events), _flows(windows[DAY].events)


def _goes_on(known: Count, at: datetime, first: int, last: int) -> bool:
    """Whether what was counted can be brought up to date: it is not as old as what it counts, and
    the log still has all of it."""
    has_all = first - 1 <= known.windows[DAY].begin and known.end <= last
    return has_all and known.at <= at <= known.at + DAY


async def _window(
    span: timedelta, known: Count | None, at: datetime, first: int, last: int
) -> Window:
    if known is None:
        begin = await _position_at(at - span, first, last)
        return Window(begin=begin, events=await _events(begin, last))
    before = known.windows[span]
    begin = await _next_position_at(at - span, before.begin, last)
    if begin >= known.end:
        return Window(begin=begin, events=await _events(begin, last))
    events = before.events + await _events(known.end, last)
    events.subtract(await _events(before.begin, begin))
    return Window(begin=begin, events=+events)


def _flows(events: Events) -> Flows:
    found: Counter[tuple[Place, bool]] = Counter()
    for (kind, location_id), count in events.items():
        for stage, (came, done) in FLOWS.items():
            place = (stage, location_id if queues.SOURCES[stage].location else None)
            if kind == came.__name__:
                found[place, True] += count
            if kind == done.__name__:
                found[place, False] += count
    return found


async def _events(after: int, to: int) -> Events:
    """How many events there are after a position up to another one."""
    if after >= to:
        return Counter()
    among = ", ".join(f"'{kind}'" for kind in sorted(KINDS))
    rows = await get_connection("default").execute_query_dict(f"""
        SELECT kind, location_id, COUNT(*) AS events FROM events
        WHERE kind IN ({among}) AND position > {after:d} AND position <= {to:d}
        GROUP BY kind, location_id
    """)
    return Counter({(row["kind"], row["location_id"]): int(row["events"]) for row in rows})


async def _ends() -> tuple[int, int]:
    """The first position of the log and the last one; of an empty one 1 and 0."""
    # Asked for one by one, as only then does SQLite look at the ends of the index alone.
    [ends] = await get_connection("default").execute_query_dict(
        "SELECT (SELECT MIN(position) FROM events) AS first, "
        "(SELECT MAX(position) FROM events) AS last"
    )
    return int(ends["first"] or 1), int(ends["last"] or 0)


async def _position_at(moment: datetime, first: int, last: int) -> int:
    """The last position of the log before a moment. Positions have no gaps and follow the time, so
    halving the log finds it in a few looks, and times need no index."""
    before, beyond = first - 1, last + 1
    while beyond - before > 1:
        middle = (before + beyond) // 2
        event = await Event.get_or_none(position=middle).only("at")
        if event is None or event.at < moment:
            before = middle
        else:
            beyond = middle
    return before


async def _next_position_at(moment: datetime, before: int, last: int) -> int:
    """The same, of a moment a little after one whose position is known: no event is read but those
    in between."""
    event = (
        await Event.filter(position__gt=before, at__gte=moment)
        .order_by("position")
        .first()
        .only("position")
    )
    return last if event is None else (event.position or 0) - 1

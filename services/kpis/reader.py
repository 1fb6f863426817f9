"""Keeping the figures: read the event log on, and enter what differs into the journal.

What a batch of events costs depends on the orders in it and on nothing that came before. Of many
workers one reads, as it holds the reader's cursor. Orders that were there before a figure was, or
before the log as it is now begins, are read once by their ids, some at a time.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from models import Event, LogCursor, Order
from models.statements import select_one, update
from services import event_log
from services.actors import SYSTEM
from services.commit import announce, operation
from services.facts.kpis import KpisUpdated
from services.kpis import journal, stock, stories
from services.kpis.measures import MEASURES, VERSION, measured
from services.kpis.sources import find_sources

READER = "kpis"
BATCH = 500
# So many batches in a row, then it is the turn of other work.
MOST_BATCHES = 10
ORDERS_AT_ONCE = 200
# Further than any id: nothing is left to be read by ids.
DONE = 2**62
# What else an event calls an order it is about.
_OTHERS = ("order_id", "from_order_id", "into_order_id", "replacement_id")


async def due(at: datetime, limit: int) -> list[int]:
    """A number for each batch of events that were not read yet, or for orders that were not."""
    batches = -(-await event_log.unread(READER) // BATCH)
    # What has no position yet will be read soon, and makes another one by itself.
    if not batches and not await Event.filter(position=None).exists():
        cursor = await LogCursor.get_or_none(reader=measures())
        batches = int(cursor is None or cursor.position < DONE)
    return [*range(min(MOST_BATCHES, batches))]


@operation
async def read_on(_: int) -> None:
    """Take the next events into account, and the next orders that were not read by the measures
    there are."""
    events = await event_log.read_on(READER, BATCH)
    ids = await _next_ids()
    if events:
        position = events[-1].position or 0
        changed = await _enter(orders_of(events) | set(ids), position)
        if await stock.follow(events, position):
            changed.append(stock.FIGURE)
        if changed:
            announce(SYSTEM, KpisUpdated(kpis=changed, read_to=str(position)))
    elif ids:
        # What was true at a position stays so, so there has to be another one first.
        await _go_back(ids[0])
        announce(SYSTEM, KpisUpdated(kpis=[], read_to="0"))


@operation
async def read_all() -> None:
    """Take everything into account that is there, an order at a time instead of an event."""
    reading = await event_log.hold(READER)
    reading.position = await event_log.last_position()
    await update([reading], ["position"])
    await stock.begin(reading.position)
    while ids := await _next_ids():
        await _enter(ids, reading.position)


def orders_of(events: Sequence[Event]) -> set[int]:
    """The orders that events are about."""
    found = {event.order_id for event in events}
    found |= {event.details.get(name) for event in events for name in _OTHERS}
    return {each for each in found if isinstance(each, int)}


async def _enter(order_ids: Collection[int], position: int) -> list[str]:
    """Enter what differs of orders; returns which figures that changes."""
    if not order_ids:
        return []
    told = await find_sources(await stories.told(stories.ask, order_ids))
    said = await journal.known(stories.ask, order_ids)
    differences = {
        story.order.id: journal.difference(said[story.order.id], measured(story)) for story in told
    }
    await journal.add(position, differences)
    return sorted({place.kpi for found in differences.values() for place in found})


async def _next_ids() -> list[int]:
    """The next orders to be read by their ids; they count as read."""
    known = await select_one(LogCursor, reader=measures())
    if known is not None and known.position >= DONE:
        return []
    cursor = known or await event_log.hold(measures())
    ids: list[int] = (
        await Order.filter(id__gt=cursor.position)
        .order_by("id")
        .limit(ORDERS_AT_ONCE)
        .values_list("id", flat=True)  # type: ignore[assignment]
    )
    cursor.position = ids[-1] if len(ids) == ORDERS_AT_ONCE else DONE
    await update([cursor], ["position"])
    return ids


async def _go_back(order_id: int) -> None:
    cursor = await event_log.hold(measures())
    cursor.position = order_id - 1
    await update([cursor], ["position"])


def measures() -> str:
    """Names the measures there are and the days they count by: others make all orders be read."""
    names = [each.__name__ for each in MEASURES]
    text = "\n".join([str(VERSION), stories.zone().key, *names])
    return f"{READER} {hashlib.sha256(text.encode()).hexdigest()[:16]}"

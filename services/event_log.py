"""The event log: give committed events their place, and read them back in order."""

from collections.abc import AsyncGenerator, Collection, Mapping
from typing import Any

from tortoise.transactions import in_transaction

from models import Event, LogCursor
from models.statements import select, select_after, select_one, update

PAGE = 500
PLACING_LOCK = 7_002
# More events than happen between a backup and its restore.
EPOCH = 1_000_000_000

_TAKE_IN = """
UPDATE events SET position = placed.position
FROM (
  SELECT id, (SELECT COALESCE(MAX(position), 0) FROM events) + ROW_NUMBER() OVER (ORDER BY id)
         AS position
  FROM events WHERE position IS NULL
) AS placed
WHERE events.id = placed.id
"""


async def take_in() -> int:
    """Place every committed event that has no position yet; returns how many were placed."""
    async with in_transaction() as connection:
        if connection.capabilities.dialect == "postgres":
            # Two processes that place events at once would hand out the same positions.
            await connection.execute_query(f"SELECT pg_advisory_xact_lock({PLACING_LOCK})")
        placed, _ = await connection.execute_query(_TAKE_IN)
    return placed


async def renumber() -> int:
    """Move the whole log to positions that nobody has heard of; returns its new end.

    After a restore, positions would be given a second time, to other events, and a cursor from
    before would skip some. This way it is older than the log, and answered with a reset. To be
    done while nothing runs: a feed would take what it has told already for news.
    """
    await take_in()
    async with in_transaction() as connection:
        last = await last_position()
        ahead = (last // EPOCH + 1) * EPOCH
        await connection.execute_query(
            f"UPDATE events SET position = position + {ahead:d} WHERE position IS NOT NULL"
        )
        for table in ("kpi_entries", "kpi_levels"):
            await connection.execute_query(f"UPDATE {table} SET position = position + {ahead:d}")
        # What was read before stays read.
        await connection.execute_query(
            f"UPDATE log_cursors SET position = position + {ahead:d} WHERE position > 0"
        )
    return last + ahead


async def last_position() -> int:
    newest = await Event.filter(position__isnull=False).order_by("-position").first()
    return newest.position or 0 if newest else 0


async def oldest_position() -> int:
    """The first position that can still be read; 1 for an empty log."""
    oldest = await Event.filter(position__isnull=False).order_by("position").first()
    return oldest.position or 1 if oldest else 1


async def read(after: int, where: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
    """Every event after a position that answers to `where`, oldest first, a page at a time."""
    page_is_full = True
    while page_is_full:
        page = await _page(after, where)
        for event in page:
            yield event
            after = event.position or after
        page_is_full = len(page) == PAGE


async def unread(reader: str) -> int:
    """How many events a reader has not read yet, roughly."""
    cursor = await select_one(LogCursor, reader=reader)
    return max(0, await last_position() - (cursor.position if cursor else 0))


async def hold(reader: str) -> LogCursor:
    """The cursor of a reader; nobody else reads on for it until the operation is over."""
    await LogCursor.bulk_create([LogCursor(reader=reader)], ignore_conflicts=True)
    [cursor] = await select(LogCursor, locked=True, reader=reader)
    return cursor


async def read_on(reader: str, limit: int, kinds: Collection[str] | None = None) -> list[Event]:
    """The next events for a reader, of some kinds or of all, once: inside an operation, whose end
    says that they are read. Of many workers one reads, and the others wait for it."""
    cursor = await hold(reader)
    if kinds is None:
        events = await select_after(Event, "position", cursor.position, limit=limit)
    else:
        further = Event.filter(kind__in=kinds, position__gt=cursor.position)
        events = await further.order_by("position").limit(limit)
    if events:
        cursor.position = events[-1].position or cursor.position
        await update([cursor], ["position"])
    return events


async def unread_of(reader: str, kinds: Collection[str]) -> bool:
    """Whether there are events of some kinds that a reader of those has not read yet."""
    cursor = await select_one(LogCursor, reader=reader)
    after = cursor.position if cursor else 0
    return await Event.filter(kind__in=kinds, position__gt=after).exists()


async def _page(after: int, where: Mapping[str, Any]) -> list[Event]:
    if not where:
        return await select_after(Event, "position", after, limit=PAGE)
    return await Event.filter(position__gt=after, **where).order_by("position").limit(PAGE)

"""Demand: what was asked for of each level day by day, read from the event log as it grows.

What an order asks for counts when it is placed, where its units were first reserved; those that
wait for stock count at the location that is asked first. Units that join or leave an order later
change the day it was placed. What the shop or its staff cancel was wanted all the same and stays;
what customers cancel themselves, or never pay, is taken back. Nothing is counted twice: what each
order asked for is kept, and reading an event again comes to the same.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from tortoise.connection import get_connection
from tortoise.expressions import Q

from models import (
    DemandAsk,
    DemandDay,
    Event,
    Forecast,
    Level,
    Location,
    Order,
    OrderLine,
    Person,
    Reservation,
    Role,
)
from models.rows import store_all
from models.statements import select, select_by_id, update
from services import event_log
from services.clock import now
from services.commit import operation
from services.facts.orders import (
    OrderCancelled,
    OrderExpired,
    OrderLineAdded,
    OrderLineRemoved,
    OrderLineUpdated,
    OrderMerged,
    OrderPlaced,
    OrderSplit,
    OrderSplitOff,
)
from services.facts.stock import StockMoved
from services.forecasting import Array

ONE_DAY = timedelta(days=1)
BATCH = 500
# So many batches in a row, then it is the turn of other work.
MOST_BATCHES = 10
# Older days say nothing about those to come.
HISTORY_DAYS = 365
READER = "demand"

_COUNTED = {
    fact.__name__
    for fact in (
        OrderPlaced,
        OrderLineAdded,
        OrderLineUpdated,
        OrderLineRemoved,
        OrderMerged,
        OrderSplit,
        OrderSplitOff,
    )
}
# Facts of one order that concern another one name it so.
_OTHERS = ("from_order_id", "into_order_id")

Asked = dict[tuple[int, int], int]


async def due(at: datetime, limit: int) -> list[int]:
    """A number for each batch of events that were not read yet."""
    return [*range(min(MOST_BATCHES, -(-await event_log.unread(READER) // BATCH)))]


@operation
async def read_on(_: int) -> None:
    """Take the next events into account."""
    events = await event_log.read_on(READER, BATCH)
    forecasts = _Forecasts()
    await _follow_stock([each for each in events if each.kind == StockMoved.__name__], forecasts)
    await _follow_orders(events, forecasts)
    await forecasts.save()


@dataclass(frozen=True, kw_only=True)
class History:
    """Units and shares out of stock, from 0 to 1, of every day that is over, oldest first."""

    units: Array
    out: Array


async def histories(
    rows: Sequence[Forecast], zones: Mapping[int, str], at: datetime
) -> list[History]:
    """What was asked for of the level of each forecast; `zones` are those of their locations."""
    if not rows:
        return []
    since = (at - timedelta(days=HISTORY_DAYS + 1)).date()
    ids = ", ".join(f"{row.level_id:d}" for row in rows)
    _, days = await get_connection("default").execute_query(
        "SELECT level_id, day, units, out FROM demand_days "
        f"WHERE level_id IN ({ids}) AND day >= '{since}'"
    )
    # Tens of thousands of days take a while to be put in their places.
    return await asyncio.to_thread(_put_together, rows, zones, at, days)


def _put_together(
    rows: Sequence[Forecast], zones: Mapping[int, str], at: datetime, days: Sequence[Any]
) -> list[History]:
    found: dict[int, tuple[date, History]] = {}
    for row in rows:
        zone = ZoneInfo(zones[row.location_id])
        last = at.astimezone(zone).date() - ONE_DAY
        first = max(row.began_on, last - (HISTORY_DAYS - 1) * ONE_DAY)
        length = max(0, (last - first).days + 1)
        history = History(units=np.zeros(length), out=np.zeros(length))
        found[row.level_id] = first, history
        if row.out_since is not None:
            for day, share in shares_of(row.out_since, at, zone).items():
                if 0 <= (n := (day - first).days) < length:
                    history.out[n] = share
    for each in days:
        first, history = found[each["level_id"]]
        # SQLite keeps days as text.
        day = date.fromisoformat(each["day"]) if isinstance(each["day"], str) else each["day"]
        if 0 <= (n := (day - first).days) < len(history.units):
            history.units[n] = each["units"]
            history.out[n] = min(1.0, history.out[n] + each["out"])
    return [history for _, history in found.values()]


def shares_of(since: datetime, until: datetime, zone: ZoneInfo) -> dict[date, float]:
    """Which share of each day of a zone lies between two moments."""
    since = max(since, until - timedelta(days=HISTORY_DAYS))
    shares = {}
    day = since.astimezone(zone).date()
    while (begins := begin_of(day, zone)) < until:
        ends = begin_of(day + ONE_DAY, zone)
        shares[day] = (min(until, ends) - max(since, begins)) / (ends - begins)
        day += ONE_DAY
    return shares


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


class _Forecasts:
    """The forecasts that events concern: begun where there is none, saved once."""

    def __init__(self) -> None:
        self._rows: dict[int, Forecast] = {}
        self._zones: dict[int, ZoneInfo] = {}
        self._changed: set[int] = set()
        self._days: dict[tuple[int, date], list[float]] = defaultdict(lambda: [0, 0.0])

    async def load(self, levels: Iterable[Level]) -> None:
        """Have those of levels at hand, in as many queries for many as for one."""
        new = {level.id: level for level in levels if level.id not in self._rows}
        if not new:
            return
        places = await select_by_id(Location, {level.location_id for level in new.values()})
        self._zones |= {
            level.id: ZoneInfo(places[level.location_id].time_zone) for level in new.values()
        }
        for row in await select(Forecast, locked=True, level_id__in=list(new)):
            self._rows[row.level_id] = row
        for level in new.values():
            if level.id not in self._rows:
                self._rows[level.id] = Forecast(
                    level_id=level.id,
                    variant_id=level.variant_id,
                    location_id=level.location_id,
                    began_on=date.max,
                )

    def day_of(self, level_id: int, at: datetime) -> date:
        return at.astimezone(self._zones[level_id]).date()

    def begin(self, level_id: int, day: date) -> None:
        row = self._rows[level_id]
        if day < row.began_on:
            row.began_on = day
            self._changed.add(level_id)

    def ask(self, level_id: int, day: date, units: int) -> None:
        """Count units on a day; the forecast is due when that day is over."""
        row, zone = self._rows[level_id], self._zones[level_id]
        self.begin(level_id, day)
        self._days[level_id, day][0] += units
        row.fall_due(max(now(), begin_of(day + ONE_DAY, zone)))
        self._changed.add(level_id)

    def move(self, level_id: int, available: int, at: datetime) -> None:
        """Note when a level runs out of stock, and count the days until it has some again."""
        row = self._rows[level_id]
        self.begin(level_id, self.day_of(level_id, at))
        if available <= 0 and row.out_since is None:
            row.out_since = at
            self._changed.add(level_id)
        elif available > 0 and row.out_since is not None:
            for day, share in shares_of(row.out_since, at, self._zones[level_id]).items():
                self._days[level_id, day][1] += share
            row.out_since = None
            self._changed.add(level_id)

    async def save(self) -> None:
        changed = [self._rows[level_id] for level_id in sorted(self._changed)]
        await Forecast.bulk_create([row for row in changed if row.pk is None])
        await store_all(
            [row for row in changed if row.pk is not None], "began_on", "out_since", "due_at"
        )
        await self._save_days()

    async def _save_days(self) -> None:
        if not self._days:
            return
        levels, days = {each[0] for each in self._days}, [each[1] for each in self._days]
        known = {
            (row.level_id, row.day): row
            for row in await DemandDay.filter(
                level_id__in=levels, day__gte=min(days), day__lte=max(days)
            )
        }
        new = []
        for (level_id, day), (units, share) in self._days.items():
            row = known.get((level_id, day))
            if row is None:
                new.append(
                    DemandDay(level_id=level_id, day=day, units=int(units), out=min(1.0, share))
                )
            else:
                row.units, row.out = row.units + int(units), min(1.0, row.out + share)
        await DemandDay.bulk_create(new)
        if old := [row for key, row in known.items() if key in self._days]:
            await update(old, ["units", "out"])


async def _follow_stock(events: Sequence[Event], forecasts: _Forecasts) -> None:
    variants = {each.variant_id for each in events}
    places = {each.location_id for each in events}
    levels = {
        (level.variant_id, level.location_id): level
        for level in await Level.filter(variant_id__in=variants, location_id__in=places)
    }
    where = [(each, levels.get((each.variant_id or 0, each.location_id or 0))) for each in events]
    await forecasts.load(level for _, level in where if level is not None)
    for event, level in where:
        if level is not None:
            forecasts.move(level.id, int(event.details["available"]), event.at)


async def _follow_orders(events: Sequence[Event], forecasts: _Forecasts) -> None:
    """Bring what orders asked for up to date with what has become of them."""
    concerned, given_up = set(), set(await _given_up(events))
    for event in events:
        if event.kind in _COUNTED:
            others = (event.details.get(name) for name in _OTHERS)
            concerned |= {each for each in (event.order_id, *others) if each is not None}
    if not concerned | given_up:
        return
    orders = await select_by_id(Order, concerned | given_up)
    placed = {key: row for key, row in orders.items() if row.placed_at is not None}
    wanted = await _wanted([row for key, row in placed.items() if key not in given_up])
    asks = {
        (each.order_id, each.level_id): each
        for each in await DemandAsk.filter(order_id__in=list(placed))
    }
    changes = {
        key: wanted.get(key, 0) - (asks[key].units if key in asks else 0)
        for key in {*wanted, *asks}
    }
    await forecasts.load(await select(Level, id__in=[level_id for _, level_id in changes]))
    await _save_asks({key: n for key, n in changes.items() if n}, asks, placed, forecasts)


async def _save_asks(
    changes: Asked,
    asks: Mapping[tuple[int, int], DemandAsk],
    orders: Mapping[int, Order],
    forecasts: _Forecasts,
) -> None:
    fresh: list[DemandAsk] = []
    kept: list[DemandAsk] = []
    gone: list[DemandAsk] = []
    for (order_id, level_id), units in sorted(changes.items()):
        row = asks.get((order_id, level_id))
        if row is None:
            order = orders[order_id]
            day = forecasts.day_of(level_id, order.placed_at or order.created_at)
            row = DemandAsk(order_id=order_id, level_id=level_id, day=day, units=0)
            fresh.append(row)
        row.units += units
        forecasts.ask(level_id, row.day, units)
        if row.pk is not None:
            (kept if row.units else gone).append(row)
    await DemandAsk.bulk_create(fresh)
    if kept:
        await update(kept, ["units"])
    if gone:
        await DemandAsk.filter(id__in=[row.id for row in gone]).delete()


async def _given_up(events: Iterable[Event]) -> list[int]:
    """The orders that were never paid, or that their customers cancelled."""
    cancelled = [each for each in events if each.kind == OrderCancelled.__name__]
    numbers = {each.actor: Person.id_of(each.actor) for each in cancelled}
    people = await select_by_id(Person, [each for each in numbers.values() if each is not None])
    customers = {row.number for row in people.values() if row.role is Role.CUSTOMER}
    ended = [each for each in cancelled if each.actor in customers]
    ended += [each for each in events if each.kind == OrderExpired.__name__]
    return [each.order_id for each in ended if each.order_id is not None]


async def _wanted(orders: Sequence[Order]) -> Asked:
    """Units that orders asked for, by order and level."""
    if not orders:
        return {}
    ids = [order.id for order in orders]
    lines = await select(OrderLine, order_id__in=ids)
    reserved: dict[int, list[Reservation]] = defaultdict(list)
    for row in await select(Reservation, order_id__in=ids):
        reserved[row.line_id].append(row)
    homes = await _homes({line.variant_id for line in lines})
    wanted: Asked = Counter()
    for line in lines:
        # What lives on in another order is asked for by that one.
        left = line.ordered - line.moved
        # The oldest reservations are those of its placement, whatever became of them since.
        for row in reserved[line.id]:
            units = min(left, row.quantity)
            wanted[line.order_id, row.level_id] += units
            left -= units
        if left > 0 and line.variant_id in homes:
            wanted[line.order_id, homes[line.variant_id]] += left
    return {key: units for key, units in wanted.items() if units > 0}


async def _homes(variant_ids: Collection[int]) -> dict[int, int]:
    """The level of each variant that is asked first, which should have had what was missing."""
    levels = await (
        Level.filter(Q(variant_id__in=variant_ids), location__archived_at=None)
        .order_by("location__priority", "id")
        .values_list("variant_id", "id")
    )
    return dict(reversed(levels))

"""How long what there is will last: demand, the time until more could be there, what is coming."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from models import Arrival, ArrivalStatus, Level, Location, StockAlert
from models.statements import select, select_by_id
from services import forecasts, lead_times, policies, supplier_items
from services.actors import Actor
from services.clock import now

DAY = timedelta(days=1)
# Beyond this nobody looks; a stock that lasts longer lasts.
FURTHEST_DAYS = 3_650.0


@dataclass(frozen=True, kw_only=True)
class Coming:
    """Units that should come to a level at a moment."""

    at: datetime
    units: int
    is_bought: bool


@dataclass(frozen=True, kw_only=True)
class StockOutlook:
    """What is to be expected of a level. Demand is in units a day, none where nobody knows it.

    `days_of_cover` is how long what is available lasts by itself, and `runs_out_on` the day on
    which it is gone when what comes is counted in too.
    """

    available: int
    demand_per_day: float | None
    lead_days: float
    coming: Sequence[Coming]
    zone: ZoneInfo
    at: datetime

    @property
    def wanted(self) -> int:
        """Units that should be asked for until more could be there."""
        return ceil(round((self.demand_per_day or 0.0) * self.lead_days, 6))

    @property
    def in_time(self) -> int:
        """Units that should come until more could be there; what is overdue too."""
        latest = self.at + timedelta(days=self.lead_days)
        return sum(each.units for each in self.coming if each.at <= latest)

    @property
    def days_of_cover(self) -> float | None:
        if not self.demand_per_day:
            return None
        return round(min(FURTHEST_DAYS, max(0, self.available) / self.demand_per_day), 2)

    @property
    def runs_out_on(self) -> date | None:
        """The day in the time of the location."""
        days = lasting(self.available, self.demand_per_day or 0.0, self._arriving())
        if days is None:
            return None
        return (self.at + timedelta(days=days)).astimezone(self.zone).date()

    @property
    def on_order(self) -> int:
        """Units that purchase orders bring."""
        return sum(each.units for each in self.coming if each.is_bought)

    @property
    def on_order_at(self) -> datetime | None:
        return next((each.at for each in self.coming if each.is_bought), None)

    @property
    def incoming(self) -> int:
        return sum(each.units for each in self.coming)

    def _arriving(self) -> list[tuple[float, int]]:
        return [(max(0.0, (each.at - self.at) / DAY), each.units) for each in self.coming]


def lasting(units: int, per_day: float, arriving: Iterable[tuple[float, int]]) -> float | None:
    """After how many days units are gone of which so many go each day, and to which others come
    after some days, the first ones first; None for never, or not for ten years."""
    if per_day <= 0:
        return None
    total = max(0, units)
    for days, more in arriving:
        if total / per_day < days:
            break
        total += more
    days = total / per_day
    return days if days <= FURTHEST_DAYS else None


async def of_levels(actor: Actor, levels: Sequence[Level]) -> list[StockOutlook]:
    """The outlook of each level, in a handful of statements for all of them."""
    demand = await forecasts.daily_demand([level.id for level in levels])
    lead = await _lead_days({level.variant_id for level in levels})
    places = await select_by_id(Location, {level.location_id for level in levels})
    coming = await _coming({level.variant_id for level in levels})
    at = now()
    return [
        StockOutlook(
            available=level.available,
            demand_per_day=demand[level.id].mean if level.id in demand else None,
            lead_days=lead[level.variant_id],
            coming=coming[level.variant_id, level.location_id],
            zone=ZoneInfo(places[level.location_id].time_zone),
            at=at,
        )
        for level in levels
    ]


async def of_alerts(actor: Actor, alerts: Sequence[StockAlert]) -> list[StockOutlook]:
    """The outlook of each alert's level."""
    levels = await select_by_id(Level, {alert.level_id for alert in alerts})
    found = await of_levels(actor, list(levels.values()))
    outlooks = dict(zip(levels, found, strict=True))
    return [outlooks[alert.level_id] for alert in alerts]


async def _lead_days(variant_ids: Iterable[int]) -> Mapping[int, float]:
    """How long it takes until more of variants could be there, from whom to ask first."""
    items = await supplier_items.best_for(variant_ids)
    first = [found[0] for found in items.values() if found]
    learned = await lead_times.of_items(first) if first else {}
    usual = float(policies.current().restock_days)
    return {
        variant_id: learned[found[0].id].days if found else usual
        for variant_id, found in items.items()
    }


async def _coming(variant_ids: Iterable[int]) -> Mapping[tuple[int, int], list[Coming]]:
    """What is expected of variants, by variant and location, the earliest first."""
    found: dict[tuple[int, int], list[Coming]] = defaultdict(list)
    rows = await select(Arrival, variant_id__in=sorted(variant_ids), status=ArrivalStatus.EXPECTED)
    for row in sorted(rows, key=lambda row: (row.expected_at, row.id)):
        if row.outstanding:
            bought = row.purchase_order_id is not None
            each = Coming(at=row.expected_at, units=row.outstanding, is_bought=bought)
            found[row.variant_id, row.location_id].append(each)
    return found

"""Which days are worked on, and what that makes of dates and cut-off times. Pure calculation.

A day is a date somewhere; a moment becomes one only in a time zone. So nothing here adds hours to
a moment across midnight, and a day on which the clocks change is a day like any other.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import holidays

ONE_DAY = timedelta(days=1)
# No calendar rests longer; one that does is a mistake, and looking on would never end.
LONGEST_REST = 366
WEEKDAYS = "1234567"


@dataclass(frozen=True)
class Holidays:
    """The days that are holidays in any of these countries or regions, such as DE or DE-HH."""

    places: frozenset[str]

    def __contains__(self, day: object) -> bool:
        return any(day in _holidays_of(place) for place in self.places)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Works on these days of the week, Monday being 1, but for holidays."""

    weekdays: frozenset[int]
    holidays: Container[date] = frozenset()

    @classmethod
    def of(cls, weekdays: str, *places: str) -> "Calendar":
        """`weekdays` as they are stored, such as 12345; no holidays where no place is named."""
        named = frozenset(place for place in places if place)
        return cls(weekdays=frozenset(map(int, weekdays)), holidays=Holidays(named))

    def is_working(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def next_working(self, day: date) -> date:
        """The day itself, or the first one after it that is worked on."""
        return self._search(day, ONE_DAY)

    def last_working(self, day: date) -> date:
        """The day itself, or the last one before it that is worked on."""
        return self._search(day, -ONE_DAY)

    def after(self, day: date, days: int) -> date:
        """So many working days later; for 0, the first that is worked on from that day on."""
        day = self.next_working(day)
        for _ in range(days):
            day = self.next_working(day + ONE_DAY)
        return day

    def before(self, day: date, days: int) -> date:
        """So many working days earlier; for 0, the last that is worked on up to that day."""
        day = self.last_working(day)
        for _ in range(days):
            day = self.last_working(day - ONE_DAY)
        return day

    def and_also(self, other: "Calendar") -> "Calendar":
        """The days on which both work, as a hand-over takes two."""
        return Calendar(
            weekdays=self.weekdays & other.weekdays,
            holidays=_Either(self.holidays, other.holidays),
        )

    def _search(self, day: date, step: timedelta) -> date:
        for _ in range(LONGEST_REST):
            if self.is_working(day):
                return day
            day += step
        raise ValueError(f"No day is worked on within {LONGEST_REST} days of {day}.")


@dataclass(frozen=True)
class _Either:
    one: Container[date]
    other: Container[date]

    def __contains__(self, day: object) -> bool:
        return day in self.one or day in self.other


@dataclass(frozen=True, kw_only=True)
class Route:
    """How a parcel leaves and travels: the carrier comes to the location at `cut_off`, by the
    clock of its `zone`, on days of `pickups`, and needs so many days of `transit`."""

    zone: ZoneInfo
    cut_off: time
    pickups: Calendar
    transit: Calendar
    days: int

    def dispatch_day(self, ready_at: datetime) -> date:
        """The first day on which what is ready then leaves: today until the cut-off."""
        local = ready_at.astimezone(self.zone)
        missed = local.time() > self.cut_off
        return self.pickups.next_working(local.date() + ONE_DAY if missed else local.date())

    def arrival_day(self, dispatch_day: date) -> date:
        """The day on which what left on a day arrives."""
        if self.days == 0:
            return self.transit.next_working(dispatch_day)
        return self.transit.after(dispatch_day + ONE_DAY, self.days - 1)

    def latest_dispatch_day(self, promised_day: date) -> date:
        """The last day on which something can leave and still arrive on a day."""
        day = self.transit.last_working(promised_day)
        if self.days:
            # Counted from the day after it leaves, which the carrier may not work on.
            day = self.transit.before(day, self.days - 1) - ONE_DAY
        return self.pickups.last_working(day)

    def cut_off_on(self, day: date) -> datetime:
        """The moment of the cut-off of a day, in UTC."""
        return datetime.combine(day, self.cut_off, self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The moment a day is over, in UTC: until then a promise of that day is kept."""
        return datetime.combine(day, time(23, 59, 59), self.zone).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()


def are_weekdays(text: str) -> bool:
    """Whether this names days of the week, such as 12345, each once and in order."""
    return bool(text) and "".join(sorted(set(text) & set(WEEKDAYS))) == text


def is_zone(name: str) -> bool:
    return name in available_timezones()


def is_place(place: str) -> bool:
    """Whether holidays of a country or region, such as DE or DE-HH, are known."""
    country, _, region = place.partition("-")
    regions = holidays.list_supported_countries().get(country)
    return regions is not None and (not region or region in regions)


@cache
def _holidays_of(place: str) -> Container[date]:
    country, _, region = place.partition("-")
    # It takes in the years that are asked for by itself.
    return holidays.country_holidays(country, subdiv=region or None)

"""By when service cases are to be answered and resolved, in the desk's hours. Pure calculation.

A deadline is so much time in which the desk is open. Whatever becomes of it, that time is kept:
after a pause there is as much of it left as before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from models import CaseDeadlines, CasePriority
from services.calendars import ONE_DAY, Calendar, are_weekdays, is_place, is_zone
from services.policies import Policy

NOTHING = timedelta()


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Open on the days of a calendar, from `opens` until `closes` by the clock of its `zone`.

    One that closes no later than it opens closes on the next day, so one that is open from
    midnight to midnight never closes.
    """

    zone: ZoneInfo
    opens: time
    closes: time
    days: Calendar

    def open_between(self, since: datetime, until: datetime) -> timedelta:
        """How long it is open from one moment to a later one."""
        total = NOTHING
        for opening, closing in self._hours_from(since):
            if opening >= until:
                break
            total += max(min(closing, until) - max(opening, since), NOTHING)
        return total

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """The earliest moment by which it was open for so long from this one on."""
        left = span
        for opening, closing in self._hours_from(moment):
            if left <= NOTHING:
                break
            begins = max(opening, moment)
            if left <= closing - begins:
                return begins + left
            left -= max(closing - begins, NOTHING)
        return moment

    def before(self, moment: datetime, span: timedelta) -> datetime:
        """The latest moment from which it was open for so long until this one."""
        left = span
        for opening, closing in self._hours_until(moment):
            if left <= NOTHING:
                break
            ends = min(closing, moment)
            if left <= ends - opening:
                return ends - left
            left -= max(ends - opening, NOTHING)
        return moment

    def _hours_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        # What opened the day before may be open past midnight.
        day = moment.astimezone(self.zone).date() - ONE_DAY
        while True:
            day = self.days.next_working(day)
            yield self._hours_on(day)
            day += ONE_DAY

    def _hours_until(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = moment.astimezone(self.zone).date()
        while True:
            day = self.days.last_working(day)
            yield self._hours_on(day)
            day -= ONE_DAY

    def _hours_on(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.closes > self.opens else day + ONE_DAY
        opening = datetime.combine(day, self.opens, self.zone)
        closing = datetime.combine(last, self.closes, self.zone)
        # Reckoned in UTC, or a day on which the clocks change would count an hour wrong.
        return opening.astimezone(UTC), closing.astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How long the desk has for a first answer, and to resolve a case."""

    response: timedelta
    resolution: timedelta


def begun(desk: Desk, terms: Terms, at: datetime) -> CaseDeadlines:
    """The deadlines of a case that begins at a moment."""
    return CaseDeadlines(
        response=desk.after(at, terms.response), resolution=desk.after(at, terms.resolution)
    )


def resumed(desk: Desk, due: CaseDeadlines, *, paused_at: datetime, at: datetime) -> CaseDeadlines:
    """The deadlines after a pause. One that had passed before the pause stays where it was."""

    def moved(deadline: datetime) -> datetime:
        left = desk.open_between(paused_at, deadline)
        return desk.after(at, left) if deadline > paused_at else deadline

    return CaseDeadlines(response=moved(due.response), resolution=moved(due.resolution))


def regraded(desk: Desk, due: CaseDeadlines, before: Terms, now: Terms) -> CaseDeadlines:
    """The deadlines of a case of another priority: as much later or earlier as its terms are
    longer or shorter, so that what was used up of the one is used up of the other."""

    def moved(deadline: datetime, more: timedelta) -> datetime:
        return desk.after(deadline, more) if more > NOTHING else desk.before(deadline, -more)

    return CaseDeadlines(
        response=moved(due.response, now.response - before.response),
        resolution=moved(due.resolution, now.resolution - before.resolution),
    )


def terms_of(policy: Policy, priority: CasePriority) -> Terms:
    hours = {
        CasePriority.LOW: (policy.case_response_hours_low, policy.case_resolve_hours_low),
        CasePriority.NORMAL: (policy.case_response_hours_normal, policy.case_resolve_hours_normal),
        CasePriority.HIGH: (policy.case_response_hours_high, policy.case_resolve_hours_high),
        CasePriority.URGENT: (policy.case_response_hours_urgent, policy.case_resolve_hours_urgent),
    }
    response, resolution = hours[priority]
    return Terms(response=timedelta(hours=response), resolution=timedelta(hours=resolution))


def desk_of(policy: Policy) -> Desk:
    """The desk as the policy has it; raises ValueError where that makes no sense."""
    return _desk(
        policy.desk_zone,
        policy.desk_opens,
        policy.desk_closes,
        policy.desk_days,
        policy.desk_holidays_of,
    )


@cache
def _desk(zone: str, opens: str, closes: str, days: str, holidays_of: str) -> Desk:
    if not is_zone(zone):
        raise ValueError(f"desk_zone is no time zone: {zone}")
    if not are_weekdays(days):
        raise ValueError(f"desk_days are days of the week, such as 12345: {days}")
    if holidays_of and not is_place(holidays_of):
        raise ValueError(f"desk_holidays_of is no country or region: {holidays_of}")
    return Desk(
        zone=ZoneInfo(zone),
        opens=time.fromisoformat(opens),
        closes=time.fromisoformat(closes),
        days=Calendar.of(days, holidays_of),
    )

"""Deadlines in opening hours, beside a count of every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import CaseDeadlines, CasePriority
from services.calendars import Calendar
from services.case_deadlines import Desk, Terms, begun, desk_of, regraded, resumed, terms_of
from services.policies import Policy

MINUTE = timedelta(minutes=1)
# Weeks in which the clocks of New York and Berlin change, on different days.
FIRST = datetime(2026, 3, 6, tzinfo=UTC)
DAYS = 24
CLOSED = frozenset({date(2026, 3, 9), date(2026, 3, 18), date(2026, 3, 27)})

minutes = st.integers(min_value=0, max_value=DAYS * 24 * 60)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
desks = st.builds(
    Desk,
    zone=st.sampled_from(
        [ZoneInfo("UTC"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")]
    ),
    opens=times,
    closes=times,
    days=st.builds(
        lambda days: Calendar(weekdays=days, holidays=CLOSED),
        st.frozensets(st.integers(1, 7), min_size=3),
    ),
)


def is_open(desk: Desk, at: datetime) -> bool:
    """Whether a desk is open in the minute that begins then, told by the wall clock alone."""
    local = at.astimezone(desk.zone)
    clock, today = local.time(), local.date()
    if desk.closes > desk.opens:
        return desk.days.is_working(today) and desk.opens <= clock < desk.closes
    yesterday = today - timedelta(days=1)
    return (desk.days.is_working(today) and clock >= desk.opens) or (
        desk.days.is_working(yesterday) and clock < desk.closes
    )


def counted(desk: Desk, since: datetime, until: datetime) -> timedelta:
    steps = int((until - since) / MINUTE)
    return sum((MINUTE for n in range(steps) if is_open(desk, since + n * MINUTE)), timedelta())


def moment(n: int) -> datetime:
    return FIRST + n * MINUTE


def skips_no_hour(desk: Desk) -> bool:
    """An hour that the clocks jump over, or show twice, is no hour to open or close in."""
    return not any(time(1) <= each <= time(3) for each in (desk.opens, desk.closes))


class TestDesk:
    @settings(max_examples=40)
    @given(desk=desks.filter(skips_no_hour), one=minutes, other=minutes)
    def test_counts_each_minute_that_it_is_open(self, desk, one, other):
        since, until = moment(min(one, other)), moment(max(one, other))

        span = desk.open_between(since, until)

        assert span == counted(desk, since, until)
        # There and back again, however many days of rest lie between.
        assert desk.open_between(since, desk.after(since, span)) == span
        assert desk.after(since, span) <= until
        assert desk.open_between(desk.before(until, span), until) == span
        assert desk.before(until, span) >= since

    @given(desk=desks, at=minutes)
    def test_has_no_time_to_wait_for_nothing(self, desk, at):
        assert (
            desk.after(moment(at), timedelta())
            == moment(at)
            == desk.before(moment(at), timedelta())
        )

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"desk_zone": "Mars/Olympus"}, "time zone"),
            ({"desk_days": "15371"}, "days of the week"),
            ({"desk_holidays_of": "XX"}, "country"),
            ({"desk_opens": "nine"}, "isoformat"),
        ],
    )
    def test_is_refused_where_it_makes_no_sense(self, given, says):
        with pytest.raises(ValueError, match=says):
            desk_of(Policy(**given))

    def test_keeps_the_holidays_of_its_place(self):
        desk = desk_of(Policy(desk_zone="Europe/Berlin", desk_holidays_of="DE-HH"))
        thursday = datetime(2026, 4, 2, 14, tzinfo=UTC)

        # From four in the afternoon before Good Friday to ten on the Tuesday after Easter.
        assert desk.after(thursday, timedelta(hours=2)) == datetime(2026, 4, 7, 8, tzinfo=UTC)


class TestDeadlines:
    @settings(max_examples=40)
    @given(
        desk=desks.filter(skips_no_hour),
        start=st.integers(0, 3 * 24 * 60),
        spans=st.lists(st.integers(0, 24 * 60), min_size=2, max_size=8),
        hours=st.integers(1, 30),
    )
    def test_leave_the_same_time_after_every_pause(self, desk, start, spans, hours):
        """The desk works and waits in turn, for so many minutes each."""
        terms = Terms(response=timedelta(hours=1), resolution=timedelta(hours=hours))
        at = moment(start)
        due = begun(desk, terms, at)
        worked = timedelta()
        for n, span in enumerate(spans):
            later = at + span * MINUTE
            if n % 2 == 0:
                worked += counted(desk, at, later)
            else:
                due = resumed(desk, due, paused_at=at, at=later)
            at = later

        for deadline, term in ((due.response, terms.response), (due.resolution, terms.resolution)):
            if worked < term:
                assert counted(desk, at, deadline) == term - worked
            else:
                assert deadline <= at

    @settings(max_examples=30)
    @given(desk=desks, start=minutes, before=st.integers(1, 40), after=st.integers(1, 40))
    def test_move_with_the_terms_of_another_priority(self, desk, start, before, after):
        old, new = (
            Terms(response=timedelta(hours=1), resolution=timedelta(hours=hours))
            for hours in (before, after)
        )
        at = moment(start)

        due = regraded(desk, begun(desk, old, at), old, new)

        assert due.response == begun(desk, new, at).response
        assert desk.open_between(at, due.resolution) == new.resolution

    def test_that_passed_before_a_pause_stay_where_they_were(self):
        desk = desk_of(Policy())
        due = CaseDeadlines(response=moment(0), resolution=moment(10_000))

        again = resumed(desk, due, paused_at=moment(5_000), at=moment(6_000))

        assert again.response == due.response
        assert again.resolution > due.resolution

    def test_are_tighter_the_more_urgent_it_is(self):
        terms = [terms_of(Policy(), each) for each in CasePriority]

        for one, next_one in pairwise(terms):
            assert (one.response, one.resolution) > (next_one.response, next_one.resolution)

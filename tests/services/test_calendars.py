from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import calendars
from services.calendars import Calendar, Route

WEEK = Calendar.of("12345", "DE-HH")
BERLIN = ZoneInfo("Europe/Berlin")

days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=2500)).map(lambda later: NEW_YEAR + later)
calendar = st.builds(
    Calendar,
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    holidays=st.frozensets(days, max_size=30),
)


@st.composite
def routes(draw):
    transit = draw(calendar)
    # A hand-over takes both, so there is at least one day on which both work.
    pickups = Calendar(weekdays=frozenset(range(1, 8)), holidays=draw(calendar).holidays)
    return Route(
        zone=ZoneInfo(draw(st.sampled_from(["Europe/Berlin", "America/New_York", "UTC"]))),
        cut_off=draw(st.times()),
        pickups=pickups.and_also(draw(calendar)),
        transit=transit,
        days=draw(st.integers(0, 10)),
    )


class TestCalendar:
    @given(calendar, days, st.integers(0, 20))
    def test_gives_working_days_in_the_order_of_what_was_asked(self, one, day, number):
        later, earlier = one.after(day, number), one.before(day, number)

        assert one.is_working(later)
        assert one.is_working(earlier)
        assert earlier <= day <= later
        assert one.after(day, number + 1) > later
        assert one.after(day + timedelta(days=1), number) >= later

    @given(calendar, days, st.integers(0, 20))
    def test_counts_back_what_it_counted(self, one, day, number):
        day = one.next_working(day)

        assert one.before(one.after(day, number), number) == day

    def test_rests_on_the_holidays_of_its_place(self):
        assert WEEK.next_working(date(2026, 4, 3)) == date(2026, 4, 7)
        assert WEEK.last_working(date(2026, 10, 31)) == date(2026, 10, 30)
        # The day of the Reformation is one in Hamburg and none in France.
        assert Calendar.of("1234567", "FR").is_working(date(2026, 10, 31))

    def test_works_only_when_both_do(self):
        both = WEEK.and_also(Calendar.of("123456", "FR"))

        assert not both.is_working(date(2026, 7, 14))
        assert not both.is_working(date(2026, 7, 18))
        assert both.is_working(date(2026, 7, 15))

    def test_never_looks_on_for_ever(self):
        with pytest.raises(ValueError, match="No day"):
            Calendar(weekdays=frozenset()).next_working(date(2026, 1, 1))


def route(**given) -> Route:
    usual = {"zone": BERLIN, "cut_off": time(15), "pickups": WEEK, "transit": WEEK, "days": 2}
    return Route(**usual | given)


class TestRoute:
    @given(routes(), moments, st.timedeltas(timedelta(0), timedelta(days=3)))
    def test_never_dispatches_what_comes_later_earlier(self, one, moment, later):
        first, second = one.dispatch_day(moment), one.dispatch_day(moment + later)

        assert first <= second
        assert one.arrival_day(first) <= one.arrival_day(second)
        assert one.pickups.is_working(first)
        assert one.transit.is_working(one.arrival_day(first))
        assert one.arrival_day(first) >= first

    @given(routes(), moments)
    def test_dispatches_before_the_cut_off_and_never_after(self, one, moment):
        day = one.dispatch_day(moment)
        leaves = datetime.combine(day, one.cut_off, one.zone)

        # By the clock on the wall, which is what a cut-off is read from.
        assert moment.astimezone(one.zone).replace(tzinfo=None) <= leaves.replace(tzinfo=None)

    @given(routes(), moments)
    def test_keeps_a_promise_by_leaving_at_the_latest(self, one, moment):
        promised = one.arrival_day(one.dispatch_day(moment))

        latest = one.latest_dispatch_day(promised)

        assert latest >= one.dispatch_day(moment)
        assert one.arrival_day(latest) <= promised
        following = one.pickups.next_working(latest + timedelta(days=1))
        assert one.arrival_day(following) > promised

    @pytest.mark.parametrize(
        ("hour", "minute", "day"), [(13, 59, 5), (14, 0, 5), (14, 1, 6), (23, 30, 6)]
    )
    def test_dispatches_a_day_later_after_the_cut_off(self, hour, minute, day):
        ready = datetime(2026, 1, 5, hour, minute, tzinfo=UTC)

        assert route().dispatch_day(ready) == date(2026, 1, day)

    @pytest.mark.parametrize(
        ("month", "day", "hour"), [(3, 27, 14), (3, 30, 13), (10, 23, 13), (10, 26, 14)]
    )
    def test_keeps_its_cut_off_when_the_clocks_change(self, month, day, hour):
        that_day = date(2026, month, day)

        cut_off = route().cut_off_on(that_day)

        assert cut_off == datetime(2026, month, day, hour, tzinfo=UTC)
        assert route().dispatch_day(cut_off) == that_day
        assert route().dispatch_day(cut_off + timedelta(seconds=1)) > that_day

    def test_travels_around_weekends_and_holidays(self):
        # Thursday before Easter, which in Germany lasts from Friday to Monday.
        assert route().arrival_day(date(2026, 4, 2)) == date(2026, 4, 8)
        assert route().latest_dispatch_day(date(2026, 4, 8)) == date(2026, 4, 2)
        assert route(days=0).arrival_day(date(2026, 4, 3)) == date(2026, 4, 7)


class TestNames:
    @pytest.mark.parametrize("text", ["1", "12345", "67", "1234567"])
    def test_of_weekdays_are_known(self, text):
        assert calendars.are_weekdays(text)

    @pytest.mark.parametrize("text", ["", "0", "21", "11", "8", "x"])
    def test_of_other_days_are_not(self, text):
        assert not calendars.are_weekdays(text)

    @pytest.mark.parametrize(
        ("place", "known"), [("DE", True), ("DE-HH", True), ("DE-XX", False), ("", False)]
    )
    def test_of_places_with_holidays_are_known(self, place, known):
        assert calendars.is_place(place) is known

    def test_of_zones_are_known(self):
        assert calendars.is_zone("Europe/Berlin")
        assert not calendars.is_zone("Europe/Atlantis")

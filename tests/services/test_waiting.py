from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.waiting import Coming, Place, Waiting, deal

DAY = datetime(2026, 1, 5, tzinfo=UTC)

moments = st.integers(0, 400).map(lambda hours: DAY + timedelta(hours=hours, microseconds=hours))
places = st.builds(
    Place,
    expedited=st.booleans(),
    promised_at=st.none() | moments,
    placed_at=moments,
    line_id=st.integers(1, 2**63 - 1),
)
queues = st.lists(st.integers(1, 9), max_size=8).map(
    lambda units: [Waiting(line_id=n, units=each) for n, each in enumerate(units)]
)
arrivals = st.lists(st.builds(Coming, units=st.integers(0, 9), at=moments), max_size=6)


class TestPlace:
    @given(st.lists(places, max_size=8))
    def test_sorts_by_service_then_promise_then_time_of_order(self, found):
        def turn(place):
            promise = place.promised_at or datetime.max.replace(tzinfo=UTC)
            return (not place.expedited, promise, place.placed_at, place.line_id)

        by_key = sorted(found, key=lambda place: place.key)

        assert [turn(place) for place in by_key] == sorted(turn(place) for place in found)

    @given(places)
    def test_is_read_back_from_its_key(self, place):
        assert Place.of(place.key) == place

    def test_outside_of_the_queue_is_behind_everybody(self):
        there = {"promised_at": None, "placed_at": DAY}
        last = Place(expedited=False, line_id=2**63 - 1, **there)
        outside = Place(expedited=True, line_id=1, outside=True, **there)

        assert outside.key > last.key
        assert "stepped out" in outside.sentence(None, 0)

    def test_explains_itself(self):
        place = Place(expedited=False, promised_at=None, placed_at=DAY, line_id=7)

        assert place.sentence(3, 12) == (
            "Number 3 in the queue: 12 units wait before it "
            "(a standard service, no date given, placed on 2026-01-05)."
        )


class TestDeal:
    def test_gives_what_is_there_and_then_what_comes(self):
        queue = [Waiting(line_id=1, units=3), Waiting(line_id=2, units=4)]
        later = [Coming(units=9, at=DAY + timedelta(days=2)), Coming(units=3, at=DAY)]

        found = deal(queue, 2, later)

        assert (found.lines[1].units_now, found.lines[1].expected_at) == (2, DAY)
        assert (found.lines[2].units_now, found.lines[2].expected_at) == (0, later[0].at)
        assert (found.spare, found.coming) == (0, (Coming(units=7, at=later[0].at),))

    @given(queue=queues, available=st.integers(-2, 20), coming=arrivals)
    def test_never_gives_a_unit_twice(self, queue, available, coming):
        found = deal(queue, available, coming)

        there = max(0, available)
        assert sum(each.units_now for each in found.lines.values()) + found.spare == there
        for at in {each.at for each in coming}:
            due = [each for each in queue if found.lines[each.line_id].expected_at is not None]
            due = [each for each in due if found.lines[each.line_id].expected_at <= at]
            later = sum(each.units - found.lines[each.line_id].units_now for each in due)
            assert later <= sum(each.units for each in coming if each.at <= at)
        left = sum(each.units for each in coming) - sum(each.units for each in found.coming)
        waiting = sum(each.units for each in queue) - (there - found.spare)
        assert left == min(waiting, sum(each.units for each in coming))

    @given(queue=queues, available=st.integers(0, 20), coming=arrivals)
    def test_serves_nobody_before_those_who_stand_before_them(self, queue, available, coming):
        found = deal(queue, available, coming)

        dealt = [found.lines[each.line_id] for each in queue]
        missing = [q.units - each.units_now for q, each in zip(queue, dealt, strict=True)]
        for n, each in enumerate(dealt):
            if any(missing[:n]):
                assert each.units_now == 0
        dates = [each.expected_at for each, m in zip(dealt, missing, strict=True) if m]
        known = [date for date in dates if date is not None]
        assert known == sorted(known)
        assert dates == known + [None] * (len(dates) - len(known))

    @given(queue=queues, coming=arrivals)
    def test_tells_the_earliest_time_by_which_all_of_a_line_has_come(self, queue, coming):
        found = deal(queue, 0, coming)

        before = 0
        for each in queue:
            before += each.units
            enough = [
                at
                for at in sorted({one.at for one in coming})
                if sum(one.units for one in coming if one.at <= at) >= before
            ]
            assert found.lines[each.line_id].expected_at == (enough[0] if enough else None)

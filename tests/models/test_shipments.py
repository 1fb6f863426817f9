"""How a parcel follows what its carrier reports."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import CarrierEvent, Shipment, ShipmentStatus
from models.lifecycle import SHIPMENT_STEPS

S = ShipmentStatus
START = datetime(2026, 1, 5, 12, tzinfo=UTC)


def shipped() -> Shipment:
    return Shipment(id=42, status=S.SHIPPED, shipped_at=START)


def reported(status: ShipmentStatus, hour: int, event_id: int = 1) -> CarrierEvent:
    at = START + timedelta(hours=hour)
    return CarrierEvent(id=event_id, status=status, occurred_at=at)


def follow(*told: tuple[ShipmentStatus, int]) -> list[ShipmentStatus]:
    """The status after each report, as they arrive."""
    parcel, events, seen = shipped(), [], []
    for n, (status, hour) in enumerate(told):
        events.append(reported(status, hour, n))
        parcel.follow(events)
        seen.append(parcel.status)
    return seen


@st.composite
def journeys(draw: st.DrawFn, *, without: frozenset[ShipmentStatus] = frozenset()):
    """Reports of one journey that do not contradict each other, in the order of their time."""
    status, journey = S.SHIPPED, []
    for hour in range(draw(st.integers(1, 6))):
        following = sorted(SHIPMENT_STEPS[status] - without)
        if not following:
            break
        status = draw(st.sampled_from(following))
        journey.append((status, hour))
    return journey


class TestFollow:
    def test_takes_the_latest_status_of_the_carriers_clock(self):
        assert follow((S.IN_TRANSIT, 1), (S.OUT_FOR_DELIVERY, 2), (S.DELIVERED, 3)) == [
            S.IN_TRANSIT,
            S.OUT_FOR_DELIVERY,
            S.DELIVERED,
        ]

    def test_is_not_moved_back_by_a_late_report(self):
        assert follow((S.OUT_FOR_DELIVERY, 2), (S.IN_TRANSIT, 1)) == [S.OUT_FOR_DELIVERY] * 2

    def test_is_not_moved_by_a_repeated_report(self):
        parcel = shipped()
        events = [reported(S.IN_TRANSIT, 1, 1)]

        assert parcel.follow(events) is True
        assert parcel.follow([*events, reported(S.IN_TRANSIT, 1, 2)]) is False

    def test_goes_out_again_after_a_failed_delivery(self):
        told = (S.DELIVERY_FAILED, 1), (S.OUT_FOR_DELIVERY, 2), (S.DELIVERED, 3)

        assert follow(*told)[-1] is S.DELIVERED

    def test_finds_a_lost_parcel_again(self):
        assert follow((S.LOST, 1), (S.DELIVERED, 2))[-1] is S.DELIVERED

    def test_understands_a_report_only_once_it_knows_what_came_before(self):
        told = (S.RETURNING, 1), (S.DELIVERED, 3), (S.LOST, 2)

        assert follow(*told) == [S.RETURNING, S.RETURNING, S.DELIVERED]

    @pytest.mark.parametrize("end", [S.DELIVERED, S.RETURNED_TO_SENDER, S.DAMAGED])
    def test_stays_at_its_end(self, end):
        assert follow((end, 5), (S.LOST, 6), (S.DAMAGED, 1), (S.RETURNING, 7)) == [end] * 4

    def test_notes_when_the_customer_got_it(self):
        parcel = shipped()

        parcel.follow([reported(S.DELIVERED, 3), reported(S.IN_TRANSIT, 1)])

        assert parcel.delivered_at == START + timedelta(hours=3)

    def test_has_no_delivery_before_it(self):
        parcel = shipped()

        parcel.follow([reported(S.OUT_FOR_DELIVERY, 3)])

        assert parcel.delivered_at is None

    @pytest.mark.parametrize("status", [S.CREATED, S.LABELLED, S.VOIDED])
    def test_waits_until_the_carrier_has_it(self, status):
        parcel = Shipment(id=42, status=status)

        assert parcel.follow([reported(S.DELIVERED, 1)]) is False
        assert parcel.status is status

    @given(data=st.data(), journey=journeys())
    def test_ends_the_same_in_whatever_order_the_reports_arrive(self, data, journey):
        repeated = data.draw(st.lists(st.sampled_from(journey)))
        arrivals = data.draw(st.permutations(journey + repeated))

        assert follow(*arrivals)[-1] is journey[-1][0]

    @given(data=st.data(), journey=journeys(without=frozenset({S.LOST, S.RETURNING})))
    def test_is_never_moved_back(self, data, journey):
        arrivals = data.draw(st.permutations(journey))

        for n in range(1, len(arrivals) + 1):
            latest = max(arrivals[:n], key=lambda report: report[1])
            assert follow(*arrivals[:n])[-1] is latest[0]

"""What is reckoned of a situation, without a database: each cause, its evidence and what helps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import FulfillmentStatus, HoldKind, ShipmentStatus
from services.delays import (
    REMEDIES,
    STAGE_OF,
    DelayReason,
    Dwell,
    Held,
    Remedy,
    Situation,
    Waiting,
    Way,
    Work,
    assess,
)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DWELLS = {
    "release": Dwell(median=4, spread=2),
    "pick": Dwell(median=2, spread=1),
    "pack": Dwell(median=1, spread=1),
    "hand_over": Dwell(median=1, spread=1),
}
_D, _R, _S = DelayReason, Remedy, ShipmentStatus


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def situation(**given) -> Situation:
    """Promised for in three days, to be handed over tomorrow at noon."""
    usual = {"at": NOON, "promised_at": NOON + hours(72), "dispatch_by": NOON + hours(24)}
    return Situation(**usual | given)


def work(status=FulfillmentStatus.RELEASED, since=1.0) -> Work:
    return Work(number="FUL-1001", status=status, since=NOON - hours(since))


def way(status=_S.IN_TRANSIT, silent=1.0) -> Way:
    about = {"number": "SHP-1001", "carrier": "DHL", "silence_hours": 24}
    return Way(status=status, heard_at=NOON - hours(silent), **about)


def reasons(risk) -> list[DelayReason]:
    return [cause.reason for cause in risk.causes]


class TestAssess:
    def test_has_no_cause_where_all_goes_well(self):
        for parts in ({"work": [work()]}, {"parcels": [way()]}, {"has_unplanned": True}):
            risk = assess(situation(**parts), DWELLS)

            assert reasons(risk) == []
            assert risk.probability < 0.1
            assert risk.expected_days_late == 0

    def test_sees_work_that_takes_longer_than_usual(self):
        behind = situation(work=[work(since=30)], dispatch_by=NOON + hours(2))

        risk = assess(behind, DWELLS)

        [cause] = risk.causes
        assert cause.reason is _D.PICKING_BEHIND
        assert cause.evidence == "FUL-1001 is released for 30 hours; usually that takes 2."
        assert _R.SHIP_FROM_ELSEWHERE in cause.remedies
        assert 0.5 < risk.probability < 1

    def test_sees_a_missed_deadline(self):
        risk = assess(situation(work=[work()], dispatch_by=NOON - hours(1)), DWELLS)

        assert reasons(risk) == [_D.MISSED_CUTOFF]
        assert risk.probability > 0.95
        assert risk.expected_days_late == 1

    @pytest.mark.parametrize(
        ("is_payment", "reason", "remedy"),
        [(False, _D.ON_HOLD, _R.RELEASE_HOLD), (True, _D.UNPAID, _R.COLLECT_PAYMENT)],
    )
    def test_sees_a_hold_that_lasts_too_long(self, is_payment, reason, remedy):
        due = NOON + hours(48)
        hold = Held(number="HLD-1001", kind=HoldKind.MANUAL, is_payment=is_payment, due_at=due)

        risk = assess(situation(has_unplanned=True, holds=[hold]), DWELLS)

        assert reasons(risk) == [reason]
        assert risk.causes[0].remedies == (remedy,)
        assert risk.causes[0].days == 2
        assert risk.probability > 0.9
        assert risk.expected_days_late == 2

    def test_sees_stock_that_comes_too_late(self):
        mugs = Waiting(sku="MUG", units=2, expected_at=NOON + hours(120))

        risk = assess(situation(waiting=[mugs]), DWELLS)

        assert reasons(risk) == [_D.BACK_ORDER]
        assert risk.causes[0].evidence == "2 units of MUG should come 2026-01-10 12:00 UTC."
        assert risk.probability > 0.9
        assert risk.expected_days_late == 5

    @pytest.mark.parametrize(("silent", "chance"), [(24, 0.5), (48, 0.75)])
    def test_is_the_surer_the_longer_a_carrier_is_silent(self, silent, chance):
        risk = assess(situation(parcels=[way(silent=silent)]), DWELLS)

        assert reasons(risk) == [_D.CARRIER_SILENCE]
        assert risk.probability == chance

    @pytest.mark.parametrize(
        ("status", "reason", "chance"),
        [
            (_S.LOST, _D.PARCEL_LOST, 1),
            (_S.DAMAGED, _D.PARCEL_DAMAGED, 1),
            (_S.RETURNING, _D.PARCEL_RETURNING, 1),
            (_S.RETURNED_TO_SENDER, _D.PARCEL_RETURNING, 1),
            (_S.DELIVERY_FAILED, _D.DELIVERY_FAILED, 0.3),
        ],
    )
    def test_sees_what_has_become_of_a_parcel(self, status, reason, chance):
        risk = assess(situation(parcels=[way(), way(status)]), DWELLS)

        assert reasons(risk) == [reason]
        assert risk.probability == chance

    def test_is_sure_once_the_promise_has_passed(self):
        risk = assess(situation(promised_at=NOON - hours(36), parcels=[way()]), DWELLS)

        assert reasons(risk) == [_D.PAST_PROMISE]
        assert (risk.probability, risk.expected_days_late) == (1, 1.5)

    def test_names_something_that_helps_against_everything(self):
        assert set(REMEDIES) == set(DelayReason)
        assert set().union(*REMEDIES.values()) == set(Remedy)

    @given(
        st.floats(0, 500),
        st.floats(-300, 300),
        st.sampled_from(list(STAGE_OF)),
    )
    def test_is_never_less_likely_the_less_time_is_left(self, since, slack, status):
        one = [work(status, since)]

        more, less = (
            assess(situation(work=one, dispatch_by=NOON + hours(each)), DWELLS)
            for each in (slack + 5, slack)
        )

        assert 0 <= more.probability <= less.probability <= 1
        assert more.expected_days_late <= less.expected_days_late

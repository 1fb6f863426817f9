"""What a level needs, and that every number of it is explained."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import ReplenishmentMethod as Method
from services.needs import Outlook, Packing, Plan, Position, needed

UNITS = st.integers(0, 300)
POSITIONS = st.builds(
    Position, on_hand=UNITS, reserved=UNITS, backordered=UNITS, on_order=UNITS, in_transfer=UNITS
)
PLANS = st.builds(
    Plan,
    method=st.sampled_from(Method),
    reorder_point=UNITS,
    quantity=st.integers(1, 100),
    order_up_to=st.integers(1, 400),
    cover_days=st.integers(1, 60),
    review_days=st.integers(1, 14),
    service_level=st.floats(0.01, 0.999),
    safety_stock=st.integers(0, 50),
    maximum=st.none() | st.integers(0, 500),
)
OUTLOOKS = st.builds(
    Outlook,
    mean=st.floats(0, 20),
    spread=st.floats(0, 20),
    lead_days=st.floats(0, 40),
    lead_spread_days=st.floats(0, 10),
)
PACKINGS = st.builds(Packing, size=st.integers(1, 40), minimum=st.integers(1, 120))

FEW = Position(on_hand=8, reserved=3, backordered=2, on_order=4, in_transfer=1)


def said(need):
    return {term.name: term.value for term in need.terms}


class TestNeeded:
    def test_fills_up_from_the_reorder_point(self):
        plan = Plan(method=Method.MIN_MAX, reorder_point=8, order_up_to=30)

        need = needed(plan, FEW, Outlook(), Packing())

        assert need.quantity == 22
        assert said(need) == {
            "ORDER_UP_TO": 30,
            "ON_HAND": -8,
            "RESERVED": 3,
            "BACKORDERED": 2,
            "ON_ORDER": -4,
            "IN_TRANSFER": -1,
        }

    def test_needs_nothing_above_the_reorder_point(self):
        plan = Plan(method=Method.MIN_MAX, reorder_point=7, order_up_to=30)

        assert needed(plan, FEW, Outlook(), Packing()).quantity == 0

    @pytest.mark.parametrize(("point", "quantity"), [(7, 0), (8, 10), (17, 10), (18, 20)])
    def test_buys_fixed_quantities_until_it_is_above_the_point(self, point, quantity):
        plan = Plan(method=Method.REORDER_POINT_QUANTITY, reorder_point=point, quantity=10)

        assert needed(plan, FEW, Outlook(), Packing()).quantity == quantity

    def test_covers_the_lead_time_and_days_more(self):
        plan = Plan(method=Method.DAYS_OF_COVER, cover_days=10, safety_stock=5)

        need = needed(plan, Position(on_hand=9), Outlook(mean=2, lead_days=4), Packing())

        assert said(need) == {
            "LEAD_TIME_DEMAND": 10,
            "SAFETY_STOCK": 5,
            "COVER": 20,
            "ON_HAND": -9,
        }
        assert need.quantity == 26

    def test_keeps_a_safety_stock_for_what_is_not_known(self):
        plan = Plan(method=Method.FORECAST, cover_days=10, service_level=0.95)
        outlook = Outlook(mean=2, spread=3, lead_days=8, lead_spread_days=2)

        need = needed(plan, Position(), outlook, Packing())

        assert said(need)["SAFETY_STOCK"] == 17
        assert "95.0%" in need.terms[1].sentence

    def test_rounds_up_to_the_minimum_and_to_packs(self):
        plan = Plan(method=Method.MIN_MAX, reorder_point=8, order_up_to=10)

        need = needed(plan, FEW, Outlook(), Packing(size=12, minimum=20))

        assert need.quantity == 24
        assert (said(need)["MINIMUM"], said(need)["PACKS"]) == (18, 4)

    def test_stays_below_the_maximum_in_whole_packs(self):
        plan = Plan(method=Method.MIN_MAX, reorder_point=8, order_up_to=30, maximum=31)

        need = needed(plan, FEW, Outlook(), Packing(size=10))

        assert need.quantity == 20
        assert said(need)["MAXIMUM"] == -10
        tight = replace(plan, maximum=17)
        assert needed(tight, FEW, Outlook(), Packing(size=10)).quantity == 0

    @given(PLANS, POSITIONS, OUTLOOKS, PACKINGS)
    def test_is_explained_in_whole_packs_and_once(self, plan, position, outlook, packing):
        need = needed(plan, position, outlook, packing)

        assert sum(term.value for term in need.terms) == need.quantity >= 0
        assert need.quantity % packing.size == 0
        if not need.quantity:
            return
        assert need.quantity >= packing.minimum
        if plan.maximum is not None:
            assert position.units + need.quantity <= plan.maximum
        assert all(term.sentence for term in need.terms)
        ordered = replace(position, on_order=position.on_order + need.quantity)
        received = replace(position, on_hand=position.on_hand + need.quantity)
        for after in (ordered, received):
            assert needed(plan, after, outlook, packing).quantity == 0

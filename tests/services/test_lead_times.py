from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import LeadObservation, PurchaseOrder, SupplierDelivery, SupplierItem
from services import lead_times, purchase_orders, supplier_items
from services.actors import SYSTEM
from services.commit import operation
from services.lead_times import KEPT, LeadTime, Seen
from tests.cast import one_database
from tests.purchases import bought, line_of, receive

pytestmark = pytest.mark.usefixtures("clock")


def seen(*days: float) -> list[Seen]:
    return [Seen(line_id=n, days=each, share=1.0) for n, each in enumerate(days)]


class TestLearned:
    def test_is_what_was_stated_while_nothing_was_seen(self):
        assert lead_times.learned(20, []) == LeadTime(
            days=20.0,
            spread_days=5.0,
            observations=0,
            stated_days=20,
            median_days=None,
            p90_days=20 + 1.2816 * 5,
        )

    def test_gives_half_the_say_to_four_lines(self):
        four = [Seen(line_id=n, days=30.0, share=1.0) for n in range(4)]
        # Of fading weights, four lines are worth a little less than four.
        n = (1 + 0.9 + 0.81 + 0.729) ** 2 / (1 + 0.81 + 0.6561 + 0.531441)

        found = lead_times.learned(20, four)

        z = n / (n + 4)
        assert isclose(found.days, z * 30 + (1 - z) * 20)
        assert 24.9 < found.days < 25.1
        assert isclose(found.spread_days**2, (1 - z) * 25 + z * (1 - z) * 100)

    def test_forgets_what_is_long_ago(self):
        slow_once = lead_times.learned(10, seen(*[20.0] * 15, *[5.0] * 15))

        assert slow_once.median_days == 5.0

    def test_is_not_moved_by_one_that_was_far_off(self):
        steady = seen(9.0, 10.0, 11.0, 10.0, 9.0, 11.0, 10.0)
        found = lead_times.learned(10, [*steady, *seen(200.0)])

        assert found.median_days == 10.0
        assert found.spread_days < 3
        assert found.p90_days > 11

    def test_counts_a_line_that_came_in_parts_once(self):
        parts = [Seen(line_id=1, days=days, share=0.25) for days in (4.0,) * 4]

        assert lead_times.learned(10, parts).days == lead_times.learned(10, seen(4.0)).days

    @given(st.lists(st.floats(0, 400), min_size=1, max_size=40), st.integers(0, 400))
    def test_lies_between_what_was_seen_and_what_was_stated(self, days, stated):
        found = lead_times.learned(stated, seen(*days))

        low, high = min(*days, stated), max(*days, stated)
        assert low - 1e-9 <= found.days <= high + 1e-9
        assert min(days) <= found.median_days <= max(days)
        assert found.spread_days >= 0

    @given(
        st.lists(st.tuples(st.floats(0, 100), st.integers(1, 5)), min_size=1, max_size=20),
        st.sampled_from([0.1, 0.5, 0.9]),
    )
    def test_has_the_quantiles_of_each_value_as_often_as_it_weighs(self, weighted, part):
        repeated = sorted(value for value, weight in weighted for _ in range(weight))

        found = lead_times.quantile([(value, float(weight)) for value, weight in weighted], part)

        at_most = sum(1 for each in repeated if each <= found)
        below = sum(1 for each in repeated if each < found)
        assert at_most >= part * len(repeated) - 1e-6
        assert below < part * len(repeated) + 1e-6


class TestObserve:
    async def test_learns_from_what_is_received(self, shop, clock):
        order = await bought(shop, mug=10)
        clock.advance(days=9)
        await receive(order, shop.mug, 4, damaged=1)
        clock.advance(days=2)
        await receive(order, shop.mug, 6)

        item = await SupplierItem.get()
        found = await LeadObservation.all().order_by("id")
        assert [(each.item_id, each.days, each.share) for each in found] == [
            (item.id, 9.0, 0.4),
            (item.id, 11.0, 0.6),
        ]
        first = await SupplierDelivery.all().order_by("id").first()
        assert (first.units, first.damaged, first.late_days) == (4, 1, -5.0)
        assert (first.lead_days, first.stated_days, first.listed) == (9.0, 14, 500)
        learned = (await lead_times.of_items([item]))[item.id]
        assert (learned.observations, learned.stated_days, learned.median_days) == (2, 14, 11.0)

    async def test_takes_what_is_scanned_within_half_a_day_for_one_delivery(self, shop, clock):
        order = await bought(shop, mug=10)
        clock.advance(days=9)
        for _ in range(3):
            await receive(order, shop.mug, 2, damaged=1)
            clock.advance(hours=4)
        clock.advance(minutes=1)
        await receive(order, shop.mug, 4)

        deliveries = await SupplierDelivery.all().order_by("id")
        assert [(each.units, each.damaged, each.lead_days) for each in deliveries] == [
            (6, 3, 9.0),
            (4, 0, 9.0 + 721 / 1440),
        ]
        seen = await LeadObservation.all().order_by("id")
        assert [each.days for each in seen] == [each.lead_days for each in deliveries]
        assert [round(each.share, 6) for each in seen] == [0.6, 0.4]

    @one_database
    async def test_takes_what_the_item_states_before_the_supplier(self, shop, clock):
        order = await bought(shop)
        item = await SupplierItem.get()
        await supplier_items.update(SYSTEM, item.id, {"lead_days": 0})

        clock.advance(days=3)
        await receive(order, shop.mug, 10)

        assert (await SupplierDelivery.get()).stated_days == 0
        item = await SupplierItem.get()
        assert (await lead_times.of_items([item]))[item.id].stated_days == 0

    async def test_keeps_the_latest_of_each_item(self, shop, clock):
        order = await bought(shop, mug=100)
        for _ in range(KEPT + 5):
            clock.advance(days=1)
            await receive(order, shop.mug, 1)

        ids = await LeadObservation.all().order_by("id").values_list("id", flat=True)
        assert len(ids) == KEPT
        assert min(ids) == 6
        assert await SupplierDelivery.all().count() == KEPT + 5

    @one_database
    async def test_learns_nothing_of_what_the_supplier_does_not_list(self, shop, clock):
        order = await bought(shop, mug=10, shirt=5)
        clock.advance(days=1)
        mug, shirt = await line_of(order, shop.mug), await line_of(order, shop.shirt)

        @operation
        async def both():
            locked = await PurchaseOrder.get(id=order.id)
            counted = {mug.id: (10, 0), shirt.id: (5, 5)}
            await purchase_orders.receive_units(SYSTEM, locked, counted, clock.time)

        await both()

        # Nobody has said that the supplier sells shirts, so nothing is learned of them.
        assert await SupplierDelivery.all().count() == 2
        assert await LeadObservation.all().count() == 1

    async def test_knows_nothing_of_nothing(self, database):
        assert await lead_times.of_items([]) == {}

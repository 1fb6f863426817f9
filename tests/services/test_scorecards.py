from datetime import UTC, datetime, timedelta

import pytest

from models import PurchaseOrderLine, ReceiptLine, Supplier, SupplierItem
from services import purchase_orders, purchase_talks, scorecards, suppliers
from services.actors import SYSTEM
from services.purchase_talks import Wish
from services.scorecards import Score, ScorecardMeasure
from tests.buying import supplier_of
from tests.cast import one_database, refuses
from tests.inbound import completed, receipt_line
from tests.purchases import answer, bought, line_of, receive

pytestmark = pytest.mark.usefixtures("clock")

_M = ScorecardMeasure


async def card(supplier_id=1, **given):
    since, until = scorecards.period(given.get("since"), given.get("until"))
    supplier = await Supplier.get(id=supplier_id)
    # What is sent at this very moment should count too.
    [found] = await scorecards.of_suppliers([supplier], since, until + timedelta(seconds=1))
    return found


async def scores(**given) -> dict[str, tuple[int, int]]:
    found = await card(**given)
    return {measure: (score.met, score.of) for measure, score in found.scores.items()}


async def lines(measure, *, met=False, first=None):
    [found] = await scorecards.lines_of([await card()], measure, met=met, first=first)
    return found


class TestScorecard:
    async def test_says_nothing_of_what_has_not_been_tested(self, shop):
        await bought(shop)

        found = await card()

        assert (found.orders, found.line_count, found.units) == (1, 1, 0)
        assert set(found.scores.values()) == {Score(met=0, of=0)}

    async def test_is_perfect_where_everything_was_kept(self, shop, clock):
        order = await bought(shop, "acknowledged", at=clock.time + timedelta(days=10))
        clock.advance(days=10)
        await receive(order, shop.mug, 10)

        assert await scores() == {
            "on_time": (1, 1),
            "in_full": (1, 1),
            "perfect": (1, 1),
            "quality": (10, 10),
            "lead_time": (1, 1),
            "answers": (1, 1),
            "price": (1, 1),
        }
        assert await lines(_M.ON_TIME) == []
        [kept] = await lines(_M.ON_TIME, met=True)
        assert (kept.order_id, kept.asked, kept.came) == (order.id, 10, 10)
        assert set(kept.verdicts.values()) == {True}

    async def test_counts_by_the_time_confirmed_and_a_grace(self, shop, clock):
        confirmed = clock.time + timedelta(days=10)
        orders = [await bought(shop, "acknowledged", at=confirmed) for _ in range(2)]
        clock.time = confirmed + timedelta(days=1)
        await receive(orders[0], shop.mug, 10)
        clock.advance(minutes=1)
        await receive(orders[1], shop.mug, 10)

        found = await scores()

        assert found["on_time"] == (1, 2)
        assert found["in_full"] == (2, 2)
        assert found["perfect"] == (1, 2)
        assert [each.order_id for each in await lines(_M.ON_TIME)] == [orders[1].id]

    async def test_counts_by_the_time_expected_where_none_was_confirmed(self, shop, clock):
        await bought(shop)
        clock.advance(days=15, minutes=-1)
        assert (await scores())["on_time"] == (0, 0)

        clock.advance(minutes=2)
        assert (await scores())["on_time"] == (0, 1)
        assert (await scores())["in_full"] == (0, 1)

    async def test_is_not_on_time_while_some_is_missing_too_long(self, shop, clock):
        order = await bought(shop, "acknowledged", at=clock.time + timedelta(days=5))
        clock.advance(days=5)
        await receive(order, shop.mug, 9)
        assert (await scores())["on_time"] == (0, 0)

        clock.advance(days=2)
        assert (await scores())["on_time"] == (0, 1)
        await purchase_orders.close(SYSTEM, order.id, reason="Enough.")
        assert (await scores())["on_time"] == (1, 1)
        assert (await scores())["in_full"] == (0, 1)

    async def test_counts_what_was_declined_and_what_was_damaged_as_missing(self, shop, clock):
        declined, damaged = await bought(shop), await bought(shop)
        line = await line_of(declined, shop.mug)
        at = clock.time + timedelta(days=3)
        await purchase_talks.acknowledge(SYSTEM, declined.id, answers=[answer(line, 6, at)])
        await purchase_talks.acknowledge(SYSTEM, damaged.id, at=at)
        clock.advance(days=3)
        await receive(declined, shop.mug, 6)
        await receive(damaged, shop.mug, 10, damaged=1)

        found = await scores()

        assert found["in_full"] == (0, 2)
        assert found["on_time"] == (2, 2)
        assert found["quality"] == (15, 16)
        assert [each.order_id for each in await lines(_M.QUALITY)] == [damaged.id]

    async def test_counts_what_was_wrong_and_what_was_rejected(self, shop, clock):
        delivery = await completed(shop)
        line = await receipt_line(delivery, shop.mug)
        await ReceiptLine.filter(id=line.id).update(rejected=2)

        found = await scores()

        # Of ten mugs eight came, one damaged and two rejected; and a shirt that nobody ordered.
        assert found["quality"] == (5, 9)
        assert found["in_full"] == (0, 0)
        clock.advance(days=30)
        assert (await scores())["in_full"] == (0, 1)
        [bad] = await lines(_M.QUALITY)
        assert (bad.came, bad.damaged) == (8, 3)

    async def test_leaves_out_what_we_gave_up_ourselves(self, shop, clock):
        cancelled = await bought(shop)
        await purchase_orders.cancel(SYSTEM, cancelled.id, reason="Too many.")
        given_up = await bought(shop, mug=10, shirt=5)
        shirt = await line_of(given_up, shop.shirt)
        wishes = [Wish(line_id=shirt.id, units=0)]
        await purchase_talks.change(SYSTEM, given_up.id, wishes=wishes, reason="No shirts.")

        found = await card()

        assert (found.orders, found.line_count) == (1, 1)

    async def test_asks_for_a_first_answer_within_some_days(self, shop, clock):
        at = clock.time + timedelta(days=30)
        prompt, slow, never = [await bought(shop) for _ in range(3)]
        clock.advance(days=2)
        await purchase_talks.acknowledge(SYSTEM, prompt.id, at=at)
        assert (await scores())["answers"] == (1, 1)
        clock.advance(minutes=1)
        assert (await scores())["answers"] == (1, 3)
        await purchase_talks.acknowledge(SYSTEM, slow.id, at=at)
        # Another answer, however late, is not the first one.
        await purchase_talks.acknowledge(SYSTEM, prompt.id, at=at)

        assert (await scores())["answers"] == (1, 3)
        late = await lines(_M.ANSWERS)
        assert [each.order_id for each in late] == [never.id, slow.id]

    async def test_measures_the_lead_time_by_what_was_stated_then(self, shop, clock):
        order = await bought(shop, "acknowledged", at=clock.time + timedelta(days=40))
        clock.advance(days=16)
        await receive(order, shop.mug, 10)
        await suppliers.update(SYSTEM, order.supplier_id, {"lead_days": 100})

        assert (await scores())["lead_time"] == (0, 1)
        assert (await scores())["on_time"] == (1, 1)

    async def test_measures_prices_by_the_list(self, shop, clock):
        order = await bought(shop, mug=100)
        await PurchaseOrderLine.filter(purchase_order_id=order.id).update(price=460)
        clock.advance(days=1)
        await receive(order, shop.mug, 100)

        assert (await scores())["price"] == (0, 1)
        assert (await SupplierItem.get()).price_of(100) == 450

    async def test_is_about_orders_sent_in_the_period(self, shop, clock):
        first = await bought(shop)
        clock.advance(days=400)
        second = await bought(shop)

        recent = await card()
        earlier = await card(since=first.sent_at, until=second.sent_at - timedelta(days=1))

        assert (recent.orders, earlier.orders) == (1, 1)
        assert recent.since == clock.time - timedelta(days=365)

    async def test_shows_the_newest_lines_first_and_no_more_than_asked_for(self, shop, clock):
        orders = [await bought(shop) for _ in range(3)]
        clock.advance(days=30)

        found = await lines(_M.ON_TIME, first=2)

        assert [each.order_id for each in found] == [orders[2].id, orders[1].id]

    async def test_keeps_suppliers_apart(self, shop, clock):
        await bought(shop)
        other = await suppliers.create(SYSTEM, code="OTHER", name="Other", currency="EUR")
        ours = await supplier_of(shop)
        since, until = scorecards.period(None, clock.time + timedelta(days=1))

        cards = await scorecards.of_suppliers([other, ours], since, until)

        assert [(each.supplier_id, each.orders) for each in cards] == [(other.id, 0), (ours.id, 1)]


class TestPeriod:
    @one_database
    @pytest.mark.parametrize(
        ("since", "until"),
        [
            (datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
            (datetime(2026, 1, 2), None),  # noqa: DTZ001
        ],
    )
    async def test_has_a_beginning_before_its_end(self, database, since, until):
        async with refuses(("INVALID", ("until",))):
            scorecards.period(since, until)

    @one_database
    async def test_is_of_three_years_at_most(self, database, clock):
        for since in (clock.time - timedelta(days=1099), clock.time + timedelta(days=1)):
            async with refuses(("INVALID", ("since",))):
                scorecards.period(since, None)

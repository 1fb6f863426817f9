from datetime import UTC, datetime
from functools import partial

import pytest

from models import (
    ExceptionKind,
    FulfillmentLine,
    Level,
    Order,
    OrderException,
    OrderLine,
    OrderStatus,
    Reservation,
    Variant,
)
from services import (
    arrivals,
    backorders,
    checks,
    clockwork,
    fulfillments,
    orders,
    reservation_terms,
    shipping,
    stock,
)
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import Shop, all_at_once, lines_of, one_database, refused, refuses, told, work_on

FIRST = datetime(2026, 1, 20, 8, tzinfo=UTC)
SECOND = datetime(2026, 1, 25, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _rested(monkeypatch):
    monkeypatch.setattr(clockwork, "_resting", {})


@pytest.fixture
async def shop(database: str) -> Shop:
    """Two mugs in the north and one in the south; mugs may be waited for."""
    shop = await Shop.open(north=2, south=1)
    await Variant.filter(id=shop.mug.id).update(backorderable=True)
    return shop


async def units(order) -> tuple[int, int]:
    """Reserved and waiting."""
    lines = await lines_of(order)
    return sum(line.reserved for line in lines), sum(line.backordered for line in lines)


class TestPlace:
    async def test_reserves_what_is_there_and_waits_for_the_rest(self, shop, clerk):
        await shop.expect(shop.mug, 10)

        order = await orders.place(clerk, draft=shop.draft(mug=5), allow_backorder=True)

        assert await units(order) == (3, 2)
        [line] = await lines_of(order)
        assert (line.expected_at, line.is_queued) == (FIRST, True)
        event = await told("OrderBackordered", by=clerk)
        assert (event.order_id, event.details["quantity"]) == (order.id, 2)
        assert await OrderException.exists(order_id=order.id, kind=ExceptionKind.BACKORDERED)
        await assert_balanced()

    @one_database
    async def test_takes_nothing_where_waiting_was_not_allowed(self, shop, clerk):
        async with refuses(("OUT_OF_STOCK", ())):
            await orders.place(clerk, draft=shop.draft(mug=5))

    @one_database
    async def test_refuses_a_variant_that_cannot_be_waited_for(self, shop, clerk):
        async with refuses(("OUT_OF_STOCK", ())) as problems:
            draft = shop.draft(mug=5, shirt=4)
            await orders.place(clerk, draft=draft, allow_backorder=True)

        assert problems[0].variant_id == shop.shirt.id

    @one_database
    async def test_leaves_new_units_to_those_who_wait(self, shop, clerk):
        waiting = await shop.backorder(mug=4)
        await shop.receive(shop.mug, shop.north, 5)

        async with refuses(("OUT_OF_STOCK", ())) as problems:
            await orders.place(clerk, draft=shop.draft(mug=2))
        assert (problems[0].requested, problems[0].available) == (2, 1)
        one = await orders.place(clerk, draft=shop.draft(mug=1))

        await clockwork.tick()
        assert (await units(waiting), await units(one)) == ((7, 0), (1, 0))


class TestShortage:
    async def test_says_what_is_there_what_comes_and_what_to_take_instead(self, shop, clerk):
        await shop.expect(shop.mug, 4)
        await shop.expect(shop.mug, 6, day=25)
        await shop.backorder(mug=7)

        async with refuses(("OUT_OF_STOCK", ())) as problems:
            await orders.place(clerk, draft=shop.draft(mug=1))

        [short] = problems
        assert (short.requested, short.available, short.backorderable) == (1, 0, True)
        assert (short.next_at, short.next_units) == (SECOND, 3)
        assert short.alternative_ids == (shop.shirt.id,)


class TestAllocate:
    async def test_serves_the_queue_in_its_order(self, shop):
        first = await shop.backorder(mug=4)
        second = await shop.backorder(mug=3)

        await shop.receive(shop.mug, shop.south, 5)
        await clockwork.tick()

        assert (await units(first), await units(second)) == ((7, 0), (1, 2))
        await shop.receive(shop.mug, shop.north, 5)
        await clockwork.tick()
        assert await units(second) == (3, 0)
        assert await shop.spare(shop.mug) == 3
        assert not await OrderException.exists(kind=ExceptionKind.BACKORDERED, is_open=True)
        await assert_balanced()

    async def test_plans_the_work_of_a_confirmed_order(self, shop):
        order = await shop.backorder(mug=4)
        await orders.confirm(SYSTEM, order.id)

        await shop.receive(shop.mug, shop.north, 4)
        await clockwork.tick()

        assert (await order.__class__.get(id=order.id)).status is OrderStatus.CONFIRMED
        assert len(await work_on(order)) == 3
        event = await told("BackorderAllocated", by=SYSTEM)
        assert (event.order_id, event.details["quantity"]) == (order.id, 4)
        await assert_balanced()

    @one_database
    async def test_confirms_an_order_that_has_nothing_yet(self, shop):
        await shop.order("placed", mug=3)
        order = await shop.backorder(mug=1)

        await orders.confirm(SYSTEM, order.id)

        assert await work_on(order) == []
        await assert_balanced()

    @pytest.mark.parametrize("way", ["receipt", "adjustment", "cancel", "release"])
    @one_database
    async def test_happens_whatever_makes_units_free(self, shop, way):
        there = await shop.order("placed", mug=3)
        waiting = await shop.backorder(mug=3)
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        if way == "receipt":
            await stock.receive(SYSTEM, **at, quantity=3)
        elif way == "adjustment":
            await stock.adjust(SYSTEM, **at, change=3, note="Found.")
        elif way == "cancel":
            await orders.cancel(SYSTEM, there.id, reason="Enough.")
        else:
            for row in await Reservation.filter(order_id=there.id):
                await reservation_terms.release(SYSTEM, row.id, reason="Needed.")

        await clockwork.tick()

        assert await units(waiting) == (3, 0)
        await assert_balanced()

    @one_database
    async def test_moves_the_dates_of_the_others(self, shop):
        await shop.expect(shop.mug, 4)
        await shop.expect(shop.mug, 4, day=25)
        first, second = [await shop.backorder(mug=4) for _ in range(2)]
        assert [(await lines_of(each))[0].expected_at for each in (first, second)] == [
            FIRST,
            SECOND,
        ]

        await orders.cancel(SYSTEM, first.id, reason="Enough.")
        await clockwork.tick()

        [line] = await lines_of(second)
        # Three units came free, and the last one is the first to arrive.
        assert (line.reserved, line.backordered, line.expected_at) == (3, 1, FIRST)
        assert (await told("BackorderRescheduled", by=SYSTEM)).order_id == second.id
        assert await backorders.due(FIRST, 10) == []

    async def test_is_done_once_however_many_workers_there_are(self, shop):
        waiting = [await shop.backorder(mug=2) for _ in range(5)]
        await shop.receive(shop.mug, shop.north, 7)

        verbs = [partial(backorders.allocate, each.id) for each in waiting] * 3
        assert refused(await all_at_once(verbs)) == []

        found = [await units(each) for each in waiting]
        assert found[0] == (5, 0)
        assert found[1:] == [(2, 0), (2, 0), (1, 1), (0, 2)]
        await assert_balanced()


class TestOrder:
    """Who is served before whom."""

    async def test_puts_an_expedited_service_first(self, shop, clerk):
        _, fast = await shop.ships()
        first, second = [await shop.backorder(mug=4) for _ in range(2)]

        await shipping.choose(clerk, second.id, fast.id)

        lines = [(await lines_of(each))[0] for each in (first, second)]
        found = await backorders.of_lines(SYSTEM, lines)
        assert [each.position for each in found] == [2, 1]
        assert "an expedited service" in found[1].explanation
        await shop.receive(shop.mug, shop.north, 4)
        await clockwork.tick()
        assert (await units(first))[1] == 4
        assert (await units(second))[1] == 0

    @one_database
    async def test_puts_who_was_promised_units_before_who_agreed_to_wait(self, shop, picker):
        await shop.ships()
        promised = await shop.order("picking", mug=2)
        waiting = await shop.backorder(mug=4)

        [work] = await work_on(promised)
        [line] = await FulfillmentLine.filter(fulfillment_id=work.id)
        await fulfillments.pick_complete(picker, work.id, picked={line.id: 1})

        assert (await Order.get(id=promised.id)).first_promised_at is not None
        lines = [(await lines_of(each))[0] for each in (promised, waiting)]
        found = await backorders.of_lines(SYSTEM, lines)
        assert [each.position for each in found] == [1, 2]
        await assert_balanced()

    @one_database
    async def test_revises_the_promise_when_stock_comes_later(self, shop, clock):
        await shop.ships()
        coming = await shop.expect(shop.mug, 9)
        order = await shop.backorder(mug=2)

        later = FIRST.replace(month=3)
        await arrivals.update(SYSTEM, coming.id, {"expected_at": later}, reason="Late.")
        await clockwork.tick()

        [line] = await lines_of(order)
        now = await Order.get(id=order.id)
        assert line.expected_at == later
        assert now.promised_at > later > order.promised_at == now.first_promised_at


class TestReserve:
    async def test_waits_again_and_takes_what_is_there(self, shop, clerk):
        order = await shop.order("placed", mug=3)
        for row in await Reservation.filter(order_id=order.id).order_by("id"):
            await reservation_terms.release(clerk, row.id, reason="Needed.")
        other = await shop.order("placed", mug=2)

        await backorders.reserve(clerk, order.id)

        assert (await units(order), await units(other)) == ((1, 2), (2, 0))
        [line] = await lines_of(order)
        assert line.is_queued
        assert (await told("BackorderQueued", by=clerk)).details["quantity"] == 3
        await assert_balanced()

    @one_database
    async def test_refuses_an_order_that_lost_nothing(self, shop, clerk):
        order = await shop.backorder(mug=2)

        async with refuses(("BLOCKED", ("id",))):
            await backorders.reserve(clerk, order.id)


class TestOfLines:
    @one_database
    async def test_tells_the_place_and_why(self, shop):
        first, second = [await shop.backorder(mug=n) for n in (4, 2)]
        lines = [(await lines_of(each))[0] for each in (first, second)]

        found = await backorders.of_lines(SYSTEM, lines)

        assert [(each.position, each.units_before) for each in found] == [(1, 0), (2, 4)]
        assert found[0].explanation.startswith("Number 1 in the queue: nobody is before it")

    @one_database
    async def test_tells_nothing_of_a_line_that_does_not_wait(self, shop):
        assert await backorders.of_lines(SYSTEM, await lines_of(await shop.order("placed"))) == [
            None
        ]


class TestRush:
    async def test_sells_no_unit_twice_and_lets_nobody_jump_the_queue(self, shop):
        """Fifty buy, some take it back, units come in and three workers allocate, all at once."""
        waiting = [await shop.backorder(mug=2) for _ in range(5)]

        async def buy(n):
            return await orders.place(SYSTEM, draft=shop.draft(mug=1), allow_backorder=n % 2 == 0)

        async def receive():
            await shop.receive(shop.mug, shop.north, 5)
            await clockwork.tick()

        async def change_mind(order):
            await orders.cancel(SYSTEM, order.id, reason="Enough.")
            await clockwork.tick()

        await all_at_once(
            [
                *(partial(buy, n) for n in range(50)),
                *[receive] * 6,
                *(partial(change_mind, each) for each in waiting[3:]),
                *[clockwork.tick] * 3,
            ]
        )
        while await clockwork.tick():
            pass

        assert [await units(each) for each in waiting[:3]] == [(5, 0), (2, 0), (2, 0)]
        lines = await OrderLine.filter(variant_id=shop.mug.id)
        levels = await Level.filter(variant_id=shop.mug.id)
        assert sum(level.on_hand for level in levels) == 33
        assert sum(line.reserved for line in lines) == sum(level.reserved for level in levels)
        if any(line.backordered for line in lines):
            assert sum(level.available for level in levels) == 0
        await assert_balanced()
        assert [each for each in await checks.run() if each.broken] == []

from datetime import UTC, datetime, timedelta

import pytest

from models import Order, Promise
from services import checks, orders, promises, splits
from services.actors import SYSTEM
from services.commit import operation
from tests.cast import Shop, lines_of, refuses, told, work_on

# Placed on a Monday morning, three working days on the way: Thursday, until midnight in Berlin.
THURSDAY = datetime(2026, 1, 8, 22, 59, 59, tzinfo=UTC)


@pytest.fixture
async def shipping(shop, clock) -> Shop:
    await shop.ships()
    return shop


@operation
async def revise(order: Order, reason: str = "It was edited.", **given) -> Order:
    row = await Order.select_for_update().get(id=order.id)
    await promises.revise(SYSTEM, row, reason, **given)
    return row


class TestMake:
    async def test_promises_by_the_default_method_when_placed(self, shipping):
        order = await shipping.order("placed")

        assert (order.promised_at, order.first_promised_at) == (THURSDAY, THURSDAY)
        assert order.dispatch_by == datetime(2026, 1, 5, 14, tzinfo=UTC)
        [row] = await Promise.filter(order_id=order.id)
        assert (row.promised_at, row.reason) == (THURSDAY, promises.AT_PLACEMENT)
        event = await told("OrderPromised", by=SYSTEM)
        assert datetime.fromisoformat(event.details["promised_at"]) == THURSDAY

    async def test_promises_nothing_where_no_method_goes(self, shop):
        order = await shop.order("placed")

        assert (order.promised_at, order.dispatch_by) == (None, None)
        assert not await Promise.exists()

    async def test_hands_its_deadline_on_to_what_was_split_off(self, shipping):
        order = await shipping.order("confirmed", mug=2)
        [line] = await lines_of(order)

        await splits.split(SYSTEM, order.id, units={line.id: 1})

        fresh = await Order.get(split_from_id=order.id)
        assert fresh.promised_at == order.promised_at
        assert [each.dispatch_by for each in await work_on(fresh)] == [order.dispatch_by]
        assert [result for result in await checks.run() if result.broken] == []

    async def test_leaves_a_draft_alone(self, shipping):
        order = await shipping.order("draft")

        assert (order.promised_at, order.evaluate_at) == (None, None)


class TestRevise:
    async def test_keeps_a_promise_as_long_as_it_can_be_kept(self, shipping, clock):
        order = await shipping.order("placed")
        clock.advance(minutes=20)

        revised = await revise(order)

        assert revised.promised_at == THURSDAY
        assert await Promise.filter(order_id=order.id).count() == 1

    async def test_promises_later_and_remembers_the_first(self, shipping, clock):
        order = await shipping.order("confirmed")
        clock.advance(days=1)

        revised = await revise(order, "A unit was not found.")

        assert revised.promised_at == THURSDAY + timedelta(days=1)
        assert revised.first_promised_at == THURSDAY
        assert revised.dispatch_by == order.dispatch_by + timedelta(days=1)
        event = await told("PromiseChanged", by=SYSTEM)
        assert event.details["promise_reason"] == "A unit was not found."
        assert datetime.fromisoformat(event.details["promised_before"]) == THURSDAY

    async def test_has_nothing_to_say_of_what_has_left(self, shipping, clock):
        order = await shipping.order("shipped")
        clock.advance(days=9)

        assert (await revise(order)).promised_at == THURSDAY


class TestAgree:
    async def test_keeps_who_agreed_it_and_why(self, shipping, clerk):
        order = await shipping.order("confirmed")
        later = THURSDAY + timedelta(days=7)

        agreed = await promises.agree(clerk, order.id, promised_at=later, reason="Away.")

        assert (agreed.promised_at, agreed.first_promised_at) == (later, THURSDAY)
        assert agreed.dispatch_by == order.dispatch_by + timedelta(days=7)
        row = await Promise.all().order_by("-id").first()
        assert (row.actor, row.reason) == (clerk.label, "Away.")

    @pytest.mark.parametrize("stage", ["draft", "delivered"])
    async def test_refuses_an_order_that_is_not_under_way(self, shipping, clerk, stage):
        order = await shipping.order(stage)

        async with refuses(("BLOCKED", ("id",))):
            await promises.agree(clerk, order.id, promised_at=THURSDAY, reason="Away.")


class TestLate:
    async def test_is_an_order_that_was_not_there_in_time(self, shipping, clock, clerk):
        placed = await shipping.order("placed")
        given_up = await shipping.order("placed")
        received = await shipping.order("delivered")
        clock.time = THURSDAY + timedelta(seconds=1)
        await orders.cancel(SYSTEM, given_up.id, reason="Enough.")

        rows = [await Order.get(id=row.id) for row in (placed, given_up, received)]

        assert await promises.late(clerk, rows) == [True, False, False]
        clock.time = THURSDAY
        assert await promises.late(clerk, rows) == [False, False, False]

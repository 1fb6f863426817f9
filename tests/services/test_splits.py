"""Splitting and merging: nothing is lost or doubled on the way."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from models import (
    Customer,
    Discount,
    Hold,
    HoldKind,
    Order,
    OrderLine,
    OrderStatus,
    Reservation,
    ReservationStatus,
)
from services import (
    catalog,
    checks,
    discounts,
    fulfillments,
    holds,
    merges,
    order_lines,
    orders,
    splits,
)
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import HOME, all_at_once, lines_of, one_database, refused, refuses, told, work_on

OPEN_STAGES = ["placed", "confirmed"]


async def kept(order):
    rows = await Reservation.filter(order_id=order.id, status=ReservationStatus.ACTIVE)
    return sum(row.quantity for row in rows)


async def divide(by, order, **units):
    """Split so many units of each line, by name, off an order; gives both."""
    lines = {line.name.lower(): line.id for line in await lines_of(order)}
    order = await splits.split(by, order.id, units={lines[name]: n for name, n in units.items()})
    return order, await Order.get(split_from_id=order.id)


async def assert_proven():
    await assert_balanced()
    async with checks.snapshot() as ask:
        assert [(each.name, each.examples) for each in await checks.prove(ask) if each.broken] == []


class TestSplit:
    @pytest.mark.parametrize("stage", OPEN_STAGES)
    async def test_moves_units_with_their_stock_and_price(self, shop, clerk, stage):
        before = await shop.order(stage, mug=12, shirt=2)

        order, fresh = await divide(clerk, before, mug=5, shirt=2)

        assert order.total + fresh.total == before.total == 12 * 1250 + 2 * 2000
        assert (fresh.status, fresh.placed_at) == (before.status, before.placed_at)
        assert [(line.ordered, line.cancelled, line.moved) for line in await lines_of(order)] == [
            (12, 5, 5),
            (2, 2, 2),
        ]
        assert [(line.ordered, line.reserved) for line in await lines_of(fresh)] == [(5, 5), (2, 2)]
        assert (await kept(order), await kept(fresh)) == (7, 7)
        assert await shop.available(shop.mug) == 3
        assert bool(await work_on(fresh)) is (stage == "confirmed")
        assert (await told("OrderSplit", by=clerk)).details == {"into_order_id": fresh.id}
        await assert_proven()

    async def test_leaves_what_somebody_was_handed(self, shop, clerk, lead):
        order = await shop.order("confirmed", mug=12)
        north, _ = await work_on(order)
        await fulfillments.release(lead, north.id)
        [line] = await lines_of(order)

        async with refuses(("BLOCKED", ("lines", 0, "quantity"))):
            await splits.split(clerk, order.id, units={line.id: 3})
        order, fresh = await divide(clerk, order, mug=2)

        assert (order.status, fresh.status) == (OrderStatus.IN_PROGRESS, OrderStatus.CONFIRMED)
        await assert_proven()

    async def test_takes_what_waits_for_stock_with_its_wait(self, shop, clerk):
        await catalog.update_variant(SYSTEM, shop.mug.id, {"backorderable": True}, None)
        before = await orders.place(clerk, draft=shop.draft(mug=17, shirt=1), allow_backorder=True)

        order, fresh = await divide(clerk, before, mug=2)

        [line] = await lines_of(fresh)
        assert (line.reserved, line.backordered) == (0, 2)
        assert line.is_queued
        mug, _ = await lines_of(order)
        assert (mug.reserved, mug.backordered, mug.queue_key) == (15, 0, None)
        await assert_proven()

    async def test_shares_discounts_to_the_last_cent(self, shop, clerk, manager):
        order = await shop.order("placed", mug=3, shirt=1)
        mug, _ = await lines_of(order)
        give = partial(discounts.give, manager, order.id, reason="Late")
        await give(line_id=mug.id, amount=(Decimal("1.00"), "EUR"))
        before = await give(amount=(Decimal("5.00"), "EUR"))

        order, fresh = await divide(clerk, before, mug=2)

        assert order.total + fresh.total == before.total
        parts = await Discount.all().values_list("order_id", "amount")
        assert sum(amount for _, amount in parts) == 600
        await assert_proven()

    @one_database
    async def test_refuses_what_cannot_be(self, shop, clerk):
        order = await shop.order("placed", mug=2)
        [line] = await lines_of(order)

        for units, problem in (
            ({}, ("INVALID", ("lines",))),
            ({line.id: 2}, ("INVALID", ("lines",))),
            ({line.id: 3}, ("INVALID", ("lines", 0, "quantity"))),
            ({line.id: 0}, ("INVALID", ("lines", 0, "quantity"))),
            ({999: 1}, ("NOT_FOUND", ("lines", 0, "lineId"))),
        ):
            async with refuses(problem):
                await splits.split(clerk, order.id, units=units)
        await holds.hold(clerk, order.id, kind=HoldKind.MANUAL, reason="Wait")
        async with refuses(("ON_HOLD", ("id",))):
            await splits.split(clerk, order.id, units={line.id: 1})
        for stage in ("draft", "delivered"):
            other = await shop.order(stage)
            async with refuses(("WRONG_STATUS", ("id",))):
                await splits.split(clerk, other.id, units={line.id: 1})

    async def test_and_cancelling_have_one_outcome(self, shop, clerk):
        order = await shop.order("confirmed", mug=6)
        [line] = await lines_of(order)

        await all_at_once(
            [
                partial(splits.split, clerk, order.id, units={line.id: 4}),
                partial(orders.cancel, clerk, order.id, reason="None"),
                partial(order_lines.cancel, clerk, line.id, quantity=3, reason="Fewer"),
            ]
        )

        await assert_proven()
        left = await OrderLine.filter(order__status__not="cancelled")
        assert 15 - await shop.available(shop.mug) == sum(each.remaining for each in left)


class TestMerge:
    @pytest.mark.parametrize("stage", OPEN_STAGES)
    @pytest.mark.parametrize("into", [*OPEN_STAGES, "released"])
    async def test_takes_everything_in(self, shop, clerk, stage, into):
        order = await shop.order(into, mug=2)
        other = await shop.order(stage, mug=3, shirt=1)

        merged = await merges.merge(clerk, order.id, other.id)

        ended = await Order.get(id=other.id)
        assert (ended.status, ended.merged_into_id) == (OrderStatus.CANCELLED, order.id)
        assert order.number in ended.cancel_reason
        assert merged.total == order.total + other.total
        assert [line.ordered for line in await lines_of(merged)] == [2, 3, 1]
        assert (await kept(merged), await kept(other)) == (6, 0)
        assert await shop.available(shop.mug) == 10
        assert (await told("OrderMerged", by=clerk)).details == {"from_order_id": other.id}
        await assert_proven()

    async def test_is_an_answer_to_a_duplicate(self, shop, clerk, policy):
        policy(duplicate_hours=24)
        first, second = await shop.order("placed"), await shop.order("placed")

        await merges.merge(clerk, first.id, second.id)

        assert not await Hold.exists(released_at=None)

    @one_database
    async def test_refuses_what_does_not_belong_together(self, shop, clerk, manager):
        order = await shop.order("placed", mug=1)
        stranger = await Customer.create(name="Eva", email="eva@example.com")
        afar = replace(HOME, line1="Kai 1")
        for draft in (
            replace(shop.draft(mug=1), customer_id=stranger.id),
            shop.draft(mug=1, shipping_address=afar),
        ):
            other = await orders.place(SYSTEM, draft=draft)
            async with refuses(("BLOCKED", ("otherId",))):
                await merges.merge(clerk, order.id, other.id)
        discounted = await shop.order("placed")
        await discounts.give(manager, discounted.id, reason="Late", rate=Decimal(5))
        held = await shop.order("placed")
        await holds.hold(clerk, held.id, kind=HoldKind.MANUAL, reason="Wait")
        for other, problem in (
            (order, ("INVALID", ("otherId",))),
            (await shop.order("released"), ("WRONG_STATUS", ("otherId",))),
            (discounted, ("BLOCKED", ("otherId",))),
            (held, ("ON_HOLD", ("otherId",))),
        ):
            async with refuses(problem):
                await merges.merge(clerk, order.id, other.id)
        draft = await shop.order("draft")
        async with refuses(("WRONG_STATUS", ("id",))):
            await merges.merge(clerk, draft.id, order.id)

    async def test_into_each_other_have_one_outcome(self, shop, clerk):
        first, second = await shop.order("placed", mug=2), await shop.order("placed", mug=3)

        outcomes = await all_at_once(
            [
                partial(merges.merge, clerk, first.id, second.id),
                partial(merges.merge, clerk, second.id, first.id),
            ]
        )

        assert len(refused(outcomes)) == 1
        assert await shop.available(shop.mug) == 10
        await assert_proven()

"""Orders changed after placing: stock, work and money follow, once, and as far as can be."""

from dataclasses import replace
from functools import partial

import pytest

from models import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Hold,
    HoldKind,
    Order,
    OrderStatus,
    Reservation,
    ReservationStatus,
)
from services import catalog, fulfillments, order_lines, orders
from services.actors import SYSTEM
from services.goods import LineDraft
from tests.books import assert_balanced
from tests.cast import (
    HOME,
    all_at_once,
    deliver,
    lines_of,
    one_database,
    refused,
    refuses,
    told,
    work_on,
)

EDITABLE = ["placed", "confirmed"]
HANDED_OUT = ["released", "picked", "packed", "shipped"]


async def kept(order):
    rows = await Reservation.filter(order_id=order.id, status=ReservationStatus.ACTIVE)
    return sum(row.quantity for row in rows)


async def planned(order):
    """The units of planned work that was not given up."""
    return [
        each.quantity
        for each in await FulfillmentLine.filter(fulfillment__order_id=order.id)
        .exclude(fulfillment__status=FulfillmentStatus.CANCELLED)
        .order_by("id")
    ]


class TestAdd:
    @pytest.mark.parametrize("stage", [*EDITABLE, *HANDED_OUT])
    async def test_reserves_and_prices_at_once(self, shop, clerk, stage):
        order = await shop.order(stage, mug=2)

        await order_lines.add(clerk, order.id, LineDraft(variant_id=shop.shirt.id, quantity=3))

        changed = await Order.get(id=order.id)
        assert changed.total == order.total + 3 * 2000
        assert (await lines_of(order))[1].reserved == 3
        assert await shop.available(shop.shirt) == 12
        assert (await told("OrderLineAdded", by=clerk)).details == {
            "sku": shop.shirt.sku,
            "quantity": 3,
        }
        await assert_balanced()

    async def test_joins_the_work_that_waits_at_its_location(self, shop, clerk):
        order = await shop.order("confirmed", mug=2)

        await order_lines.add(clerk, order.id, LineDraft(variant_id=shop.shirt.id, quantity=12))

        work = await work_on(order)
        assert [each.location_id for each in work] == [shop.north.id, shop.south.id]
        assert await planned(order) == [2, 10, 2]

    async def test_plans_new_work_where_all_is_handed_out(self, shop, clerk):
        order = await shop.order("released", mug=2)

        await order_lines.add(clerk, order.id, LineDraft(variant_id=shop.shirt.id, quantity=1))

        assert [each.status for each in await work_on(order)] == [
            FulfillmentStatus.RELEASED,
            FulfillmentStatus.PENDING,
        ]

    async def test_refuses_what_is_not_there(self, shop, clerk):
        order = await shop.order("placed", mug=2)

        async with refuses(("OUT_OF_STOCK", ())):
            draft = LineDraft(variant_id=shop.mug.id, quantity=14)
            await order_lines.add(clerk, order.id, draft)


class TestUpdate:
    @pytest.mark.parametrize("stage", EDITABLE)
    @pytest.mark.parametrize("quantity", [1, 4, 13])
    async def test_reserves_more_or_gives_back(self, shop, clerk, stage, quantity):
        order = await shop.order(stage, mug=12)
        [line] = await lines_of(order)

        await order_lines.update(clerk, line.id, quantity=quantity)

        [line] = await lines_of(order)
        assert (line.ordered, line.reserved) == (quantity, quantity)
        assert await kept(order) == quantity == 15 - await shop.available(shop.mug)
        assert (await Order.get(id=order.id)).total == quantity * 1250
        if stage == "confirmed":
            assert sum(await planned(order)) == quantity
        await assert_balanced()

    async def test_gives_up_work_of_which_nothing_is_left(self, shop, clerk):
        order = await shop.order("confirmed", mug=12)
        [line] = await lines_of(order)

        await order_lines.update(clerk, line.id, quantity=10)

        assert [each.status for each in await work_on(order)] == [
            FulfillmentStatus.PENDING,
            FulfillmentStatus.CANCELLED,
        ]

    @pytest.mark.parametrize("stage", HANDED_OUT)
    async def test_refuses_to_take_what_somebody_was_handed(self, shop, clerk, stage):
        order = await shop.order(stage, mug=2)
        [line] = await lines_of(order)

        async with refuses(("BLOCKED", ("quantity",))):
            await order_lines.update(clerk, line.id, quantity=1)

    async def test_takes_what_waits_beside_it(self, shop, clerk):
        order = await shop.order("confirmed", mug=12)
        north, _ = await work_on(order)
        await fulfillments.release(SYSTEM, north.id)
        [line] = await lines_of(order)

        async with refuses(("BLOCKED", ("quantity",))):
            await order_lines.update(clerk, line.id, quantity=9)
        await order_lines.update(clerk, line.id, quantity=10)

        assert await planned(order) == [10]
        await assert_balanced()

    @one_database
    async def test_refuses_fewer_than_are_cancelled(self, shop, clerk):
        order = await shop.order("placed", mug=4)
        [line] = await lines_of(order)
        await order_lines.cancel(clerk, line.id, quantity=2, reason="Fewer")

        async with refuses(("INVALID", ("quantity",))):
            await order_lines.update(clerk, line.id, quantity=2)

    @one_database
    async def test_refuses_more_of_what_is_no_longer_sold(self, shop, clerk):
        order = await shop.order("placed", mug=2)
        [line] = await lines_of(order)
        await catalog.archive_variant(SYSTEM, shop.mug.id)

        async with refuses(("BLOCKED", ("id",))):
            await order_lines.update(clerk, line.id, quantity=3)


class TestRemove:
    @pytest.mark.parametrize("stage", EDITABLE)
    async def test_gives_everything_back_and_stays_to_be_seen(self, shop, clerk, stage):
        order = await shop.order(stage, mug=2, shirt=1)
        mug, _ = await lines_of(order)

        await order_lines.remove(clerk, mug.id)

        mug, shirt = await lines_of(order)
        assert (mug.ordered, mug.cancelled, mug.reserved, mug.total) == (2, 2, 0, 0)
        assert await shop.available(shop.mug) == 15
        assert (await Order.get(id=order.id)).total == shirt.total
        await assert_balanced()

    @one_database
    async def test_refuses_the_last_of_an_order(self, shop, clerk):
        [line] = await lines_of(await shop.order("placed", mug=2))

        async with refuses(("BLOCKED", ("id",))):
            await order_lines.remove(clerk, line.id)

    @one_database
    async def test_refuses_what_is_gone_already_or_handed_out(self, shop, clerk):
        order = await shop.order("placed", mug=2, shirt=1)
        mug, _ = await lines_of(order)
        await order_lines.remove(clerk, mug.id)
        out, _ = await lines_of(await shop.order("released", mug=2, shirt=1))

        for line in (mug, out):
            async with refuses(("BLOCKED", ("id",))):
                await order_lines.remove(clerk, line.id)


class TestCancel:
    @pytest.mark.parametrize("stage", EDITABLE)
    async def test_gives_units_and_their_money_back(self, shop, clerk, stage):
        order = await shop.order(stage, mug=5, shirt=1)
        mug, _ = await lines_of(order)

        await order_lines.cancel(clerk, mug.id, quantity=2, reason="Fewer")

        mug, _ = await lines_of(order)
        assert (mug.ordered, mug.cancelled, mug.reserved) == (5, 2, 3)
        assert (await Order.get(id=order.id)).total == order.total - 2 * 1250
        assert await shop.available(shop.mug) == 12
        event = await told("OrderLineCancelled", by=clerk)
        assert event.details == {"sku": shop.mug.sku, "quantity": 2, "cancel_reason": "Fewer"}
        await assert_balanced()

    async def test_of_the_last_units_cancels_the_order(self, shop, clerk):
        order = await shop.order("confirmed", mug=2)
        [line] = await lines_of(order)
        await order_lines.cancel(clerk, line.id, quantity=1, reason="Fewer")

        await order_lines.cancel(clerk, line.id, quantity=1, reason="None")

        order = await Order.get(id=order.id)
        assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, "None")
        await assert_balanced()

    async def test_of_what_never_came_completes_the_order(self, shop, clerk):
        order = await shop.order("shipped", mug=1)
        await order_lines.add(SYSTEM, order.id, LineDraft(variant_id=shop.shirt.id, quantity=1))
        for work in await Fulfillment.filter(order_id=order.id, status="handed_over"):
            await deliver(work)
        assert (await Order.get(id=order.id)).status is OrderStatus.IN_PROGRESS

        _, shirt = await lines_of(order)
        await order_lines.cancel(clerk, shirt.id, quantity=1, reason="Not needed")

        assert (await Order.get(id=order.id)).status is OrderStatus.COMPLETED
        await assert_balanced()

    @one_database
    async def test_refuses_what_cannot_be_cancelled(self, shop, clerk):
        draft, placed, picked = [
            (await lines_of(await shop.order(stage, mug=2, shirt=1)))[0]
            for stage in ("draft", "placed", "picked")
        ]

        for line, quantity, code, path in (
            (draft, 1, "WRONG_STATUS", "id"),
            (placed, 0, "INVALID", "quantity"),
            (placed, 3, "INVALID", "quantity"),
            (picked, 1, "BLOCKED", "id"),
        ):
            async with refuses((code, (path,))):
                await order_lines.cancel(clerk, line.id, quantity=quantity, reason="Fewer")


class TestOrder:
    async def test_goes_elsewhere_as_long_as_nothing_is_picked(self, shop, clerk):
        for stage in (*EDITABLE, "released"):
            order = await shop.order(stage)

            await orders.update(clerk, order.id, {}, shipping_address=HOME, billing_address=HOME)

            assert (await Order.get(id=order.id)).billing_address == HOME
        order = await shop.order("picked")
        async with refuses(("BLOCKED", ("shippingAddress",))):
            await orders.update(clerk, order.id, {}, shipping_address=HOME)
        await orders.update(clerk, order.id, {"note": "Ring twice."})

    async def test_is_held_for_a_wrong_address_and_let_go_with_a_right_one(self, shop, clerk):
        order = await shop.order("confirmed")
        wrong = replace(HOME, postal_code="1")

        await orders.update(clerk, order.id, {}, shipping_address=wrong)
        [hold] = await Hold.filter(order_id=order.id, released_at=None)
        assert hold.kind is HoldKind.ADDRESS
        await orders.update(clerk, order.id, {}, shipping_address=HOME)

        assert not await Hold.filter(order_id=order.id, released_at=None)


class TestAtOnce:
    """Whatever is asked of an order at the same moment, it adds up afterwards."""

    async def test_an_edit_and_a_pick_have_one_outcome(self, shop, clerk, picker):
        for _ in range(5):
            order = await shop.order("confirmed", mug=2)
            [line], [work] = await lines_of(order), await work_on(order)

            outcomes = await all_at_once(
                [
                    partial(order_lines.update, clerk, line.id, quantity=1),
                    partial(fulfillments.release, picker, work.id),
                    partial(fulfillments.pick_start, picker, work.id),
                ]
            )

            [line] = await lines_of(order)
            assert line.reserved == line.ordered == (2 if refused(outcomes[:1]) else 1)
            await assert_balanced()
            await orders.cancel(SYSTEM, order.id, reason="Enough")

    async def test_units_are_cancelled_once_however_many_try(self, shop, clerk):
        order = await shop.order("confirmed", mug=5)
        [line] = await lines_of(order)

        cancel = partial(order_lines.cancel, clerk, line.id, quantity=2, reason="Fewer")
        outcomes = await all_at_once([cancel] * 4)

        assert len(refused(outcomes)) == 2
        [line] = await lines_of(order)
        assert (line.cancelled, line.reserved) == (4, 1)
        assert await shop.available(shop.mug) == 14
        await assert_balanced()

    async def test_units_and_the_whole_are_cancelled_once(self, shop, clerk):
        order = await shop.order("confirmed", mug=5)
        [line] = await lines_of(order)

        await all_at_once(
            [
                partial(order_lines.cancel, clerk, line.id, quantity=2, reason="Fewer"),
                partial(orders.cancel, clerk, order.id, reason="None"),
                partial(order_lines.update, clerk, line.id, quantity=9),
            ]
        )

        assert await shop.available(shop.mug) == 15
        assert (await Order.get(id=order.id)).status is OrderStatus.CANCELLED
        await assert_balanced()

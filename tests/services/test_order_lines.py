from decimal import Decimal
from functools import partial

import pytest

from models import Order, OrderLine, OrderStatus
from services import catalog, goods, order_lines, orders
from services.actors import SYSTEM
from services.goods import MOST_LINES, LineDraft
from tests.cast import all_at_once, lines_of, one_database, refused, refuses, told


async def first_line(order: Order) -> OrderLine:
    return (await lines_of(order))[0]


async def in_yen(shop) -> int:
    price = {"price": Decimal(500), "currency": "JPY"}
    cap = await catalog.create_variant(SYSTEM, shop.product.id, sku="CAP", name="Cap", **price)
    return cap.id


class TestAdd:
    async def test_adds_a_variant_at_its_price_of_today(self, shop, clerk):
        order = await shop.order("draft", mug=1)

        draft = LineDraft(variant_id=shop.shirt.id, quantity=3)
        changed = await order_lines.add(clerk, order.id, draft)

        line = (await lines_of(order))[1]
        assert (line.sku, line.name, line.ordered) == (shop.shirt.sku, "Shirt", 3)
        assert (line.unit_price, line.currency) == (2000, "EUR")
        assert changed.total == 1250 + 3 * 2000
        assert changed.version == order.version + 1
        event = await told("OrderLineAdded", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)
        assert event.details == {"sku": shop.shirt.sku, "quantity": 3}

    async def test_gives_an_empty_order_its_currency(self, shop, clerk):
        order = await orders.create(SYSTEM, shop.draft())

        draft = LineDraft(variant_id=await in_yen(shop), quantity=2)
        changed = await order_lines.add(clerk, order.id, draft)

        assert (changed.currency, changed.total) == ("JPY", 1000)

    @one_database
    @pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
    async def test_refuses_a_quantity_that_cannot_be(self, shop, clerk, quantity):
        order = await shop.order("draft")

        async with refuses(("INVALID", ("quantity",))):
            draft = LineDraft(variant_id=shop.mug.id, quantity=quantity)
            await order_lines.add(clerk, order.id, draft)

    async def test_refuses_an_order_that_is_not_there(self, shop, clerk):
        async with refuses(("NOT_FOUND", ("orderId",))):
            await order_lines.add(clerk, 999, LineDraft(variant_id=shop.mug.id, quantity=1))

    async def test_refuses_a_variant_that_is_not_there(self, shop, clerk):
        order = await shop.order("draft")

        async with refuses(("NOT_FOUND", ("variantId",))):
            await order_lines.add(clerk, order.id, LineDraft(variant_id=999, quantity=1))

    async def test_refuses_a_variant_that_is_no_longer_sold(self, shop, clerk):
        order = await shop.order("draft", shirt=1)
        await catalog.archive_variant(SYSTEM, shop.mug.id)

        async with refuses(("BLOCKED", ("variantId",))):
            draft = LineDraft(variant_id=shop.mug.id, quantity=1)
            await order_lines.add(clerk, order.id, draft)

    async def test_refuses_another_currency(self, shop, clerk):
        order = await shop.order("draft")
        foreign = LineDraft(variant_id=await in_yen(shop), quantity=1)

        async with refuses(("BLOCKED", ("variantId",))):
            await order_lines.add(clerk, order.id, foreign)

    async def test_refuses_a_total_beyond_counting(self, shop, clerk):
        order = await shop.order("draft")
        await catalog.update_variant(SYSTEM, shop.mug.id, {}, (Decimal("1e10"), "EUR"))

        async with refuses(("INVALID", ("variantId",))):
            draft = LineDraft(variant_id=shop.mug.id, quantity=1_000_000)
            await order_lines.add(clerk, order.id, draft)

    async def test_refuses_more_lines_than_an_order_can_have(self, shop, clerk):
        order = await orders.create(SYSTEM, shop.draft())
        drafts = [LineDraft(variant_id=shop.mug.id, quantity=1)] * MOST_LINES
        order.currency = "EUR"
        await OrderLine.bulk_create(goods.written(order, drafts, {shop.mug.id: shop.mug}))

        async with refuses(("INVALID", ("variantId",))):
            await order_lines.add(clerk, order.id, drafts[0])

    async def test_refuses_an_order_that_is_over(self, shop, clerk):
        order = await shop.order("delivered")

        async with refuses(("WRONG_STATUS", ("orderId",))):
            draft = LineDraft(variant_id=shop.mug.id, quantity=1)
            await order_lines.add(clerk, order.id, draft)

    async def test_counts_every_line_of_many_added_at_once(self, shop, clerk):
        order = await shop.order("draft", mug=1)

        draft = LineDraft(variant_id=shop.shirt.id, quantity=1)
        await all_at_once([partial(order_lines.add, clerk, order.id, draft)] * 8)

        order = await Order.get(id=order.id)
        assert order.total == 1250 + 8 * 2000
        assert order.version == 9


class TestUpdate:
    async def test_changes_how_many_are_wanted(self, shop, clerk):
        order = await shop.order("draft", mug=1)
        line = await first_line(order)

        changed = await order_lines.update(clerk, line.id, quantity=4)

        assert (await first_line(order)).ordered == 4
        assert changed.total == 4 * 1250
        event = await told("OrderLineUpdated", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)
        assert event.details == {"sku": shop.mug.sku, "quantity": 4}

    async def test_prices_a_draft_as_of_today(self, shop, clerk):
        order = await shop.order("draft", mug=1)
        await catalog.update_variant(SYSTEM, shop.mug.id, {}, (Decimal(99), "EUR"))

        changed = await order_lines.update(clerk, (await first_line(order)).id, quantity=2)

        assert changed.total == 2 * 9900

    @one_database
    @pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
    async def test_refuses_a_quantity_that_cannot_be(self, shop, clerk, quantity):
        line = await first_line(await shop.order("draft"))

        async with refuses(("INVALID", ("quantity",))):
            await order_lines.update(clerk, line.id, quantity=quantity)

    async def test_refuses_a_line_that_is_not_there(self, shop, clerk):
        async with refuses(("NOT_FOUND", ("id",))):
            await order_lines.update(clerk, 999, quantity=1)

    async def test_refuses_a_customer_who_changes_anothers(self, shop, customer_actor):
        stranger = await type(shop).open()
        line = await first_line(await stranger.order("draft"))

        async with refuses(("NOT_FOUND", ("id",))):
            await order_lines.update(customer_actor, line.id, quantity=1)

    async def test_refuses_an_order_that_is_over(self, shop, clerk):
        line = await first_line(await shop.order("delivered"))

        async with refuses(("WRONG_STATUS", ("id",))):
            await order_lines.update(clerk, line.id, quantity=1)

    async def test_loses_no_change_of_many_at_once(self, shop, clerk):
        line = await first_line(await shop.order("draft"))

        await all_at_once(
            partial(order_lines.update, clerk, line.id, quantity=n) for n in range(2, 10)
        )

        assert (await OrderLine.get(id=line.id)).version == line.version + 8


class TestRemove:
    async def test_takes_a_line_out(self, shop, clerk):
        order = await shop.order("draft", mug=2, shirt=1)

        changed = await order_lines.remove(clerk, (await first_line(order)).id)

        assert [line.sku for line in await lines_of(order)] == [shop.shirt.sku]
        assert changed.total == 2000
        event = await told("OrderLineRemoved", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)
        assert event.details == {"sku": shop.mug.sku, "quantity": 2}

    async def test_takes_a_line_out_once_however_many_try(self, shop, clerk):
        line = await first_line(await shop.order("draft", mug=1, shirt=1))

        outcomes = await all_at_once([partial(order_lines.remove, clerk, line.id)] * 4)

        assert [each.problems[0].code for each in refused(outcomes)] == ["NOT_FOUND"] * 3
        assert await told("OrderLineRemoved", by=clerk)

    async def test_refuses_a_line_that_is_not_there(self, shop, clerk):
        async with refuses(("NOT_FOUND", ("id",))):
            await order_lines.remove(clerk, 999)

    async def test_refuses_an_order_that_is_over(self, shop, clerk):
        line = await first_line(await shop.order("delivered"))

        async with refuses(("WRONG_STATUS", ("id",))):
            await order_lines.remove(clerk, line.id)

    async def test_never_takes_a_line_out_of_an_order_being_placed(self, shop, clerk):
        for _ in range(4):
            order = await shop.order("draft", mug=1, shirt=1)
            line = await first_line(order)

            await all_at_once(
                [
                    partial(order_lines.remove, clerk, line.id),
                    partial(orders.place, clerk, order.id),
                ]
            )

            order = await Order.get(id=order.id)
            lines = await lines_of(order)
            assert order.total == sum(line.total for line in lines)
            assert order.status is OrderStatus.PLACED
            assert all(line.reserved == line.remaining for line in lines)

"""Which price counts, and when a line is priced anew."""

from datetime import timedelta
from decimal import Decimal

import pytest

from models import Order, OrderChannel, Price
from models.errors import Refused
from services import catalog, discounts, order_lines, orders, prices, pricing
from services.actors import SYSTEM
from tests.cast import lines_of, one_database, refuses, told

pytestmark = one_database


async def priced(shop, amount, *, currency="EUR", from_quantity=1, **given):
    """A price list with one price of a mug."""
    name = given.pop("name", "Sale")
    row = await prices.create(SYSTEM, name=name, currency=currency, **given)
    at = {"price": Decimal(amount), "currency": currency, "from_quantity": from_quantity}
    await prices.set_price(SYSTEM, row.id, shop.mug.id, **at)
    return row


async def cost(shop, quantity=1, **given):
    """What one of so many mugs costs online."""
    given = {"channel": OrderChannel.ONLINE} | given
    found = await prices.quote(SYSTEM, shop.mug.id, quantity=quantity, **given)
    return found and found.unit_price


class TestQuote:
    async def test_is_the_variants_own_price_where_no_list_has_one(self, shop):
        found = await prices.quote(SYSTEM, shop.mug.id, quantity=3, channel=OrderChannel.PHONE)

        assert (found.unit_price, found.total, found.currency) == (1250, 3750, "EUR")
        assert (found.rule, found.price) == ("price of the variant", None)

    async def test_is_the_price_from_the_highest_quantity_reached(self, shop):
        row = await priced(shop, "12")
        for quantity, amount in ((10, "11"), (100, "9.99")):
            at = {"price": Decimal(amount), "currency": "EUR", "from_quantity": quantity}
            await prices.set_price(SYSTEM, row.id, shop.mug.id, **at)

        costs = [await cost(shop, quantity) for quantity in (1, 9, 10, 99, 100)]

        assert costs == [1200, 1200, 1100, 1100, 999]

    async def test_leaves_out_a_list_whose_prices_begin_higher(self, shop):
        await priced(shop, "5", from_quantity=10, priority=1)
        await priced(shop, "11", priority=2)

        assert [await cost(shop, quantity) for quantity in (9, 10)] == [1100, 500]

    async def test_is_that_of_the_list_with_the_lowest_priority_then_of_the_newest(self, shop):
        await priced(shop, "11", priority=5)
        await priced(shop, "9", priority=9)
        assert await cost(shop) == 1100

        await priced(shop, "10", priority=5)

        assert await cost(shop) == 1000

    @pytest.mark.parametrize(
        "given", [{"channel": OrderChannel.EDI}, {"prices_include_tax": False}, {"currency": "USD"}]
    )
    async def test_leaves_out_a_list_for_other_orders(self, shop, given):
        await priced(shop, "1", **given)

        assert await cost(shop) == 1250
        assert await cost(shop, **given) == 100

    async def test_counts_a_list_from_its_beginning_until_just_before_its_end(self, shop, clock):
        begin, end = clock.time + timedelta(days=1), clock.time + timedelta(days=2)
        await priced(shop, "9", valid_from=begin, valid_until=end)
        moment = timedelta(microseconds=1)

        costs = [await cost(shop, at=at) for at in (begin - moment, begin, end - moment, end, None)]

        assert costs == [1250, 900, 900, 1250, 1250]

    async def test_leaves_out_an_archived_list(self, shop):
        await prices.archive(SYSTEM, (await priced(shop, "9")).id)

        assert await cost(shop) == 1250

    async def test_is_none_in_a_currency_without_a_price(self, shop):
        assert await cost(shop, currency="CHF") is None


class TestOrder:
    async def test_is_priced_by_its_list_and_says_so(self, shop, clerk):
        row = await priced(shop, "9.90", from_quantity=2, name="Spring")

        order = await orders.create(clerk, shop.draft(mug=2, shirt=1))

        assert order.total == 2 * 990 + 2000
        first, second = (step["description"] for step in order.price_steps)
        assert first == f"2 × 9.90 EUR: price list {row.number} Spring, from 2 units"
        assert second == "1 × 20.00 EUR: price of the variant"

    async def test_in_another_currency_needs_a_price_in_it(self, shop, clerk):
        await priced(shop, "11", currency="USD")

        order = await orders.create(clerk, shop.draft(mug=2, currency="USD"))
        assert (order.currency, order.total) == ("USD", 2200)

        async with refuses(("BLOCKED", ("lines",))):
            await orders.create(clerk, shop.draft(mug=1, shirt=1, currency="USD"))

    async def test_is_priced_as_of_today_until_it_is_placed(self, shop, clerk):
        order = await shop.order("draft", mug=2)
        await priced(shop, "9")

        placed = await orders.place(clerk, order.id)

        assert placed.total == 1800
        assert [line.total for line in await lines_of(order)] == [1800]

    async def test_keeps_what_was_agreed_for_lines_that_stay_as_they_are(self, shop, clerk):
        order = await shop.order("placed", mug=2, shirt=2)
        steps = order.price_steps
        await catalog.update_variant(SYSTEM, shop.shirt.id, {}, (Decimal(99), "EUR"))
        await priced(shop, "9")

        lines = await lines_of(order)
        await pricing.reprice(order, lines)
        assert (order.total, order.price_steps) == (2 * 1250 + 2 * 2000, steps)

        lines[0].ordered = 3
        await pricing.reprice(order, lines, "ordered")

        assert [line.unit_price for line in await lines_of(order)] == [900, 2000]
        assert order.total == 3 * 900 + 2 * 2000

    async def test_does_not_charge_for_what_is_cancelled_and_keeps_the_price_of_the_rest(
        self, shop, clerk
    ):
        await priced(shop, "9", from_quantity=3)
        order = await shop.order("placed", mug=3)
        [line] = await lines_of(order)

        line.cancelled = 2
        await pricing.reprice(order, [line], "cancelled")

        assert (order.total, line.total, line.unit_price) == (900, 900, 900)

    async def test_keeps_its_amounts_when_it_is_given_up(self, shop, clerk):
        order = await shop.order("placed", mug=2)
        await orders.cancel(clerk, order.id, reason="Enough")

        order = await Order.get(id=order.id)
        await pricing.reprice(order, await lines_of(order))

        assert (order.total, order.subtotal) == (2500, 2500)


class TestSetPrice:
    async def test_replaces_what_is_there_for_the_same_quantity(self, shop, manager):
        row = await priced(shop, "9")

        price = await prices.set_price(
            manager, row.id, shop.mug.id, price=Decimal(8), currency="EUR"
        )

        assert (await Price.all().count(), price.price, price.version) == (1, 800, 2)
        event = await told("PriceSet", by=manager)
        assert event.variant_id == shop.mug.id
        assert event.details == {"price_list_id": row.id, "from_quantity": 1, "minor_units": 800}

    async def test_refuses_another_currency_and_an_archived_list(self, shop, manager):
        row = await priced(shop, "9")

        async with refuses(("BLOCKED", ("price", "currency"))):
            await prices.set_price(manager, row.id, shop.mug.id, price=Decimal(8), currency="USD")
        await prices.archive(SYSTEM, row.id)
        async with refuses(("BLOCKED", ("priceListId",))):
            await prices.set_price(manager, row.id, shop.mug.id, price=Decimal(8), currency="EUR")

    async def test_is_undone_by_removing_it(self, shop, manager):
        row = await priced(shop, "9")
        price = await Price.get(price_list_id=row.id)

        await prices.remove_price(manager, price.id)

        assert await cost(shop) == 1250
        async with refuses(("NOT_FOUND", ("id",))):
            await prices.remove_price(manager, price.id)


class TestDiscount:
    async def test_is_spread_over_the_lines_to_the_cent(self, shop, manager):
        order = await shop.order("draft", mug=1, shirt=1)

        order = await discounts.give(manager, order.id, reason="Loyal", rate=Decimal("33.3333"))

        assert [line.discount for line in await lines_of(order)] == [417, 666]
        assert (order.discount_total, order.total) == (1083, 3250 - 1083)
        assert [step["amount"] for step in order.price_steps] == [1250, 2000, -417, -666]
        assert (await told("DiscountGiven", by=manager)).details == {
            "discount_reason": "Loyal",
            "order_total": 2167,
        }

    async def test_of_one_line_leaves_the_others_alone(self, shop, manager):
        order = await shop.order("placed", mug=2, shirt=1)
        [line, other] = await lines_of(order)

        order = await discounts.give(
            manager, order.id, line_id=line.id, reason="Scratched", amount=(Decimal(5), "EUR")
        )

        assert [each.discount for each in await lines_of(order)] == [500, 0]
        assert (order.total, other.total) == (4000, 2000)

    async def test_goes_with_its_line(self, shop, manager):
        order = await shop.order("draft", mug=1, shirt=1)
        [line, _] = await lines_of(order)
        await discounts.give(manager, order.id, line_id=line.id, reason="Old", rate=Decimal(5))

        order = await order_lines.remove(SYSTEM, line.id)

        assert (order.total, order.discount_total) == (2000, 0)

    async def test_is_taken_back(self, shop, manager):
        order = await shop.order("draft")
        await discounts.give(manager, order.id, reason="Loyal", rate=Decimal(5))
        discount = await discounts.Discount.get(order_id=order.id)

        order = await discounts.take_back(manager, discount.id)

        assert (order.total, order.discount_total) == (1250, 0)

    @pytest.mark.parametrize(("who", "most"), [("clerk", 10), ("manager", 50)])
    async def test_is_limited_in_sum_by_the_role(self, request, shop, who, most):
        actor = request.getfixturevalue(who)
        order = await shop.order("draft", mug=4)
        half = Decimal(most) / 2
        await discounts.give(actor, order.id, reason="Once", rate=half)

        async with refuses(("DISCOUNT_LIMIT", ("percent",))) as problems:
            await discounts.give(actor, order.id, reason="Twice", rate=Decimal(most))

        assert problems[0].limit == most * 10_000
        await discounts.give(actor, order.id, reason="Twice", rate=half)

    async def test_is_limited_on_its_line_too(self, shop, clerk):
        order = await shop.order("draft", mug=1, shirt=9)
        [line, _] = await lines_of(order)
        off = {"line_id": line.id, "reason": "Scratched", "amount": (Decimal(3), "EUR")}

        async with refuses(("DISCOUNT_LIMIT", ("amount",))):
            await discounts.give(clerk, order.id, **off)

    async def test_follows_the_policy_of_the_shop(self, shop, clerk, policy):
        policy(clerk_discount_percent=25)
        order = await shop.order("draft")

        order = await discounts.give(clerk, order.id, reason="Loyal", rate=Decimal(25))

        assert order.discount_total == 313

    async def test_is_refused_once_the_order_is_over(self, shop, clerk):
        order = await shop.order("delivered")

        async with refuses(("BLOCKED", ("orderId",))):
            await discounts.give(clerk, order.id, reason="Late", rate=Decimal(5))

    async def test_wants_either_and_the_orders_currency(self, shop, clerk):
        order = await shop.order("draft")

        async with refuses(("INVALID", ("percent",))):
            await discounts.give(clerk, order.id, reason="Late")
        async with refuses(("INVALID", ("amount", "currency"))):
            await discounts.give(clerk, order.id, reason="Late", amount=(Decimal(1), "USD"))
        with pytest.raises(Refused):
            await discounts.give(clerk, order.id, reason="Late", amount=(Decimal("0.001"), "EUR"))

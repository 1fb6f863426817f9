"""What methods make of orders and carts, and the choice of one. The frozen clock shows Monday,
the fifth of January 2026, 10:30 in Berlin, where the day after is a working day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest

from models import Order, RateBand, ShippingMethod, ShippingZone, Variant
from models.orders import PostalAddress
from services import checks, fulfillments, order_lines, shipping, shipping_methods, shipping_options
from services.actors import SYSTEM
from services.goods import LineDraft
from services.zones import rate_of, zone_of
from tests.cast import HOME, all_at_once, lines_of, one_database, refused, refuses, told, work_on


def address(**given: str) -> PostalAddress:
    usual = {"recipient": "Ada", "line1": "Weg 1", "city": "Wien", "country_code": "AT"}
    return PostalAddress(**usual | given)


def zone(row_id: int, **given: list[str]) -> ShippingZone:
    return ShippingZone(id=row_id, name="Z", min_days=1, max_days=2, **given)


class TestZoneOf:
    def test_is_the_one_that_says_most_of_an_address(self):
        zones = [
            zone(1),
            zone(2, countries=["AT"]),
            zone(3, countries=["AT"], regions=["Tirol"]),
            zone(4, countries=["AT"], postal_prefixes=["6"]),
            zone(5, countries=["AT"], postal_prefixes=["60", "9"]),
        ]

        found = [
            zone_of(zones, place).id
            for place in (
                address(country_code="US"),
                address(postal_code="1010"),
                address(region="TIROL"),
                address(postal_code="6 100", region="Tirol"),
                address(postal_code="A-60"),
                address(postal_code="6020"),
            )
        ]

        assert found == [1, 2, 3, 4, 2, 5]

    def test_is_none_where_nothing_goes(self):
        assert zone_of([zone(1, countries=["DE"])], address()) is None


class TestRateOf:
    BANDS = (
        RateBand(price=490, currency="EUR", max_weight_grams=5000),
        RateBand(price=990, currency="EUR"),
        RateBand(price=0, currency="EUR", min_order_value=10_000),
        RateBand(price=100, currency="USD"),
    )

    @pytest.mark.parametrize(
        ("weight", "value", "price"),
        [(0, 0, 490), (5000, 9_999, 490), (5001, 0, 990), (9000, 10_000, 0)],
    )
    def test_is_the_cheapest_band_that_takes_it(self, weight, value, price):
        about = {"weight_grams": weight, "value": value}

        assert rate_of(self.BANDS, currency="EUR", **about) == price
        assert rate_of(self.BANDS, currency="CHF", **about) is None


class TestOptions:
    async def test_tell_cost_and_dates_and_the_cheapest_in_time(self, shop, clock):
        standard, air = await shop.ships()
        order = await shop.order("placed")

        found = await shipping.options_of_order(SYSTEM, order.id, wanted_on=date(2026, 1, 7))

        assert [(each.method.id, each.cost, each.promised_on) for each in found] == [
            (standard.id, 490, date(2026, 1, 8)),
            (air.id, 2490, date(2026, 1, 6)),
        ]
        assert [(each.meets_promise, each.is_cheapest_in_time) for each in found] == [
            (False, False),
            (True, True),
        ]
        # Handed over by the cut-off, 15:00 in Berlin, of the last day that is in time.
        assert [each.dispatch_by for each in found] == [datetime(2026, 1, 5, 14, tzinfo=UTC)] * 2

    async def test_are_in_time_for_the_promise_where_no_date_is_wanted(self, shop, clock):
        standard, _ = await shop.ships()
        order = await shop.order("placed")

        found = await shipping.options_of_order(SYSTEM, order.id)

        [best] = [each for each in found if each.is_cheapest_in_time]
        assert best.method.id == standard.id
        assert best.promised_at == order.promised_at

    async def test_leave_a_day_later_after_the_cut_off_and_over_holidays(self, shop, clock):
        await shop.ships()
        order = await shop.order("placed")
        # Thursday before Easter, after the cut-off: nobody works until Tuesday.
        clock.time = datetime(2026, 4, 2, 14, tzinfo=UTC)

        found = await shipping.options_of_order(SYSTEM, order.id)

        assert [each.promised_on for each in found] == [date(2026, 4, 10), date(2026, 4, 8)]

    async def test_of_a_cart_need_no_order(self, shop, clock, customer_actor):
        await shop.ships()
        await Variant.filter(id=shop.mug.id).update(weight_grams=400)

        found = await shipping.options_of_cart(
            customer_actor, [LineDraft(variant_id=shop.mug.id, quantity=3)], HOME
        )

        assert [each.cost for each in found] == [490, 2490]
        assert [each.is_cheapest_in_time for each in found] == [True, False]

    async def test_wait_for_stock_that_nobody_has(self, shop, clock, policy):
        await shop.ships()
        policy(restock_days=7)

        [found, _] = await shipping.options_of_cart(
            SYSTEM, [LineDraft(variant_id=shop.mug.id, quantity=16)], HOME
        )

        assert found.promised_on == date(2026, 1, 15)

    async def test_wait_for_the_next_arrival_where_one_is_announced(self, shop, clock):
        await shop.ships()
        await shop.expect(shop.mug, 20, day=7)

        [found, _] = await shipping.options_of_cart(
            SYSTEM, [LineDraft(variant_id=shop.mug.id, quantity=16)], HOME
        )

        assert found.promised_on == date(2026, 1, 10)

    async def test_leave_out_what_does_not_go_there(self, shop):
        _, air = await shop.ships()
        await ShippingZone.filter(method_id=air.id).update(countries=["CH"])
        order = await shop.order("placed")

        found = await shipping.options_of_order(SYSTEM, order.id)

        assert air.id not in [each.method.id for each in found]

    @one_database
    async def test_are_refused_for_an_order_without_an_address(self, shop):
        order = await shop.order()
        await Order.filter(id=order.id).update(ship_to=None)

        async with refuses(("BLOCKED", ("orderId",))):
            await shipping.options_of_order(SYSTEM, order.id)

    @one_database
    async def test_are_not_for_another_customer(self, shop, customer_actor):
        order = await shop.order()
        await Order.filter(id=order.id).update(customer_id=(await type(shop).open()).customer.id)

        async with refuses(("NOT_FOUND", ("orderId",))):
            await shipping.options_of_order(customer_actor, order.id)


class TestChoose:
    @pytest.mark.parametrize("stage", ["draft", "placed", "packed"])
    async def test_prices_and_promises_anew(self, shop, clerk, clock, stage):
        _, air = await shop.ships()
        order = await shop.order(stage)

        chosen = await shipping.choose(clerk, order.id, air.id)

        assert (chosen.shipping_method_id, chosen.shipping_price) == (air.id, 2490)
        assert chosen.total == order.total + 2490
        assert await told("OrderShippingChosen", by=clerk)
        if stage != "draft":
            assert chosen.promised_at < order.promised_at
            assert chosen.first_promised_at == order.first_promised_at

    async def test_follows_the_goods(self, shop, clerk):
        standard, _ = await shop.ships()
        await Variant.filter(id=shop.mug.id).update(weight_grams=400)
        rates = [
            {"price": 490, "currency": "EUR", "max_weight_grams": 1000, "min_order_value": 0},
            {"price": 990, "currency": "EUR", "max_weight_grams": None, "min_order_value": 0},
        ]
        await ShippingZone.filter(method_id=standard.id).update(rates=rates)
        order = await shop.order("draft", mug=2)
        await shipping.choose(clerk, order.id, standard.id)

        [line] = await lines_of(order)
        heavier = await order_lines.update(clerk, line.id, quantity=3)

        assert heavier.shipping_price == 990
        assert heavier.total == 3 * shop.mug.price + 990

    async def test_is_not_charged_again_for_what_was_split_off(self, shop, clerk):
        _, air = await shop.ships()
        order = await shop.order("draft")
        order.shipping_method_id, order.split_from_id = air.id, order.id

        assert not await shipping_options.charge(order, await lines_of(order))
        assert order.shipping_price == 0

    async def test_refuses_what_does_not_go_there(self, shop, clerk):
        _, air = await shop.ships()
        await ShippingZone.filter(method_id=air.id).update(countries=["CH"])
        order = await shop.order("placed")

        async with refuses(("UNREACHABLE", ("methodId",))):
            await shipping.choose(clerk, order.id, air.id)

    async def test_refuses_what_is_no_longer_offered(self, shop, clerk):
        _, air = await shop.ships()
        await shipping_methods.archive(SYSTEM, air.id)
        order = await shop.order("placed")

        async with refuses(("BLOCKED", ("methodId",))):
            await shipping.choose(clerk, order.id, air.id)

    async def test_refuses_an_order_that_has_left(self, shop, clerk):
        _, air = await shop.ships()
        order = await shop.order("shipped")

        async with refuses(("BLOCKED", ("id",))):
            await shipping.choose(clerk, order.id, air.id)


class TestRush:
    async def test_to_choose_and_to_hand_over_ends_in_one_way_or_the_other(self, shop, clerk):
        standard, air = await shop.ships()
        work = await shop.fulfillment("parcelled")

        outcomes = await all_at_once(
            [
                partial(shipping.choose, clerk, work.order_id, air.id),
                partial(fulfillments.hand_over, SYSTEM, work.id),
                partial(shipping.choose, clerk, work.order_id, standard.id),
            ]
        )

        order = await Order.get(id=work.order_id)
        assert (await work_on(order))[0].status == "handed_over"
        chosen = [each for each in outcomes if isinstance(each, Order)]
        assert order.shipping_method_id in {None, *(each.shipping_method_id for each in chosen)}
        assert {each.problems[0].code for each in refused(outcomes)} <= {"BLOCKED"}
        assert [result for result in await checks.run() if result.broken] == []


class TestMethods:
    async def test_have_one_default(self, shop):
        _, air = await shop.ships()

        await shipping_methods.update(SYSTEM, air.id, {"is_default": True})

        assert [method.id for method in await ShippingMethod.filter(is_default=True)] == [air.id]

    async def test_set_a_zone_of_a_name_anew(self, shop):
        _, air = await shop.ships()
        places = {"countries": ["ch"], "regions": [], "postal_prefixes": []}
        rate = shipping_methods.RateDraft(price=Decimal(12), currency="EUR")

        await shipping_methods.set_zone(
            SYSTEM, air.id, "Everywhere", places | {"min_days": 0, "max_days": 2}, [rate]
        )

        row = await ShippingZone.get(method_id=air.id)
        assert (row.countries, row.max_days, row.bands[0].price) == (["CH"], 2, 1200)


class TestQueue:
    async def test_of_fulfillments_is_to_be_handed_over_when_the_order_is(self, shop, clerk, clock):
        _, air = await shop.ships()
        work = await shop.fulfillment("released")
        before = (await Order.get(id=work.order_id)).dispatch_by
        clock.advance(hours=-1)

        await shipping.choose(clerk, work.order_id, air.id)

        order = await Order.get(id=work.order_id)
        await work.refresh_from_db()
        assert work.dispatch_by == order.dispatch_by
        assert before is not None
        assert (await fulfillments.pick_start(SYSTEM, work.id)).dispatch_by == order.dispatch_by

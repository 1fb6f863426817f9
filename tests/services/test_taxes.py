"""Which tax an order bears, in the price and on top of it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from models import Order, OrderChannel, TaxClass
from services import catalog, orders, pricing, taxes
from services.actors import SYSTEM
from tests.cast import HOME, lines_of, one_database, refuses, told

pytestmark = one_database


async def rate(percent, *, country="DE", **given):
    given = {"name": "VAT", "tax_class": TaxClass.STANDARD} | given
    return await taxes.create(SYSTEM, country_code=country, percent=Decimal(percent), **given)


async def tax_of(shop, **given):
    """What tax an order of a mug for 12.50 has, and what it costs."""
    order = await orders.create(SYSTEM, shop.draft(mug=1, **given))
    return order.tax_total, order.total


class TestOrder:
    async def test_contains_the_tax_of_where_it_goes(self, shop):
        await rate("19")
        await rate("25", country="DK")

        assert await tax_of(shop) == (200, 1250)
        to = replace(HOME, country_code="DK")
        assert await tax_of(shop, shipping_address=to) == (250, 1250)

    async def test_bears_tax_on_top_where_its_prices_do_not_contain_it(self, shop):
        await rate("19")

        order = await orders.create(SYSTEM, shop.draft(mug=1, shirt=1, prices_include_tax=False))

        assert (order.subtotal, order.tax_total, order.total) == (3250, 238 + 380, 3868)
        assert [line.total for line in await lines_of(order)] == [1488, 2380]
        assert order.price_steps[-1] | {"line_id": 0} == {
            "kind": "TAX",
            "line_id": 0,
            "description": "VAT, 19 %",
            "amount": 380,
            "contained": 0,
            "rate": 190_000,
            "name": "VAT",
        }

    async def test_is_taxed_by_the_class_of_what_is_bought(self, shop):
        await rate("19")
        await rate("7", tax_class=TaxClass.REDUCED)
        await catalog.update_variant(SYSTEM, shop.mug.id, {"tax_class": TaxClass.REDUCED}, None)
        await catalog.update_variant(SYSTEM, shop.shirt.id, {"tax_class": TaxClass.ZERO}, None)

        order = await orders.create(SYSTEM, shop.draft(mug=1, shirt=1))

        assert [line.tax for line in await lines_of(order)] == [82, 0]

    async def test_is_taxed_at_the_rate_of_its_region_where_there_is_one(self, shop):
        await rate("5", country="CA")
        await rate("14.975", country="CA", region="Québec")
        abroad = replace(HOME, country_code="CA")

        assert await tax_of(shop, shipping_address=abroad) == (60, 1250)
        to = replace(abroad, region="QUÉBEC")
        assert await tax_of(shop, shipping_address=to) == (163, 1250)

    async def test_is_taxed_where_the_shop_is_when_sold_over_the_counter(self, shop, policy):
        await rate("19")
        given = {"shipping_address": None, "channel": OrderChannel.IN_PERSON}

        assert await tax_of(shop, **given) == (0, 1250)
        policy(home_country="DE")
        assert await tax_of(shop, **given) == (200, 1250)

    async def test_is_taxed_at_the_rate_in_force_when_it_was_placed(self, shop, clock):
        old = await rate("19", valid_until=clock.time + timedelta(days=1))
        await rate("21", valid_from=clock.time + timedelta(days=1))
        order = await shop.order("placed", mug=1)

        clock.advance(days=2)
        await taxes.archive(SYSTEM, old.id)
        order = await Order.get(id=order.id)
        await pricing.reprice(order, await lines_of(order))

        assert order.tax_total == 200
        assert await tax_of(shop) == (217, 1250)

    async def test_is_taxed_anew_when_it_goes_elsewhere(self, shop, clerk):
        await rate("25", country="DK")
        order = await shop.order("draft", mug=1)
        assert order.tax_total == 0

        to = replace(HOME, country_code="DK")
        order = await orders.update(clerk, order.id, {}, shipping_address=to)

        assert order.tax_total == 250


class TestUpdate:
    async def test_corrects_a_rate_for_orders_to_come(self, shop, manager):
        row = await rate("18")
        order = await shop.order("placed", mug=1)

        await taxes.update(manager, row.id, {"percent": Decimal(19)})

        assert (await Order.get(id=order.id)).tax_total == 191
        assert await tax_of(shop) == (200, 1250)
        assert (await told("TaxRateUpdated", by=manager)).details == {"tax_rate_id": row.id}

    async def test_refuses_an_archived_one(self, shop, manager):
        row = await rate("18")
        await taxes.archive(SYSTEM, row.id)

        async with refuses(("BLOCKED", ("id",))):
            await taxes.update(manager, row.id, {"percent": Decimal(19)})

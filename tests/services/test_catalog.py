from decimal import Decimal

import pytest

from models import Product, Variant
from services import catalog
from services.actors import SYSTEM
from tests.cast import one_database, refuses, told

PRICE = {"price": Decimal("9.90"), "currency": "EUR"}


class TestCreateProduct:
    async def test_adds_it_to_the_catalog(self, database, manager):
        product = await catalog.create_product(manager, name=" Teapot ", description="Holds tea.")

        stored = await Product.get(id=product.id)
        assert (stored.name, stored.description) == ("Teapot", "Holds tea.")
        event = await told("ProductCreated", by=manager)
        assert event.details == {"product_id": product.id}

    @pytest.mark.parametrize(
        ("field", "text"),
        [
            ("name", ""),
            ("name", "  "),
            ("name", "x" * 201),
            ("name", "a\0b"),
            ("name", None),
            ("description", "x" * 10_001),
        ],
    )
    async def test_refuses_a_text_that_does_not_fit(self, database, manager, field, text):
        async with refuses(("INVALID", (field,))):
            await catalog.create_product(manager, **{"name": "Teapot"} | {field: text})

    async def test_says_everything_that_is_wrong_at_once(self, database, manager):
        async with refuses(("INVALID", ("name",)), ("INVALID", ("description",))):
            await catalog.create_product(manager, name="", description="x" * 10_001)


class TestUpdateProduct:
    async def test_changes_what_is_given_alone(self, shop, manager):
        await catalog.update_product(manager, shop.product.id, {"description": "Take it home."})

        stored = await Product.get(id=shop.product.id)
        assert (stored.name, stored.description) == (shop.product.name, "Take it home.")
        assert stored.version == shop.product.version + 1
        assert (await told("ProductUpdated", by=manager)).details == {"product_id": shop.product.id}

    async def test_refuses_one_that_is_not_there(self, shop, manager):
        async with refuses(("NOT_FOUND", ("id",))):
            await catalog.update_product(manager, 999, {"name": "Teapot"})

    async def test_refuses_to_take_its_name_away(self, shop, manager):
        async with refuses(("INVALID", ("name",))):
            await catalog.update_product(manager, shop.product.id, {"name": None})

    async def test_refuses_an_archived_one(self, shop, manager):
        await catalog.archive_product(SYSTEM, shop.product.id)

        async with refuses(("BLOCKED", ("id",))):
            await catalog.update_product(manager, shop.product.id, {"name": "Teapot"})


class TestArchiveProduct:
    async def test_puts_it_away(self, shop, manager, clock):
        await catalog.archive_product(manager, shop.product.id)

        assert (await Product.get(id=shop.product.id)).archived_at == clock.time
        assert (await told("ProductArchived", by=manager)).details == {
            "product_id": shop.product.id
        }

    async def test_refuses_to_do_it_twice(self, shop, manager):
        await catalog.archive_product(manager, shop.product.id)

        async with refuses(("BLOCKED", ("id",))):
            await catalog.archive_product(manager, shop.product.id)


class TestCreateVariant:
    async def test_adds_it_to_its_product(self, shop, manager):
        given = {"sku": "CAP-1", "name": "Cap", "barcode": "4006381333931"}

        variant = await catalog.create_variant(manager, shop.product.id, **given, **PRICE)

        stored = await Variant.get(id=variant.id)
        assert (stored.product_id, stored.sku, stored.barcode) == (
            shop.product.id,
            "CAP-1",
            "4006381333931",
        )
        assert (stored.price, stored.currency) == (990, "EUR")
        event = await told("VariantCreated", by=manager)
        assert event.variant_id == variant.id

    async def test_counts_money_in_the_smallest_unit_there_is(self, shop, manager):
        yen = {"price": Decimal("1980"), "currency": "jpy"}

        variant = await catalog.create_variant(
            manager, shop.product.id, sku="CAP-1", name="Cap", **yen
        )

        assert (variant.price, variant.currency) == (1980, "JPY")

    @one_database
    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"sku": ""}, ("sku",)),
            ({"sku": "x" * 61}, ("sku",)),
            ({"name": ""}, ("name",)),
            ({"barcode": ""}, ("barcode",)),
            ({"currency": "EURO"}, ("price", "currency")),
            ({"price": Decimal("-0.01")}, ("price", "amount")),
            ({"price": Decimal("9.999")}, ("price", "amount")),
            ({"price": Decimal("1e30")}, ("price", "amount")),
            ({"price": Decimal("NaN")}, ("price", "amount")),
            ({"price": Decimal("9.5"), "currency": "JPY"}, ("price", "amount")),
        ],
    )
    async def test_refuses_what_cannot_be(self, shop, manager, given, path):
        given = {"sku": "CAP-1", "name": "Cap", **PRICE} | given

        async with refuses(("INVALID", path)):
            await catalog.create_variant(manager, shop.product.id, **given)

    @pytest.mark.parametrize("unique", ["sku", "barcode"])
    async def test_refuses_what_another_has(self, shop, manager, unique):
        await catalog.update_variant(SYSTEM, shop.mug.id, {"barcode": "4006381333931"}, None)
        await shop.mug.refresh_from_db()
        given = {"sku": "CAP-1", "name": "Cap", unique: getattr(shop.mug, unique)}

        async with refuses(("TAKEN", ())):
            await catalog.create_variant(manager, shop.product.id, **given, **PRICE)

    async def test_refuses_a_product_that_is_not_there(self, shop, manager):
        async with refuses(("NOT_FOUND", ("productId",))):
            await catalog.create_variant(manager, 999, sku="CAP-1", name="Cap", **PRICE)

    async def test_refuses_an_archived_product(self, shop, manager):
        await catalog.archive_product(SYSTEM, shop.product.id)

        async with refuses(("BLOCKED", ("productId",))):
            await catalog.create_variant(manager, shop.product.id, sku="CAP-1", name="Cap", **PRICE)


class TestUpdateVariant:
    async def test_changes_what_is_given_alone(self, shop, manager):
        await catalog.update_variant(manager, shop.mug.id, {"name": "Cup"}, None)

        stored = await Variant.get(id=shop.mug.id)
        assert (stored.name, stored.sku, stored.price) == ("Cup", shop.mug.sku, 1250)
        assert (await told("VariantUpdated", by=manager)).variant_id == shop.mug.id

    async def test_sets_a_price_and_leaves_the_orders_there_are_alone(self, shop, manager):
        order = await shop.order("placed", mug=2)

        await catalog.update_variant(manager, shop.mug.id, {}, (Decimal("99"), "EUR"))

        assert (await Variant.get(id=shop.mug.id)).price == 9900
        await order.refresh_from_db()
        assert order.total == 2 * 1250

    async def test_takes_a_barcode_off(self, shop, manager):
        await catalog.update_variant(SYSTEM, shop.mug.id, {"barcode": "4006381333931"}, None)

        await catalog.update_variant(manager, shop.mug.id, {"barcode": None}, None)

        assert (await Variant.get(id=shop.mug.id)).barcode is None

    @one_database
    @pytest.mark.parametrize("field", ["sku", "name"])
    async def test_refuses_to_take_away_what_it_needs(self, shop, manager, field):
        async with refuses(("INVALID", (field,))):
            await catalog.update_variant(manager, shop.mug.id, {field: None}, None)

    async def test_refuses_the_sku_of_another(self, shop, manager):
        async with refuses(("TAKEN", ())):
            await catalog.update_variant(manager, shop.mug.id, {"sku": shop.shirt.sku}, None)

    async def test_refuses_an_archived_one(self, shop, manager):
        await catalog.archive_variant(SYSTEM, shop.mug.id)

        async with refuses(("BLOCKED", ("id",))):
            await catalog.update_variant(manager, shop.mug.id, {"name": "Cup"}, None)


class TestArchiveVariant:
    async def test_takes_it_from_sale(self, shop, manager, clock):
        await catalog.archive_variant(manager, shop.mug.id)

        assert (await Variant.get(id=shop.mug.id)).archived_at == clock.time
        assert (await told("VariantArchived", by=manager)).variant_id == shop.mug.id

    async def test_refuses_to_do_it_twice(self, shop, manager):
        await catalog.archive_variant(manager, shop.mug.id)

        async with refuses(("BLOCKED", ("id",))):
            await catalog.archive_variant(manager, shop.mug.id)

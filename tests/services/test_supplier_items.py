from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Event, SupplierItem
from services import catalog, supplier_items, suppliers
from services.supplier_items import PriceBreak
from tests.buying import actor_of, sells, supplier_of
from tests.cast import MANAGER, all_at_once, refused, refuses


def breaks(*pairs, currency="EUR"):
    return [
        PriceBreak(quantity=least, amount=Decimal(price), currency=currency)
        for least, price in pairs
    ]


ONE = breaks((1, "5.00"))


class TestCreate:
    async def test_says_how_a_supplier_sells_a_variant(self, shop):
        supplier = await supplier_of(shop)

        row = await supplier_items.create(
            MANAGER,
            supplier.id,
            shop.shirt.id,
            sku=" T-1 ",
            breaks=breaks((50, "4.20"), (1, "5.00")),
            pack_size=10,
            lead_days=3,
        )

        stored = await SupplierItem.get(id=row.id)
        assert (stored.sku, stored.currency, stored.pack_size) == ("T-1", "EUR", 10)
        assert stored.breaks == [[1, 500], [50, 420]]
        assert [stored.price_of(units) for units in (1, 49, 50, 500)] == [500, 500, 420, 420]
        event = await Event.get(kind="SupplierItemCreated")
        assert (event.supplier_id, event.variant_id) == (supplier.id, shop.shirt.id)

    async def test_tells_everything_that_is_wrong_at_once(self, shop):
        supplier = await supplier_of(shop)
        wrong = breaks((0, "5.00"), (10, "0.00"), (20, "1.001")) + breaks((30, "1"), currency="USD")

        async with refuses(
            ("INVALID", ("priceBreaks", 0, "quantity")),
            ("INVALID", ("priceBreaks", 1, "price", "amount")),
            ("INVALID", ("priceBreaks", 2, "price", "amount")),
            ("INVALID", ("priceBreaks", 3)),
            ("INVALID", ("priceBreaks",)),
            ("INVALID", ("packSize",)),
            ("INVALID", ("minimum",)),
            ("INVALID", ("leadDays",)),
            ("INVALID", ("rank",)),
        ):
            await supplier_items.create(
                MANAGER,
                supplier.id,
                shop.shirt.id,
                breaks=wrong,
                pack_size=0,
                minimum=0,
                lead_days=-1,
                rank=-1,
            )

    @pytest.mark.parametrize(
        "given",
        [(), ((1, "5"), (1, "4")), ((1, "5"), (10, "6")), tuple((n, "5") for n in range(1, 22))],
    )
    async def test_refuses_prices_that_make_no_sense(self, shop, given):
        supplier = await supplier_of(shop)

        async with refuses(("INVALID", ("priceBreaks",))):
            await supplier_items.create(MANAGER, supplier.id, shop.shirt.id, breaks=breaks(*given))

    async def test_refuses_what_the_supplier_sells_already(self, shop):
        supplier = await supplier_of(shop)

        async with refuses(("TAKEN", ("variantId",))):
            await supplier_items.create(MANAGER, supplier.id, shop.mug.id, breaks=ONE)

    async def test_takes_up_again_what_was_archived(self, shop):
        supplier = await supplier_of(shop)
        before = await SupplierItem.get(supplier_id=supplier.id)
        await supplier_items.archive(MANAGER, before.id)

        row = await supplier_items.create(MANAGER, supplier.id, shop.mug.id, breaks=ONE)

        assert (row.id, row.archived_at, row.breaks) == (before.id, None, [[1, 500]])

    async def test_refuses_a_variant_or_a_supplier_that_is_put_away(self, shop):
        supplier = await supplier_of(shop)
        idle = await suppliers.create(MANAGER, code="IDLE", name="Idle", currency="EUR")
        await suppliers.archive(MANAGER, idle.id)

        async with refuses(("BLOCKED", ("supplierId",))):
            await supplier_items.create(MANAGER, idle.id, shop.mug.id, breaks=ONE)
        await catalog.archive_variant(MANAGER, shop.shirt.id)
        async with refuses(("BLOCKED", ("variantId",))):
            await supplier_items.create(MANAGER, supplier.id, shop.shirt.id, breaks=ONE)

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_lets_one_of_many_at_once_enter_it(self, shop):
        supplier = await supplier_of(shop)

        outcomes = await all_at_once(
            lambda: supplier_items.create(MANAGER, supplier.id, shop.shirt.id, breaks=ONE)
            for _ in range(5)
        )

        assert [each.problems[0].code for each in refused(outcomes)] == ["TAKEN"] * 4


class TestUpdate:
    async def test_changes_what_is_given(self, shop):
        await supplier_of(shop)
        row = await SupplierItem.get()

        await supplier_items.update(MANAGER, row.id, {"breaks": breaks((1, "4")), "rank": 7})

        stored = await SupplierItem.get()
        assert (stored.breaks, stored.rank, stored.sku) == ([[1, 400]], 7, row.sku)

    async def test_is_not_for_what_was_archived(self, shop):
        await supplier_of(shop)
        row = await SupplierItem.get()
        await supplier_items.archive(MANAGER, row.id)

        async with refuses(("BLOCKED", ("id",))):
            await supplier_items.update(MANAGER, row.id, {"rank": 7})


class TestBringIn:
    async def test_enters_and_changes_many_at_once(self, shop):
        supplier = await supplier_of(shop)
        items = [
            {"variant_sku": shop.mug.sku, "breaks": breaks((1, "4")), "rank": 3},
            {"variant_sku": f" {shop.shirt.sku}", "breaks": ONE, "sku": "T-1"},
        ]

        await supplier_items.bring_in(MANAGER, supplier.id, items=items)

        mug, shirt = await SupplierItem.all().order_by("id")
        assert (mug.breaks, mug.rank, mug.sku) == ([[1, 400]], 3, f"A-{shop.mug.sku}")
        assert (shirt.variant_id, shirt.sku, shirt.rank) == (shop.shirt.id, "T-1", 100)
        told = await Event.filter(actor=MANAGER.label).order_by("id")
        assert [(event.kind, event.details["supplier_item_id"]) for event in told] == [
            ("SupplierItemUpdated", mug.id),
            ("SupplierItemCreated", shirt.id),
        ]

    async def test_tells_everything_that_is_wrong_at_once(self, shop):
        supplier = await supplier_of(shop)
        items = [
            {"variant_sku": shop.mug.sku, "breaks": ONE, "rank": -1},
            {"variant_sku": "NONE", "breaks": []},
            {"variant_sku": shop.mug.sku, "breaks": ONE},
            {"variant_sku": "\0", "breaks": ONE},
        ]

        async with refuses(
            ("INVALID", ("items", 0, "rank")),
            ("INVALID", ("items", 1, "priceBreaks")),
            ("NOT_FOUND", ("items", 1, "variantSku")),
            ("INVALID", ("items", 2, "variantSku")),
            ("INVALID", ("items", 3, "variantSku")),
        ):
            await supplier_items.bring_in(MANAGER, supplier.id, items=items)

    @pytest.mark.parametrize("count", [0, 501])
    async def test_takes_some_hundreds(self, shop, count):
        supplier = await supplier_of(shop)
        items = [{"variant_sku": str(n), "breaks": ONE} for n in range(count)]

        async with refuses(("INVALID", ("items",))):
            await supplier_items.bring_in(MANAGER, supplier.id, items=items)


class TestBestFor:
    async def test_asks_the_lowest_rank_first_and_nobody_who_is_gone(self, shop):
        first = await supplier_of(shop)
        better, gone, other = [
            await suppliers.create(MANAGER, code=code, name=code, currency="EUR")
            for code in ("BETTER", "GONE", "OTHER")
        ]
        for supplier, rank in ((better, 5), (gone, 1), (other, 2)):
            await sells(supplier, shop.mug, rank=rank)
        await suppliers.archive(MANAGER, gone.id)
        item = await SupplierItem.get(supplier_id=other.id)
        await supplier_items.archive(MANAGER, item.id)

        found = await supplier_items.best_for([shop.mug.id, shop.shirt.id])

        assert [row.supplier_id for row in found[shop.mug.id]] == [better.id, first.id]
        assert found[shop.shirt.id] == []
        [seen] = await supplier_items.of_variants(actor_of(first), [shop.mug])
        assert [row.supplier_id for row in seen] == [first.id]

    async def test_asks_nothing_for_nothing(self, database):
        assert await supplier_items.best_for([]) == {}


class TestPriceOf:
    @given(
        st.dictionaries(st.integers(1, 1000), st.integers(1, 10_000), min_size=1, max_size=6),
        st.integers(1, 2000),
    )
    def test_is_that_of_the_largest_quantity_reached(self, prices, units):
        item = SupplierItem(breaks=[list(pair) for pair in sorted(prices.items())])

        reached = [least for least in prices if least <= units]

        assert item.price_of(units) == prices[max(reached, default=min(prices))]

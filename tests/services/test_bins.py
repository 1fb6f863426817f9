"""Bins: where things lie, in the order in which a picker walks past them."""

from services import bins, pick_lists
from services.actors import SYSTEM
from tests.cast import one_database, refuses, told
from tests.warehouse import bin_at, home, level_of


class TestCreate:
    async def test_puts_up_a_bin(self, shop, lead):
        row = await bins.create(lead, shop.north.id, code=" a-01 ", position=3)

        assert (row.code, row.position, row.location_id) == ("A-01", 3, shop.north.id)
        event = await told("BinCreated", by=lead)
        assert (event.location_id, event.details) == (shop.north.id, {"bin_id": row.id})

    async def test_refuses_a_code_that_is_taken_there_and_only_there(self, shop, lead):
        await bins.create(lead, shop.north.id, code="A-01", position=1)

        async with refuses(("TAKEN", ())):
            await bins.create(lead, shop.north.id, code="a-01", position=2)
        assert await bins.create(lead, shop.south.id, code="A-01", position=1)

    @one_database
    async def test_refuses_everything_that_is_wrong(self, shop, lead):
        async with refuses(("INVALID", ("code",)), ("INVALID", ("position",))):
            await bins.create(lead, shop.north.id, code=" ", position=-1)


class TestArchive:
    async def test_refuses_while_something_has_its_home_there(self, shop, lead):
        row = await home(shop.mug, shop.north)

        async with refuses(("BLOCKED", ("id",))):
            await bins.archive(lead, row.id)
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        await bins.set_home(lead, **at, bin_id=None)
        archived = await bins.archive(lead, row.id)

        assert archived.archived_at is not None


class TestSetHome:
    async def test_says_where_a_variant_lies(self, shop, lead):
        row = await bin_at(shop.north)
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}

        level = await bins.set_home(lead, **at, bin_id=row.id)

        assert (level.bin_id, level.on_hand) == (row.id, 10)
        event = await told("LevelBinSet", by=lead)
        assert (event.variant_id, event.details) == (shop.mug.id, {"bin_id": row.id})

    async def test_refuses_a_bin_of_another_location_or_one_taken_down(self, shop, lead):
        elsewhere, down = await bin_at(shop.south), await bin_at(shop.north)
        await bins.archive(SYSTEM, down.id)
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}

        async with refuses(("INVALID", ("binId",))):
            await bins.set_home(lead, **at, bin_id=elsewhere.id)
        async with refuses(("BLOCKED", ("binId",))):
            await bins.set_home(lead, **at, bin_id=down.id)

    async def test_survives_what_happens_to_the_stock(self, shop, lead):
        row = await home(shop.mug, shop.north)

        await shop.order("shipped", mug=2)

        assert (await level_of(shop.mug, shop.north)).bin_id == row.id


async def test_the_pick_list_follows_a_bin_that_is_moved(shop, lead):
    await home(shop.shirt, shop.north, position=2)
    mugs = await home(shop.mug, shop.north, position=1)
    work = await shop.fulfillment("picking", mug=1, shirt=1)

    [before] = await pick_lists.of_fulfillments(SYSTEM, [work])
    await bins.update(lead, mugs.id, {"position": 3})
    [after] = await pick_lists.of_fulfillments(SYSTEM, [work])

    assert [line.sku for line in before] == [shop.mug.sku, shop.shirt.sku]
    assert [line.sku for line in after] == [shop.shirt.sku, shop.mug.sku]

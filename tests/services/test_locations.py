from functools import partial

import pytest

from models import Level, Location, LocationKind
from services import locations, stock
from services.actors import SYSTEM
from tests.cast import all_at_once, one_database, refuses, told

BERLIN = {"code": "BER1", "name": "Berlin", "kind": LocationKind.WAREHOUSE}


async def empty(location: Location) -> None:
    for level in await Level.filter(location_id=location.id):
        await stock.adjust(
            SYSTEM,
            variant_id=level.variant_id,
            location_id=location.id,
            change=-level.on_hand,
            note="Moved out.",
        )


class TestCreate:
    async def test_opens_a_location(self, database, manager):
        location = await locations.create(manager, **BERLIN | {"code": " ber1 "}, priority=7)

        stored = await Location.get(id=location.id)
        assert (stored.code, stored.name, stored.priority) == ("BER1", "Berlin", 7)
        assert stored.kind is LocationKind.WAREHOUSE
        assert (await told("LocationCreated", by=manager)).location_id == location.id

    @one_database
    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"code": ""}, "code"),
            ({"code": "x" * 21}, "code"),
            ({"code": "ß" * 11}, "code"),
            ({"name": ""}, "name"),
            ({"priority": -1}, "priority"),
            ({"priority": 10_001}, "priority"),
        ],
    )
    async def test_refuses_what_cannot_be(self, database, manager, given, path):
        async with refuses(("INVALID", (path,))):
            await locations.create(manager, **BERLIN | given)

    async def test_refuses_the_code_of_another_in_any_case(self, shop, manager):
        async with refuses(("TAKEN", ())):
            await locations.create(manager, **BERLIN | {"code": shop.north.code.lower()})


class TestUpdate:
    async def test_changes_what_is_given_alone(self, shop, manager):
        await locations.update(manager, shop.north.id, {"kind": LocationKind.STORE})

        stored = await Location.get(id=shop.north.id)
        assert (stored.kind, stored.code) == (LocationKind.STORE, shop.north.code)
        assert (await told("LocationUpdated", by=manager)).location_id == shop.north.id

    async def test_sets_which_location_is_asked_first(self, shop, manager):
        await locations.update(manager, shop.north.id, {"priority": 9})

        fulfillment = await shop.fulfillment("confirmed")
        assert fulfillment.location_id == shop.south.id

    @one_database
    @pytest.mark.parametrize("field", ["code", "name", "kind", "priority"])
    async def test_refuses_null(self, shop, manager, field):
        async with refuses(("INVALID", (field,))):
            await locations.update(manager, shop.north.id, {field: None})

    async def test_refuses_the_code_of_another(self, shop, manager):
        async with refuses(("TAKEN", ())):
            await locations.update(manager, shop.north.id, {"code": shop.south.code})


class TestArchive:
    async def test_closes_an_empty_location(self, shop, manager, clock):
        await empty(shop.south)

        await locations.archive(manager, shop.south.id)

        assert (await Location.get(id=shop.south.id)).archived_at == clock.time
        assert (await told("LocationArchived", by=manager)).location_id == shop.south.id

    async def test_refuses_while_stock_lies_there(self, shop, manager):
        async with refuses(("BLOCKED", ("id",))):
            await locations.archive(manager, shop.south.id)

    async def test_refuses_to_do_it_twice(self, shop, manager):
        await empty(shop.south)
        await locations.archive(manager, shop.south.id)

        async with refuses(("BLOCKED", ("id",))):
            await locations.archive(manager, shop.south.id)

    async def test_leaves_no_stock_behind_that_comes_in_meanwhile(self, shop, manager):
        for n in range(5):
            closing = await locations.create(manager, **BERLIN | {"code": f"L{n}"})
            # A level there is already, and one that has to be made.
            await shop.receive(shop.mug, closing, 1)
            await empty(closing)

            await all_at_once(
                [
                    partial(locations.archive, manager, closing.id),
                    partial(shop.receive, shop.mug, closing, 1),
                    partial(shop.receive, shop.shirt, closing, 1),
                ]
            )

            stocked = await Level.filter(location_id=closing.id, on_hand__gt=0).exists()
            assert not (stocked and (await Location.get(id=closing.id)).archived_at)

"""Units that are put from one bin into another."""

import pytest

from models import Movement, MovementReason, Quant, StockState, Storage, Variant
from services import bin_moves, bins, catalog, stock, stock_states
from services.actors import SYSTEM
from services.stock_states import Place
from tests.books import assert_balanced
from tests.cast import one_database, refuses, told
from tests.warehouse import bin_at, home


def here(shop, **more: object) -> Place:
    return Place(variant_id=shop.mug.id, location_id=shop.north.id, **more)  # type: ignore[arg-type]


async def lying(shop) -> dict[int | None, int]:
    level = await shop.level(shop.mug, shop.north)
    rows = await Quant.filter(level_id=level.id, lot_id=None)
    return {row.bin_id: row.on_hand + row.damaged for row in rows}


class TestMove:
    async def test_puts_units_away_and_takes_them_out_again(self, shop, lead):
        row = await bin_at(shop.north)

        level = await bin_moves.move(lead, here(shop), to_bin_id=row.id, quantity=4)
        assert await lying(shop) == {None: 6, row.id: 4}
        assert (level.on_hand, level.available) == (10, 10)
        moved = await Movement.filter(reason=MovementReason.MOVED).order_by("id")
        assert [(each.bin_id, each.on_hand_change) for each in moved] == [(None, -4), (row.id, 4)]
        event = await told("StockMoved", by=lead)
        assert (event.details["reason"], event.details["on_hand_change"]) == ("moved", 0)
        await bin_moves.move(lead, here(shop, bin_id=row.id), to_bin_id=None, quantity=1)
        assert await lying(shop) == {None: 7, row.id: 3}
        await assert_balanced()

    async def test_takes_from_wherever_they_lie_but_there(self, shop, lead):
        one, other = await bin_at(shop.north), await bin_at(shop.north)
        await bin_moves.move(lead, here(shop), to_bin_id=one.id, quantity=4)

        await bin_moves.move(lead, here(shop), to_bin_id=other.id, quantity=10)

        assert await lying(shop) == {other.id: 10}

    async def test_moves_what_is_reserved_and_what_is_damaged(self, shop, lead):
        await stock_states.damage(lead, here(shop), quantity=2, note="Wet")
        await shop.order("placed", mug=8)
        row = await bin_at(shop.north)

        await bin_moves.move(lead, here(shop), to_bin_id=row.id, quantity=8)
        damaged = {"quantity": 2, "state": StockState.DAMAGED}
        await bin_moves.move(lead, here(shop), to_bin_id=row.id, **damaged)

        assert await lying(shop) == {row.id: 10}
        await assert_balanced()

    async def test_moves_the_lot_that_is_named(self, shop, lead):
        tea = await shop.tracked()
        lots = [await shop.receive_lot(tea, shop.north, 3, f"L-{n}") for n in range(2)]
        row = await bin_at(shop.north)
        place = {"variant_id": tea.id, "location_id": shop.north.id}

        async with refuses(("INVALID", ("lotId",))):
            await bin_moves.move(lead, Place(**place), to_bin_id=row.id, quantity=1)
        named = Place(**place, lot_id=lots[1].id)
        await bin_moves.move(lead, named, to_bin_id=row.id, quantity=2)

        assert (await Quant.get(bin_id=row.id)).lot_id == lots[1].id
        await assert_balanced()

    async def test_refuses_more_than_lie_there(self, shop, lead):
        row = await bin_at(shop.north)

        async with refuses(("INVALID", ("quantity",))):
            await bin_moves.move(lead, here(shop), to_bin_id=row.id, quantity=11)
        async with refuses(("INVALID", ("quantity",))):
            await bin_moves.move(lead, here(shop, bin_id=row.id), to_bin_id=None, quantity=1)

    async def test_refuses_a_bin_that_cannot_take_them(self, shop, lead):
        elsewhere, down = await bin_at(shop.south), await bin_at(shop.north)
        await bins.archive(SYSTEM, down.id)
        cold = await bins.create(
            lead, shop.north.id, code="COLD-1", position=9, storage=Storage.CHILLED
        )

        for row, code in ((elsewhere, "INVALID"), (down, "BLOCKED"), (cold, "BLOCKED")):
            async with refuses((code, ("toBinId",))):
                await bin_moves.move(lead, here(shop), to_bin_id=row.id, quantity=1)
        async with refuses(("BLOCKED", ("binId",))):
            at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
            await stock.receive(lead, **at, quantity=1, bin_id=cold.id)
        async with refuses(("NOT_FOUND", ("toBinId",))):
            await bin_moves.move(lead, here(shop), to_bin_id=999, quantity=1)

    @one_database
    @pytest.mark.parametrize(
        ("given", "path"),
        [({"quantity": 0}, "quantity"), ({"note": "x" * 501}, "note")],
    )
    async def test_refuses_what_cannot_be(self, shop, lead, given, path):
        row = await bin_at(shop.north)

        async with refuses(("INVALID", (path,))):
            await bin_moves.move(lead, here(shop), to_bin_id=row.id, **{"quantity": 1} | given)

    @one_database
    async def test_refuses_the_bin_they_lie_in(self, shop, lead):
        async with refuses(("INVALID", ("toBinId",))):
            await bin_moves.move(lead, here(shop, bin_id=None), to_bin_id=None, quantity=1)


class TestStorage:
    async def test_of_a_variant_changes_while_it_lies_in_no_bin(self, shop, lead):
        chilled = {"storage": Storage.CHILLED}
        row = await home(shop.mug, shop.north)

        async with refuses(("BLOCKED", ("storage",))):
            await catalog.update_variant(SYSTEM, shop.mug.id, chilled, None)
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        await bins.set_home(lead, **at, bin_id=None)
        await catalog.update_variant(SYSTEM, shop.mug.id, chilled, None)

        assert (await Variant.get(id=shop.mug.id)).storage is Storage.CHILLED
        async with refuses(("BLOCKED", ("binId",))):
            await bins.set_home(lead, **at, bin_id=row.id)

    async def test_of_a_bin_changes_and_it_is_taken_down_while_nothing_lies_in_it(self, shop, lead):
        row = await bin_at(shop.north)
        await bin_moves.move(lead, here(shop), to_bin_id=row.id, quantity=1)

        async with refuses(("BLOCKED", ("storage",))):
            await bins.update(lead, row.id, {"storage": Storage.FROZEN})
        async with refuses(("BLOCKED", ("id",))):
            await bins.archive(lead, row.id)
        await bin_moves.move(lead, here(shop, bin_id=row.id), to_bin_id=None, quantity=1)
        assert (await bins.update(lead, row.id, {"storage": Storage.FROZEN})).storage == "frozen"
        assert (await bins.archive(lead, row.id)).archived_at is not None

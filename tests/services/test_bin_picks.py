"""What is picked leaves its bin at once."""

import logging
from functools import partial

import pytest

from models import FulfillmentLine, Movement, MovementReason, Quant, Reservation
from services import bin_moves, checks, fulfillments, scans
from services.actors import SYSTEM
from services.mispicks import Scan
from services.stock_states import Place
from tests.books import assert_balanced
from tests.cast import all_at_once, one_database, refused
from tests.warehouse import bin_at, home, pick, wave_of


async def lying(shop, variant=None) -> dict[int | None, int]:
    level = await shop.level(variant or shop.mug, shop.north)
    return {row.bin_id: row.on_hand for row in await Quant.filter(level_id=level.id)}


async def put(shop, row, units: int) -> None:
    place = Place(variant_id=shop.mug.id, location_id=shop.north.id, bin_id=None)
    await bin_moves.move(SYSTEM, place, to_bin_id=row.id, quantity=units)


@pytest.fixture
async def shelf(shop):
    """Where all the mugs of the north lie."""
    row = await home(shop.mug, shop.north)
    await put(shop, row, 10)
    return row


class TestScans:
    async def test_take_units_out_of_their_bin_for_their_order(self, shop, picker, shelf):
        work = await shop.fulfillment("picking", mug=3)

        await pick(picker, work, shop.mug, 2)

        assert await lying(shop) == {shelf.id: 8, None: 2}
        moved = await Movement.filter(reason=MovementReason.MOVED, actor=picker.label)
        assert {each.order_id for each in moved} == {work.order_id}
        await assert_balanced()

    async def test_take_them_from_the_bin_that_was_scanned(self, shop, picker):
        one, other = await bin_at(shop.north), await bin_at(shop.north)
        await put(shop, one, 5)
        await put(shop, other, 5)
        work = await shop.fulfillment("picking", mug=3)

        await pick(picker, work, shop.mug, 2, bin_code=other.code)

        assert await lying(shop) == {one.id: 5, other.id: 3, None: 2}

    async def test_take_what_the_bin_lacks_from_others_and_never_stop_anybody(self, shop, picker):
        row, other = await home(shop.mug, shop.north), await bin_at(shop.north)
        await put(shop, other, 1)
        await put(shop, row, 1)
        work = await shop.fulfillment("picking", mug=5)

        await pick(picker, work, shop.mug, 5)

        assert await lying(shop) == {None: 10}
        await assert_balanced()

    async def test_of_a_wave_take_units_out_for_each_order(self, shop, picker, shelf):
        work = [await shop.fulfillment("released", mug=2) for _ in range(2)]
        wave = await wave_of(*work, started_by=picker)

        await scans.pick_wave(picker, wave.id, Scan(barcode=shop.mug.sku, quantity=3))

        assert await lying(shop) == {shelf.id: 7, None: 3}
        moved = Movement.filter(reason=MovementReason.MOVED, actor=picker.label, bin_id=shelf.id)
        assert await moved.order_by("order_id").values_list("on_hand_change", flat=True) == [-2, -1]


class TestPickComplete:
    async def test_takes_out_what_was_not_scanned(self, shop, picker, shelf):
        work = await shop.fulfillment("picking", mug=3)
        await pick(picker, work, shop.mug, 2)
        [line] = await FulfillmentLine.filter(fulfillment_id=work.id)

        await fulfillments.pick_complete(picker, work.id, picked={line.id: 3})

        assert await lying(shop) == {shelf.id: 7, None: 3}

    async def test_takes_what_was_not_found_off_the_books_of_the_bin(self, shop, picker, shelf):
        work = await shop.fulfillment("picking", mug=3)
        [line] = await FulfillmentLine.filter(fulfillment_id=work.id)

        await fulfillments.pick_complete(picker, work.id, picked={line.id: 2})

        assert await lying(shop) == {shelf.id: 7, None: 2}
        assert [result for result in await checks.run() if result.broken] == []
        await assert_balanced()

    async def test_takes_the_lot_that_is_set_aside(self, shop, picker):
        tea = await shop.tracked()
        row = await bin_at(shop.north)
        lots = [await shop.receive_lot(tea, shop.north, 3, f"L-{n}") for n in range(2)]
        place = {"variant_id": tea.id, "location_id": shop.north.id}
        for lot in lots:
            await bin_moves.move(
                SYSTEM, Place(**place, lot_id=lot.id), to_bin_id=row.id, quantity=3
            )
        shop.mug = tea
        work = await shop.fulfillment("picking", mug=2)

        await fulfillments.pick_complete(picker, work.id)

        kept = await Reservation.filter(order_id=work.order_id)
        left = await Quant.filter(bin_id=row.id).order_by("lot_id")
        expected = {lot.id: 3 for lot in lots}
        for each in kept:
            expected[each.lot_id] -= each.quantity
        assert {each.lot_id: each.on_hand for each in left} == expected
        await assert_balanced()

    async def test_ships_what_was_picked_and_not_what_lies_in_the_bin(self, shop, shelf):
        await shop.order("shipped", mug=4)

        assert await lying(shop) == {shelf.id: 6}

    async def test_leaves_what_is_put_back_in_no_bin(self, shop, shelf):
        work = await shop.fulfillment("picked", mug=4)

        await fulfillments.cancel(SYSTEM, work.id)

        assert await lying(shop) == {shelf.id: 6, None: 4}

    @one_database
    async def test_costs_nothing_where_there_are_no_bins(self, shop, caplog):
        caplog.set_level(logging.DEBUG, "tortoise.db_client")
        costs = []
        for binned in (False, True):
            if binned:
                await put(shop, await bin_at(shop.north), 3)
            work = await shop.fulfillment("picking", mug=1)
            caplog.clear()
            await fulfillments.pick_complete(SYSTEM, work.id)
            costs.append([each for each in caplog.messages if "stock_" in each])

        assert [("stock_levels AS level" in each) for each in costs[0]] == [True]
        assert len(costs[1]) > 1

    async def test_of_many_at_once_waits_for_nobody_in_a_circle(self, shop, shelf):
        await shop.receive(shop.shirt, shop.north, 50)
        await shop.receive(shop.mug, shop.north, 50)
        await shop.receive(shop.mug, shop.south, 50)
        row = await bin_at(shop.north)
        shirts = Place(variant_id=shop.shirt.id, location_id=shop.north.id)
        await bin_moves.move(SYSTEM, shirts, to_bin_id=row.id, quantity=20)
        works = [await shop.fulfillment("picking", mug=2, shirt=2) for _ in range(6)]

        async def short(work):
            lines = await FulfillmentLine.filter(fulfillment_id=work.id).order_by("id")
            picked = {lines[0].id: 1, lines[1].id: 2}
            await fulfillments.pick_complete(SYSTEM, work.id, picked=picked)

        outcomes = await all_at_once(
            [partial(short, work) for work in works]
            + [partial(shop.order, "placed", mug=1, shirt=1) for _ in range(6)]
        )

        assert refused(outcomes) == []
        await assert_balanced()


async def test_a_bin_can_be_counted_in_the_middle_of_the_day(shop, shelf, picker):
    """What lies in it is what its books say, however far the orders of the day have come."""
    for stage in ("placed", "picking", "picked", "packed", "shipped"):
        await shop.order(stage, mug=1)

    picked = 3
    assert (await lying(shop))[shelf.id] == 10 - picked

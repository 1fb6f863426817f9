"""Units that are damaged, put aside, found to be good, or given up."""

from functools import partial

import pytest

from models import Movement, MovementReason, Quant, StockState
from services import locations, stock, stock_states
from services.stock_states import Place
from tests.books import assert_balanced
from tests.cast import all_at_once, one_database, refused, refuses, told
from tests.warehouse import bin_at, home

S, R = StockState, MovementReason


def here(shop, **more: object) -> Place:
    return Place(variant_id=shop.mug.id, location_id=shop.north.id, **more)  # type: ignore[arg-type]


async def states(shop) -> tuple[int, int, int]:
    level = await shop.level(shop.mug, shop.north)
    return level.on_hand, level.damaged, level.quarantined


class TestStates:
    @pytest.mark.parametrize(
        ("verb", "reason", "left"),
        [
            (stock_states.damage, R.DAMAGED, (7, 3, 0)),
            (stock_states.quarantine, R.QUARANTINED, (7, 0, 3)),
        ],
    )
    async def test_of_good_units_change_where_they_lie(self, shop, lead, verb, reason, left):
        await verb(lead, here(shop), quantity=3, note=" Water ")

        assert await states(shop) == left
        moved = await Movement.get(actor=lead.label)
        assert (moved.reason, moved.on_hand_change, moved.note) == (reason, -3, "Water")
        event = await told("StockMoved", by=lead)
        assert (event.details["reason"], event.details["available"]) == (reason, 7)
        await assert_balanced()

    @pytest.mark.parametrize("state", [S.DAMAGED, S.QUARANTINED])
    async def test_are_good_again_once_somebody_has_judged_them(self, shop, lead, state):
        verb = stock_states.damage if state is S.DAMAGED else stock_states.quarantine
        await verb(lead, here(shop), quantity=3, note="Water")

        await stock_states.restore(lead, here(shop), quantity=2, state=state, note="Dry")

        assert sorted(await states(shop)) == [0, 1, 9]
        await assert_balanced()

    async def test_lead_from_quarantine_to_damaged(self, shop, lead):
        await stock_states.quarantine(lead, here(shop), quantity=3, note="Water")

        await stock_states.damage(lead, here(shop), quantity=3, state=S.QUARANTINED, note="Wet")

        assert await states(shop) == (7, 3, 0)
        await assert_balanced()

    @pytest.mark.parametrize("state", list(S))
    async def test_end_when_units_are_given_up(self, shop, lead, state):
        await stock_states.damage(lead, here(shop), quantity=3, note="Water")
        await stock_states.quarantine(lead, here(shop), quantity=3, note="Water")

        await stock_states.write_off(lead, here(shop), quantity=3, state=state, note="Gone")

        assert sum(await states(shop)) == 7
        assert (await Movement.filter(reason=R.WRITTEN_OFF).get()).note == "Gone"
        await assert_balanced()

    async def test_change_in_the_bin_that_is_named(self, shop, lead):
        bins = [await bin_at(shop.north) for _ in range(2)]
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        for row in bins:
            await stock.receive(lead, **at, quantity=2, bin_id=row.id)

        await stock_states.damage(lead, here(shop, bin_id=bins[1].id), quantity=1, note="Wet")
        await stock_states.damage(lead, here(shop, bin_id=None), quantity=1, note="Wet")

        found = await Quant.filter(damaged=1).order_by("bin_id").values_list("bin_id", "on_hand")
        assert sorted(found, key=str) == sorted([(None, 9), (bins[1].id, 1)], key=str)
        await assert_balanced()


class TestRefusals:
    async def test_leave_what_is_reserved(self, shop, lead):
        await shop.order("placed", mug=8)

        async with refuses(("BLOCKED", ("quantity",))) as problems:
            await stock_states.damage(lead, here(shop), quantity=3, note="Water")
        assert problems[0].message == "There are 2 free good units; 3 were asked for."

    async def test_are_of_more_than_there_is_in_a_state_or_a_bin(self, shop, lead):
        row = await bin_at(shop.north)

        for state in (S.DAMAGED, S.QUARANTINED):
            async with refuses(("BLOCKED", ("quantity",))):
                await stock_states.restore(lead, here(shop), quantity=1, state=state, note="Dry")
        async with refuses(("BLOCKED", ("quantity",))):
            place = here(shop, bin_id=row.id)
            await stock_states.damage(lead, place, quantity=1, note="Wet")

    async def test_are_of_a_bin_or_a_lot_that_belongs_elsewhere(self, shop, lead):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.north, 3, "L-1")
        elsewhere = await bin_at(shop.south)

        for more, path in (({"bin_id": elsewhere.id}, "binId"), ({"lot_id": lot.id}, "lotId")):
            async with refuses(("INVALID", (path,))):
                await stock_states.damage(lead, here(shop, **more), quantity=1, note="Wet")
        for more, path in (({"bin_id": 999}, "binId"), ({"lot_id": 999}, "lotId")):
            async with refuses(("NOT_FOUND", (path,))):
                await stock_states.damage(lead, here(shop, **more), quantity=1, note="Wet")

    async def test_ask_which_lot_where_several_lie_there(self, shop, lead):
        tea = await shop.tracked()
        lots = [await shop.receive_lot(tea, shop.north, 3, f"L-{n}") for n in range(2)]
        place = {"variant_id": tea.id, "location_id": shop.north.id}

        async with refuses(("INVALID", ("lotId",))):
            await stock_states.damage(lead, Place(**place), quantity=1, note="Wet")
        await stock_states.damage(lead, Place(**place, lot_id=lots[1].id), quantity=1, note="Wet")

        assert (await Quant.get(lot_id=lots[1].id)).damaged == 1
        await assert_balanced()

    @one_database
    @pytest.mark.parametrize(
        ("given", "path"),
        [({"quantity": 0}, "quantity"), ({"note": " "}, "note"), ({"state": S.DAMAGED}, "state")],
    )
    async def test_are_of_what_cannot_be(self, shop, lead, given, path):
        asked = {"quantity": 1, "note": "Wet"} | given

        async with refuses(("INVALID", (path,))):
            await stock_states.damage(lead, here(shop), **asked)

    async def test_never_let_two_have_the_last_units(self, shop, lead):
        take = partial(stock_states.damage, lead, here(shop), quantity=1, note="Wet")

        outcomes = await all_at_once([take] * 12)

        assert len(refused(outcomes)) == 2
        assert await states(shop) == (0, 10, 0)
        await assert_balanced()


async def test_a_location_with_damaged_units_stays_open(shop, lead):
    await stock_states.damage(lead, here(shop), quantity=10, note="Flood")
    shirts = {"variant_id": shop.shirt.id, "location_id": shop.north.id}
    await stock.adjust(lead, **shirts, change=-10, note="Sold")

    async with refuses(("BLOCKED", ("id",))):
        await locations.archive(lead, shop.north.id)
    await stock_states.write_off(lead, here(shop), quantity=10, state=S.DAMAGED, note="Gone")
    assert (await locations.archive(lead, shop.north.id)).archived_at is not None


async def test_units_in_their_home_are_taken_from_there_first(shop, lead):
    row = await home(shop.mug, shop.north)
    at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
    await stock.receive(lead, **at, quantity=2)

    await stock_states.damage(lead, here(shop), quantity=3, note="Wet")

    found = await Quant.filter(damaged__gt=0).values_list("bin_id", "damaged")
    assert sorted(found, key=str) == sorted([(row.id, 2), (None, 1)], key=str)

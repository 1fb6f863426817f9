from functools import partial

import pytest

from models import Level, Location, Movement, MovementReason
from services import locations, stock
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import all_at_once, one_database, refused, refuses, told


def at(shop, **more: object) -> dict[str, object]:
    return {"variant_id": shop.mug.id, "location_id": shop.north.id} | more


async def closed(shop) -> Location:
    place = await Location.create(code="OLD", name="Old", kind=shop.north.kind)
    return await locations.archive(SYSTEM, place.id)


class TestReceive:
    async def test_takes_units_in_and_says_so(self, shop, lead, clock):
        level = await stock.receive(lead, **at(shop), quantity=7, note=" Pallet 3 ")

        assert (level.on_hand, level.reserved, level.available) == (17, 0, 17)
        moved = await Movement.get(actor=lead.label)
        assert (moved.reason, moved.on_hand_change, moved.reserved_change) == (
            MovementReason.RECEIVED,
            7,
            0,
        )
        assert (moved.on_hand_after, moved.note, moved.at) == (17, "Pallet 3", clock.time)
        event = await told("StockMoved", by=lead)
        assert (event.variant_id, event.location_id) == (shop.mug.id, shop.north.id)
        assert event.details == {
            "reason": "received",
            "on_hand_change": 7,
            "reserved_change": 0,
            "damaged_change": 0,
            "quarantined_change": 0,
            "on_hand": 17,
            "reserved": 0,
            "damaged": 0,
            "quarantined": 0,
            "available": 17,
        }
        await assert_balanced()

    async def test_makes_the_level_of_a_variant_that_is_new_there(self, shop, lead):
        place = await Location.create(code="NEW", name="New", kind=shop.north.kind)

        level = await stock.receive(lead, variant_id=shop.mug.id, location_id=place.id, quantity=1)

        assert (level.location_id, level.on_hand) == (place.id, 1)

    async def test_makes_one_level_however_many_bring_the_first_units(self, shop, lead):
        place = await Location.create(code="NEW", name="New", kind=shop.north.kind)

        await all_at_once([partial(shop.receive, shop.mug, place, 2)] * 10)

        assert (await Level.get(location_id=place.id)).on_hand == 20
        await assert_balanced()

    @one_database
    @pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
    async def test_refuses_a_quantity_that_cannot_be(self, shop, lead, quantity):
        async with refuses(("INVALID", ("quantity",))):
            await stock.receive(lead, **at(shop), quantity=quantity)

    async def test_refuses_more_than_a_level_can_hold(self, shop, lead):
        await Level.filter(**at(shop)).update(on_hand=10**9)

        async with refuses(("INVALID", ("quantity",))):
            await stock.receive(lead, **at(shop), quantity=1)

    @pytest.mark.parametrize(
        ("wrong", "path"), [("variant_id", "variantId"), ("location_id", "locationId")]
    )
    async def test_refuses_what_is_not_there(self, shop, lead, wrong, path):
        async with refuses(("NOT_FOUND", (path,))):
            await stock.receive(lead, **at(shop) | {wrong: 999}, quantity=1)

    async def test_refuses_a_closed_location(self, shop, lead):
        there = at(shop, location_id=(await closed(shop)).id)

        async with refuses(("BLOCKED", ("locationId",))):
            await stock.receive(lead, **there, quantity=1)


class TestAdjust:
    @pytest.mark.parametrize(("change", "on_hand"), [(3, 13), (-3, 7), (-10, 0)])
    async def test_corrects_what_lies_there(self, shop, lead, change, on_hand):
        level = await stock.adjust(lead, **at(shop), change=change, note="Counted.")

        assert level.on_hand == on_hand
        moved = await Movement.get(actor=lead.label)
        assert (moved.reason, moved.on_hand_change) == (MovementReason.ADJUSTED, change)
        event = await told("StockMoved", by=lead)
        assert (event.details["reason"], event.details["on_hand"]) == ("adjusted", on_hand)
        await assert_balanced()

    async def test_leaves_what_is_reserved(self, shop, lead):
        await shop.order("placed", mug=4)

        level = await stock.adjust(lead, **at(shop), change=-6, note="Broken.")

        assert (level.on_hand, level.reserved) == (4, 4)

    async def test_refuses_to_leave_less_than_is_reserved(self, shop, lead):
        await shop.order("placed", mug=4)

        async with refuses(("BLOCKED", ("change",))) as problems:
            await stock.adjust(lead, **at(shop), change=-7, note="Broken.")
        assert problems[0].message == (
            "10 units are on hand and 4 of them are reserved, so at most 6 can be taken away."
        )

    @one_database
    @pytest.mark.parametrize("change", [0, 1_000_001, -1_000_001])
    async def test_refuses_a_change_that_cannot_be(self, shop, lead, change):
        async with refuses(("INVALID", ("change",))):
            await stock.adjust(lead, **at(shop), change=change, note="Counted.")

    async def test_refuses_more_than_a_level_can_hold(self, shop, lead):
        await Level.filter(**at(shop)).update(on_hand=10**9)

        async with refuses(("INVALID", ("change",))):
            await stock.adjust(lead, **at(shop), change=1, note="Counted.")

    @one_database
    @pytest.mark.parametrize("note", ["", " ", "x" * 501])
    async def test_refuses_to_go_without_a_note(self, shop, lead, note):
        async with refuses(("INVALID", ("note",))):
            await stock.adjust(lead, **at(shop), change=1, note=note)

    async def test_refuses_another_version_than_was_seen(self, shop, lead):
        async with refuses(("VERSION_CONFLICT", ("expectedVersion",))):
            await stock.adjust(lead, **at(shop), change=1, note="Counted.", expected_version=7)

    async def test_never_takes_what_is_being_sold(self, shop, lead):
        """Twelve of ten units are wanted at once, by adjusting; only ten can go."""
        take = partial(stock.adjust, lead, **at(shop), change=-1, note="Taken.")

        outcomes = await all_at_once([take] * 12)

        assert len(refused(outcomes)) == 2
        assert (await shop.level(shop.mug, shop.north)).on_hand == 0
        await assert_balanced()


class TestSetOnHand:
    @pytest.mark.parametrize(("quantity", "change"), [(13, 3), (4, -6), (0, -10)])
    async def test_says_what_lies_there(self, shop, lead, quantity, change):
        level = await stock.set_on_hand(lead, **at(shop), quantity=quantity, held=10, note="Seen.")

        assert level.on_hand == quantity
        moved = await Movement.get(actor=lead.label)
        assert (moved.reason, moved.on_hand_change) == (MovementReason.ADJUSTED, change)
        await assert_balanced()

    async def test_changes_nothing_where_the_level_says_so_already(self, shop, lead):
        level = await stock.set_on_hand(lead, **at(shop), quantity=10, held=10, note="Seen.")

        assert level.on_hand == 10
        assert not await Movement.exists(actor=lead.label)

    async def test_refuses_what_was_seen_before_something_moved(self, shop, lead):
        level = await shop.level(shop.mug, shop.north)
        await shop.receive(shop.mug, shop.north, 1)
        seen = {"quantity": 12, "note": "Seen."}

        async with refuses(("VALUE_CONFLICT", ("from",))):
            await stock.set_on_hand(lead, **at(shop), **seen, held=10)
        async with refuses(("VERSION_CONFLICT", ("expectedVersion",))):
            await stock.set_on_hand(lead, **at(shop), **seen, expected_version=level.version)

    @one_database
    async def test_refuses_to_go_blindly(self, shop, lead):
        async with refuses(("INVALID", ("from",))):
            await stock.set_on_hand(lead, **at(shop), quantity=12, note="Seen.")

    async def test_refuses_less_than_is_reserved(self, shop, lead):
        await shop.order("placed", mug=4)

        async with refuses(("BLOCKED", ("quantity",))):
            await stock.set_on_hand(lead, **at(shop), quantity=3, held=10, note="Seen.")

    async def test_lets_one_of_many_who_saw_the_same_have_it(self, shop, lead):
        tries = [
            partial(stock.set_on_hand, lead, **at(shop), quantity=n, held=10, note="Seen.")
            for n in (20, 30, 40)
        ]

        outcomes = await all_at_once(tries)

        assert len(refused(outcomes)) == 2
        await assert_balanced()


class TestSetReorderPoint:
    @pytest.mark.parametrize("point", [0, 3, None])
    async def test_says_when_a_level_is_low(self, shop, lead, point):
        level = await stock.set_reorder_point(lead, **at(shop), reorder_point=point)

        assert (await Level.get(id=level.id)).reorder_point == point
        event = await told("ReorderPointSet", by=lead)
        assert (event.variant_id, event.location_id) == (shop.mug.id, shop.north.id)
        assert event.details == {"reorder_point": point}
        await assert_balanced()

    @one_database
    @pytest.mark.parametrize("point", [-1, 1_000_001])
    async def test_refuses_a_point_that_cannot_be(self, shop, lead, point):
        async with refuses(("INVALID", ("reorderPoint",))):
            await stock.set_reorder_point(lead, **at(shop), reorder_point=point)

    async def test_refuses_another_version_than_was_seen(self, shop, lead):
        level = await shop.level(shop.mug, shop.north)

        async with refuses(("VERSION_CONFLICT", ("expectedVersion",))):
            await stock.set_reorder_point(
                lead, **at(shop), reorder_point=3, expected_version=level.version + 1
            )

    async def test_refuses_a_closed_location(self, shop, lead):
        there = at(shop, location_id=(await closed(shop)).id)

        async with refuses(("BLOCKED", ("locationId",))):
            await stock.set_reorder_point(lead, **there, reorder_point=3)

    async def test_loses_no_movement_that_happens_meanwhile(self, shop, lead):
        plan = partial(stock.set_reorder_point, lead, **at(shop), reorder_point=3)
        receive = partial(shop.receive, shop.mug, shop.north, 1)

        await all_at_once([plan, receive] * 8)

        assert (await shop.level(shop.mug, shop.north)).on_hand == 18
        await assert_balanced()

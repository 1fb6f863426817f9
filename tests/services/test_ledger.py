from functools import partial

import pytest

from models import Level, Movement, MovementReason
from services import ledger
from services.actors import SYSTEM
from services.commit import operation
from services.ledger import Change, NotEnough
from tests.books import assert_balanced
from tests.cast import all_at_once, everything

ADJUSTED = MovementReason.ADJUSTED


@operation
async def move(*changes: Change, **more: object) -> list[Level]:
    return await ledger.move(SYSTEM, ADJUSTED, changes, **more)


async def levels_of(shop) -> tuple[Level, Level]:
    return (
        await shop.level(shop.mug, shop.north),
        await shop.level(shop.mug, shop.south),
    )


class TestMove:
    async def test_changes_every_level_together_with_its_movement(self, shop):
        north, south = await levels_of(shop)

        moved = await move(
            Change(level_id=south.id, on_hand=2),
            Change(level_id=north.id, on_hand=-3),
            note="Moved over.",
        )

        assert [(level.id, level.on_hand) for level in moved] == [(north.id, 7), (south.id, 7)]
        told = await Movement.filter(reason=ADJUSTED).order_by("level_id")
        assert [(each.on_hand_change, each.on_hand_after, each.note) for each in told] == [
            (-3, 7, "Moved over."),
            (2, 7, "Moved over."),
        ]
        await assert_balanced()

    async def test_raises_the_version_of_what_it_changes(self, shop):
        north, south = await levels_of(shop)

        await move(Change(level_id=north.id, on_hand=1))

        assert (await Level.get(id=north.id)).version == north.version + 1
        assert (await Level.get(id=south.id)).version == south.version

    @pytest.mark.parametrize(
        ("on_hand", "reserved"), [(-11, 0), (0, 11), (0, -1), (-1, 10), (-10, 1), (1, 12)]
    )
    async def test_changes_nothing_where_one_level_cannot(self, shop, on_hand, reserved):
        north, south = await levels_of(shop)
        before = await everything()

        with pytest.raises(NotEnough):
            await move(
                Change(level_id=south.id, on_hand=1),
                Change(level_id=north.id, on_hand=on_hand, reserved=reserved),
            )

        assert await everything() == before

    @pytest.mark.parametrize(("on_hand", "reserved"), [(-10, 0), (0, 10), (-4, 6), (1, 11)])
    async def test_goes_to_the_very_limit(self, shop, on_hand, reserved):
        north, _ = await levels_of(shop)

        [level] = await move(Change(level_id=north.id, on_hand=on_hand, reserved=reserved))

        assert (level.available, level.reserved) == (0, reserved)

    async def test_does_nothing_where_nothing_changes(self, shop):
        before = await everything()

        assert await move() == []
        assert await everything() == before

    async def test_knows_no_level_that_is_not_there(self, shop):
        with pytest.raises(NotEnough):
            await move(Change(level_id=999, on_hand=1))

    async def test_never_waits_in_a_circle_for_the_same_levels(self, shop):
        north, south = await levels_of(shop)
        there = [Change(level_id=each.id, on_hand=1) for each in (north, south)]

        await all_at_once([partial(move, *there), partial(move, *there[::-1])] * 10)

        assert [level.on_hand for level in await levels_of(shop)] == [30, 25]
        await assert_balanced()

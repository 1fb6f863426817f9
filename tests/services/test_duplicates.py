from dataclasses import replace
from functools import partial

import pytest

from models import Customer, Hold, HoldKind
from models.orders import PostalAddress
from services import duplicates, holds, orders
from services.actors import SYSTEM
from tests.cast import HOME, all_at_once


@pytest.fixture(autouse=True)
def _looked_for(policy):
    policy(duplicate_hours=24)


async def suspected(order):
    return [each.reason for each in await Hold.filter(order_id=order.id)]


class TestFound:
    async def test_names_the_order_it_is_like(self, shop, clerk):
        first = await orders.place(clerk, draft=shop.draft(mug=2, shirt=1))

        again = shop.draft(shirt=1, mug=2)
        second = await orders.place(clerk, draft=replace(again, lines=again.lines[::-1]))

        assert await suspected(first) == []
        [hold] = await Hold.filter(order_id=second.id)
        assert hold.kind is HoldKind.POSSIBLE_DUPLICATE
        assert first.number in hold.reason
        await holds.release(clerk, hold.id)

    async def test_is_not_what_differs(self, shop, clerk, clock, policy):
        stranger = await Customer.create(name="Eva", email="eva@example.com")
        first = await orders.place(clerk, draft=shop.draft(mug=2))

        for other in (
            shop.draft(mug=1),
            shop.draft(mug=2, shirt=1),
            replace(shop.draft(mug=2), customer_id=stranger.id),
        ):
            assert await suspected(await orders.place(clerk, draft=other)) == []
        await orders.cancel(SYSTEM, first.id, reason="Enough")
        second = await orders.place(clerk, draft=shop.draft(mug=2))
        assert await suspected(second) == []
        clock.advance(hours=25)
        assert await suspected(await orders.place(clerk, draft=shop.draft(mug=2))) == []
        policy(duplicate_hours=0)
        assert await suspected(await orders.place(clerk, draft=shop.draft(mug=2))) == []

    async def test_is_seen_by_all_but_one_of_those_placed_at_once(self, shop, clerk):
        draft = shop.draft(mug=1)

        placed = await all_at_once([partial(orders.place, clerk, draft=draft)] * 6)

        held = [order for order in placed if await suspected(order)]
        assert len(held) == 5


def test_a_place_is_the_same_however_it_is_written():
    written = PostalAddress(
        recipient="A. Berg",
        line1="HAFENSTR 7 ",
        city="hamburg",
        postal_code="20457",
        country_code="DE",
    )

    assert duplicates.digest_of_place(written) == duplicates.digest_of_place(HOME)
    assert duplicates.digest_of_place(replace(HOME, line1="Hafenstr. 8")) != (
        duplicates.digest_of_place(HOME)
    )

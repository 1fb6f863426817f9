from datetime import timedelta
from functools import partial

import pytest

from models import (
    ExceptionKind,
    FulfillmentLine,
    Hold,
    Order,
    OrderException,
    Reservation,
    ReservationStatus,
)
from services import clockwork, fulfillments, holds, orders, reservation_terms
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import (
    Shop,
    all_at_once,
    lines_of,
    one_database,
    refused,
    refuses,
    told,
    work_on,
)


@pytest.fixture(autouse=True)
def _hours(policy, clock, monkeypatch):
    policy(reservation_hours=24)
    monkeypatch.setattr(clockwork, "_resting", {})


async def kept(order: Order) -> Reservation:
    return await Reservation.filter(order_id=order.id).order_by("-id").first()


class TestExpire:
    async def test_gives_units_back_once_their_time_is_over(self, shop, clock):
        order = await shop.order("placed", mug=4)
        clock.advance(hours=23, minutes=59)
        await clockwork.tick()
        assert await shop.spare(shop.mug) == 11

        clock.advance(minutes=1)
        await clockwork.tick()
        await clockwork.tick()

        assert await shop.spare(shop.mug) == 15
        row = await kept(order)
        assert row.status is ReservationStatus.EXPIRED
        [line] = await lines_of(order)
        assert (line.reserved, line.backordered, line.stepped_out) == (0, 4, True)
        event = await told("ReservationExpired", by=SYSTEM)
        assert (event.order_id, event.variant_id) == (order.id, shop.mug.id)
        assert event.details == {"reservation_id": row.id, "quantity": 4}
        assert await OrderException.exists(
            order_id=order.id, kind=ExceptionKind.BACKORDERED, is_open=True
        )
        await assert_balanced()

    async def test_happens_once_however_many_try(self, shop, clock):
        order = await shop.order("placed", mug=4, shirt=2)
        clock.advance(hours=24)

        await all_at_once([partial(reservation_terms.expire, order.id)] * 5)

        assert await shop.spare(shop.mug) == 15
        await assert_balanced()

    async def test_or_confirming_it_wins_and_not_both(self, shop, clock):
        rows = [await shop.order("placed", mug=1) for _ in range(4)]
        clock.advance(hours=24)

        await all_at_once([partial(verb, row) for row in rows for verb in (_confirm, _expire)])
        await clockwork.tick()

        for row in rows:
            [line] = await lines_of(row)
            # Whoever lost their units found them again by being confirmed.
            assert (line.reserved, line.backordered) == (1, 0)
            assert (await work_on(row))[-1].order_id == row.id
        await assert_balanced()

    @one_database
    async def test_leaves_a_confirmed_order_alone(self, shop, clock):
        order = await shop.order("confirmed", mug=4)

        clock.advance(days=365)
        await clockwork.tick()

        row = await kept(order)
        assert (row.status, row.expires_at) == (ReservationStatus.ACTIVE, None)

    @one_database
    async def test_never_happens_where_the_shop_says_so(self, shop, clock, policy):
        policy(reservation_hours=None)
        order = await shop.order("placed")

        assert (await kept(order)).expires_at is None

    @one_database
    async def test_lets_another_buyer_have_the_units(self, shop, clock):
        await shop.order("placed", mug=15)
        clock.advance(hours=24)
        await clockwork.tick()

        other = await shop.order("placed", mug=15)

        [line] = await lines_of(other)
        assert line.reserved == 15


class TestExtend:
    async def test_keeps_units_for_longer(self, shop, clerk, clock):
        order = await shop.order("placed", mug=4)
        row = await kept(order)
        until = row.expires_at + timedelta(hours=1)

        await reservation_terms.extend(clerk, row.id, until=until)

        clock.advance(hours=24, minutes=59)
        await clockwork.tick()
        assert (await kept(order)).status is ReservationStatus.ACTIVE
        event = await told("ReservationExtended", by=clerk)
        assert event.details["expires_at"] == until.isoformat()
        clock.advance(minutes=1)
        await clockwork.tick()
        assert (await kept(order)).status is ReservationStatus.EXPIRED

    @one_database
    async def test_refuses_an_earlier_time(self, shop, clerk):
        row = await kept(await shop.order("placed"))

        async with refuses(("INVALID", ("until",))):
            await reservation_terms.extend(clerk, row.id, until=row.expires_at)

    @one_database
    async def test_refuses_what_does_not_expire_or_is_over(self, shop, clerk, clock):
        order = await shop.order("confirmed")
        row = await kept(order)
        later = clock.now(None) + timedelta(days=9)

        async with refuses(("BLOCKED", ("id",))):
            await reservation_terms.extend(clerk, row.id, until=later)
        await orders.cancel(SYSTEM, order.id, reason="Enough.")
        async with refuses(("WRONG_STATUS", ("id",))):
            await reservation_terms.extend(clerk, row.id, until=later)


class TestRelease:
    async def test_frees_the_units_for_others(self, shop, clerk):
        order = await shop.order("placed", mug=4)

        row = await reservation_terms.release(clerk, (await kept(order)).id, reason="Needed.")

        await clockwork.tick()
        assert row.status is ReservationStatus.RELEASED
        assert await shop.spare(shop.mug) == 15
        [line] = await lines_of(order)
        assert (line.reserved, line.backordered, line.stepped_out) == (0, 4, True)
        assert (await told("ReservationReleased", by=clerk)).details["reason"] == "Needed."
        await assert_balanced()

    async def test_takes_the_units_out_of_planned_work(self, shop, clerk):
        order = await shop.order("confirmed", mug=4, shirt=2)
        mugs, shirts = await Reservation.filter(order_id=order.id).order_by("id")

        await reservation_terms.release(clerk, mugs.id, reason="Needed.")

        [work] = await work_on(order)
        [left] = await FulfillmentLine.filter(fulfillment_id=work.id)
        assert (work.status, left.reservation_id) == ("pending", shirts.id)
        await reservation_terms.release(clerk, shirts.id, reason="Needed.")
        [work] = await work_on(order)
        assert work.status == "cancelled"
        await assert_balanced()

    @pytest.mark.parametrize("stage", ["released", "picked", "packed"])
    @one_database
    async def test_refuses_units_that_are_worked_on(self, shop, clerk, stage):
        row = await kept(await shop.order(stage))

        async with refuses(("BLOCKED", ("id",))):
            await reservation_terms.release(clerk, row.id, reason="Needed.")

    @one_database
    async def test_refuses_units_that_have_left(self, shop, clerk):
        row = await kept(await shop.order("shipped"))

        async with refuses(("WRONG_STATUS", ("id",))):
            await reservation_terms.release(clerk, row.id, reason="Needed.")

    async def test_happens_once_however_many_try(self, shop, clerk):
        row = await kept(await shop.order("placed", mug=4))
        release = partial(reservation_terms.release, clerk, row.id, reason="Needed.")

        outcomes = await all_at_once([release] * 5)

        assert len(refused(outcomes)) == 4
        assert await shop.spare(shop.mug) == 15
        await assert_balanced()

    async def test_and_releasing_the_work_are_never_both_done(self, shop, lead):
        rows = [await shop.order("confirmed", mug=1) for _ in range(4)]
        verbs = []
        for row in rows:
            [work] = await work_on(row)
            verbs.append(partial(fulfillments.release, lead, work.id))
            keep = await kept(row)
            verbs.append(partial(reservation_terms.release, lead, keep.id, reason="Needed."))

        outcomes = await all_at_once(verbs)

        assert len(refused(outcomes)) == 4
        await assert_balanced()


async def _confirm(order: Order) -> None:
    for hold in await Hold.filter(order_id=order.id, released_at=None):
        await holds.release(SYSTEM, hold.id)
    await orders.confirm(SYSTEM, order.id)


async def _expire(order: Order) -> None:
    await reservation_terms.expire(order.id)


@one_database
async def test_a_shop_without_stock_is_told_what_to_do(database):
    shop = await Shop.open(north=0, south=1)

    async with refuses(("OUT_OF_STOCK", ())) as problems:
        await orders.place(SYSTEM, draft=shop.draft(mug=2))

    assert "Only 1 of 2 units" in problems[0].message

"""Waves: put together, picked in one walk, dissolved, and over with their last pick."""

from datetime import timedelta
from functools import partial

import pytest

from models import Fulfillment, FulfillmentStatus, Wave, WaveStatus
from services import fulfillments, holds, orders, waves
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import Shop, all_at_once, one_database, refused, refuses, told
from tests.warehouse import counts, pick, wave_of

F, W = FulfillmentStatus, WaveStatus


async def released(shop: Shop, number: int, **units: int) -> list[Fulfillment]:
    return [await shop.fulfillment("released", **units) for _ in range(number)]


async def members(wave: Wave) -> list[int]:
    found = Fulfillment.filter(wave_id=wave.id).order_by("id")
    return [each.id for each in await found]


class TestCreate:
    async def test_takes_those_that_are_to_be_handed_over_first(self, shop, lead, clock):
        *work, first = await released(shop, 3)
        first.dispatch_by = clock.time - timedelta(hours=1)
        await first.store()
        work = [work[0], first]

        wave = await waves.create(lead, shop.north.id, size=2)

        assert (wave.status, wave.actor) == (W.OPEN, lead.label)
        assert await members(wave) == [each.id for each in work]
        event = await told("WaveCreated", by=lead)
        assert (event.location_id, event.details) == (
            shop.north.id,
            {"wave_id": wave.id, "fulfillments": 2},
        )

    async def test_refuses_what_cannot_be_in_it_all_at_once(self, shop, lead):
        ready, planned = await shop.fulfillment("released"), await shop.fulfillment("confirmed")
        taken = await shop.fulfillment("released")
        await wave_of(taken)
        ids = [ready.id, planned.id, taken.id, 999]

        async with refuses(
            ("BLOCKED", ("fulfillmentIds", 1)),
            ("BLOCKED", ("fulfillmentIds", 2)),
            ("NOT_FOUND", ("fulfillmentIds", 3)),
        ):
            await waves.create(lead, shop.north.id, fulfillment_ids=ids)
        async with refuses(("INVALID", ("fulfillmentIds", 0))):
            await waves.create(lead, shop.south.id, fulfillment_ids=ids[:1])

    @one_database
    async def test_refuses_to_be_empty(self, shop, lead):
        async with refuses(("BLOCKED", ("locationId",))):
            await waves.create(lead, shop.north.id, size=5)
        async with refuses(("INVALID", ("fulfillmentIds",))):
            await waves.create(lead, shop.north.id, fulfillment_ids=[])
        async with refuses(("INVALID", ("fulfillmentIds",))):
            await waves.create(lead, shop.north.id)

    async def test_puts_work_into_one_of_two_that_are_made_at_once(self, shop, lead):
        work = await released(shop, 2)

        outcomes = await all_at_once(
            [partial(waves.create, lead, shop.north.id, fulfillment_ids=[each.id for each in work])]
            * 3
        )

        assert len(refused(outcomes)) == 2
        await assert_balanced()


class TestStart:
    async def test_gives_all_of_it_to_one_picker(self, shop, picker, other_picker):
        work = await released(shop, 2)
        wave = await wave_of(*work)

        outcomes = await all_at_once(
            partial(waves.start, each, wave.id) for each in (picker, other_picker)
        )

        [loser] = refused(outcomes)
        assert loser.problems[0].code == "WRONG_STATUS"
        wave = await Wave.get(id=wave.id)
        for each in await Fulfillment.filter(wave_id=wave.id):
            assert (each.status, each.picker) == (F.PICKING, wave.picker)

    async def test_is_the_only_way_to_start_its_work(self, shop, picker):
        [work] = await released(shop, 1)
        await wave_of(work)

        async with refuses(("BLOCKED", ("id",))):
            await fulfillments.pick_start(picker, work.id)


class TestRemove:
    async def test_lets_work_be_picked_by_itself(self, shop, lead, picker):
        work = await released(shop, 2)
        wave = await wave_of(*work)

        await waves.remove(lead, wave.id, fulfillment_id=work[0].id)

        assert await members(wave) == [work[1].id]
        await fulfillments.pick_start(picker, work[0].id)
        event = await told("WaveFulfillmentRemoved", by=lead)
        assert event.details == {"wave_id": wave.id, "fulfillment_id": work[0].id}

    async def test_of_the_last_one_ends_it(self, shop, lead):
        [work] = await released(shop, 1)
        wave = await wave_of(work)

        await waves.remove(lead, wave.id, fulfillment_id=work.id)

        assert (await Wave.get(id=wave.id)).status is W.CANCELLED

    async def test_refuses_work_that_is_not_in_it_or_is_picked(self, shop, lead, picker):
        first, second, other = await released(shop, 3)
        wave = await wave_of(first, second, started_by=picker)
        await fulfillments.pick_complete(picker, first.id)

        async with refuses(("NOT_FOUND", ("fulfillmentId",))):
            await waves.remove(lead, wave.id, fulfillment_id=other.id)
        async with refuses(("BLOCKED", ("fulfillmentId",))):
            await waves.remove(lead, wave.id, fulfillment_id=first.id)


class TestCancel:
    @pytest.mark.parametrize("started", [False, True])
    async def test_leaves_its_work_where_it_stands(self, shop, lead, picker, started):
        work = await released(shop, 2, mug=2)
        wave = await wave_of(*work, started_by=picker if started else None)
        if started:
            await pick(picker, work[0], shop.mug)

        cancelled = await waves.cancel(lead, wave.id)

        assert cancelled.status is W.CANCELLED
        assert await members(wave) == []
        assert await counts(work[0]) == [(2, 1 if started else 0, 0)]
        status = F.PICKING if started else F.RELEASED
        assert {each.status for each in await Fulfillment.all()} == {status}
        await assert_balanced()


class TestEnd:
    async def test_comes_when_the_rest_of_it_is_given_up(self, shop, lead, picker):
        first, second = await released(shop, 2)
        wave = await wave_of(first, second, started_by=picker)
        await fulfillments.pick_complete(picker, first.id)

        await orders.cancel(lead, second.order_id, reason="Enough.")

        assert (await Wave.get(id=wave.id)).status is W.DONE
        assert (await told("WaveDone", by=lead)).details == {"wave_id": wave.id}

    async def test_comes_once_however_its_work_ends_at_once(self, shop, lead, picker):
        for _ in range(3):
            work = await released(shop, 4)
            wave = await wave_of(*work, started_by=picker)

            await all_at_once(
                [
                    *(partial(fulfillments.pick_complete, picker, each.id) for each in work[:2]),
                    partial(fulfillments.cancel, lead, work[2].id),
                    partial(orders.cancel, lead, work[3].order_id, reason="Enough."),
                    partial(waves.remove, lead, wave.id, fulfillment_id=work[2].id),
                ]
            )

            assert (await Wave.get(id=wave.id)).status is W.DONE
            await shop.receive(shop.mug, shop.north, 5)
        await assert_balanced()


async def test_a_held_order_does_not_stop_its_wave(shop, lead, picker):
    """A hold keeps work from being released; what is released goes on."""
    [work] = await released(shop, 1)
    wave = await wave_of(work)
    await holds.hold(SYSTEM, work.order_id, kind="manual", reason="Wait.")

    assert (await waves.start(picker, wave.id)).status is W.PICKING

from functools import partial

import pytest

from models import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    HoldKind,
    Movement,
    MovementReason,
    Order,
    OrderStatus,
    Reservation,
    ReservationStatus,
    Shipment,
    ShipmentStatus,
)
from services import clockwork, fulfillments, holds, orders, shipments
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import (
    STAGES,
    Shop,
    actor_for,
    all_at_once,
    lines_of,
    one_database,
    refused,
    refuses,
    told,
    work_on,
)

WORK = STAGES[STAGES.index("confirmed") :]


UNSHIPPED = WORK[: WORK.index("shipped")]

# The stages of work at which each verb is possible.
POSSIBLE = {
    fulfillments.release: ["confirmed"],
    fulfillments.pick_start: ["released"],
    fulfillments.pick_complete: ["picking"],
    fulfillments.pack_start: ["picked"],
    fulfillments.pack_complete: ["picked", "packing"],
    fulfillments.hand_over: ["packed", "parcelled"],
    fulfillments.cancel: UNSHIPPED,
}


@one_database
@pytest.mark.parametrize("stage", WORK)
async def test_work_refuses_every_step_that_is_not_its_next(shop, stage):
    work = await shop.fulfillment(stage)

    for verb, stages in POSSIBLE.items():
        if stage not in stages:
            async with refuses(("WRONG_STATUS", ("id",))):
                await verb(SYSTEM, work.id)


async def contents(fulfillment: Fulfillment) -> list[FulfillmentLine]:
    return await FulfillmentLine.filter(fulfillment_id=fulfillment.id).order_by("id")


async def short_pick(picker, fulfillment: Fulfillment, *units: int) -> Fulfillment:
    """Complete picking with so many units of its first line, of its second …"""
    found = dict(zip([each.id for each in await contents(fulfillment)], units, strict=True))
    return await fulfillments.pick_complete(picker, fulfillment.id, picked=found)


class TestRelease:
    async def test_hands_work_to_its_location_and_starts_the_order(self, shop, lead, clock):
        work = await shop.fulfillment("confirmed")

        released = await fulfillments.release(lead, work.id)

        assert (released.status, released.released_at) == (FulfillmentStatus.RELEASED, clock.time)
        assert (await Order.get(id=work.order_id)).status is OrderStatus.IN_PROGRESS
        event = await told("FulfillmentReleased", by=lead)
        assert (event.order_id, event.location_id) == (work.order_id, shop.north.id)
        assert event.details == {"fulfillment_id": work.id}
        assert (await told("OrderStarted", by=lead)).order_id == work.order_id

    async def test_starts_an_order_once(self, shop, lead):
        order = await shop.order("confirmed", mug=12)

        for work in await work_on(order):
            await fulfillments.release(lead, work.id)

        assert (await told("OrderStarted", by=lead)).order_id == order.id

    async def test_refuses_while_the_order_is_held_and_names_each_hold(self, shop, lead):
        work = await shop.fulfillment("confirmed")
        for kind in (HoldKind.PAYMENT, HoldKind.ADDRESS):
            await holds.hold(SYSTEM, work.order_id, kind=kind, reason="Wait.")

        async with refuses(("ON_HOLD", ("id",)), ("ON_HOLD", ("id",))):
            await fulfillments.release(lead, work.id)

    async def test_goes_on_when_the_last_hold_is_released(self, shop, lead):
        work = await shop.fulfillment("confirmed")
        await holds.hold(SYSTEM, work.order_id, kind=HoldKind.PAYMENT, reason="Wait.")
        await holds.release(SYSTEM, 1)

        assert (await fulfillments.release(lead, work.id)).status is FulfillmentStatus.RELEASED

    async def test_refuses_work_that_is_not_there(self, shop, lead):
        async with refuses(("NOT_FOUND", ("id",))):
            await fulfillments.release(lead, 999)


class TestPickStart:
    async def test_gives_work_to_a_picker(self, shop, picker):
        work = await shop.fulfillment("released")

        started = await fulfillments.pick_start(picker, work.id)

        assert (started.status, started.picker) == (FulfillmentStatus.PICKING, picker.label)
        event = await told("FulfillmentPickStarted", by=picker)
        assert (event.order_id, event.details) == (work.order_id, {"fulfillment_id": work.id})

    async def test_gives_it_to_one_of_two_who_try_at_once(self, shop, picker, other_picker):
        for _ in range(3):
            work = await shop.fulfillment("released")

            outcomes = await all_at_once(
                partial(fulfillments.pick_start, each, work.id) for each in (picker, other_picker)
            )

            [loser] = refused(outcomes)
            assert loser.problems[0].code == "WRONG_STATUS"
            [winner] = [each for each in outcomes if isinstance(each, Fulfillment)]
            assert (await Fulfillment.get(id=work.id)).picker == winner.picker


class TestPickComplete:
    async def test_takes_everything_asked_for(self, shop, picker, clock):
        work = await shop.fulfillment("picking", mug=2, shirt=1)

        picked = await fulfillments.pick_complete(picker, work.id)

        assert (picked.status, picked.picked_at) == (FulfillmentStatus.PICKED, clock.time)
        assert [each.picked for each in await contents(work)] == [2, 1]
        order = await Order.get(id=work.order_id)
        assert [(line.reserved, line.picked) for line in await lines_of(order)] == [(0, 2), (0, 1)]
        event = await told("FulfillmentPicked", by=picker)
        assert event.details == {
            "fulfillment_id": work.id,
            "units_picked": 3,
            "units_missing": 0,
        }
        await assert_balanced()

    async def test_plans_missing_units_elsewhere(self, shop, picker):
        work = await shop.fulfillment("picking", mug=5)

        await short_pick(picker, work, 3)

        order = await Order.get(id=work.order_id)
        _, anew = await work_on(order)
        assert (anew.location_id, anew.status) == (shop.south.id, FulfillmentStatus.PENDING)
        assert [each.quantity for each in await contents(anew)] == [2]
        [line] = await lines_of(order)
        assert (line.reserved, line.picked) == (2, 3)
        assert (await told("FulfillmentPlanned", by=picker)).location_id == shop.south.id
        await assert_balanced()

    async def test_plans_missing_units_elsewhere_as_far_as_there_are_any(self, shop, picker):
        work = await shop.fulfillment("picking", mug=10)

        await short_pick(picker, work, 1)

        anew = (await work_on(await Order.get(id=work.order_id)))[1:]
        planned = {each.location_id: (await contents(each))[0].quantity for each in anew}
        assert planned == {shop.south.id: 5}
        [line] = await lines_of(await Order.get(id=work.order_id))
        assert (line.reserved, line.picked, line.backordered) == (5, 1, 4)
        await assert_balanced()

    async def test_plans_a_line_of_which_nothing_was_found(self, shop, picker):
        work = await shop.fulfillment("picking", mug=2, shirt=2)

        await short_pick(picker, work, 0, 2)

        order = await Order.get(id=work.order_id)
        anew = (await work_on(order))[1]
        assert [each.quantity for each in await contents(anew)] == [2]
        assert [line.picked for line in await lines_of(order)] == [0, 2]
        await assert_balanced()

    async def test_waits_for_units_that_nobody_else_has(self, database, picker):
        shop = await Shop.open(north=5, south=0)
        work = await shop.fulfillment("picking", mug=5)

        await short_pick(picker, work, 3)

        order = await Order.get(id=work.order_id)
        [line] = await lines_of(order)
        assert (line.picked, line.backordered) == (3, 2)
        assert len(await work_on(order)) == 1
        # What was not found is not there to be promised again.
        level = await shop.level(shop.mug, shop.north)
        assert (level.on_hand, level.reserved) == (3, 3)
        lost = await Movement.get(reason=MovementReason.ADJUSTED)
        assert (lost.on_hand_change, lost.note) == (-2, f"Not found when picking {work.number}.")
        await shop.receive(shop.mug, shop.north, 2)
        await clockwork.tick()
        assert [each.quantity for each in await contents((await work_on(order))[1])] == [2]
        await assert_balanced()

    @pytest.mark.parametrize("units", [-1, 3])
    async def test_refuses_more_than_was_asked_for_and_less_than_nothing(self, shop, picker, units):
        work = await shop.fulfillment("picking", mug=2, shirt=1)

        async with refuses(("INVALID", ("lines", 0, "quantity"))):
            await short_pick(picker, work, units, 1)

    async def test_refuses_a_pick_of_nothing(self, shop, picker):
        work = await shop.fulfillment("picking", mug=2)

        async with refuses(("INVALID", ("lines",))):
            await short_pick(picker, work, 0)

    async def test_refuses_a_line_of_other_work(self, shop, picker):
        work = await shop.fulfillment("picking", mug=2)
        other = await shop.fulfillment("picking", mug=2)
        mine, theirs = (await contents(work))[0], (await contents(other))[0]

        async with refuses(("NOT_FOUND", ("lines", 1, "lineId"))):
            await fulfillments.pick_complete(picker, work.id, picked={mine.id: 2, theirs.id: 2})


class TestPackStart:
    async def test_begins_packing(self, shop, picker):
        work = await shop.fulfillment("picked")

        started = await fulfillments.pack_start(picker, work.id)

        assert started.status is FulfillmentStatus.PACKING
        event = await told("FulfillmentPackStarted", by=picker)
        assert (event.order_id, event.details) == (work.order_id, {"fulfillment_id": work.id})


class TestPackComplete:
    @pytest.mark.parametrize("stage", ["picked", "packing"])
    async def test_packs_what_was_picked(self, shop, picker, clock, stage):
        work = await shop.fulfillment(stage, mug=2, shirt=1)

        packed = await fulfillments.pack_complete(picker, work.id)

        assert (packed.status, packed.packed_at) == (FulfillmentStatus.PACKED, clock.time)
        assert [each.packed for each in await contents(work)] == [2, 1]
        lines = await lines_of(await Order.get(id=work.order_id))
        assert [line.packed for line in lines] == [2, 1]
        event = await told("FulfillmentPacked", by=picker)
        assert (event.order_id, event.details) == (work.order_id, {"fulfillment_id": work.id})
        await assert_balanced()

    async def test_packs_no_more_than_was_found(self, shop, picker):
        work = await shop.fulfillment("picking", mug=5)
        await short_pick(picker, work, 3)

        await fulfillments.pack_complete(picker, work.id)

        assert [each.packed for each in await contents(work)] == [3]


class TestHandOver:
    async def test_lets_the_units_leave_stock(self, shop, picker, clock):
        work = await shop.fulfillment("parcelled", mug=2)

        gone = await fulfillments.hand_over(picker, work.id)

        assert (gone.status, gone.handed_over_at) == (FulfillmentStatus.HANDED_OVER, clock.time)
        level = await shop.level(shop.mug, shop.north)
        assert (level.on_hand, level.reserved) == (8, 0)
        moved = await Movement.get(reason=MovementReason.SHIPPED)
        assert (moved.on_hand_change, moved.reserved_change) == (-2, -2)
        assert (moved.order_id, moved.actor) == (work.order_id, picker.label)
        kept = await Reservation.get(order_id=work.order_id)
        assert kept.status is ReservationStatus.CONSUMED
        [line] = await lines_of(await Order.get(id=work.order_id))
        assert line.shipped == 2
        event = await told("FulfillmentHandedOver", by=picker)
        assert (event.order_id, event.details) == (work.order_id, {"fulfillment_id": work.id})
        await assert_balanced()

    async def test_ships_its_parcels(self, shop, picker, clock):
        work = await shop.fulfillment("parcelled")

        await fulfillments.hand_over(picker, work.id)

        parcel = await Shipment.get(fulfillment_id=work.id)
        assert (parcel.status, parcel.shipped_at) == (ShipmentStatus.SHIPPED, clock.time)
        event = await told("ShipmentShipped", by=picker)
        assert (event.order_id, event.details) == (work.order_id, {"shipment_id": parcel.id})

    async def test_leaves_other_work_of_the_order_alone(self, shop, picker):
        order = await shop.order("parcelled", mug=12)
        first, second = await work_on(order)

        await fulfillments.hand_over(picker, first.id)

        assert (await Fulfillment.get(id=second.id)).status is FulfillmentStatus.PACKED
        assert (await shop.level(shop.mug, shop.south)).reserved == 2
        await assert_balanced()

    async def test_refuses_while_a_packed_unit_is_in_no_parcel(self, shop, picker):
        work = await shop.fulfillment("packed", mug=3)
        [line] = await contents(work)
        await shipments.create(SYSTEM, work.id, carrier="DHL", contents={line.id: 2})

        async with refuses(("BLOCKED", ("id",))):
            await fulfillments.hand_over(picker, work.id)

    async def test_takes_units_once_however_many_try(self, shop, picker):
        work = await shop.fulfillment("parcelled", mug=2)

        outcomes = await all_at_once([partial(fulfillments.hand_over, picker, work.id)] * 5)

        assert len(refused(outcomes)) == 4
        assert (await shop.level(shop.mug, shop.north)).on_hand == 8
        await assert_balanced()


class TestCancel:
    @pytest.mark.parametrize("stage", UNSHIPPED)
    async def test_gives_the_work_to_another_location(self, shop, lead, clock, stage):
        work = await shop.fulfillment(stage, mug=4)

        cancelled = await fulfillments.cancel(lead, work.id)

        assert (cancelled.status, cancelled.cancelled_at) == (
            FulfillmentStatus.CANCELLED,
            clock.time,
        )
        order = await Order.get(id=work.order_id)
        anew = (await work_on(order))[1]
        assert (anew.location_id, anew.status) == (shop.south.id, FulfillmentStatus.PENDING)
        [line] = await lines_of(order)
        assert (line.reserved, line.picked, line.packed) == (4, 0, 0)
        event = await told("FulfillmentCancelled", by=lead)
        assert (event.order_id, event.details) == (work.order_id, {"fulfillment_id": work.id})
        await assert_balanced()

    async def test_voids_its_parcels(self, shop, lead):
        work = await shop.fulfillment("parcelled")

        await fulfillments.cancel(lead, work.id)

        parcel = await Shipment.get(fulfillment_id=work.id)
        assert parcel.status is ShipmentStatus.VOIDED
        assert (await told("ShipmentVoided", by=lead)).details == {"shipment_id": parcel.id}

    async def test_plans_afresh_what_was_not_missing(self, shop, lead, picker):
        work = await shop.fulfillment("picking", mug=5)
        await short_pick(picker, work, 3)

        await fulfillments.cancel(lead, work.id)

        [line] = await lines_of(await Order.get(id=work.order_id))
        assert (line.reserved, line.picked) == (5, 0)
        await assert_balanced()

    async def test_refuses_to_do_it_twice(self, shop, lead):
        work = await shop.fulfillment("picked")
        await fulfillments.cancel(lead, work.id)

        async with refuses(("WRONG_STATUS", ("id",))):
            await fulfillments.cancel(lead, work.id)

    async def test_refuses_a_customer_who_cancels_the_work_of_another(self, shop):
        work = await shop.fulfillment("picked")
        stranger = await Shop.open()

        async with refuses(("NOT_FOUND", ("id",))):
            await fulfillments.cancel(actor_for(stranger.customer), work.id)

    async def test_happens_once_however_many_try(self, shop, lead):
        work = await shop.fulfillment("picked", mug=4)

        outcomes = await all_at_once([partial(fulfillments.cancel, lead, work.id)] * 5)

        assert len(refused(outcomes)) == 4
        assert len(await work_on(await Order.get(id=work.order_id))) == 2
        await assert_balanced()

    async def test_never_waits_in_a_circle_for_an_order_being_placed(self, database, lead):
        """Work in the south goes back there while orders take from the north first."""
        shop = await Shop.open(north=50, south=50)
        placing = partial(orders.place, SYSTEM, draft=shop.draft(mug=1, shirt=1))
        for _ in range(5):
            order = await shop.order("confirmed", mug=2)
            [work] = await work_on(order)
            await fulfillments.cancel(SYSTEM, work.id)
            work = (await work_on(order))[1]
            assert work.location_id == shop.south.id

            await all_at_once([*[placing] * 4, partial(fulfillments.cancel, lead, work.id)])

        await assert_balanced()

from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from models import (
    CarrierEvent,
    Event,
    Fulfillment,
    FulfillmentLine,
    Order,
    OrderStatus,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from services import fulfillments, shipments
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import (
    Shop,
    actor_for,
    all_at_once,
    deliver,
    lines_of,
    one_database,
    parcel,
    refused,
    refuses,
    report,
    told,
    work_on,
)

S = ShipmentStatus
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
OURS = [S.CREATED, S.LABELLED, S.SHIPPED, S.VOIDED]


async def contents(fulfillment: Fulfillment) -> list[FulfillmentLine]:
    return await FulfillmentLine.filter(fulfillment_id=fulfillment.id).order_by("id")


async def packed_in(shipment: Shipment) -> dict[int, int]:
    rows = await ShipmentLine.filter(shipment_id=shipment.id)
    return {row.fulfillment_line_id: row.quantity for row in rows}


class TestCreate:
    async def test_plans_a_parcel_of_everything_packed(self, shop, picker):
        work = await shop.fulfillment("packed", mug=2, shirt=1)

        shipment = await shipments.create(picker, work.id, carrier=" DHL ", service="Express")

        stored = await Shipment.get(id=shipment.id)
        assert (stored.status, stored.carrier, stored.service) == (S.CREATED, "DHL", "Express")
        mugs, shirts = await contents(work)
        assert await packed_in(stored) == {mugs.id: 2, shirts.id: 1}
        event = await told("ShipmentCreated", by=picker)
        assert (event.order_id, event.customer_id) == (work.order_id, shop.customer.id)
        assert event.details == {"shipment_id": shipment.id}
        await assert_balanced()

    async def test_labels_it_at_once_where_it_has_its_code(self, shop, picker):
        work = await shop.fulfillment("packed")

        shipment = await shipments.create(picker, work.id, carrier="DHL", tracking_code="JD1")

        assert (shipment.status, shipment.tracking_code) == (S.LABELLED, "JD1")
        event = await told("ShipmentLabelled", by=picker)
        assert event.details == {"shipment_id": shipment.id, "tracking_code": "JD1"}

    async def test_packs_what_is_told_and_then_the_rest(self, shop, picker):
        work = await shop.fulfillment("packed", mug=5, shirt=1)
        mugs, shirts = await contents(work)

        first = await shipments.create(picker, work.id, carrier="DHL", contents={mugs.id: 3})
        rest = await shipments.create(picker, work.id, carrier="DHL")

        assert await packed_in(first) == {mugs.id: 3}
        assert await packed_in(rest) == {mugs.id: 2, shirts.id: 1}
        await assert_balanced()

    @pytest.mark.parametrize("units", [0, -1, 3])
    async def test_refuses_units_that_are_not_there_to_be_packed(self, shop, picker, units):
        work = await shop.fulfillment("packed", mug=2)
        [mugs] = await contents(work)

        async with refuses(("INVALID", ("lines", 0, "quantity"))):
            await shipments.create(picker, work.id, carrier="DHL", contents={mugs.id: units})

    async def test_refuses_an_empty_parcel(self, shop, picker):
        work = await shop.fulfillment("packed")

        async with refuses(("INVALID", ("lines",))):
            await shipments.create(picker, work.id, carrier="DHL", contents={})

    async def test_refuses_when_everything_is_in_parcels(self, shop, picker):
        work = await shop.fulfillment("parcelled")

        async with refuses(("BLOCKED", ("fulfillmentId",))):
            await shipments.create(picker, work.id, carrier="DHL")

    async def test_refuses_a_line_of_other_work(self, shop, picker):
        work = await shop.fulfillment("packed")
        [theirs] = await contents(await shop.fulfillment("packed"))

        async with refuses(("NOT_FOUND", ("lines", 0, "lineId"))):
            await shipments.create(picker, work.id, carrier="DHL", contents={theirs.id: 1})

    @one_database
    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"carrier": ""}, "carrier"),
            ({"carrier": "x" * 61}, "carrier"),
            ({"service": "x" * 61}, "service"),
            ({"tracking_code": ""}, "trackingCode"),
            ({"tracking_code": "x" * 121}, "trackingCode"),
        ],
    )
    async def test_refuses_what_cannot_be(self, shop, picker, given, path):
        work = await shop.fulfillment("packed")

        async with refuses(("INVALID", (path,))):
            await shipments.create(picker, work.id, **{"carrier": "DHL"} | given)

    @one_database
    @pytest.mark.parametrize("stage", ["confirmed", "picked", "packing", "shipped"])
    async def test_refuses_work_that_is_not_packed(self, shop, picker, stage):
        work = await shop.fulfillment(stage)

        async with refuses(("BLOCKED", ("fulfillmentId",))):
            await shipments.create(picker, work.id, carrier="DHL")

    async def test_refuses_work_that_is_not_there(self, shop, picker):
        async with refuses(("NOT_FOUND", ("fulfillmentId",))):
            await shipments.create(picker, 999, carrier="DHL")

    async def test_puts_no_unit_in_two_parcels_however_many_pack(self, shop, picker):
        work = await shop.fulfillment("packed", mug=3)

        pack = partial(shipments.create, picker, work.id, carrier="DHL")
        outcomes = await all_at_once([pack] * 5)

        assert len(refused(outcomes)) == 4
        await assert_balanced()


class TestLabel:
    async def test_gives_a_parcel_its_code(self, shop, picker):
        work = await shop.fulfillment("packed")
        shipment = await shipments.create(SYSTEM, work.id, carrier="DHL")

        labelled = await shipments.label(picker, shipment.id, tracking_code=" JD1 ")

        assert (labelled.status, labelled.tracking_code) == (S.LABELLED, "JD1")
        event = await told("ShipmentLabelled", by=picker)
        assert (event.order_id, event.customer_id) == (work.order_id, shop.customer.id)

    @one_database
    @pytest.mark.parametrize("code", ["", " ", "x" * 121])
    async def test_refuses_a_code_that_cannot_be(self, shop, picker, code):
        work = await shop.fulfillment("packed")
        shipment = await shipments.create(SYSTEM, work.id, carrier="DHL")

        async with refuses(("INVALID", ("trackingCode",))):
            await shipments.label(picker, shipment.id, tracking_code=code)

    async def test_refuses_the_code_of_another_parcel_of_this_carrier(self, shop, picker):
        taken = (await shop.shipment("parcelled")).tracking_code
        work = await shop.fulfillment("packed")
        shipment = await shipments.create(SYSTEM, work.id, carrier="DHL")

        async with refuses(("TAKEN", ("trackingCode",))):
            await shipments.label(picker, shipment.id, tracking_code=taken)

    async def test_takes_the_code_of_another_carriers_parcel(self, shop, picker):
        taken = (await shop.shipment("parcelled")).tracking_code
        work = await shop.fulfillment("packed")
        shipment = await shipments.create(SYSTEM, work.id, carrier="UPS")

        labelled = await shipments.label(picker, shipment.id, tracking_code=taken)
        assert labelled.tracking_code == taken

    @pytest.mark.parametrize("stage", ["parcelled", "shipped", "delivered"])
    async def test_refuses_a_parcel_that_has_one(self, shop, picker, stage):
        shipment = await shop.shipment(stage)

        async with refuses(("WRONG_STATUS", ("id",))):
            await shipments.label(picker, shipment.id, tracking_code="JD1")

    async def test_refuses_a_parcel_that_was_given_up(self, shop, picker):
        shipment = await shop.shipment("parcelled")
        await fulfillments.cancel(SYSTEM, shipment.fulfillment_id)

        async with refuses(("WRONG_STATUS", ("id",))):
            await shipments.label(picker, shipment.id, tracking_code="JD1")


class TestRecordEvent:
    async def test_keeps_the_report_and_moves_the_parcel(self, shop, picker):
        shipment = await shop.shipment("shipped")

        moved = await shipments.record_event(
            picker,
            shipment.id,
            status=S.IN_TRANSIT,
            occurred_at=NOON,
            place=" Leipzig ",
            description="Sorted.",
        )

        assert moved.status is S.IN_TRANSIT
        kept = await CarrierEvent.get(shipment_id=shipment.id)
        assert (kept.status, kept.occurred_at) == (S.IN_TRANSIT, NOON)
        assert (kept.place, kept.description) == ("Leipzig", "Sorted.")
        event = await told("CarrierEventRecorded", by=picker)
        assert (event.order_id, event.customer_id) == (shipment.order_id, shop.customer.id)
        assert event.details == {
            "shipment_id": shipment.id,
            "shipment_status": "in_transit",
            "occurred_at": NOON.isoformat(),
            "place": "Leipzig",
        }
        assert (await told("ShipmentProgressed", by=picker)).details == {
            "shipment_id": shipment.id,
            "shipment_status": "in_transit",
        }

    async def test_keeps_a_late_report_that_moves_nothing(self, shop, picker):
        shipment = await shop.shipment("shipped")
        await report(shipment, S.OUT_FOR_DELIVERY, hour=9)

        late = await shipments.record_event(
            picker, shipment.id, status=S.IN_TRANSIT, occurred_at=NOON - timedelta(hours=9)
        )

        assert late.status is S.OUT_FOR_DELIVERY
        assert await told("CarrierEventRecorded", by=picker)
        assert not await Event.exists(kind="ShipmentProgressed", actor=picker.label)

    async def test_keeps_a_repeated_report_once_in_whatever_zone_it_comes(self, shop, picker):
        shipment = await shop.shipment("shipped")
        await report(shipment, S.IN_TRANSIT)
        here = NOON.astimezone(timezone(timedelta(hours=-5)))

        for moment in (NOON, here):
            await shipments.record_event(
                picker, shipment.id, status=S.IN_TRANSIT, occurred_at=moment
            )

        assert await CarrierEvent.filter(shipment_id=shipment.id).count() == 1
        assert not await Event.exists(actor=picker.label)

    async def test_reads_reports_of_every_zone_in_their_true_order(self, shop, picker):
        shipment = await shop.shipment("shipped")
        east = (NOON + timedelta(hours=1)).astimezone(timezone(timedelta(hours=-9)))
        west = NOON.astimezone(timezone(timedelta(hours=9)))

        told_of = partial(shipments.record_event, picker, shipment.id)
        await told_of(status=S.OUT_FOR_DELIVERY, occurred_at=east)
        await told_of(status=S.IN_TRANSIT, occurred_at=west)

        assert (await Shipment.get(id=shipment.id)).status is S.OUT_FOR_DELIVERY

    async def test_counts_what_arrived_and_completes_the_order(self, shop, picker, clock):
        shipment = await shop.shipment("shipped", mug=2)

        await shipments.record_event(picker, shipment.id, status=S.DELIVERED, occurred_at=NOON)

        stored = await Shipment.get(id=shipment.id)
        assert (stored.status, stored.delivered_at) == (S.DELIVERED, NOON)
        order = await Order.get(id=shipment.order_id)
        assert (order.status, order.completed_at) == (OrderStatus.COMPLETED, clock.time)
        assert [line.delivered for line in await lines_of(order)] == [2]
        assert (await told("ShipmentDelivered", by=picker)).details == {"shipment_id": shipment.id}
        assert (await told("OrderCompleted", by=picker)).order_id == order.id
        await assert_balanced()

    async def test_completes_an_order_with_its_last_parcel(self, shop, picker):
        order = await shop.order("shipped", mug=12)
        first, second = await Shipment.filter(order_id=order.id).order_by("id")

        await report(first, S.DELIVERED)
        assert (await Order.get(id=order.id)).status is OrderStatus.IN_PROGRESS
        await report(second, S.DELIVERED)
        assert (await Order.get(id=order.id)).status is OrderStatus.COMPLETED
        await assert_balanced()

    async def test_does_not_complete_an_order_of_which_work_is_left(self, shop, picker):
        work = await shop.fulfillment("picking", mug=5)
        [line] = await contents(work)
        await fulfillments.pick_complete(SYSTEM, work.id, picked={line.id: 3})
        await fulfillments.pack_complete(SYSTEM, work.id)
        await parcel(work)
        await fulfillments.hand_over(SYSTEM, work.id)

        await deliver(work)

        order = await Order.get(id=work.order_id)
        assert order.status is OrderStatus.IN_PROGRESS
        assert len(await work_on(order)) == 2
        await assert_balanced()

    async def test_completes_an_order_once_however_many_say_so(self, shop, picker):
        shipment = await shop.shipment("shipped", mug=2)

        arrived = partial(
            shipments.record_event, picker, shipment.id, status=S.DELIVERED, occurred_at=NOON
        )
        await all_at_once([arrived] * 8)

        assert await CarrierEvent.all().count() == 1
        assert await told("OrderCompleted", by=picker)
        await assert_balanced()

    async def test_completes_an_order_whose_parcels_arrive_at_once(self, shop, picker):
        order = await shop.order("shipped", mug=12)
        parcels = await Shipment.filter(order_id=order.id)

        await all_at_once(partial(report, each, S.DELIVERED) for each in parcels)

        assert (await Order.get(id=order.id)).status is OrderStatus.COMPLETED
        await assert_balanced()

    @one_database
    @pytest.mark.parametrize("status", OURS)
    async def test_refuses_a_step_that_is_ours_to_take(self, shop, picker, status):
        shipment = await shop.shipment("shipped")

        async with refuses(("INVALID", ("status",))):
            await shipments.record_event(picker, shipment.id, status=status, occurred_at=NOON)

    @one_database
    @pytest.mark.parametrize("status", [each for each in S if each not in OURS])
    async def test_takes_any_step_that_is_the_carriers(self, shop, picker, status):
        shipment = await shop.shipment("shipped")

        moved = await shipments.record_event(picker, shipment.id, status=status, occurred_at=NOON)

        assert moved.status is status

    async def test_refuses_a_report_about_a_parcel_it_does_not_have(self, shop, picker):
        shipment = await shop.shipment("parcelled")

        async with refuses(("BLOCKED", ("id",))):
            await shipments.record_event(picker, shipment.id, status=S.IN_TRANSIT, occurred_at=NOON)

    async def test_says_everything_that_is_wrong_at_once(self, shop, picker):
        shipment = await shop.shipment("shipped")
        naive = NOON.replace(tzinfo=None)

        async with refuses(("INVALID", ("place",)), ("INVALID", ("occurredAt",))):
            await shipments.record_event(
                picker, shipment.id, status=S.LOST, occurred_at=naive, place="x" * 201
            )

    async def test_refuses_a_stranger(self, shop):
        shipment = await shop.shipment("shipped")
        stranger = actor_for((await Shop.open()).customer)

        async with refuses(("NOT_FOUND", ("id",))):
            await shipments.record_event(
                stranger, shipment.id, status=S.DELIVERED, occurred_at=NOON
            )

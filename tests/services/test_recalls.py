"""A lot that is called back: what lies anywhere, what is set aside, and who was sent some."""

from functools import partial

import pytest

from models import (
    Event,
    ExceptionKind,
    FulfillmentStatus,
    Lot,
    Order,
    OrderException,
    Recall,
    Shipment,
    ShipmentStatus,
)
from models.errors import Refused
from services import clockwork, fulfillments, listing, lots, recalls, traces, watching
from services.actors import SYSTEM
from services.listing import Window
from services.live import Interest
from tests.books import assert_balanced
from tests.cast import (
    actor_for,
    all_at_once,
    deliver,
    one_database,
    refused,
    refuses,
    told,
    work_on,
)
from tests.services.test_lot_care import kept_of, states, two_lots

GLASS = "Glass may have got into it."


class TestStart:
    async def test_calls_a_lot_back(self, shop, clock, lead):
        _, soon = await two_lots(shop)

        lot = await recalls.start(lead, soon.id, reason=GLASS)

        assert (lot.recalled_at, lot.recall_reason) == (clock.time, GLASS)
        row = await Recall.get(lot_id=soon.id)
        assert (row.reason, row.actor, row.is_open) == (GLASS, lead.label, True)
        event = await told("LotRecallStarted", by=lead)
        assert (event.details["code"], event.details["recall_reason"]) == ("SOON", GLASS)

    async def test_refuses_one_that_is_called_back(self, shop, clock, lead):
        _, soon = await two_lots(shop)
        await recalls.start(SYSTEM, soon.id, reason=GLASS)

        async with refuses(("BLOCKED", ("id",))):
            await recalls.start(lead, soon.id, reason=GLASS)

    @one_database
    @pytest.mark.parametrize("reason", ["", "x" * 501])
    async def test_refuses_to_go_without_a_reason(self, shop, clock, lead, reason):
        _, soon = await two_lots(shop)

        async with refuses(("INVALID", ("reason",))):
            await recalls.start(lead, soon.id, reason=reason)

    async def test_calls_it_back_once_however_many_do(self, shop, clock, lead):
        _, soon = await two_lots(shop)

        outcomes = await all_at_once([partial(recalls.start, lead, soon.id, reason=GLASS)] * 4)

        assert len(refused(outcomes)) == 3


class TestWhatLies:
    async def test_goes_into_quarantine_everywhere(self, shop, clock):
        tea, soon = await two_lots(shop)
        await shop.receive_lot(tea, shop.south, 2, "SOON")

        await recalls.start(SYSTEM, soon.id, reason=GLASS)
        await clockwork.tick()

        assert await states(soon) == (0, 7)
        await assert_balanced()

    async def test_is_sold_to_nobody_before(self, shop, clock):
        tea, soon = await two_lots(shop)

        await recalls.start(SYSTEM, soon.id, reason=GLASS)

        assert await kept_of(await shop.place_of(tea, 3)) == {"LATE": 3}


class TestWhatIsSetAside:
    @pytest.mark.parametrize("stage", ["confirmed", "released", "picked", "parcelled"])
    async def test_is_replaced_by_units_of_other_lots(self, shop, clock, stage):
        tea, soon = await two_lots(shop)
        work = await shop.work_of(tea, 3, stage)

        await recalls.start(SYSTEM, soon.id, reason=GLASS)
        await clockwork.tick()
        await clockwork.tick()

        order = await Order.get(id=work.order_id)
        assert await kept_of(order) == {"LATE": 3}
        statuses = [each.status for each in await work_on(order)]
        assert statuses == [FulfillmentStatus.CANCELLED, FulfillmentStatus.PENDING]
        assert await states(soon) == (0, 5)
        await assert_balanced()

    async def test_does_not_leave_before(self, shop, clock):
        tea, soon = await two_lots(shop)
        work = await shop.work_of(tea, 3, "parcelled")
        await recalls.start(SYSTEM, soon.id, reason=GLASS)

        with pytest.raises(Refused, match="SOON was called back"):
            await fulfillments.hand_over(SYSTEM, work.id)

    async def test_either_leaves_and_is_told_of_or_stays(self, shop, clock):
        tea, soon = await two_lots(shop)
        work = [await shop.work_of(tea, 1, "parcelled") for _ in range(5)]

        await all_at_once(
            [
                *(partial(fulfillments.hand_over, SYSTEM, each.id) for each in work),
                partial(recalls.start, SYSTEM, soon.id, reason=GLASS),
            ]
        )
        for _ in range(3):
            await clockwork.tick()

        left = await Shipment.filter(status=ShipmentStatus.SHIPPED).values_list(
            "order_id", flat=True
        )
        warned = await OrderException.filter(kind=ExceptionKind.RECALLED).values_list(
            "order_id", flat=True
        )
        assert sorted(left) == sorted(warned)
        await assert_balanced()


class TestWhatWasSent:
    async def test_is_told_to_each_customer_once(self, shop, clock, policy):
        tea, soon = await two_lots(shop)
        sent = [await shop.work_of(tea, 1, "shipped") for _ in range(3)]
        await deliver(sent[0])
        kept = await shop.place_of(tea, 1)
        recalls.BATCH, usual = 2, recalls.BATCH

        await recalls.start(SYSTEM, soon.id, reason=GLASS)
        for _ in range(4):
            await clockwork.tick()
        recalls.BATCH = usual

        events = await Event.filter(kind="LotRecalled").order_by("order_id")
        assert [event.order_id for event in events] == [work.order_id for work in sent]
        assert {event.customer_id for event in events} == {shop.customer.id}
        assert events[0].details["recall_reason"] == GLASS
        rows = await OrderException.filter(kind=ExceptionKind.RECALLED)
        assert {row.order_id for row in rows} == {work.order_id for work in sent}
        assert kept.id not in {row.order_id for row in rows}
        recall = await Recall.get(lot_id=soon.id)
        assert (recall.orders_told, recall.told_at) == (3, clock.time)
        [progress] = await recalls.progress(SYSTEM, [recall])
        assert (progress.orders, progress.orders_told, progress.units_reserved) == (3, 3, 0)
        assert (await told("LotRecallTold", by=SYSTEM)).details["orders_told"] == 3
        await assert_balanced()

    async def test_reaches_the_customer_live(self, shop, clock, feed):
        tea, soon = await two_lots(shop)
        work = await shop.work_of(tea, 1, "shipped")
        await recalls.start(SYSTEM, soon.id, reason=GLASS)
        await clockwork.tick()
        interest = Interest(kinds=frozenset({"LotRecalled", "LotRecallStarted"}))

        watch = watching.events(actor_for(shop.customer), interest, 0)
        event = await anext(watch)
        await watch.aclose()

        assert (event.kind, event.order_id) == ("LotRecalled", work.order_id)
        assert "LotRecalled" in watching.TRACKED_KINDS

    async def test_is_told_once_however_many_tell(self, shop, clock):
        tea, soon = await two_lots(shop)
        for _ in range(3):
            await shop.work_of(tea, 1, "shipped")
        await recalls.start(SYSTEM, soon.id, reason=GLASS)
        recall = await Recall.get(lot_id=soon.id)

        await all_at_once([partial(recalls.tell, recall.id)] * 4)

        assert await Event.filter(kind="LotRecalled").count() == 3


class TestEnd:
    async def test_lets_what_somebody_restores_be_sold_again(self, shop, clock, lead):
        _, soon = await two_lots(shop)
        await recalls.start(SYSTEM, soon.id, reason=GLASS)
        await clockwork.tick()

        lot = await recalls.end(lead, soon.id)

        assert lot.recalled_at is None
        assert lot.attend_at == lots.attend_when(lot)
        row = await Recall.get(lot_id=soon.id)
        assert (row.is_open, row.ended_at, row.ended_by) == (None, clock.time, lead.label)
        assert (await told("LotRecallEnded", by=lead)).details["lot_id"] == soon.id
        assert await states(soon) == (0, 5)
        await recalls.start(lead, soon.id, reason=GLASS)

    async def test_refuses_one_that_is_not_called_back(self, shop, clock, lead):
        _, soon = await two_lots(shop)

        async with refuses(("BLOCKED", ("id",))):
            await recalls.end(lead, soon.id)


class TestTrace:
    async def test_leads_from_the_receipt_to_the_customers(self, shop, clock, clerk):
        tea, soon = await two_lots(shop)
        sent = [await shop.work_of(tea, 1, "shipped") for _ in range(3)]
        lot = await Lot.get(id=soon.id)

        came = await traces.sources(clerk, lot)
        page = await listing.page(traces.deliveries(lot), traces.BY_ORDER, Window(first=2))

        assert [(moved.location_id, moved.on_hand_change) for moved in came] == [(shop.north.id, 5)]
        assert [row.order_id for row in page.rows] == [work.order_id for work in sent[:2]]
        assert page.has_next
        parcels = await traces.of_deliveries(clerk, page.rows)
        assert [[each.order_id for each in some] for some in parcels] == [
            [work.order_id] for work in sent[:2]
        ]

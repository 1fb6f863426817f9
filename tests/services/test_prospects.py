"""What is read of orders, and what the clockwork does about it. It is Monday, half past nine."""

from datetime import timedelta

import pytest

from models import ExceptionKind, Hold, HoldKind, Order, OrderException, Shipment, ShipmentStatus
from services import clockwork, exceptions, fulfillments, holds, promises, prospects
from services.actors import SYSTEM
from services.delays import DelayReason
from tests.cast import Shop, all_at_once, parcel, report, work_on, work_through

_K, _D = ExceptionKind, DelayReason


@pytest.fixture
async def shipping(shop, clock) -> Shop:
    await shop.ships()
    return shop


async def risk_of(order: Order):
    [risk] = await prospects.of_orders(SYSTEM, [await Order.get(id=order.id)])
    return risk


async def queue(order: Order) -> list[ExceptionKind]:
    await clockwork.tick()
    rows = await OrderException.filter(order_id=order.id, is_open=True).order_by("id")
    return [row.kind for row in rows]


class TestOfOrders:
    async def test_is_none_where_nothing_is_promised_or_it_is_over(self, shipping, customer_actor):
        draft, over = await shipping.order("draft"), await shipping.order("delivered")
        placed = await shipping.order("placed")

        assert await prospects.of_orders(SYSTEM, [draft, over]) == [None, None]
        assert await risk_of(placed) is not None
        assert await prospects.of_orders(customer_actor, [placed]) == [None]

    async def test_sees_a_hold_and_a_missed_deadline(self, shipping, clock):
        order = await shipping.order("placed")
        await holds.hold(SYSTEM, order.id, kind=HoldKind.ADDRESS, reason="Which door?")
        clock.advance(hours=6)

        risk = await risk_of(order)

        reasons = [cause.reason for cause in risk.causes]
        assert reasons == [_D.ON_HOLD, _D.MISSED_CUTOFF]
        assert risk.probability > 0.9

    async def test_asks_as_much_of_many_orders_as_of_few(self, shipping, clock):
        rows = [await shipping.order(stage) for stage in ("placed", "released", "shipped")]

        risks = await prospects.of_orders(SYSTEM, rows)

        assert [risk is not None for risk in risks] == [True] * 3


class TestLearned:
    async def test_is_what_stages_took_lately(self, shipping, clock):
        assert await prospects.learned() == prospects.USUAL
        for _ in range(prospects.FEWEST):
            order = await shipping.order("confirmed")
            [work] = await work_on(order)
            clock.advance(hours=5)
            await work_through(work, "picking")
            await work.refresh_from_db()
            clock.advance(hours=2)
            await _finish(work)

        dwells = await prospects.learned()

        assert dwells["pick"].median == 2
        assert dwells["pack"].median == 0


async def _finish(work) -> None:
    await fulfillments.pick_complete(SYSTEM, work.id)
    await fulfillments.pack_start(SYSTEM, work.id)
    await fulfillments.pack_complete(SYSTEM, work.id)
    await parcel(work)
    await fulfillments.hand_over(SYSTEM, work.id)


class TestEvaluate:
    async def test_predicts_a_delay_and_sees_that_it_is_over(self, shipping, clock):
        order = await shipping.order("confirmed")
        clock.advance(minutes=31)
        assert await queue(order) == []
        clock.advance(hours=5)

        assert await queue(order) == [_K.DELAY_PREDICTED]

        later = order.promised_at + timedelta(days=7)
        await promises.agree(SYSTEM, order.id, promised_at=later, reason="They agreed.")
        assert await queue(order) == []

    async def test_says_that_an_order_is_late_when_its_time_has_passed(self, shipping, clock):
        order = await shipping.order("shipped")
        clock.time = order.promised_at + timedelta(seconds=2)

        assert _K.LATE in await queue(order)

        [sent] = await Shipment.filter(order_id=order.id)
        await report(sent, ShipmentStatus.DELIVERED)
        assert await queue(order) == []
        assert (await Order.get(id=order.id)).evaluate_at is None

    async def test_says_that_a_carrier_is_silent_until_it_speaks(self, shipping, clock):
        order = await shipping.order("shipped")
        [sent] = await Shipment.filter(order_id=order.id)
        clock.advance(hours=prospects.SILENCE_HOURS + 1)

        assert await queue(order) == [_K.DELAY_PREDICTED, _K.CARRIER_SILENT]

        await report(sent, ShipmentStatus.IN_TRANSIT, hour=24 * 5)
        clock.advance(minutes=31)
        assert await queue(order) == []

    async def test_leaves_alone_what_somebody_has_dealt_with(self, shipping, clock, clerk):
        order = await shipping.order("shipped")
        clock.time = order.promised_at + timedelta(seconds=2)
        await clockwork.tick()
        late = await OrderException.get(order_id=order.id, kind=_K.LATE)

        await exceptions.settle(clerk, late.id, note="They were told.")
        clock.advance(hours=1)

        assert _K.LATE not in await queue(order)

    async def test_looks_at_nothing_before_its_time(self, shipping, clock):
        await shipping.order("placed")

        assert await prospects.due(clock.time, 10) == []
        assert len(await prospects.due(clock.advance(minutes=30), 10)) == 1

    async def test_happens_once_however_many_workers_there_are(self, shipping, clock):
        order = await shipping.order("shipped")
        clock.time = order.promised_at + timedelta(seconds=2)

        outcomes = await all_at_once([lambda: prospects.evaluate(order.id)] * 4)

        assert outcomes == [None] * 4
        assert await OrderException.filter(order_id=order.id, kind=_K.LATE).count() == 1

    async def test_gives_up_on_what_is_long_past(self, shipping, clock):
        order = await shipping.order("shipped")
        clock.time = order.promised_at + timedelta(days=31)

        await clockwork.tick()

        assert (await Order.get(id=order.id)).evaluate_at is None

    async def test_is_not_kept_from_the_queue_by_a_hold(self, shipping, clock):
        order = await shipping.order("placed")
        await holds.hold(SYSTEM, order.id, kind=HoldKind.MANUAL, reason="Wait.")
        clock.advance(hours=6)

        assert await queue(order) == [_K.ON_HOLD, _K.DELAY_PREDICTED]
        later = order.promised_at + timedelta(days=7)
        await promises.agree(SYSTEM, order.id, promised_at=later, reason="They agreed.")
        await holds.release(SYSTEM, (await Hold.get(order_id=order.id)).id)
        assert await queue(order) == []

    async def test_is_due_at_once_when_a_parcel_goes_astray(self, shipping, clock):
        order = await shipping.order("shipped")
        [sent] = await Shipment.filter(order_id=order.id)

        await report(sent, ShipmentStatus.LOST)

        assert await queue(order) == [_K.LOST, _K.DELAY_PREDICTED]

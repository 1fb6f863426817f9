"""What a purchase order feeds, and what becomes of it when the supplier is late."""

from datetime import timedelta

from models import Order, OrderLine
from services import clockwork, impacts, prospects, purchase_talks
from services.actors import SYSTEM
from services.delays import DelayReason
from tests.purchases import bought, receive


async def impact_of(*orders):
    return await impacts.of_purchase_orders(SYSTEM, orders)


class TestImpact:
    async def test_is_the_lines_that_wait_for_it_in_their_order(self, shop, clock):
        soon = await bought(shop, "acknowledged", mug=10, at=clock.time + timedelta(days=2))
        later = await bought(shop, "acknowledged", mug=10, at=clock.time + timedelta(days=9))
        first = await shop.backorder(mug=4)
        second = await shop.backorder(mug=8)
        await clockwork.tick()

        by_first, by_second = await impact_of(soon, later)

        assert (by_first.order_count, by_first.line_count, by_first.units) == (2, 2, 10)
        assert [(each.order.id, each.units) for each in by_first.lines] == [
            (first.id, 4),
            (second.id, 6),
        ]
        # What it waits for last is what it waits for.
        assert by_first.lines[1].expected_at == clock.time + timedelta(days=9)
        assert [(each.order.id, each.units) for each in by_second.lines] == [(second.id, 2)]

    async def test_tells_old_dates_and_new_ones_before_anybody_was_told(self, shop, clock):
        await shop.ships()
        order = await bought(shop, "acknowledged", at=clock.time + timedelta(days=2))
        await shop.backorder(mug=4)
        await clockwork.tick()
        [before] = await impact_of(order)
        assert not before.lines[0].is_missed

        late = clock.time + timedelta(days=30)
        await purchase_talks.acknowledge(SYSTEM, order.id, at=late)

        [after] = await impact_of(order)
        [line] = after.lines
        assert (line.expected_before, line.expected_at) == (clock.time + timedelta(days=2), late)
        assert line.is_missed

    async def test_is_nothing_once_it_has_come(self, shop):
        order = await bought(shop, "sent")
        await shop.backorder(mug=4)
        await receive(order, shop.mug, 10)

        [impact] = await impact_of(order)

        assert (impact.order_count, impact.units, list(impact.lines)) == (0, 0, [])


class TestDelay:
    async def test_moves_what_customers_are_promised(self, shop, clock):
        await shop.ships()
        order = await bought(shop, "acknowledged", at=clock.time + timedelta(days=2))
        waiting = await shop.backorder(mug=4)
        await clockwork.tick()
        before = await Order.get(id=waiting.id)

        await purchase_talks.acknowledge(SYSTEM, order.id, at=clock.time + timedelta(days=30))
        await clockwork.tick()

        after = await Order.get(id=waiting.id)
        assert after.promised_at > before.promised_at + timedelta(days=20)
        assert after.first_promised_at == before.promised_at
        line = await OrderLine.get(order_id=waiting.id)
        assert line.expected_at == clock.time + timedelta(days=30)

    async def test_that_nobody_announced_does_so_too_and_is_the_cause(self, shop, clock):
        await shop.ships()
        order = await bought(shop, "acknowledged", at=clock.time + timedelta(days=2))
        waiting = await shop.backorder(mug=4)
        await clockwork.tick()
        before = await Order.get(id=waiting.id)
        clock.advance(days=2)

        await clockwork.tick()
        await clockwork.tick()

        after = await Order.get(id=waiting.id)
        assert after.promised_at > before.promised_at
        [risk] = await prospects.of_orders(SYSTEM, [after])
        [cause] = [each for each in risk.causes if each.reason is DelayReason.SUPPLIER_LATE]
        assert order.number in cause.evidence

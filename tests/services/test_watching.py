import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from models import Event, ExceptionKind, Hold, HoldKind, OrderException, StockAlertStatus, Supplier
from services import exceptions, holds, orders, stock, watching
from services.actors import SYSTEM, Actor
from services.live import Heartbeat, Interest
from services.watching import Update
from tests.buying import actor_of
from tests.cast import actor_for, refuses

SOON = 5.0


async def take(updates: AsyncIterator[Update], count: int) -> list[Update]:
    async with asyncio.timeout(SOON):
        return [await anext(updates) for _ in range(count)]


async def all_placed(feed) -> int:
    """How many events there are, once all of them have their place in the log."""
    count = await Event.all().count()
    async with asyncio.timeout(SOON):
        while feed.position < count:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    return count


class TestEvents:
    async def test_that_they_may_not_see_do_not_put_off_the_heartbeats(self, feed, shop):
        nobody = Actor(label="PER-9", person_id=9)

        async with aclosing(watching.events(nobody, Interest(), None, heartbeat=0.3)) as events:
            hearing = asyncio.create_task(take(events, 1))
            async with asyncio.timeout(SOON):
                while not hearing.done():
                    await shop.receive(shop.mug, shop.north, 1)

        assert isinstance(hearing.result()[0], Heartbeat)


class TestOrder:
    async def test_shows_the_order_and_then_each_thing_that_happens_to_it(self, feed, shop, clerk):
        order = await shop.order("draft", mug=1)
        before = await all_placed(feed)

        async with aclosing(watching.order(clerk, order.id, None)) as updates:
            [found] = await take(updates, 1)
            await orders.place(clerk, order.id)
            [told] = await take(updates, 1)

        assert (found.event, found.row.status, found.position) == (None, "draft", before)
        assert (told.event.kind, told.row.status) == ("OrderPlaced", "placed")

    async def test_goes_on_after_a_cursor_without_a_snapshot(self, feed, shop, clerk):
        order = await shop.order("placed", mug=1)
        await all_placed(feed)

        async with aclosing(watching.order(clerk, order.id, 0)) as updates:
            told = await take(updates, 2)

        assert [update.event.kind for update in told] == ["OrderDrafted", "OrderPlaced"]

    async def test_is_not_for_another_customer(self, feed, shop, customer_actor):
        order = await shop.order("placed", mug=1)
        await all_placed(feed)
        stranger = Actor(
            label="PER-9", permissions=customer_actor.permissions, person_id=9, customer_id=999
        )

        async with refuses(("NOT_FOUND", ("id",))):
            await take(watching.order(stranger, order.id, None), 1)


class TestOrderByToken:
    async def test_needs_nothing_but_the_token(self, feed, shop):
        order = await shop.order("placed", mug=1)

        async with aclosing(watching.order_by_token(order.tracking_token, None)) as updates:
            [found] = await take(updates, 1)

        assert found.row.id == order.id

    async def test_refuses_a_token_that_leads_nowhere(self, feed):
        async with refuses(("NOT_FOUND", ("token",))):
            await take(watching.order_by_token("nowhere", None), 1)

    async def test_says_nothing_of_what_staff_alone_may_know(self, feed, shop, clerk):
        order = await shop.order("placed", mug=1)
        await holds.hold(clerk, order.id, kind=HoldKind.MANUAL, reason="Wait.")
        [row] = await OrderException.filter(order_id=order.id)
        await all_placed(feed)

        async with aclosing(watching.order_by_token(order.tracking_token, None)) as updates:
            await take(updates, 1)
            await exceptions.assign(clerk, row.id)
            await orders.cancel(clerk, order.id, reason="Enough.")
            told = await take(updates, 1)

        assert told[0].event.kind not in watching.EXCEPTION_KINDS


class TestStockAlerts:
    async def test_shows_what_is_open_and_then_what_becomes_of_it(self, feed, shop, manager):
        await shop.order("placed", mug=15)
        await all_placed(feed)

        async with aclosing(watching.stock_alerts(manager, None, None, None)) as updates:
            found = await take(updates, 2)
            await shop.receive(shop.mug, shop.north, 100)
            [told] = await take(updates, 1)

        assert {update.row.status for update in found} == {StockAlertStatus.OPEN}
        assert told.row.status is StockAlertStatus.RESOLVED

    async def test_refuses_a_cursor_outside_the_log(self, feed, shop, manager):
        await all_placed(feed)

        async with refuses(("CURSOR_LOST", ("after",))):
            await take(watching.stock_alerts(manager, None, None, 10**9), 1)


class TestStockLevels:
    async def test_shows_each_level_and_then_each_that_moves(self, feed, shop, manager):
        await all_placed(feed)

        async with aclosing(watching.stock_levels(manager, shop.mug.id, None, None)) as updates:
            found = await take(updates, 2)
            await stock.receive(
                SYSTEM, variant_id=shop.shirt.id, location_id=shop.north.id, quantity=1
            )
            await shop.receive(shop.mug, shop.south, 3)
            [told] = await take(updates, 1)

        assert [update.event for update in found] == [None, None]
        assert (told.row.variant_id, told.row.location_id) == (shop.mug.id, shop.south.id)

    async def test_leaves_nobody_listening_once_it_is_closed(self, feed, shop, manager):
        await all_placed(feed)
        async with aclosing(watching.stock_levels(manager, None, None, None)) as updates:
            await take(updates, 1)

        assert feed.watchers == 0


class TestMaySee:
    @pytest.mark.parametrize(
        ("kind", "customer_id", "sees"),
        [
            ("OrderPlaced", 1, True),
            ("OrderPlaced", 2, False),
            ("StockMoved", None, False),
            ("ProductCreated", None, True),
            ("SomethingUnheardOf", 1, False),
        ],
    )
    async def test_lets_customers_see_what_is_theirs(self, shop, kind, customer_id, sees):
        theirs = actor_for(shop.customer)
        of = None if customer_id is None else shop.customer.id + customer_id - 1

        assert watching.may_see(theirs, Event(kind=kind, actor="", customer_id=of)) is sees

    @pytest.mark.parametrize(
        ("kind", "supplier_id", "sees"),
        [
            ("PurchaseOrderSent", 1, True),
            ("PurchaseOrderSent", 2, False),
            ("PurchaseOrderDrafted", None, False),
            ("SupplierUpdated", 1, True),
            # Not even what is everybody's, nor what they may not know of their own.
            ("ProductCreated", None, False),
            ("StockMoved", 1, False),
        ],
    )
    def test_lets_suppliers_see_what_is_theirs_alone(self, kind, supplier_id, sees):
        theirs = actor_of(Supplier(id=1))

        assert watching.may_see(theirs, Event(kind=kind, actor="", supplier_id=supplier_id)) is sees


class TestExceptions:
    async def test_shows_what_is_open_and_then_what_becomes_of_it(self, feed, shop, clerk):
        held, other = await shop.order("placed"), await shop.order("placed")
        await holds.hold(clerk, held.id, kind=HoldKind.ADDRESS, reason="Which door?")
        await all_placed(feed)

        async with aclosing(watching.exceptions(clerk, {ExceptionKind.ADDRESS}, None)) as updates:
            [found] = await take(updates, 1)
            await holds.hold(clerk, other.id, kind=HoldKind.MANUAL, reason="Wait.")
            await holds.release(clerk, (await Hold.get(order_id=held.id)).id)
            [told] = await take(updates, 1)

        assert (found.event, found.row.reason) == (None, "Which door?")
        assert (told.event.kind, told.row.id) == ("ExceptionResolved", found.row.id)

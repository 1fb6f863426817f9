import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from models import (
    CaseStatus,
    Event,
    ExceptionKind,
    Hold,
    HoldKind,
    OrderException,
    StockAlertStatus,
    Supplier,
)
from services import (
    case_messages,
    case_steps,
    cases,
    exceptions,
    holds,
    orders,
    stock,
    watching,
)
from services.actors import SYSTEM, Actor
from services.live import Heartbeat, Interest
from services.watching import Update
from tests.buying import actor_of
from tests.cast import Shop, actor_for, refuses
from tests.desk import case

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


class TestServiceCases:
    async def test_shows_what_is_open_and_then_what_becomes_of_it(self, feed, shop, clerk):
        row, _ = await case(shop), await case(shop, "resolved")
        await all_placed(feed)

        async with aclosing(watching.service_cases(clerk, None, None, None)) as updates:
            [found] = await take(updates, 1)
            other = await case(shop)
            await case_messages.note(clerk, row.id, body="The driver was new.")
            told = await take(updates, 2)

        assert (found.event, found.row.id) == (None, row.id)
        assert [(update.event.kind, update.row.id) for update in told] == [
            ("ServiceCaseOpened", other.id),
            ("ServiceCaseNoted", row.id),
        ]

    async def test_goes_on_after_a_cursor(self, feed, shop, clerk):
        row = await case(shop)
        seen = await all_placed(feed)
        await case_steps.start(clerk, row.id)
        await case_steps.resolve(clerk, row.id, resolution="It came.")

        async with aclosing(watching.service_cases(clerk, None, None, seen)) as updates:
            told = await take(updates, 2)

        kinds = [update.event.kind for update in told]
        assert kinds == ["ServiceCaseStarted", "ServiceCaseResolved"]
        assert {update.row.status for update in told} == {CaseStatus.RESOLVED}
        async with refuses(("CURSOR_LOST", ("after",))):
            await take(watching.service_cases(clerk, None, None, 10**9), 1)

    async def test_is_of_one_case_or_of_those_about_an_order(self, feed, shop, clerk):
        over, other = await case(shop, "closed"), await case(shop)
        await all_placed(feed)

        async with (
            aclosing(watching.service_cases(clerk, over.id, None, None)) as one,
            aclosing(watching.service_cases(clerk, None, other.order_id, None)) as of_order,
        ):
            [[found], [of_it]] = [await take(each, 1) for each in (one, of_order)]
            await case_steps.reopen(clerk, over.id)
            await case_steps.start(clerk, other.id)
            [[again], [started]] = [await take(each, 1) for each in (one, of_order)]

        assert (found.row.id, found.row.status) == (over.id, CaseStatus.CLOSED)
        assert (again.event.kind, started.event.kind) == (
            "ServiceCaseReopened",
            "ServiceCaseStarted",
        )
        assert of_it.row.id == started.row.id == other.id

    async def test_tells_customers_of_their_own_and_of_nothing_internal(
        self, feed, shop, clerk, customer_actor
    ):
        row = await case(shop)
        stranger = await case(await Shop.open())
        await all_placed(feed)
        async with refuses(("NOT_FOUND", ("id",))):
            await take(watching.service_cases(customer_actor, stranger.id, None, None), 1)

        async with aclosing(watching.service_cases(customer_actor, None, None, None)) as updates:
            [found] = await take(updates, 1)
            for verb in (case_messages.note, case_messages.reply):
                for each in (stranger, row):
                    await verb(clerk, each.id, body="The driver was new.")
            await cases.assign(clerk, row.id)
            await case_steps.start(clerk, row.id)
            told = await take(updates, 2)

        assert found.row.id == row.id
        assert {update.row.id for update in told} == {row.id}
        kinds = [update.event.kind for update in told]
        assert kinds == ["ServiceCaseReplied", "ServiceCaseStarted"]

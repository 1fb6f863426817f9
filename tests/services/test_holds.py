from datetime import datetime, timedelta
from functools import partial

import pytest

from models import Hold, HoldKind, Order, Person, Role
from services import holds, orders
from services.actors import SYSTEM
from tests.cast import all_at_once, one_database, refused, refuses, told

WAIT = {"kind": HoldKind.ADDRESS, "reason": "No such street."}


class TestHold:
    async def test_keeps_who_why_and_until_when(self, shop, clerk, clock):
        order = await shop.order("placed")

        held = await holds.hold(clerk, order.id, **WAIT, due_at=clock.time)

        row = await Hold.get(order_id=order.id)
        assert (row.kind, row.reason, row.actor) == (*WAIT.values(), clerk.label)
        assert (row.due_at, row.released_at) == (clock.time, None)
        assert held.version == order.version + 1
        event = await told("OrderHeld", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)
        assert event.details == {"hold_kind": "address", "hold_reason": "No such street."}

    async def test_may_be_one_of_several(self, shop, clerk):
        order = await shop.order("placed")

        for kind in HoldKind:
            await holds.hold(clerk, order.id, kind=kind, reason="Wait.")

        assert await Hold.filter(order_id=order.id).count() == len(HoldKind)

    @pytest.mark.parametrize("stage", ["draft", "placed", "confirmed", "shipped"])
    async def test_may_be_put_on_anything_that_is_not_over(self, shop, clerk, stage):
        order = await shop.order(stage)

        await holds.hold(clerk, order.id, **WAIT)

        assert await Hold.exists(order_id=order.id)

    @one_database
    @pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
    async def test_refuses_to_go_without_a_reason(self, shop, clerk, reason):
        order = await shop.order("placed")

        async with refuses(("INVALID", ("reason",))):
            await holds.hold(clerk, order.id, kind=HoldKind.MANUAL, reason=reason)

    async def test_refuses_a_time_without_a_zone(self, shop, clerk):
        order = await shop.order("placed")

        async with refuses(("INVALID", ("dueAt",))):
            await holds.hold(clerk, order.id, **WAIT, due_at=datetime(2026, 1, 1))  # noqa: DTZ001

    async def test_refuses_an_order_that_is_completed(self, shop, clerk):
        order = await shop.order("delivered")

        async with refuses(("BLOCKED", ("id",))):
            await holds.hold(clerk, order.id, **WAIT)

    async def test_refuses_an_order_that_is_cancelled(self, shop, clerk):
        order = await shop.order("placed")
        await orders.cancel(SYSTEM, order.id, reason="Changed their mind.")

        async with refuses(("BLOCKED", ("id",))):
            await holds.hold(clerk, order.id, **WAIT)


class TestRelease:
    async def test_lets_the_order_go_on(self, shop, clerk, clock):
        order = await shop.order("placed")
        await holds.hold(SYSTEM, order.id, **WAIT)

        await holds.release(clerk, (await Hold.get()).id)

        row = await Hold.get()
        assert (row.released_at, row.released_by) == (clock.time, clerk.label)
        assert (await Order.get(id=order.id)).version == order.version + 2
        event = await told("OrderHoldReleased", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)
        assert event.details == {"hold_kind": "address", "hold_reason": "No such street."}

    async def test_refuses_a_hold_that_is_not_there(self, shop, clerk):
        async with refuses(("NOT_FOUND", ("id",))):
            await holds.release(clerk, 999)

    async def test_happens_once_however_many_try(self, shop, clerk):
        order = await shop.order("placed")
        await holds.hold(SYSTEM, order.id, **WAIT)
        hold = await Hold.get()

        outcomes = await all_at_once([partial(holds.release, clerk, hold.id)] * 5)

        assert [each.problems[0].code for each in refused(outcomes)] == ["BLOCKED"] * 4
        assert await told("OrderHoldReleased", by=clerk)


class TestAssign:
    async def test_says_who_clears_it_up_and_by_when(self, shop, clerk, clock):
        order = await shop.order("placed")
        await holds.hold(SYSTEM, order.id, **WAIT)
        hold, clara = await Hold.get(), await Person.create(name="Clara", role=Role.CLERK)

        await holds.assign(clerk, hold.id, owner_id=clara.id, due_at=clock.time)

        hold = await Hold.get()
        assert (hold.owner, hold.due_at) == (clara.number, clock.time)
        assert (await told("OrderHoldAssigned", by=clerk)).details["owner"] == clara.number
        await holds.assign(clerk, hold.id, owner_id=None)
        assert ((await Hold.get()).owner, (await Hold.get()).due_at) == (None, clock.time)

    async def test_refuses_nobody_and_what_is_released(self, shop, clerk):
        order = await shop.order("placed")
        await holds.hold(SYSTEM, order.id, **WAIT)
        hold = await Hold.get()

        async with refuses(("NOT_FOUND", ("ownerId",))):
            await holds.assign(clerk, hold.id, owner_id=999)
        await holds.release(clerk, hold.id)
        async with refuses(("BLOCKED", ("id",))):
            await holds.assign(clerk, hold.id, owner_id=None)


class TestOverdue:
    async def test_is_what_is_due_and_not_released(self, shop, clerk, clock):
        order = await shop.order("placed")
        for hours in (1, 3):
            due = clock.time + timedelta(hours=hours)
            await holds.hold(SYSTEM, order.id, **WAIT, due_at=due)
        await holds.hold(SYSTEM, order.id, **WAIT)
        clock.advance(hours=2)

        rows = await Hold.all().order_by("id")
        late = await Hold.filter(holds.is_overdue(True))
        others = await Hold.filter(holds.is_overdue(False))

        assert await holds.overdue(clerk, rows) == [True, False, False]
        assert [row.id for row in late] == [rows[0].id]
        assert {row.id for row in others} == {row.id for row in rows[1:]}

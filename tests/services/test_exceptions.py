from datetime import timedelta
from functools import partial

import pytest

from models import (
    ExceptionKind,
    Hold,
    HoldKind,
    Order,
    OrderException,
    Person,
    Role,
    ShipmentStatus,
)
from services import exceptions, holds, orders
from services.actors import SYSTEM
from services.commit import operation
from tests.cast import all_at_once, refused, refuses, report, told

_K, _S = ExceptionKind, ShipmentStatus


@operation
async def opened(order: Order, kind: ExceptionKind, **given) -> OrderException:
    return await exceptions.open(SYSTEM, order, kind, **{"reason": "Something."} | given)


async def queue(order: Order) -> list[ExceptionKind]:
    rows = await OrderException.filter(order_id=order.id, is_open=True).order_by("id")
    return [row.kind for row in rows]


class TestOpen:
    async def test_says_since_when_why_and_by_when(self, shop, clock):
        order = await shop.order("placed")

        row = await opened(order, _K.LATE, reason="Monday has passed.")

        assert (row.opened_at, row.reason) == (clock.time, "Monday has passed.")
        assert row.due_at == clock.time + timedelta(hours=4)
        event = await told("ExceptionOpened", by=SYSTEM)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)
        assert event.details["exception_kind"] == "late"

    async def test_refreshes_the_reason_of_one_that_is_open(self, shop, clock):
        order = await shop.order("placed")
        first = await opened(order, _K.LATE)

        again = await opened(order, _K.LATE, reason="Since Monday.")
        await opened(order, _K.LATE, reason="Since Monday.")

        assert (again.id, again.reason, again.due_at) == (first.id, "Since Monday.", first.due_at)
        assert await queue(order) == [_K.LATE]
        assert await told("ExceptionUpdated", by=SYSTEM)

    async def test_opens_another_once_it_is_resolved(self, shop, clerk):
        order = await shop.order("placed")
        first = await opened(order, _K.LATE)
        await exceptions.settle(clerk, first.id, note="Called them.")

        await opened(order, _K.LATE)

        assert await OrderException.filter(order_id=order.id).count() == 2


class TestAssign:
    async def test_gives_it_to_somebody_and_back(self, shop, clerk):
        row = await opened(await shop.order("placed"), _K.LATE)
        samir = await Person.create(name="Samir", role=Role.SUPPORT)

        assigned = await exceptions.assign(clerk, row.id, owner_id=samir.id)
        returned = await exceptions.assign(clerk, row.id)

        assert (assigned.owner, returned.owner) == (samir.number, None)

    async def test_refuses_whoever_does_not_work_on_exceptions(self, shop, clerk):
        row = await opened(await shop.order("placed"), _K.LATE)
        ada = await Person.create(name="Ada", role=Role.CUSTOMER, customer_id=shop.customer.id)

        for nobody in (ada.id, 999):
            async with refuses(("NOT_FOUND", ("ownerId",))):
                await exceptions.assign(clerk, row.id, owner_id=nobody)


class TestSettle:
    async def test_says_who_ended_it_and_how(self, shop, clerk, clock):
        row = await opened(await shop.order("placed"), _K.CARRIER_SILENT)

        row = await exceptions.settle(clerk, row.id, note="They found it.")

        assert (row.resolved_at, row.resolved_by) == (clock.time, clerk.label)
        assert (row.note, row.is_open) == ("They found it.", None)
        assert await told("ExceptionResolved", by=clerk)

    async def test_refuses_one_whose_hold_is_active(self, shop, clerk):
        order = await shop.order("placed")
        await holds.hold(SYSTEM, order.id, kind=HoldKind.ADDRESS, reason="Which door?")
        row = await OrderException.get(order_id=order.id)

        async with refuses(("ON_HOLD", ("id",))):
            await exceptions.settle(clerk, row.id, note="Never mind.")

    async def test_happens_once_however_many_try(self, shop, clerk):
        row = await opened(await shop.order("placed"), _K.LATE)

        outcomes = await all_at_once([partial(exceptions.settle, clerk, row.id, note="Done.")] * 4)

        assert [each.problems[0].code for each in refused(outcomes)] == ["BLOCKED"] * 3


class TestHold:
    @pytest.mark.parametrize("kind", HoldKind)
    async def test_is_in_the_queue_as_long_as_it_lasts(self, shop, clerk, clock, kind):
        order = await shop.order("placed")

        await holds.hold(clerk, order.id, kind=kind, reason="Wait.", due_at=clock.time)
        await holds.hold(clerk, order.id, kind=kind, reason="Wait on.")

        [row] = await OrderException.filter(order_id=order.id)
        assert (row.kind, row.reason) == (exceptions.OF_HOLDS[kind], "Wait on.")
        first, second = await Hold.filter(order_id=order.id).order_by("id")
        await holds.release(clerk, first.id)
        assert await queue(order) == [row.kind]
        await holds.release(clerk, second.id)
        assert await queue(order) == []


class TestFollowParcel:
    async def test_opens_and_resolves_with_what_the_carrier_reports(self, shop):
        parcel = await shop.shipment("shipped")
        order = await Order.get(id=parcel.order_id)

        found = []
        for hour, status in enumerate(
            (_S.DELIVERY_FAILED, _S.OUT_FOR_DELIVERY, _S.LOST, _S.RETURNING, _S.DAMAGED)
        ):
            await report(parcel, status, hour=hour)
            found.append(await queue(order))

        assert found == [
            [_K.DELIVERY_FAILED],
            [],
            [_K.LOST],
            [_K.RETURNED_TO_SENDER],
            [_K.DAMAGED],
        ]


class TestEnd:
    async def test_takes_a_cancelled_order_out_but_for_what_is_owed(self, shop, clerk):
        order = await shop.order("placed")
        for kind in (_K.LATE, _K.PAYMENT_FAILED):
            await opened(order, kind)
        await holds.hold(clerk, order.id, kind=HoldKind.MANUAL, reason="Wait.")

        await orders.cancel(clerk, order.id, reason="Enough.")

        assert await queue(order) == [_K.PAYMENT_FAILED]

    async def test_takes_a_received_order_out(self, shop):
        parcel = await shop.shipment("shipped")
        order = await Order.get(id=parcel.order_id)
        await opened(order, _K.LATE)

        await report(parcel, _S.DELIVERED)

        assert await queue(order) == []

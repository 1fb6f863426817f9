"""Returns: asked for, decided, sent, received, judged, judged anew, settled."""

from datetime import timedelta
from functools import partial

from models import (
    Disposition,
    Location,
    Movement,
    MovementReason,
    Order,
    OrderStatus,
    Return,
    ReturnCondition,
    ReturnReason,
    ReturnResolution,
    ReturnStatus,
    ReturnUnit,
    Shipment,
    Tracking,
)
from services import (
    checks,
    clockwork,
    completion,
    locations,
    orders,
    progress,
    return_eligibility,
    return_inspections,
    return_receiving,
    returns,
    stock,
    tracked_returns,
)
from services.actors import GUEST, SYSTEM
from services.clock import now
from services.return_inspections import Finding
from services.return_receiving import Seen, Unexpected
from services.returns import ReturnLineDraft
from tests import returning
from tests.books import assert_balanced
from tests.cast import Shop, actor_for, all_at_once, lines_of, one_database, refused, refuses, told
from tests.returning import judge, requested, returned, unit_of
from tests.warehouse import bin_at, level_of

_D, _S = Disposition, ReturnStatus


async def assert_in_order() -> None:
    await assert_balanced()
    assert [each for each in await checks.run() if each.broken] == []


async def counts(shop: Shop) -> tuple[int, int]:
    """Mugs on hand and in quarantine."""
    level = await level_of(shop.mug, shop.north)
    return level.on_hand, level.quarantined


async def status_of(row: Return) -> str:
    order = await Order.get(id=row.order_id)
    [status] = await progress.return_statuses(SYSTEM, [order])
    return status.name


async def test_goes_every_step_to_its_end(shop):
    row = await returned(shop, "scanned", mug=3)
    assert (row.status, await status_of(row)) == (_S.PARTIALLY_RECEIVED, "PARTIALLY_RETURNED")
    assert await counts(shop) == (7, 2)
    row = await return_receiving.complete(SYSTEM, row.id)
    assert row.status is _S.RECEIVED
    row = await judge(row, _D.RESTOCK, _D.WRITE_OFF)
    assert row.status is _S.INSPECTED
    assert await counts(shop) == (8, 0)
    row = await returns.close(SYSTEM, (await returns.resolve(SYSTEM, row.id)).id)

    assert (row.status, await status_of(row)) == (_S.CLOSED, "PARTIALLY_RETURNED")
    moved = await Movement.filter(return_id=row.id).order_by("id").values_list("reason", flat=True)
    assert moved == [
        MovementReason.RETURNED,
        MovementReason.RESTORED,
        MovementReason.WRITTEN_OFF,
    ]
    await assert_in_order()


class TestRequest:
    async def test_takes_part_and_then_the_rest_and_never_more(self, shop, clerk):
        order = await shop.order("delivered", mug=3, shirt=1)
        first = await requested(order, 2)
        assert await status_of(first) == "REQUESTED"
        mug, shirt = await lines_of(order)
        async with refuses(
            ("INVALID", ("lines", 0, "photos", 0)),
            ("BLOCKED", ("lines", 1, "quantity")),
            ("INVALID", ("lines", 2, "quantity")),
            ("NOT_FOUND", ("lines", 3, "lineId")),
        ):
            reason = ReturnReason.OTHER
            asked = partial(ReturnLineDraft, reason=reason)
            await returns.request(
                clerk,
                order.id,
                lines=[
                    asked(line_id=mug.id, quantity=1, photos=["http://plain.example/1.jpg"]),
                    asked(line_id=mug.id, quantity=1),
                    asked(line_id=shirt.id, quantity=0),
                    asked(line_id=0, quantity=1),
                ],
            )
        await requested(order, 1, 1)

        async with refuses(("BLOCKED", ("orderId",))):
            await requested(order, 1)
        await returns.cancel(SYSTEM, first.id)
        again = await requested(order, 2)
        assert again.location_id == shop.north.id
        await assert_in_order()

    @one_database
    async def test_is_for_what_was_delivered_within_the_days_of_the_shop(self, shop, policy):
        shipped = await shop.order("shipped")
        async with refuses(("BLOCKED", ("orderId",))) as found:
            await requested(shipped, 1)
        assert "delivered yet" in found[0].message
        order = await shop.order("delivered", mug=2)
        await Shipment.filter(order_id=order.id).update(delivered_at=now() - timedelta(days=31))
        policy(return_days=30)
        async with refuses(("BLOCKED", ("orderId",))):
            await requested(order, 1)
        policy(return_days=32)

        [[found]] = await return_eligibility.of_orders(SYSTEM, [order])
        assert (found.units, found.blocked_by) == (2, [])
        assert timedelta() < found.until - now() < timedelta(days=1)
        await requested(order, 1)

    async def test_is_approved_at_once_where_it_is_harmless(self, shop, policy, customer_actor):
        policy(return_auto_approve=True)
        order = await shop.order("delivered", mug=2)
        lines = await returning.drafts(order, 1)
        row = await returns.request(customer_actor, order.id, lines=lines)
        damaged = await requested(order, 1, reason=ReturnReason.DAMAGED)

        assert (row.status, damaged.status) == (_S.APPROVED, _S.REQUESTED)
        assert (row.requested_by, row.decided_by) == (customer_actor.label, "SYSTEM")
        assert row.due_at is not None

    @one_database
    async def test_is_for_whoever_has_the_link_and_for_no_other_customer(self, shop):
        order = await shop.order("delivered", mug=1)
        lines = await returning.drafts(order, 1)
        stranger = (await Shop.open()).customer
        async with refuses(("NOT_FOUND", ("orderId",))):
            await returns.request(actor_for(stranger), order.id, lines=lines)
        async with refuses(("NOT_FOUND", ("token",))):
            await tracked_returns.request(GUEST, "no-such", lines=lines)

        row = await tracked_returns.request(GUEST, order.tracking_token, lines=lines)
        assert (row.requested_by, row.customer_id) == ("GUEST", order.customer_id)
        assert (await told("ReturnRequested", by=GUEST)).order_id == order.id

    async def test_never_takes_the_last_unit_twice(self, shop):
        order = await shop.order("delivered", mug=1)
        lines = await returning.drafts(order, 1)
        ask = partial(returns.request, SYSTEM, order.id, lines=lines)
        outcomes = await all_at_once([ask] * 6)

        assert len(refused(outcomes)) == 5
        [line] = await lines_of(order)
        assert line.return_requested == 1
        await assert_in_order()


class TestDecision:
    @one_database
    async def test_refuses_steps_out_of_turn(self, shop):
        row = await returned(shop)
        for verb in (
            lambda: returns.send(SYSTEM, row.id),
            lambda: returns.resolve(SYSTEM, row.id),
            lambda: returns.close(SYSTEM, row.id),
            lambda: return_receiving.scan(SYSTEM, row.id, Seen(code=shop.mug.sku)),
            lambda: return_receiving.complete(SYSTEM, row.id, reason="Lost."),
        ):
            async with refuses(("WRONG_STATUS", ("id",))):
                await verb()
        async with refuses(("INVALID", ("reason",))):
            await returns.decline(SYSTEM, row.id, reason=" ")
        sent = await returned(shop, "in_transit", mug=1, back=1)
        async with refuses(("WRONG_STATUS", ("id",))):
            await returns.cancel(SYSTEM, sent.id)
        await returns.approve(SYSTEM, row.id)
        async with refuses(("TAKEN", ("trackingCode",))):
            await returns.send(
                SYSTEM, row.id, carrier=sent.carrier, tracking_code=sent.tracking_code
            )

    async def test_lets_what_is_declined_be_asked_for_again(self, shop):
        row = await returned(shop)
        row = await returns.decline(SYSTEM, row.id, reason="It was worn.")

        assert (row.status, await status_of(row)) == (_S.DECLINED, "NONE")
        await requested(await Order.get(id=row.order_id), 2)
        await assert_in_order()

    async def test_lets_the_customer_keep_what_is_approved(self, shop):
        row = await returned(shop, "approved")
        row = await returns.resolve(SYSTEM, row.id, resolution=ReturnResolution.NONE)

        assert (row.status, row.resolution) == (_S.RESOLVED, ReturnResolution.NONE)
        async with refuses(("BLOCKED", ("orderId",))):
            await requested(await Order.get(id=row.order_id), 1)
        await assert_in_order()


class TestScan:
    @one_database
    async def test_refuses_what_is_not_expected_unless_told_to_take_it(self, shop):
        row = await returned(shop, "in_transit")
        shelf = await bin_at(shop.south)
        scan = partial(return_receiving.scan, SYSTEM, row.id)
        for seen, code, path in (
            (Seen(code="NO-SUCH"), "MISPICK", "code"),
            (Seen(code=shop.shirt.sku), "MISPICK", "code"),
            (Seen(code=shop.mug.sku, quantity=3), "MISPICK", "quantity"),
            (Seen(code=shop.mug.sku, quantity=0), "INVALID", "quantity"),
            (Seen(code=shop.mug.sku, lot="A"), "INVALID", "lot"),
            (Seen(code=shop.mug.sku, bin_id=shelf.id), "INVALID", "binId"),
        ):
            async with refuses((code, (path,))):
                await scan(seen)

        await scan(Seen(code=shop.mug.sku, quantity=3, unexpected=Unexpected.ACCEPT))
        await scan(Seen(code=shop.shirt.sku, unexpected=Unexpected.ACCEPT))
        units = await ReturnUnit.filter(returned_id=row.id).order_by("id")
        assert [(each.line_id is None, each.units) for each in units] == [
            (False, 2),
            (True, 1),
            (True, 1),
        ]
        await assert_in_order()

    async def test_counts_one_by_one_into_one_row(self, shop):
        row = await returned(shop, "in_transit")
        for _ in range(2):
            await return_receiving.scan(SYSTEM, row.id, Seen(code=shop.mug.sku))

        assert (await unit_of(row)).units == 2
        assert await returns.find_by_code(SYSTEM, row.number) == row
        assert await returns.find_by_code(SYSTEM, row.tracking_code) == row

    async def test_knows_the_serial_numbers_that_were_sent(self, shop, lead):
        phone = await shop.tracked(Tracking.SERIAL)
        await stock.receive(
            SYSTEM,
            variant_id=phone.id,
            location_id=shop.north.id,
            quantity=3,
            serials=["S1", "S2", "S3"],
        )
        work = await shop.work_of(phone, 2, "delivered")
        row = await requested(await Order.get(id=work.order_id), 2)
        await returns.approve(SYSTEM, row.id)
        scan = partial(return_receiving.scan, SYSTEM, row.id)
        async with refuses(("INVALID", ("lot",))):
            await scan(Seen(code=phone.sku))
        async with refuses(("MISPICK", ("lot",))):
            await scan(Seen(code=phone.sku, lot="S9"))
        async with refuses(("INVALID", ("quantity",))):
            await scan(Seen(code=phone.sku, lot="S1", quantity=2))
        # In stock, it cannot be in the parcel.
        async with refuses(("BLOCKED", ("lot",))):
            await scan(Seen(code=phone.sku, lot="S3", unexpected=Unexpected.ACCEPT))
        await scan(Seen(code="S1"))
        async with refuses(("MISPICK", ("lot",))):
            await scan(Seen(code=phone.sku, lot="S1"))
        await scan(Seen(code=phone.sku, lot="S9", unexpected=Unexpected.ACCEPT))

        row = await return_receiving.complete(SYSTEM, row.id, reason="Only one came.")
        missing = await unit_of(row, disposition=_D.MISSING)
        async with refuses(("BLOCKED", ("lot",))):
            await return_inspections.revise(
                SYSTEM, row.id, missing.id, disposition=_D.QUARANTINE, lot="S1"
            )
        await return_inspections.revise(
            SYSTEM, row.id, missing.id, disposition=_D.QUARANTINE, lot="S2"
        )
        assert (await unit_of(row, disposition=_D.QUARANTINE)).lot_id is not None
        await assert_in_order()


class TestComplete:
    async def test_needs_a_reason_for_what_is_missing(self, shop):
        row = await returned(shop, "in_transit")
        async with refuses(("INVALID", ("reason",))):
            await return_receiving.complete(SYSTEM, row.id)
        await return_receiving.scan(SYSTEM, row.id, Seen(code=shop.mug.sku))

        row = await return_receiving.complete(SYSTEM, row.id, reason="The box was open.")

        assert (row.status, row.reason) == (_S.RECEIVED, "The box was open.")
        missing = await unit_of(row, disposition=_D.MISSING)
        assert missing.units == 1
        assert (await told("ReturnReceived", by=SYSTEM)).details["missing"] == 1
        order = await Order.get(id=row.order_id)
        await requested(order, 1)
        # Found after all, but asked for once more meanwhile.
        async with refuses(("BLOCKED", ("units",))):
            await return_inspections.revise(SYSTEM, row.id, missing.id, disposition=_D.RESTOCK)
        await assert_in_order()

    async def test_is_the_end_of_it_where_nothing_came(self, shop):
        row = await returned(shop, "in_transit")
        row = await return_receiving.complete(SYSTEM, row.id, reason="An empty box.")

        assert row.status is _S.INSPECTED
        await assert_in_order()


class TestInspect:
    @one_database
    async def test_refuses_everything_wrong_at_once(self, shop):
        row = await returned(shop, "received")
        unit = await unit_of(row)
        new, broken = ReturnCondition.NEW, ReturnCondition.DEFECTIVE
        async with refuses(
            ("INVALID", ("findings", 0, "units")),
            ("BLOCKED", ("findings", 1, "disposition")),
            ("INVALID", ("findings", 2, "disposition")),
            ("BLOCKED", ("findings",)),
        ):
            await return_inspections.inspect(
                SYSTEM,
                row.id,
                unit.id,
                findings=[
                    Finding(units=0, condition=new, disposition=_D.REPAIR),
                    Finding(units=2, condition=broken, disposition=_D.RESTOCK),
                    Finding(units=1, condition=new, disposition=_D.MISSING),
                ],
            )
        async with refuses(("INVALID", ("findings",))):
            await return_inspections.inspect(SYSTEM, row.id, unit.id, findings=[])
        async with refuses(("NOT_FOUND", ("unitId",))):
            finding = Finding(units=1, condition=new, disposition=_D.REPAIR)
            await return_inspections.inspect(SYSTEM, row.id, 0, findings=[finding])


class TestRevise:
    async def test_undoes_what_was_done_and_does_something_else(self, shop):
        row = await returned(shop, "inspected", mug=4, back=4)
        unit = await unit_of(row)
        for fate, held in (
            (_D.REPAIR, (6, 4)),
            (_D.WRITE_OFF, (6, 0)),
            (_D.RETURN_TO_CUSTOMER, (6, 0)),
            (_D.MISSING, (6, 0)),
            (_D.RETURN_TO_SUPPLIER, (6, 0)),
            (_D.RESTOCK, (10, 0)),
        ):
            await return_inspections.revise(SYSTEM, row.id, unit.id, disposition=fate)
            assert await counts(shop) == held
            await assert_in_order()
        await return_inspections.revise(
            SYSTEM, row.id, unit.id, disposition=_D.RETURN_TO_CUSTOMER, units=1
        )

        [line] = await lines_of(await Order.get(id=row.order_id))
        assert (line.return_requested, line.return_received, line.return_rejected) == (4, 3, 1)
        assert await counts(shop) == (9, 0)
        await assert_in_order()

    @one_database
    async def test_refuses_what_cannot_be_undone(self, shop):
        row = await returned(shop, "received")
        unit = await unit_of(row)
        revise = partial(return_inspections.revise, SYSTEM, row.id)
        async with refuses(("BLOCKED", ("id",))):
            await revise(unit.id, disposition=_D.REPAIR)
        row = await judge(row, _D.RESTOCK)
        for given, code, path in (
            ({"disposition": _D.RESTOCK}, "INVALID", "disposition"),
            ({"disposition": _D.REPAIR, "units": 3}, "INVALID", "units"),
        ):
            async with refuses((code, (path,))):
                await revise(unit.id, **given)
        order = await shop.order("placed", mug=await shop.spare(shop.mug))
        async with refuses(("BLOCKED", ("unitId",))):
            await revise(unit.id, disposition=_D.WRITE_OFF)
        await orders.cancel(SYSTEM, order.id, reason="Enough.")
        await revise(unit.id, disposition=_D.WRITE_OFF)
        await returns.close(SYSTEM, (await returns.resolve(SYSTEM, row.id)).id)
        async with refuses(("BLOCKED", ("id",))):
            await revise(unit.id, disposition=_D.REPAIR)


class TestInTime:
    async def test_lapses_closes_and_then_closes_the_order(self, shop, policy):
        late = await returned(shop, "approved", mug=1, back=1)
        done = await returned(shop, "resolved", mug=1, back=1)
        past = now() - timedelta(days=40)
        await Return.filter(id=late.id).update(due_at=past)
        await Return.filter(id=done.id).update(resolved_at=past)
        await Order.all().update(completed_at=past)
        while await clockwork.tick():
            pass
        assert {row.status for row in await Order.all()} == {OrderStatus.COMPLETED}
        policy(return_days=30)
        while await clockwork.tick():
            pass

        found = {row.id: row.status for row in await Return.all()}
        assert found == {late.id: _S.CANCELLED, done.id: _S.CLOSED}
        assert {row.status for row in await Order.all()} == {OrderStatus.CLOSED}
        await assert_in_order()

    @one_database
    async def test_closes_no_order_of_which_something_is_to_come_back(self, shop):
        row = await returned(shop)
        async with refuses(("BLOCKED", ("id",))):
            await completion.close(SYSTEM, row.order_id)
        placed = await shop.order("placed")
        async with refuses(("WRONG_STATUS", ("id",))):
            await completion.close(SYSTEM, placed.id)
        shed = await Location.create(code="SHED", name="Shed", kind="warehouse")
        await Return.filter(id=row.id).update(location_id=shed.id)
        async with refuses(("BLOCKED", ("id",))):
            await locations.archive(SYSTEM, shed.id)

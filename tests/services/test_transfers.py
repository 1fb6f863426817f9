"""Transfers: put together, set aside, sent, received, given up; and many of them at once."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from models import (
    Arrival,
    ArrivalStatus,
    Level,
    Location,
    Movement,
    MovementReason,
    Quant,
    Storage,
    Tracking,
    Transfer,
    TransferStatus,
    Variant,
)
from models.errors import OutOfStock, Refused
from services import (
    arrivals,
    availability,
    backorders,
    checks,
    clockwork,
    locations,
    recalls,
    stock,
    transfer_steps,
    transfers,
)
from services.actors import SYSTEM
from services.clock import now
from services.transfer_steps import TransferUnits
from services.transfers import TransferLineDraft
from tests import inbound
from tests.books import assert_balanced
from tests.cast import Shop, all_at_once, lines_of, one_database, refused, refuses, told
from tests.inbound import lot_at, transfer
from tests.warehouse import bin_at, level_of

IN_MARCH = datetime(2030, 3, 1, 8, tzinfo=UTC)


def draft(variant: Variant, quantity: int = 1, lot_id: int | None = None) -> TransferLineDraft:
    return TransferLineDraft(variant_id=variant.id, quantity=quantity, lot_id=lot_id)


async def counts(variant: Variant, location: Location) -> tuple[int, int, int]:
    """Units on hand, reserved and damaged."""
    level = await level_of(variant, location)
    return level.on_hand, level.reserved, level.damaged


class TestCreate:
    async def test_sets_nothing_aside_yet(self, shop, lead):
        row = await transfers.create(
            lead,
            source_id=shop.north.id,
            destination_id=shop.south.id,
            lines=[draft(shop.mug, 4)],
            note="For the summer.",
        )

        assert row.status is TransferStatus.DRAFT
        [line] = await inbound.lines_of(row)
        assert (line.quantity, line.allocated) == (4, 0)
        assert await counts(shop.mug, shop.north) == (10, 0, 0)
        assert (await told("TransferCreated", by=lead)).details["transfer_id"] == row.id

    @one_database
    async def test_refuses_everything_wrong_at_once(self, shop, lead):
        lot = await lot_at(shop.shirt, shop.north, 1, code="A")
        async with refuses(
            ("NOT_FOUND", ("lines", 0, "variantId")),
            ("INVALID", ("lines", 1, "quantity")),
            ("NOT_FOUND", ("lines", 1, "lotId")),
        ):
            await transfers.create(
                lead,
                source_id=shop.north.id,
                destination_id=shop.south.id,
                lines=[
                    TransferLineDraft(variant_id=0, quantity=1),
                    draft(shop.mug, 0, lot.id),
                ],
            )

    @one_database
    async def test_refuses_to_go_nowhere(self, shop, lead):
        async with refuses(("INVALID", ("destinationId",))):
            await transfers.create(lead, source_id=shop.north.id, destination_id=shop.north.id)
        async with refuses(("NOT_FOUND", ("sourceId",))):
            await transfers.create(lead, source_id=0, destination_id=shop.north.id)


class TestLines:
    async def test_are_added_changed_and_removed_while_it_is_a_draft(self, shop, lead):
        row = await transfer(shop, mug=2)
        await transfers.add_line(lead, row.id, draft(shop.shirt, 3))
        mug, shirt = await inbound.lines_of(row)
        await transfers.update_line(lead, row.id, line_id=shirt.id, quantity=1)
        await transfers.remove_line(lead, row.id, line_id=mug.id)

        [line] = await inbound.lines_of(row)
        assert (line.variant_id, line.quantity) == (shop.shirt.id, 1)
        assert (await Transfer.get(id=row.id)).version == row.version + 3

    @one_database
    async def test_refuse_changes_later_and_lines_of_others(self, shop, lead):
        mine, other = await transfer(shop, mug=1), await transfer(shop, mug=1)
        [foreign] = await inbound.lines_of(other)
        async with refuses(("NOT_FOUND", ("lineId",))):
            await transfers.update_line(lead, mine.id, line_id=foreign.id, quantity=2)
        async with refuses(("INVALID", ("quantity",))):
            await transfers.update_line(lead, other.id, line_id=foreign.id, quantity=0)
        done = await transfer(shop, "allocated", mug=1)
        async with refuses(("WRONG_STATUS", ("id",))):
            await transfers.add_line(lead, done.id, draft(shop.shirt))

    @one_database
    async def test_have_one_unit_of_a_serial_number(self, shop, lead):
        lot = await lot_at(shop.mug, shop.north, 1, code="S-1")
        await Variant.filter(id=shop.mug.id).update(tracking=Tracking.SERIAL)
        row = await transfer(shop)
        async with refuses(("INVALID", ("quantity",))):
            await transfers.add_line(lead, row.id, draft(shop.mug, 2, lot.id))
        await transfers.add_line(lead, row.id, draft(shop.mug, 1, lot.id))
        [line] = await inbound.lines_of(row)
        async with refuses(("INVALID", ("quantity",))):
            await transfers.update_line(lead, row.id, line_id=line.id, quantity=2)


class TestAllocate:
    async def test_sets_units_aside_at_the_source(self, shop, lead):
        row = await transfer(shop, mug=4, shirt=10)

        row = await transfer_steps.allocate(lead, row.id)

        assert row.status is TransferStatus.ALLOCATED
        assert await counts(shop.mug, shop.north) == (10, 4, 0)
        assert await counts(shop.shirt, shop.north) == (10, 10, 0)
        moved = await Movement.filter(transfer_id=row.id)
        assert {each.reason for each in moved} == {MovementReason.RESERVED}
        assert (await told("TransferAllocated", by=lead)).details["units"] == 14
        await assert_balanced()

    async def test_refuses_more_than_lies_there(self, shop, lead):
        row = await transfer(shop, mug=11)
        async with refuses(("OUT_OF_STOCK", ())) as problems:
            await transfer_steps.allocate(lead, row.id)

        [problem] = problems
        assert isinstance(problem, OutOfStock)
        assert (problem.requested, problem.available) == (11, 10)

    async def test_leaves_what_others_wait_for(self, shop, lead):
        await shop.backorder(mug=3)
        # These come, and somebody waits for three of them.
        await shop.receive(shop.mug, shop.north, 5)
        row = await transfer(shop, mug=3)

        async with refuses(("OUT_OF_STOCK", ())) as problems:
            await transfer_steps.allocate(lead, row.id)

        assert problems[0].available == 2

    @one_database
    async def test_refuses_an_empty_one_and_one_that_left(self, shop, lead):
        empty = await transfer(shop)
        async with refuses(("BLOCKED", ("id",))):
            await transfer_steps.allocate(lead, empty.id)
        left = await transfer(shop, "in_transit", mug=1)
        async with refuses(("WRONG_STATUS", ("id",))):
            await transfer_steps.allocate(lead, left.id)


class TestLots:
    async def test_leave_in_the_order_in_which_they_expire(self, shop, lead):
        late = await lot_at(shop.mug, shop.south, 4, code="LATE", expires_on=date(2031, 1, 1))
        soon = await lot_at(shop.mug, shop.south, 4, code="SOON", expires_on=date(2030, 6, 1))
        await lot_at(shop.mug, shop.south, 4, code="GONE", expires_on=date(2025, 1, 1))
        row = await transfer(shop, mug=6, back=True)

        await transfer_steps.allocate(lead, row.id)

        lines = await inbound.lines_of(row)
        assert [(line.lot_id, line.quantity) for line in lines] == [(soon.id, 4), (late.id, 2)]
        await assert_balanced()

    async def test_are_kept_on_the_way(self, shop, lead):
        lot = await lot_at(shop.mug, shop.south, 4, code="A")
        row = await transfer(shop, mug=3, back=True)
        for step in (transfer_steps.allocate, transfer_steps.send, transfer_steps.receive):
            await step(lead, row.id)

        left = await Quant.filter(lot_id=lot.id).order_by("on_hand").values_list("on_hand")
        assert [units for (units,) in left] == [1, 3]
        assert (await Transfer.get(id=row.id)).status is TransferStatus.RECEIVED
        await assert_balanced()

    async def test_that_are_kept_for_one_transfer_are_not_there_for_another(self, shop, lead):
        lot = await lot_at(shop.mug, shop.south, 4, code="A", expires_on=date(2030, 6, 1))
        other = await lot_at(shop.mug, shop.south, 4, code="B", expires_on=date(2030, 7, 1))
        first, second = [await transfer(shop, mug=3, back=True) for _ in range(2)]
        await transfer_steps.allocate(lead, first.id)
        await transfer_steps.allocate(lead, second.id)

        lines = await inbound.lines_of(second)
        assert [(line.lot_id, line.quantity) for line in lines] == [(lot.id, 1), (other.id, 2)]
        third = await transfers.create(
            lead,
            source_id=shop.south.id,
            destination_id=shop.north.id,
            lines=[draft(shop.mug, 1, lot.id)],
        )
        async with refuses(("OUT_OF_STOCK", ())):
            await transfer_steps.allocate(lead, third.id)

    async def test_leave_in_the_order_in_which_they_came(self, shop, lead):
        first = await lot_at(shop.mug, shop.south, 4, code="A", expires_on=date(2030, 9, 1))
        await lot_at(shop.mug, shop.south, 4, code="B", expires_on=date(2030, 6, 1))
        await Variant.filter(id=shop.mug.id).update(rotation="fifo")
        row = await transfer(shop, mug=2, back=True)
        await transfer_steps.allocate(lead, row.id)

        [line] = await inbound.lines_of(row)
        assert line.lot_id == first.id


class TestUnfitLots:
    async def test_are_not_sent(self, shop, lead):
        lot = await lot_at(shop.mug, shop.south, 4, code="A")
        row = await transfer(shop, "allocated", mug=3, back=True)
        await recalls.start(SYSTEM, lot.id, reason="Lead in the glaze.")

        async with refuses(("BLOCKED", ("id",))):
            await transfer_steps.send(lead, row.id)

    async def test_go_to_quarantine_where_they_were_called_back_on_the_way(self, shop, lead):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.south, 4, "A")
        ends = {"source_id": shop.south.id, "destination_id": shop.north.id}
        row = await transfers.create(lead, **ends, lines=[draft(tea, 3)])
        await transfer_steps.allocate(lead, row.id)
        await transfer_steps.send(lead, row.id)
        await recalls.start(SYSTEM, lot.id, reason="Lead in the leaves.")
        await transfer_steps.receive(lead, row.id)

        level = await level_of(tea, shop.north)
        assert (level.on_hand, level.quarantined) == (0, 3)
        await assert_balanced()
        assert [each.name for each in await checks.run() if each.broken] == []


class TestSend:
    async def test_is_expected_where_it_goes(self, shop, lead):
        row = await transfer(shop, "allocated", mug=4)

        row = await transfer_steps.send(lead, row.id, expected_at=IN_MARCH)

        assert (row.status, row.expected_at) == (TransferStatus.IN_TRANSIT, IN_MARCH)
        assert await counts(shop.mug, shop.north) == (6, 0, 0)
        coming = await Arrival.get(location_id=shop.south.id)
        assert (coming.outstanding, coming.expected_at) == (4, IN_MARCH)
        [found] = await availability.of_variants(SYSTEM, [shop.mug])
        assert (found.available, found.incoming) == (11, 4)
        await assert_balanced()

    async def test_is_reckoned_with_by_who_waits(self, shop, lead):
        row = await transfer(shop, "in_transit", mug=10)
        await transfers.update(lead, row.id, {"expected_at": IN_MARCH})
        order = await shop.backorder(mug=2)

        [line] = await lines_of(order)
        assert line.expected_at == IN_MARCH
        await transfer_steps.receive(lead, row.id)
        await clockwork.tick()
        [line] = await lines_of(order)
        assert line.backordered == 0

    async def test_takes_what_lies_in_bins_before_what_was_picked(self, shop, lead):
        shelf = await bin_at(shop.north)
        level = await level_of(shop.mug, shop.north)
        await Quant.create(level_id=level.id, bin_id=shelf.id, on_hand=3)
        await Quant.filter(level_id=level.id, bin_id=None).update(on_hand=7)
        await Movement.filter(level_id=level.id).update(on_hand_change=7)
        row = await transfer(shop, "in_transit", mug=4)

        found = await Movement.filter(transfer_id=row.id, reason=MovementReason.SENT)
        assert {each.bin_id: each.on_hand_change for each in found} == {shelf.id: -3, None: -1}

    @one_database
    async def test_refuses_what_was_not_set_aside(self, shop, lead):
        row = await transfer(shop, mug=4)
        async with refuses(("WRONG_STATUS", ("id",))):
            await transfer_steps.send(lead, row.id)


class TestUpdate:
    async def test_tells_those_who_wait_another_time(self, shop, lead):
        row = await transfer(shop, "in_transit", mug=4)
        await transfers.update(lead, row.id, {"expected_at": IN_MARCH, "note": "By sea."})

        assert (await Arrival.get()).expected_at == IN_MARCH
        assert (await told("ArrivalUpdated", by=lead)).details["arrival_id"]

    @one_database
    async def test_refuses_to_expect_it_at_no_time_or_when_it_is_over(self, shop, lead):
        row = await transfer(shop, "in_transit", mug=4)
        async with refuses(("INVALID", ("expectedAt",))):
            await transfers.update(lead, row.id, {"expected_at": None})
        done = await transfer(shop, "received", mug=4)
        async with refuses(("BLOCKED", ("id",))):
            await transfers.update(lead, done.id, {"note": "Late."})

    @one_database
    async def test_is_the_only_way_to_change_what_it_brings(self, shop, lead):
        await transfer(shop, "in_transit", mug=4)
        coming = await Arrival.get()
        async with refuses(("BLOCKED", ("id",))):
            await arrivals.update(lead, coming.id, {"quantity": 9}, reason="More.")
        async with refuses(("BLOCKED", ("id",))):
            await arrivals.cancel(lead, coming.id, reason="Lost.")
        async with refuses(("BLOCKED", ("arrivalId",))):
            await stock.receive(
                lead,
                variant_id=shop.mug.id,
                location_id=shop.south.id,
                quantity=4,
                arrival_id=coming.id,
            )


class TestReceive:
    async def test_takes_in_part_and_then_the_rest(self, shop, lead):
        row = await transfer(shop, "in_transit", mug=4, shirt=2)
        mug, _ = await inbound.lines_of(row)
        part = TransferUnits(line_id=mug.id, quantity=2, damaged=1)

        row = await transfer_steps.receive(lead, row.id, units=[part])
        assert row.status is TransferStatus.PARTIALLY_RECEIVED
        assert await counts(shop.mug, shop.south) == (7, 0, 1)
        coming = await Arrival.get(variant_id=shop.mug.id)
        assert (coming.arrived, coming.outstanding) == (3, 1)
        row = await transfer_steps.receive(lead, row.id)

        assert (row.status, row.received_at is not None) == (TransferStatus.RECEIVED, True)
        assert await counts(shop.mug, shop.south) == (8, 0, 1)
        assert await Arrival.filter(status=ArrivalStatus.EXPECTED).count() == 0
        await assert_balanced()

    async def test_puts_units_into_a_bin_that_fits(self, shop, lead):
        row = await transfer(shop, "in_transit", mug=4)
        [line] = await inbound.lines_of(row)
        shelf, cold = await bin_at(shop.south), await bin_at(shop.south)
        await type(cold).filter(id=cold.id).update(storage=Storage.CHILLED)
        elsewhere = await bin_at(shop.north)
        nowhere = (0, "NOT_FOUND")
        for each, code in ((cold.id, "BLOCKED"), (elsewhere.id, "INVALID"), nowhere):
            units = TransferUnits(line_id=line.id, quantity=4, bin_id=each)
            async with refuses((code, ("lines", 0, "binId"))):
                await transfer_steps.receive(lead, row.id, units=[units])

        units = TransferUnits(line_id=line.id, quantity=4, bin_id=shelf.id)
        await transfer_steps.receive(lead, row.id, units=[units])

        assert (await Quant.get(bin_id=shelf.id)).on_hand == 4
        await assert_balanced()

    @one_database
    async def test_refuses_more_than_is_on_its_way(self, shop, lead):
        row = await transfer(shop, "in_transit", mug=4)
        [line] = await inbound.lines_of(row)
        async with refuses(
            ("BLOCKED", ("lines", 1, "quantity")),
            ("INVALID", ("lines", 2, "quantity")),
            ("NOT_FOUND", ("lines", 3, "lineId")),
        ):
            await transfer_steps.receive(
                lead,
                row.id,
                units=[
                    TransferUnits(line_id=line.id, quantity=3),
                    TransferUnits(line_id=line.id, quantity=1, damaged=1),
                    TransferUnits(line_id=line.id),
                    TransferUnits(line_id=0, quantity=1),
                ],
            )
        async with refuses(("INVALID", ("lines",))):
            await transfer_steps.receive(lead, row.id, units=[])

    async def test_makes_the_level_of_what_never_lay_there(self, shop, lead):
        shed = await Location.create(code="SHED", name="Shed", kind="warehouse")
        row = await transfers.create(
            lead,
            source_id=shop.north.id,
            destination_id=shed.id,
            lines=[draft(shop.mug), draft(shop.shirt)],
        )
        for step in (transfer_steps.allocate, transfer_steps.send, transfer_steps.receive):
            await step(lead, row.id)

        assert await Level.filter(location_id=shed.id, on_hand=1).count() == 2
        await assert_balanced()


class TestClose:
    async def test_gives_up_what_did_not_come(self, shop, lead):
        row = await transfer(shop, "in_transit", mug=4)
        [line] = await inbound.lines_of(row)
        await transfer_steps.receive(
            lead, row.id, units=[TransferUnits(line_id=line.id, quantity=3)]
        )

        row = await transfer_steps.close(lead, row.id, reason="Fell off the lorry.")

        [line] = await inbound.lines_of(row)
        assert (row.status, line.received, line.missing) == (TransferStatus.RECEIVED, 3, 1)
        assert (await Arrival.get()).status is ArrivalStatus.CANCELLED
        assert (await told("TransferClosed", by=lead)).details["missing"] == 1
        await assert_balanced()

    @one_database
    async def test_refuses_what_has_not_left_and_a_missing_reason(self, shop, lead):
        row = await transfer(shop, "allocated", mug=4)
        async with refuses(("INVALID", ("reason",)), ("WRONG_STATUS", ("id",))):
            await transfer_steps.close(lead, row.id, reason="")


class TestCancel:
    async def test_frees_what_was_set_aside(self, shop, lead):
        row = await transfer(shop, "allocated", mug=4)

        row = await transfers.cancel(lead, row.id, reason="Not needed.")

        assert (row.status, row.reason) == (TransferStatus.CANCELLED, "Not needed.")
        assert await counts(shop.mug, shop.north) == (10, 0, 0)
        await assert_balanced()

    @one_database
    async def test_refuses_what_has_left(self, shop, lead):
        row = await transfer(shop, "in_transit", mug=4)
        async with refuses(("WRONG_STATUS", ("id",))):
            await transfers.cancel(lead, row.id, reason="Not needed.")

    @one_database
    async def test_keeps_its_locations_open_meanwhile(self, shop, lead):
        shed = await Location.create(code="SHED", name="Shed", kind="warehouse")
        row = await transfers.create(
            lead,
            source_id=shop.north.id,
            destination_id=shed.id,
            lines=[draft(shop.mug)],
        )
        await transfer_steps.allocate(lead, row.id)
        async with refuses(("BLOCKED", ("id",))):
            await locations.archive(SYSTEM, shed.id)


class TestAtOnce:
    """Many at one moment: on PostgreSQL they lock rows, on SQLite they wait for each other."""

    async def test_opposite_ways_never_wait_in_a_circle(self, shop):
        shop = await Shop.open(north=20, south=20)
        ways = [await transfer(shop, mug=1, shirt=1, back=bool(n % 2)) for n in range(40)]

        async def whole(row: Transfer) -> None:
            for step in (transfer_steps.allocate, transfer_steps.send, transfer_steps.receive):
                await step(SYSTEM, row.id)

        outcomes = await all_at_once([partial(whole, row) for row in ways])

        assert outcomes == [None] * 40
        assert await Transfer.filter(status=TransferStatus.RECEIVED).count() == 40
        assert await counts(shop.mug, shop.north) == (20, 0, 0)
        assert await counts(shop.mug, shop.south) == (20, 0, 0)
        await assert_balanced()

    async def test_never_set_aside_more_than_there_is(self, shop):
        rows = [await transfer(shop, mug=3) for _ in range(6)]
        orders = [partial(shop.order, "placed", mug=1) for _ in range(6)]
        outcomes = await all_at_once(
            [*(partial(transfer_steps.allocate, SYSTEM, row.id) for row in rows), *orders]
        )

        won = 6 - len([each for each in outcomes[:6] if isinstance(each, Refused)])
        level = await level_of(shop.mug, shop.north)
        assert 3 * won <= level.reserved <= level.on_hand
        await assert_balanced()

    async def test_each_step_is_done_once(self, shop):
        row = await transfer(shop, "allocated", mug=4)
        outcomes = await all_at_once([partial(transfer_steps.send, SYSTEM, row.id)] * 4)
        assert len(refused(outcomes)) == 3
        [line] = await inbound.lines_of(row)
        units = [TransferUnits(line_id=line.id, quantity=1)]
        outcomes = await all_at_once(
            [partial(transfer_steps.receive, SYSTEM, row.id, units=units)] * 6
        )

        assert len(refused(outcomes)) == 2
        assert await counts(shop.mug, shop.south) == (9, 0, 0)
        await assert_balanced()

    async def test_receiving_while_others_are_given_what_comes(self, shop):
        row = await transfer(shop, "in_transit", mug=10)
        waiting = [await shop.backorder(mug=1) for _ in range(5)]
        [line] = await inbound.lines_of(row)
        units = [TransferUnits(line_id=line.id, quantity=1)]
        await all_at_once(
            [
                *[partial(transfer_steps.receive, SYSTEM, row.id, units=units)] * 5,
                *(partial(backorders.allocate, order.id) for order in waiting),
            ]
        )
        while await clockwork.tick():
            pass

        for order in waiting:
            assert [each.backordered for each in await lines_of(order)] == [0]
        await assert_balanced()


@pytest.mark.parametrize("days", [1, 9])
async def test_is_reckoned_to_take_as_long_as_the_shop_says(shop, policy, days):
    policy(transfer_days=days)
    row = await transfer(shop, "in_transit", mug=1)

    assert row.expected_at is not None
    assert abs(row.expected_at - now() - timedelta(days=days)) < timedelta(minutes=1)

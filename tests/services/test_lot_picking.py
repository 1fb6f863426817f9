"""Units with lots are picked, packed and sent as the lots that were set aside."""

from datetime import date

import pytest

from models import (
    FulfillmentLine,
    Lot,
    Mispick,
    MispickKind,
    Movement,
    MovementReason,
    Quant,
    Reservation,
    ShipmentLine,
    Tracking,
)
from models.errors import Refused
from services import fulfillments, lot_swaps, pick_lists, scans, stock, traces
from services.actors import SYSTEM
from services.mispicks import Scan
from tests.books import assert_balanced
from tests.cast import Shop, one_database, refuses, told
from tests.warehouse import bin_at, box_for

SOON, LATER = date(2026, 3, 1), date(2026, 6, 1)


async def two_lots(shop: Shop):
    """Five units that expire soon, five that expire later, and three set aside of the first."""
    tea = await shop.tracked()
    await shop.receive_lot(tea, shop.north, 5, "SOON", expires_on=SOON)
    await shop.receive_lot(tea, shop.north, 5, "LATE", expires_on=LATER)
    return tea, await shop.work_of(tea, 3, "picking")


async def lot_of(line: FulfillmentLine) -> str:
    row = await Reservation.get(id=line.reservation_id).select_related("lot")
    return row.lot.code


async def picked(work) -> list[tuple[str, int, int]]:
    lines = await FulfillmentLine.filter(fulfillment_id=work.id).order_by("id")
    return [(await lot_of(line), line.quantity, line.picked) for line in lines]


class TestScans:
    async def test_understand_the_code_of_the_lot_alone(self, shop, clock, picker):
        _, work = await two_lots(shop)

        await scans.pick(picker, work.id, Scan(barcode="SOON", quantity=2))

        assert await picked(work) == [("SOON", 3, 2)]

    async def test_understand_the_lot_beside_the_item(self, shop, clock, picker):
        tea, work = await two_lots(shop)

        await scans.pick(picker, work.id, Scan(barcode=tea.sku, lot_code="SOON", quantity=3))

        assert await picked(work) == [("SOON", 3, 3)]

    async def test_count_each_serial_number_by_itself(self, shop, clock, picker):
        phone = await shop.tracked(Tracking.SERIAL)
        at = {"variant_id": phone.id, "location_id": shop.north.id}
        await stock.receive(SYSTEM, **at, quantity=3, serials=["S1", "S2", "S3"])
        work = await shop.work_of(phone, 2, "picking")

        await scans.pick(picker, work.id, Scan(barcode="S2"))

        assert await picked(work) == [("S1", 1, 0), ("S2", 1, 1)]

    @pytest.mark.parametrize(
        ("scan", "path"),
        [(Scan(barcode="LATE"), "barcode"), (Scan(barcode="TEA", lot_code="LATE"), "lotCode")],
    )
    async def test_catch_another_lot(self, shop, clock, picker, scan, path):
        tea, work = await two_lots(shop)
        given = {"lot_code": scan.lot_code}
        barcode = tea.sku if scan.lot_code else scan.barcode

        with pytest.raises(Refused) as refusal:
            await scans.pick(picker, work.id, Scan(barcode=barcode, **given))

        [problem] = refusal.value.problems
        assert (problem.kind, problem.path) == (MispickKind.WRONG_LOT, (path,))
        assert (problem.expected, problem.found) == ("SOON", "LATE")
        row = await Mispick.get(fulfillment_id=work.id)
        assert (row.kind, row.lot_code) == (MispickKind.WRONG_LOT, scan.lot_code)
        assert await picked(work) == [("SOON", 3, 0)]

    async def test_catch_a_lot_where_there_are_none(self, shop, clock, picker):
        work = await shop.fulfillment("picking", mug=1)

        with pytest.raises(Refused) as refusal:
            await scans.pick(picker, work.id, Scan(barcode=shop.mug.sku, lot_code="L-1"))

        assert refusal.value.problems[0].kind is MispickKind.WRONG_LOT

    async def test_catch_another_lot_while_packing(self, shop, clock, picker):
        tea, work = await two_lots(shop)
        await fulfillments.pick_complete(SYSTEM, work.id)
        box = await box_for(work)

        scan = Scan(barcode=tea.sku, lot_code="LATE", box=box.box)
        with pytest.raises(Refused):
            await scans.pack(picker, work.id, scan)
        await scans.pack(picker, work.id, Scan(barcode="SOON", box=box.box, quantity=3))

        assert (await Mispick.get(fulfillment_id=work.id)).kind is MispickKind.WRONG_LOT


class TestSwap:
    async def test_sets_another_lot_aside(self, shop, clock, picker):
        _, work = await two_lots(shop)
        line = await FulfillmentLine.get(fulfillment_id=work.id)

        await lot_swaps.swap(picker, work.id, line.id, code="LATE")
        await scans.pick(picker, work.id, Scan(barcode="LATE", quantity=3))

        assert await picked(work) == [("LATE", 3, 3)]
        event = await told("FulfillmentLotSwapped", by=picker)
        assert (event.details["lot_before"], event.details["lot"]) == ("SOON", "LATE")
        await assert_balanced()

    async def test_leaves_what_is_picked_as_it_is(self, shop, clock, picker):
        _, work = await two_lots(shop)
        line = await FulfillmentLine.get(fulfillment_id=work.id)
        await scans.pick(picker, work.id, Scan(barcode="SOON"))

        await lot_swaps.swap(picker, work.id, line.id, code="LATE")

        assert await picked(work) == [("SOON", 1, 1), ("LATE", 2, 0)]
        await assert_balanced()

    async def test_swaps_some_units_alone(self, shop, clock, picker):
        _, work = await two_lots(shop)
        line = await FulfillmentLine.get(fulfillment_id=work.id)

        await lot_swaps.swap(picker, work.id, line.id, code="LATE", quantity=1)

        assert await picked(work) == [("SOON", 2, 0), ("LATE", 1, 0)]
        await assert_balanced()

    async def test_refuses_more_than_is_free(self, shop, clock, picker):
        tea, work = await two_lots(shop)
        await shop.place_of(tea, 5)
        line = await FulfillmentLine.get(fulfillment_id=work.id)

        async with refuses(("BLOCKED", ("code",))):
            await lot_swaps.swap(picker, work.id, line.id, code="LATE", quantity=3)

    async def test_refuses_what_does_not_keep(self, shop, clock, picker):
        tea, work = await two_lots(shop)
        await shop.receive_lot(tea, shop.north, 5, "OLD", expires_on=date(2026, 1, 4))
        line = await FulfillmentLine.get(fulfillment_id=work.id)

        async with refuses(("BLOCKED", ("code",))):
            await lot_swaps.swap(picker, work.id, line.id, code="OLD")

    @one_database
    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            ({"code": "NONE"}, ("NOT_FOUND", ("code",))),
            ({"code": "SOON"}, ("INVALID", ("code",))),
            ({"code": ""}, ("INVALID", ("code",))),
            ({"code": "LATE", "quantity": 4}, ("INVALID", ("quantity",))),
        ],
    )
    async def test_refuses_what_cannot_be(self, shop, clock, picker, given, problem):
        _, work = await two_lots(shop)
        line = await FulfillmentLine.get(fulfillment_id=work.id)

        async with refuses(problem):
            await lot_swaps.swap(picker, work.id, line.id, **given)

    @one_database
    async def test_refuses_a_line_without_lots(self, shop, clock, picker):
        work = await shop.fulfillment("picking", mug=1)
        line = await FulfillmentLine.get(fulfillment_id=work.id)

        async with refuses(("BLOCKED", ("lineId",))):
            await lot_swaps.swap(picker, work.id, line.id, code="LATE")
        async with refuses(("NOT_FOUND", ("lineId",))):
            await lot_swaps.swap(picker, work.id, 999, code="LATE")

    @one_database
    async def test_refuses_what_is_not_being_picked(self, shop, clock, picker):
        _, work = await two_lots(shop)
        line = await FulfillmentLine.get(fulfillment_id=work.id)
        await scans.pick(picker, work.id, Scan(barcode="SOON", quantity=3))

        async with refuses(("BLOCKED", ("lineId",))):
            await lot_swaps.swap(picker, work.id, line.id, code="LATE")
        await fulfillments.pick_complete(SYSTEM, work.id)
        async with refuses(("WRONG_STATUS", ("id",))):
            await lot_swaps.swap(picker, work.id, line.id, code="LATE")


class TestLeaving:
    async def test_takes_units_from_the_lot_that_was_set_aside(self, shop, clock):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 2, "SOON", expires_on=SOON)
        await shop.receive_lot(tea, shop.north, 5, "LATE", expires_on=LATER)

        await shop.work_of(tea, 3, "shipped")

        left = {quant.lot_id: quant.on_hand for quant in await Quant.filter(lot_id__isnull=False)}
        late = await Lot.get(code="LATE", variant_id=tea.id)
        assert left == {late.id: 4}
        gone = await Movement.filter(reason=MovementReason.SHIPPED).order_by("id")
        assert [moved.on_hand_change for moved in gone] == [-2, -1]
        lines = await ShipmentLine.all().order_by("id")
        assert [lot.code for lot in await traces.of_shipment_lines(SYSTEM, lines)] == [
            "SOON",
            "LATE",
        ]
        await assert_balanced()

    async def test_writes_off_what_was_not_found_of_its_lot(self, shop, clock, picker):
        _, work = await two_lots(shop)
        await scans.pick(picker, work.id, Scan(barcode="SOON", quantity=1))

        await fulfillments.pick_complete(picker, work.id)

        soon = await Lot.get(code="SOON")
        assert sum(quant.on_hand for quant in await Quant.filter(lot_id=soon.id)) == 3
        await assert_balanced()


class TestPickLists:
    async def test_say_which_lot_lies_where(self, shop, clock):
        _, work = await two_lots(shop)
        cold = await bin_at(shop.north, code="COLD-1")
        soon = await Lot.get(code="SOON")
        await Quant.filter(lot_id=soon.id).update(bin_id=cold.id)

        [lines] = await pick_lists.of_fulfillments(SYSTEM, [work])

        assert [(line.bin.code, line.lot.code, line.quantity) for line in lines] == [
            ("COLD-1", "SOON", 3)
        ]

"""Receipts: deliveries scanned in, many hands at once, inspected, and claimed."""

from datetime import date
from functools import partial

import pytest

from models import (
    Arrival,
    ArrivalStatus,
    Condition,
    Location,
    Lot,
    Movement,
    MovementReason,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    Quant,
    Receipt,
    ReceiptScan,
    ReceiptStatus,
    ScanResult,
    Storage,
    Supplier,
    SupplierClaim,
    SupplierClaimKind,
    Tracking,
    Variant,
)
from models.errors import Mispick
from services import backorders, clockwork, inspections, receipts, requests
from services.actors import SYSTEM
from services.inspections import Verdict
from services.lots import LotDraft
from services.receipts import Short
from services.receiving import OverDelivery, WrongItem
from services.requests import Request
from tests.books import assert_balanced
from tests.cast import Shop, all_at_once, lines_of, one_database, refused, refuses, told
from tests.inbound import completed, receipt, receipt_line, scan
from tests.purchases import bought, line_of
from tests.warehouse import bin_at, level_of

DAMAGED = Condition.DAMAGED
KEEP = OverDelivery.QUARANTINE


async def counts(variant: Variant, location: Location) -> tuple[int, int, int]:
    """Units on hand, damaged, and in quarantine."""
    level = await level_of(variant, location)
    return level.on_hand, level.damaged, level.quarantined


async def bought_line(row: Receipt, variant: Variant) -> PurchaseOrderLine:
    return await line_of(await PurchaseOrder.get(id=row.purchase_order_id), variant)


async def tolerates(row: Receipt, millionths: int) -> None:
    await Supplier.filter(id=row.supplier_id).update(tolerance=millionths)


async def inspected(shop: Shop, *, mug: int = 10) -> Receipt:
    """A delivery from somebody whose goods are inspected."""
    row = await receipt(shop, mug=mug)
    await Supplier.filter(id=row.supplier_id).update(inspect=True)
    return row


class TestOpen:
    async def test_lists_what_was_ordered(self, shop, picker):
        order = await bought(shop, mug=10, shirt=4)

        row = await receipts.open(picker, order.id, reference="DN-7")

        assert (row.status, row.reference) == (ReceiptStatus.OPEN, "DN-7")
        assert row.location_id == shop.north.id
        assert (await receipt_line(row, shop.shirt)).ordered == 4
        assert (await told("ReceiptOpened", by=picker)).details["receipt_id"] == row.id

    @one_database
    async def test_refuses_what_was_not_sent(self, shop, picker):
        order = await bought(shop, "approved")
        async with refuses(("WRONG_STATUS", ("purchaseOrderId",))):
            await receipts.open(picker, order.id)
        async with refuses(("NOT_FOUND", ("purchaseOrderId",))):
            await receipts.open(picker, 0)


class TestScan:
    async def test_takes_units_into_stock_at_once(self, shop, picker):
        row = await receipt(shop)

        await scan(row, shop.mug.sku, 4, by=picker)

        assert await counts(shop.mug, shop.north) == (14, 0, 0)
        assert (await receipt_line(row, shop.mug)).accepted == 4
        assert (await bought_line(row, shop.mug)).received == 4
        moved = await Movement.get(receipt_id=row.id)
        assert (moved.reason, moved.on_hand_change) == (MovementReason.RECEIVED, 4)
        order = await PurchaseOrder.get(id=row.purchase_order_id)
        assert order.status is PurchaseOrderStatus.PARTIALLY_RECEIVED
        assert (await Arrival.get(purchase_order_id=order.id)).outstanding == 6
        assert (await told("ReceiptScanned", by=picker)).details["units"] == 4
        await assert_balanced()

    async def test_ends_the_order_with_the_last_unit(self, shop, picker):
        row = await receipt(shop, mug=2)
        for _ in range(2):
            await scan(row, shop.mug.sku, by=picker)

        order = await PurchaseOrder.get(id=row.purchase_order_id)
        assert order.status is PurchaseOrderStatus.RECEIVED
        assert (await Arrival.get()).status is ArrivalStatus.ARRIVED

    async def test_counts_damaged_units_apart(self, shop, picker):
        row = await receipt(shop)

        await scan(row, shop.mug.sku, 2, by=picker, condition=DAMAGED)

        assert await counts(shop.mug, shop.north) == (10, 2, 0)
        line = await bought_line(row, shop.mug)
        assert (line.received, line.damaged) == (2, 2)
        await assert_balanced()

    @pytest.mark.parametrize("code", ["A-{sku}", "4006381333931", "04006381333931"])
    async def test_knows_codes_of_the_supplier_and_of_the_trade(self, shop, picker, code):
        await Variant.filter(id=shop.mug.id).update(barcode="4006381333931")
        row = await receipt(shop)

        await scan(row, code.format(sku=shop.mug.sku), by=picker)

        assert (await receipt_line(row, shop.mug)).accepted == 1

    async def test_puts_units_into_a_bin_that_fits(self, shop, picker):
        row, shelf, cold = await receipt(shop), await bin_at(shop.north), await bin_at(shop.north)
        await type(cold).filter(id=cold.id).update(storage=Storage.CHILLED)
        async with refuses(("BLOCKED", ("binId",))):
            await scan(row, shop.mug.sku, 3, by=picker, bin_id=cold.id)

        await scan(row, shop.mug.sku, 3, by=picker, bin_id=shelf.id)

        assert (await Quant.get(bin_id=shelf.id)).on_hand == 3

    async def test_takes_in_lots(self, shop, picker):
        await Variant.filter(id=shop.mug.id).update(tracking=Tracking.LOT)
        row = await receipt(shop)
        async with refuses(("INVALID", ("lot",))):
            await scan(row, shop.mug.sku, 3, by=picker)

        lot = LotDraft(code="L-1", expires_on=date(2030, 1, 1))
        await scan(row, shop.mug.sku, 3, by=picker, lot=lot)

        found = await Lot.get(code="L-1")
        assert (found.supplier_id, found.expires_on) == (row.supplier_id, date(2030, 1, 1))
        assert (await Quant.get(lot_id=found.id)).on_hand == 3
        assert (await ReceiptScan.get(receipt_id=row.id)).lot_id == found.id
        await assert_balanced()

    async def test_reads_item_lot_date_and_count_off_one_code(self, shop, picker):
        given = {"tracking": Tracking.LOT, "barcode": "4006381333931"}
        await Variant.filter(id=shop.mug.id).update(**given)
        row = await receipt(shop)

        await scan(row, "(02)04006381333931(17)300131(37)6(10)L-7", by=picker)

        lot = await Lot.get(code="L-7")
        assert lot.expires_on == date(2030, 1, 31)
        assert (await Quant.get(lot_id=lot.id)).on_hand == 6

    async def test_takes_in_serial_numbers_of_which_one_is_over(self, shop, picker):
        await Variant.filter(id=shop.mug.id).update(tracking=Tracking.SERIAL)
        row = await receipt(shop, mug=2)

        await scan(row, shop.mug.sku, 3, by=picker, serials=["A", "B", "C"], over=KEEP)

        assert (await counts(shop.mug, shop.north))[2] == 1
        over = await ReceiptScan.get(result=ScanResult.OVER)
        assert (await Lot.get(id=over.lot_id)).code == "C"
        await assert_balanced()

    @one_database
    async def test_refuses_when_it_is_complete(self, shop, picker):
        row = await completed(shop)
        async with refuses(("WRONG_STATUS", ("id",))):
            await scan(row, shop.mug.sku, by=picker)


class TestMistakes:
    """What is refused is recorded all the same."""

    async def test_of_an_unknown_code(self, shop, picker):
        row = await receipt(shop)
        with pytest.raises(Exception, match="Nobody knows"):
            await scan(row, "4711", by=picker)

        kept = await ReceiptScan.get(receipt_id=row.id)
        assert (kept.code, kept.result, kept.line_id) == ("4711", ScanResult.REFUSED, None)
        assert (await told("ReceiptScanRefused", by=picker)).details["code"] == "4711"
        assert await Movement.filter(receipt_id=row.id).count() == 0

    async def test_of_what_was_not_ordered(self, shop, picker):
        row = await receipt(shop)
        [outcome] = await all_at_once([partial(scan, row, shop.shirt.sku, by=picker)])

        [problem] = outcome.problems
        assert isinstance(problem, Mispick)
        assert (problem.path, problem.found) == (("code",), shop.shirt.sku)

    async def test_sent_twice_is_recorded_once(self, shop, picker):
        row = await receipt(shop)
        request = Request(fingerprint="f", key="k")
        again = partial(requests.carry_out, picker, request, partial(scan, row, "4711", by=picker))
        await all_at_once([again, again])

        assert await ReceiptScan.filter(receipt_id=row.id).count() == 1


class TestOver:
    async def test_is_refused_beyond_the_tolerance(self, shop, picker):
        row = await receipt(shop)
        await tolerates(row, 200_000)
        await scan(row, shop.mug.sku, 11, by=picker)
        [outcome] = await all_at_once([partial(scan, row, shop.mug.sku, 2, by=picker)])

        [problem] = outcome.problems
        assert (problem.path, problem.expected, problem.found) == (("quantity",), "1", "2")
        assert (await bought_line(row, shop.mug)).received == 11

    async def test_goes_into_quarantine_if_that_is_chosen(self, shop, picker):
        row = await receipt(shop)

        await scan(row, shop.mug.sku, 13, by=picker, over=KEEP)

        assert await counts(shop.mug, shop.north) == (20, 0, 3)
        line = await receipt_line(row, shop.mug)
        assert (line.accepted, line.over, line.held) == (10, 3, 3)
        assert (await bought_line(row, shop.mug)).received == 10
        await assert_balanced()

    async def test_is_dealt_out_to_each_line_of_the_order(self, shop, picker):
        row = await receipt(shop, mug=4, shirt=3)
        await scan(row, shop.mug.sku, 4, by=picker)
        await scan(row, shop.shirt.sku, 5, by=picker, over=KEEP)

        assert (await receipt_line(row, shop.shirt)).over == 2
        assert (await receipt_line(row, shop.mug)).over == 0


class TestWrong:
    async def test_is_written_down_and_not_taken(self, shop, picker):
        row = await receipt(shop)
        await scan(row, shop.shirt.sku, 2, by=picker, wrong=WrongItem.RECORD)

        line = await receipt_line(row, shop.shirt)
        assert (line.wrong, line.accepted, line.purchase_order_line_id) == (2, 0, None)
        assert await counts(shop.shirt, shop.north) == (10, 0, 0)
        await assert_balanced()

    async def test_is_taken_where_that_is_chosen(self, shop, picker):
        row = await receipt(shop)
        for _ in range(2):
            await scan(row, shop.shirt.sku, 1, by=picker, wrong=WrongItem.ACCEPT)

        line = await receipt_line(row, shop.shirt)
        assert (line.wrong, line.accepted) == (0, 2)
        assert await counts(shop.shirt, shop.north) == (12, 0, 0)
        await assert_balanced()


class TestComplete:
    async def test_claims_what_was_not_as_ordered(self, shop, lead):
        row = await completed(shop)

        found = {each.kind: (each.units, each.amount) for each in await SupplierClaim.all()}
        assert found == {
            SupplierClaimKind.DAMAGED: (1, 500),
            SupplierClaimKind.SHORT: (1, 500),
            SupplierClaimKind.WRONG: (1, 0),
        }
        assert row.status is ReceiptStatus.COMPLETED
        event = await told("ReceiptCompleted", by=SYSTEM)
        assert (event.supplier_id, event.details["short"]) == (row.supplier_id, 1)
        # The rest is still to come.
        assert (await Arrival.get()).outstanding == 2

    async def test_gives_up_what_will_not_come(self, shop, lead):
        row = await receipt(shop)
        await scan(row, shop.mug.sku, 7)
        line = await receipt_line(row, shop.mug)

        await receipts.complete(
            lead, row.id, shorts=[Short(line_id=line.id, quantity=3, final=True)]
        )

        assert (await bought_line(row, shop.mug)).cancelled == 3
        order = await PurchaseOrder.get(id=row.purchase_order_id)
        assert order.status is PurchaseOrderStatus.RECEIVED
        assert await Arrival.filter(status=ArrivalStatus.EXPECTED).count() == 0

    @one_database
    async def test_refuses_more_than_is_missing(self, shop, lead):
        row = await receipt(shop)
        await scan(row, shop.mug.sku, 7)
        line = await receipt_line(row, shop.mug)
        async with refuses(
            ("BLOCKED", ("shorts", 0, "quantity")), ("NOT_FOUND", ("shorts", 1, "lineId"))
        ):
            shorts = [Short(line_id=line.id, quantity=4), Short(line_id=0, quantity=1)]
            await receipts.complete(lead, row.id, shorts=shorts)

    @one_database
    async def test_is_done_once(self, shop, lead):
        row = await completed(shop)
        async with refuses(("WRONG_STATUS", ("id",))):
            await receipts.complete(lead, row.id)


class TestCancel:
    async def test_ends_what_was_opened_in_error(self, shop, picker):
        row = await receipt(shop)
        row = await receipts.cancel(picker, row.id, reason="Wrong lorry.")
        assert (row.status, row.reason) == (ReceiptStatus.CANCELLED, "Wrong lorry.")

    @one_database
    async def test_refuses_once_something_was_scanned(self, shop, picker):
        row = await receipt(shop)
        await scan(row, shop.mug.sku)
        async with refuses(("BLOCKED", ("id",))):
            await receipts.cancel(picker, row.id, reason="Wrong lorry.")


class TestInspect:
    async def test_frees_what_is_good(self, shop, lead):
        row = await inspected(shop)
        await scan(row, shop.mug.sku, 5)
        assert await counts(shop.mug, shop.north) == (10, 0, 5)
        line = await receipt_line(row, shop.mug)

        await inspections.inspect(lead, row.id, line_id=line.id, quantity=4, verdict=Verdict.GOOD)

        assert await counts(shop.mug, shop.north) == (14, 0, 1)
        line = await receipt_line(row, shop.mug)
        assert (line.accepted, line.inspecting, line.rejected) == (5, 1, 0)
        assert (await bought_line(row, shop.mug)).received == 5
        await assert_balanced()

    @pytest.mark.parametrize(
        ("verdict", "left"),
        [
            (Verdict.DAMAGED, (10, 2, 1)),
            (Verdict.WRITTEN_OFF, (10, 0, 1)),
            (Verdict.RETURNED, (10, 0, 1)),
        ],
    )
    async def test_claims_what_is_not(self, shop, lead, verdict, left):
        row = await inspected(shop)
        await scan(row, shop.mug.sku, 3)
        line = await receipt_line(row, shop.mug)
        for _ in range(2):
            await inspections.inspect(
                lead, row.id, line_id=line.id, quantity=1, verdict=verdict, note="Cracked."
            )

        assert await counts(shop.mug, shop.north) == left
        [claim] = await SupplierClaim.all()
        assert (claim.kind, claim.units, claim.amount) == (SupplierClaimKind.QUALITY, 2, 1000)
        await assert_balanced()

    async def test_of_what_is_over_lets_it_count_as_bought(self, shop, lead):
        row = await receipt(shop)
        await scan(row, shop.mug.sku, 13, over=KEEP)
        line = await receipt_line(row, shop.mug)
        judge = partial(inspections.inspect, lead, row.id, line_id=line.id, over=True)
        await judge(quantity=2, verdict=Verdict.GOOD)
        await judge(quantity=1, verdict=Verdict.RETURNED)

        assert await counts(shop.mug, shop.north) == (22, 0, 0)
        line = await receipt_line(row, shop.mug)
        assert (line.accepted, line.over, line.held) == (12, 1, 0)
        assert (await bought_line(row, shop.mug)).received == 12
        await assert_balanced()

    @one_database
    async def test_refuses_more_than_waits(self, shop, lead):
        row = await inspected(shop)
        await scan(row, shop.mug.sku, 3)
        line = await receipt_line(row, shop.mug)
        async with refuses(("BLOCKED", ("quantity",))):
            await inspections.inspect(
                lead, row.id, line_id=line.id, quantity=4, verdict=Verdict.GOOD
            )
        async with refuses(("NOT_FOUND", ("lineId",))):
            await inspections.inspect(lead, row.id, line_id=0, quantity=4, verdict=Verdict.GOOD)

    @one_database
    async def test_is_asked_of_everything_where_the_shop_says_so(self, shop, policy):
        policy(inspect_receipts=True)
        row = await receipt(shop)
        await scan(row, shop.mug.sku, 3)
        assert (await receipt_line(row, shop.mug)).inspecting == 3


class TestAtOnce:
    """Several people scan one delivery, while orders wait for what comes."""

    async def test_no_scan_is_lost_and_none_is_too_many(self, shop):
        row = await receipt(shop, mug=10)
        outcomes = await all_at_once([partial(scan, row, shop.mug.sku)] * 13)

        assert len(refused(outcomes)) == 3
        assert (await receipt_line(row, shop.mug)).accepted == 10
        assert await ReceiptScan.filter(result=ScanResult.REFUSED).count() == 3
        await assert_balanced()

    async def test_receiving_while_allocating_serves_the_oldest_promise_first(self, shop):
        order = await bought(shop, mug=6)
        waiting = [await shop.backorder(mug=2) for _ in range(4)]
        row = await receipts.open(SYSTEM, order.id)
        await all_at_once(
            [
                *[partial(scan, row, shop.mug.sku)] * 6,
                *(partial(backorders.allocate, each.id) for each in reversed(waiting)),
            ]
        )
        while await clockwork.tick():
            pass

        left = [sum(line.backordered for line in await lines_of(each)) for each in waiting]
        assert left == [0, 0, 0, 2]
        await assert_balanced()

    async def test_scanning_while_it_is_completed(self, shop):
        row = await receipt(shop, mug=10)
        complete = partial(receipts.complete, SYSTEM, row.id)
        outcomes = await all_at_once([*[partial(scan, row, shop.mug.sku)] * 4, complete, complete])

        assert len(refused(outcomes[4:])) == 1
        taken = 4 - len(refused(outcomes[:4]))
        assert (await receipt_line(row, shop.mug)).accepted == taken
        await assert_balanced()

    async def test_deliveries_of_two_orders_for_the_same_goods(self, shop):
        rows = [await receipt(shop, mug=5, shirt=5) for _ in range(2)]
        codes = (shop.mug.sku, shop.shirt.sku)
        scans = [
            partial(scan, row, code)
            for n in range(4)
            for row in rows
            for code in (codes if n % 2 else reversed(codes))
        ]
        outcomes = await all_at_once(scans)

        assert refused(outcomes) == []
        assert (await counts(shop.mug, shop.north))[0] == 18
        await assert_balanced()

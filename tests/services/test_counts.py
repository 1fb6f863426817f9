"""Stock counts: each step, what it refuses, and what becomes of the stock."""

from typing import Any

import pytest

from models import (
    Bin,
    CountLine,
    CountScan,
    CountScope,
    ExceptionKind,
    Level,
    Lot,
    Meanwhile,
    Movement,
    MovementReason,
    OrderException,
    OrderLine,
    Quant,
    StockCount,
    StockCountStatus,
    Tracking,
    ValueClass,
    Variance,
    VarianceCause,
    VarianceStatus,
    Variant,
)
from services import count_postings, count_scans, counts, ledger, orders, stock, variances
from services.actors import SYSTEM
from services.commit import operation
from services.count_scans import Sighting
from services.counts import CountDraft
from services.ledger import Change
from tests.books import assert_balanced
from tests.cast import LEAD, MANAGER, OTHER_PICKER, PICKER, Shop, lines_of, refuses, told, work_on
from tests.counting import accept_all, bins_of, counted, line_of, opened, posted, see

_S = StockCountStatus
pytestmark = pytest.mark.usefixtures("database")


@operation
async def move(level: Level, units: int, reason: MovementReason, **place: Any) -> None:
    change = Change(level_id=level.id, on_hand=units, **place)
    await ledger.move(SYSTEM, reason, [change], note="By hand.")


class TestCreate:
    async def test_plans_a_count_that_changes_nothing(self, shop: Shop) -> None:
        count = await counts.create(LEAD, shop.north.id, CountDraft(note="Before the audit."))

        assert (count.status, count.is_blind, count.actor) == (_S.DRAFT, True, LEAD.label)
        assert (await told("StockCountCreated", by=LEAD)).details["scope"] == "location"

    async def test_refuses_a_scope_without_what_it_needs(self, shop: Shop) -> None:
        for scope, path in (
            (CountScope.BINS, "binIds"),
            (CountScope.VARIANTS, "variantIds"),
            (CountScope.VALUE_CLASS, "valueClass"),
        ):
            async with refuses(("INVALID", (path,))):
                await counts.create(LEAD, shop.north.id, CountDraft(scope=scope))

    async def test_refuses_what_does_not_belong_to_the_scope(self, shop: Shop) -> None:
        draft = CountDraft(variant_ids=[shop.mug.id], value_class=ValueClass.A)

        async with refuses(("INVALID", ("variantIds",)), ("INVALID", ("valueClass",))):
            await counts.create(LEAD, shop.north.id, draft)

    async def test_refuses_bins_of_elsewhere_and_unknown_variants(self, shop: Shop) -> None:
        there = await Bin.create(location_id=shop.south.id, code="S-1", position=1)
        bins = CountDraft(scope=CountScope.BINS, bin_ids=[there.id])
        variants = CountDraft(scope=CountScope.VARIANTS, variant_ids=[shop.mug.id, 999])

        async with refuses(("NOT_FOUND", ("binIds", 0))):
            await counts.create(LEAD, shop.north.id, bins)
        async with refuses(("NOT_FOUND", ("variantIds", 1))):
            await counts.create(LEAD, shop.north.id, variants)


class TestOpen:
    async def test_fixes_what_lies_there_and_empty_bins(self, shop: Shop) -> None:
        await bins_of(shop, "A-1", "A-2")

        count = await opened(shop)

        lines = await CountLine.filter(count_id=count.id).order_by("id").select_related("bin")
        places = {(line.variant_id, line.bin.code if line.bin else None) for line in lines}
        assert places == {(shop.mug.id, "A-1"), (shop.shirt.id, None), (None, "A-2")}
        assert count.lines_total == 3

    async def test_takes_only_what_is_in_the_scope(self, shop: Shop) -> None:
        [first, second] = await bins_of(shop, "A-1", "A-2")
        await Level.filter(variant_id=shop.shirt.id).update(value_class=ValueClass.A)
        cases: list[tuple[dict[str, Any], int]] = [
            ({"scope": CountScope.BINS, "bin_ids": [first.id, second.id]}, 2),
            ({"scope": CountScope.VARIANTS, "variant_ids": [shop.mug.id]}, 1),
            ({"scope": CountScope.VALUE_CLASS, "value_class": ValueClass.A}, 1),
        ]

        for draft, lines in cases:
            count = await opened(shop, **draft)

            assert count.lines_total == lines
            await counts.cancel(LEAD, count.id)

    async def test_counts_where_a_variant_would_lie_that_has_run_out(self, shop: Shop) -> None:
        await stock.adjust(
            LEAD, variant_id=shop.mug.id, location_id=shop.north.id, change=-10, note="Gone."
        )

        count = await opened(shop, scope=CountScope.VARIANTS, variant_ids=[shop.mug.id])

        assert (await line_of(count, shop.mug)).expected is None
        assert (await see(count, await line_of(count, shop.mug), 0)).expected == 0

    async def test_refuses_what_another_count_has_under_way(self, shop: Shop) -> None:
        await opened(shop)
        other = await counts.create(
            LEAD,
            shop.north.id,
            CountDraft(scope=CountScope.VARIANTS, variant_ids=[shop.mug.id]),
        )

        async with refuses(("BLOCKED", ("id",))):
            await counts.open(LEAD, other.id)

    async def test_refuses_a_scope_in_which_nothing_lies(self, shop: Shop) -> None:
        count = await counts.create(
            LEAD,
            shop.north.id,
            CountDraft(scope=CountScope.VALUE_CLASS, value_class=ValueClass.A),
        )

        async with refuses(("BLOCKED", ("id",))):
            await counts.open(LEAD, count.id)

    async def test_refuses_to_open_twice(self, shop: Shop) -> None:
        count = await opened(shop)

        async with refuses(("WRONG_STATUS", ("id",))):
            await counts.open(LEAD, count.id)


class TestScan:
    async def test_adds_up_what_several_count(self, shop: Shop) -> None:
        count = await opened(shop)
        line = await line_of(count, shop.mug)

        await see(count, line, 4)
        line = await see(count, line, 5, by=OTHER_PICKER)

        assert (line.counted, line.expected, line.difference) == (9, 10, -1)
        assert await CountScan.filter(line_id=line.id).count() == 2
        count = await StockCount.get(id=count.id)
        assert (count.lines_counted, count.lines_total) == (1, 2)

    async def test_sales_after_a_scan_change_nothing_about_it(self, shop: Shop) -> None:
        count = await opened(shop)
        await see(count, await line_of(count, shop.mug), 9)

        await shop.order("shipped", mug=3)
        await see(count, await line_of(count, shop.shirt), 10)
        await counts.complete(PICKER, count.id)

        assert (await Variance.get(count_id=count.id)).quantity == -1

    async def test_an_absolute_scan_takes_the_place_of_those_before(self, shop: Shop) -> None:
        count = await opened(shop)
        line = await see(count, await line_of(count, shop.mug), 6)
        await shop.order("shipped", mug=3)

        line = await see(count, line, 7, is_absolute=True)

        assert (line.counted, line.expected, line.difference) == (7, 7, 0)

    async def test_asks_where_units_were_that_left_between_two_scans(self, shop: Shop) -> None:
        count = await opened(shop)
        line = await see(count, await line_of(count, shop.mug), 6)
        await shop.order("shipped", mug=3)

        async with refuses(("MOVED_MEANWHILE", ("meanwhile",))):
            await see(count, line, 4)

    @pytest.mark.parametrize(
        ("meanwhile", "left"), [(Meanwhile.COUNTED, 4), (Meanwhile.UNCOUNTED, 1)]
    )
    async def test_reckons_with_units_that_left_between_two_scans(
        self, shop: Shop, meanwhile: Meanwhile, left: int
    ) -> None:
        count = await opened(shop)
        line = await see(count, await line_of(count, shop.mug), 6)
        await shop.order("shipped", mug=3)

        line = await see(count, line, left, meanwhile=meanwhile)

        assert (line.counted, line.expected, line.difference) == (7, 7, 0)

    async def test_a_correction_of_the_ledger_moves_nothing(self, shop: Shop) -> None:
        count = await opened(shop)
        line = await see(count, await line_of(count, shop.mug), 6)
        await stock.adjust(
            LEAD, variant_id=shop.mug.id, location_id=shop.north.id, change=2, note="Found."
        )

        line = await see(count, line, 4)

        assert (line.counted, line.expected, line.difference) == (10, 12, -2)

    async def test_picked_units_are_in_no_bin_and_counted_by_nobody(self, shop: Shop) -> None:
        await shop.order("picked", mug=4)
        count = await opened(shop)

        line = await see(count, await line_of(count, shop.mug), 6)

        assert (line.expected, line.difference) == (6, 0)

    async def test_finds_what_nobody_expected_in_an_empty_bin(self, shop: Shop) -> None:
        await bins_of(shop, "A-1", "A-2")
        count = await opened(shop)
        found = Sighting(quantity=2, bin_code="a-2", code=shop.shirt.sku)

        line = await count_scans.scan(PICKER, count.id, found)

        assert (line.is_found, line.difference) == (True, 2)
        count = await StockCount.get(id=count.id)
        assert (count.lines_counted, count.lines_total) == (2, 4)

    async def test_finds_a_line_by_bin_and_barcode(self, shop: Shop) -> None:
        await Variant.filter(id=shop.mug.id).update(barcode="4006381333931")
        await bins_of(shop, "A-1")
        count = await opened(shop)
        seen = Sighting(quantity=9, bin_code="A-1", code="4006381333931")

        line = await count_scans.scan(PICKER, count.id, seen)

        assert (line.is_found, line.difference) == (False, -1)

    async def test_counts_lots_apart(self, shop: Shop) -> None:
        await Variant.filter(id=shop.mug.id).update(tracking=Tracking.LOT)
        level = await shop.level(shop.mug, shop.north)
        lot = await Lot.create(variant_id=shop.mug.id, code="L-1")
        await Quant.filter(level_id=level.id).update(lot_id=lot.id)
        await Movement.filter(level_id=level.id).update(lot_id=lot.id)
        count = await opened(shop)

        known = await count_scans.scan(PICKER, count.id, Sighting(quantity=9, code="L-1"))
        fresh = Sighting(quantity=1, code=shop.mug.sku, lot_code="L-2")
        found = await count_scans.scan(PICKER, count.id, fresh)

        assert (known.lot_id, known.difference, found.difference) == (lot.id, -1, 1)
        async with refuses(("INVALID", ("lotCode",))):
            seen = Sighting(quantity=1, code=shop.mug.sku)
            await count_scans.scan(PICKER, count.id, seen)

    async def test_refuses_two_units_of_one_serial_number(self, shop: Shop) -> None:
        await Variant.filter(id=shop.mug.id).update(tracking=Tracking.SERIAL)
        count = await opened(shop)
        seen = Sighting(quantity=2, code=shop.mug.sku, lot_code="S-1")

        async with refuses(("INVALID", ("quantity",))):
            await count_scans.scan(PICKER, count.id, seen)

    async def test_refuses_a_serial_number_in_two_places(self, shop: Shop) -> None:
        await Variant.filter(id=shop.mug.id).update(tracking=Tracking.SERIAL)
        [first, second] = await bins_of(shop, "A-1", "A-2")
        level = await shop.level(shop.mug, shop.north)
        lot = await Lot.create(variant_id=shop.mug.id, code="S-1")
        await Quant.filter(level_id=level.id).update(lot_id=lot.id, on_hand=1)
        count = await opened(shop, scope=CountScope.BINS, bin_ids=[second.id])
        everywhere = await opened(shop, scope=CountScope.BINS, bin_ids=[first.id])
        there = Sighting(quantity=1, code="S-1", bin_code="A-2")

        async with refuses(("BLOCKED", ("lotCode",))):
            await count_scans.scan(PICKER, count.id, there)
        for each in (count, everywhere):
            await counts.cancel(LEAD, each.id)
        both = await opened(shop, scope=CountScope.BINS, bin_ids=[first.id, second.id])
        await count_scans.scan(PICKER, both.id, there)
        async with refuses(("BLOCKED", ("lotCode",))):
            here = Sighting(quantity=1, code="S-1", bin_code="A-1")
            await count_scans.scan(PICKER, both.id, here)

    async def test_refuses_what_makes_no_sense(self, shop: Shop) -> None:
        await bins_of(shop, "A-1", "A-2")
        count = await opened(shop)
        empty = await CountLine.get(count_id=count.id, level_id=None)
        cases: list[tuple[dict[str, Any], str, str]] = [
            ({"line_id": 999}, "NOT_FOUND", "lineId"),
            ({}, "INVALID", "lineId"),
            ({"code": "Z"}, "NOT_FOUND", "code"),
            ({"code": shop.mug.sku, "bin_code": "Z"}, "NOT_FOUND", "binCode"),
            ({"line_id": empty.id}, "INVALID", "code"),
        ]

        for seen, code, path in cases:
            async with refuses((code, (path,))):
                await count_scans.scan(PICKER, count.id, Sighting(quantity=1, **seen))

    async def test_refuses_other_bins_than_those_to_be_counted(self, shop: Shop) -> None:
        [first, _] = await bins_of(shop, "A-1", "A-2")
        count = await opened(shop, scope=CountScope.BINS, bin_ids=[first.id])

        for code in ("A-2", None):
            async with refuses(("INVALID", ("binCode",))):
                seen = Sighting(quantity=1, code=shop.mug.sku, bin_code=code)
                await count_scans.scan(PICKER, count.id, seen)

    async def test_refuses_what_another_count_counts(self, shop: Shop) -> None:
        await bins_of(shop, "A-1")
        await opened(shop, scope=CountScope.VARIANTS, variant_ids=[shop.mug.id])
        count = await opened(shop, scope=CountScope.VARIANTS, variant_ids=[shop.shirt.id])
        seen = Sighting(quantity=1, code=shop.mug.sku, bin_code="A-1")

        async with refuses(("BLOCKED", ("id",))):
            await count_scans.scan(PICKER, count.id, seen)

    async def test_refuses_before_it_is_open_and_after(self, shop: Shop) -> None:
        draft = await counts.create(LEAD, shop.north.id, CountDraft())
        over = await counted(shop)

        for count in (draft, over):
            async with refuses(("BLOCKED", ("id",))):
                await count_scans.scan(PICKER, count.id, Sighting(quantity=1, code=shop.mug.sku))


class TestFinishBin:
    async def test_counts_the_rest_of_a_bin_as_none(self, shop: Shop) -> None:
        await bins_of(shop, "A-1", "A-2")
        count = await opened(shop)

        for code in ("A-1", "A-2", None):
            count = await count_scans.finish_bin(PICKER, count.id, bin_code=code)

        assert (count.lines_counted, count.lines_total) == (3, 3)
        assert (await line_of(count, shop.mug)).difference == -10


class TestComplete:
    async def test_makes_a_variance_of_each_line_that_differs(self, shop: Shop) -> None:
        count = await counted(shop, mug=12)

        [row] = await Variance.filter(count_id=count.id)
        assert (row.quantity, row.value, row.currency) == (2, 2500, "EUR")

    async def test_values_at_cost_where_that_is_known(self, shop: Shop) -> None:
        await Variant.filter(id=shop.mug.id).update(cost=400)

        count = await counted(shop, mug=9)

        assert (await Variance.get(count_id=count.id)).value == -400

    async def test_refuses_while_lines_are_not_counted(self, shop: Shop) -> None:
        count = await opened(shop)
        await see(count, await line_of(count, shop.mug), 10)

        async with refuses(("BLOCKED", ("id",))):
            await counts.complete(PICKER, count.id)


class TestRecount:
    async def test_opens_lines_again_and_keeps_what_was_scanned(self, shop: Shop) -> None:
        count = await counted(shop, mug=8, shirt=9)
        line = await line_of(count, shop.mug)

        count = await counts.recount(LEAD, count.id, line_ids=[line.id])
        assert (count.status, count.lines_counted) == (_S.OPEN, 1)
        line = await see(count, line, 10)
        await counts.complete(PICKER, count.id)

        assert (line.round, await CountScan.filter(line_id=line.id).count()) == (2, 2)
        left = await Variance.filter(count_id=count.id, is_current=True)
        assert [row.variant_id for row in left] == [shop.shirt.id]

    async def test_refuses_other_counts_lines_and_other_statuses(self, shop: Shop) -> None:
        count = await counted(shop, mug=8)
        line = await line_of(count, shop.mug)

        async with refuses(("NOT_FOUND", ("lineIds",))):
            await counts.recount(LEAD, count.id, line_ids=[999])
        await counts.recount(LEAD, count.id, line_ids=[line.id])
        async with refuses(("WRONG_STATUS", ("id",))):
            await counts.recount(LEAD, count.id, line_ids=[line.id])


class TestVariances:
    async def test_is_looked_into_explained_and_accepted(self, shop: Shop) -> None:
        row = await Variance.get(count_id=(await counted(shop, mug=9)).id)

        await variances.investigate(LEAD, row.id)
        await variances.explain(LEAD, row.id, cause=VarianceCause.THEFT)
        row = await variances.accept(LEAD, row.id)

        assert (row.status, row.cause) == (VarianceStatus.ACCEPTED, VarianceCause.THEFT)
        assert (await told("VarianceExplained", by=LEAD)).details["cause"] == "theft"

    async def test_nobody_knows_needs_a_note(self, shop: Shop) -> None:
        row = await Variance.get(count_id=(await counted(shop, mug=9)).id)

        async with refuses(("INVALID", ("note",))):
            await variances.explain(LEAD, row.id, cause=VarianceCause.UNEXPLAINED)

    async def test_refuses_to_accept_what_is_not_explained(self, shop: Shop) -> None:
        row = await Variance.get(count_id=(await counted(shop, mug=9)).id)

        async with refuses(("WRONG_STATUS", ("id",))):
            await variances.accept(LEAD, row.id)

    async def test_refuses_what_was_counted_again_or_is_posted(self, shop: Shop) -> None:
        count = await counted(shop, mug=9)
        row = await Variance.get(count_id=count.id)
        await counts.recount(LEAD, count.id, line_ids=[row.line_id])

        async with refuses(("BLOCKED", ("id",))):
            await variances.investigate(LEAD, row.id)


class TestApprove:
    async def test_refuses_while_a_variance_is_not_accepted(self, shop: Shop) -> None:
        count = await counted(shop, mug=9)

        async with refuses(("BLOCKED", ("id",))):
            await count_postings.approve(LEAD, count.id)

    async def test_above_the_limit_takes_somebody_who_did_not_count(
        self, shop: Shop, policy: Any
    ) -> None:
        policy(count_approval_limit=1000)
        count = await opened(shop)
        await see(count, await line_of(count, shop.mug), 9, by=LEAD)
        await see(count, await line_of(count, shop.shirt), 10, by=PICKER)
        await counts.complete(PICKER, count.id)
        await counts.review(LEAD, count.id)
        await accept_all(count)

        async with refuses(("SECOND_PERSON_NEEDED", ("id",))):
            await count_postings.approve(LEAD, count.id)
        count = await count_postings.approve(MANAGER, count.id)

        assert (count.status, count.approved_by) == (_S.APPROVED, MANAGER.label)


class TestPost:
    async def test_makes_the_stock_as_it_was_counted(self, shop: Shop) -> None:
        count = await posted(shop, mug=8, shirt=13)

        assert count.status is _S.POSTED
        assert (await shop.level(shop.mug, shop.north)).on_hand == 8
        assert (await shop.level(shop.shirt, shop.north)).on_hand == 13
        moved = await Movement.filter(count_id=count.id)
        assert {row.reason for row in moved} == {MovementReason.COUNTED}
        await assert_balanced()

    async def test_keeps_what_was_sold_since(self, shop: Shop) -> None:
        count = await counted(shop, mug=9)
        await accept_all(count)
        await count_postings.approve(LEAD, count.id)
        await shop.order("shipped", mug=3)

        await count_postings.post(LEAD, count.id)

        assert (await shop.level(shop.mug, shop.north)).on_hand == 6

    async def test_does_not_correct_twice(self, shop: Shop) -> None:
        count = await counted(shop, mug=7)
        await accept_all(count)
        await count_postings.approve(LEAD, count.id)
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        await stock.adjust(LEAD, **at, change=-2, note="Not there.")

        await count_postings.post(LEAD, count.id)

        row = await Variance.get(count_id=count.id)
        assert (row.quantity, row.corrected, row.posted) == (-3, -2, -1)
        assert (await shop.level(shop.mug, shop.north)).on_hand == 7

    async def test_sets_other_units_aside_for_what_is_missing(self, shop: Shop) -> None:
        order = await shop.order("confirmed", mug=9)

        await posted(shop, mug=6)

        level = await shop.level(shop.mug, shop.north)
        assert (level.on_hand, level.reserved) == (6, 6)
        assert (await shop.level(shop.mug, shop.south)).reserved == 3
        assert len(await work_on(order)) == 2
        assert await OrderException.exists(order_id=order.id, kind=ExceptionKind.SHORT_PICK)
        await assert_balanced()

    async def test_lets_orders_wait_for_what_is_nowhere(self, shop: Shop) -> None:
        first = await shop.order("placed", mug=7)
        last = await shop.order("released", mug=8)

        await posted(shop, mug=3)

        [waiting] = await OrderLine.filter(backordered__gt=0)
        assert waiting.order_id in {first.id, last.id}
        assert (waiting.backordered, await shop.available(shop.mug)) == (7, 0)
        await assert_balanced()

    @pytest.mark.parametrize("stage", ["released", "picking"])
    async def test_takes_units_out_of_work_that_is_under_way(self, shop: Shop, stage: str) -> None:
        order = await shop.order(stage, mug=10)

        await posted(shop, mug=4)

        assert [line.backordered for line in await lines_of(order)] == [1]
        await assert_balanced()

    async def test_never_takes_what_is_picked(self, shop: Shop) -> None:
        order = await shop.order("picked", mug=8)

        await posted(shop, mug=0)

        assert (await shop.level(shop.mug, shop.north)).on_hand == 8
        assert [line.picked for line in await lines_of(order)] == [8]

    async def test_refuses_where_units_are_gone_that_were_counted(self, shop: Shop) -> None:
        count = await counted(shop, mug=2)
        await accept_all(count)
        await count_postings.approve(LEAD, count.id)
        level = await shop.level(shop.mug, shop.north)
        await move(level, -5, MovementReason.WRITTEN_OFF)

        async with refuses(("BLOCKED", ("id",))):
            await count_postings.post(LEAD, count.id)

    async def test_refuses_before_it_is_approved(self, shop: Shop) -> None:
        count = await counted(shop, mug=9)

        async with refuses(("WRONG_STATUS", ("id",))):
            await count_postings.post(LEAD, count.id)

    async def test_moves_units_between_bins_that_were_misplaced(self, shop: Shop) -> None:
        [_, second] = await bins_of(shop, "A-1", "A-2")
        count = await opened(shop, scope=CountScope.VARIANTS, variant_ids=[shop.mug.id])
        await see(count, await line_of(count, shop.mug), 7)
        found = Sighting(quantity=3, code=shop.mug.sku, bin_code="A-2")
        await count_scans.scan(PICKER, count.id, found)
        await counts.complete(PICKER, count.id)
        await counts.review(LEAD, count.id)
        await accept_all(count, VarianceCause.MISPLACED)
        await count_postings.approve(LEAD, count.id)
        await count_postings.post(LEAD, count.id)

        level = await shop.level(shop.mug, shop.north)
        assert level.on_hand == 10
        assert (await Quant.get(level_id=level.id, bin_id=second.id)).on_hand == 3
        await assert_balanced()


class TestCancel:
    async def test_lets_others_count(self, shop: Shop) -> None:
        count = await counted(shop, mug=9)

        await counts.cancel(LEAD, count.id)

        assert (await opened(shop)).lines_total == 2
        assert (await shop.level(shop.mug, shop.north)).on_hand == 10

    async def test_refuses_a_posted_count(self, shop: Shop) -> None:
        count = await posted(shop, mug=9)

        async with refuses(("WRONG_STATUS", ("id",))):
            await counts.cancel(LEAD, count.id)


class TestReverse:
    async def test_posts_the_opposite(self, shop: Shop) -> None:
        count = await posted(shop, mug=8, shirt=13)

        reversing = await count_postings.reverse(MANAGER, count.id, note="Wrong shelf.")

        assert (reversing.status, reversing.reverses_id) == (_S.POSTED, count.id)
        assert (await shop.level(shop.mug, shop.north)).on_hand == 10
        assert (await shop.level(shop.shirt, shop.north)).on_hand == 10
        await assert_balanced()

    async def test_refuses_a_second_time_and_what_is_not_posted(self, shop: Shop) -> None:
        count = await posted(shop, mug=8)
        reversing = await count_postings.reverse(MANAGER, count.id, note="Wrong shelf.")
        open_one = await counted(shop, mug=8)

        for each in (count, reversing, open_one):
            async with refuses(("BLOCKED", ("id",))):
                await count_postings.reverse(MANAGER, each.id, note="Again.")


class TestOutcome:
    async def test_says_how_right_the_ledger_was_and_what_is_missing(self, shop: Shop) -> None:
        count = await posted(shop, mug=8)

        [found] = await variances.outcomes(LEAD, [count])
        [nothing] = await variances.outcomes(PICKER, [count])

        assert found is not None
        assert nothing is None
        assert (found.accuracy, found.lines_right, found.lines) == (0.5, 1, 2)
        assert [(each.amount, each.currency) for each in found.shrinkage] == [(2500, "EUR")]


async def test_orders_go_on_while_counting(shop: Shop) -> None:
    count = await opened(shop)
    order = await shop.order("placed", mug=2)
    await orders.cancel(SYSTEM, order.id, reason="Changed their mind.")
    line = await see(count, await line_of(count, shop.mug), 10)

    assert line.difference == 0

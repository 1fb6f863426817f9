"""Scans: counted unit by unit, and what is wrong is caught, recorded and changes nothing."""

from collections import Counter
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import (
    ExceptionKind,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Mispick,
    MispickKind,
    MispickStep,
    Order,
    OrderException,
    Package,
    PackageLine,
    Wave,
    WaveStatus,
)
from models.errors import Mispick as Caught
from models.errors import Refused
from services import (
    catalog,
    commit,
    fulfillments,
    mispicks,
    order_lines,
    orders,
    requests,
    scans,
    shipments,
)
from services.actors import SYSTEM
from services.goods import LineDraft
from services.mispicks import Scan
from services.requests import Request
from tests.books import assert_balanced
from tests.cast import (
    Shop,
    all_at_once,
    everything,
    lines_of,
    one_database,
    refused,
    refuses,
    told,
    work_on,
)
from tests.warehouse import box_for, counts, home, mispicked, pack, pick, wave_of

K = MispickKind


async def caught(scan) -> Caught:
    """The mistake for which a scan is refused; nothing but its record has changed."""
    before = await everything()
    with pytest.raises(Refused) as refusal:
        await scan
    after = await everything()
    for table in ("mispicks", "events"):
        before.pop(table), after.pop(table)
    assert before == after
    [problem] = refusal.value.problems
    assert isinstance(problem, Caught)
    return problem


class TestPick:
    async def test_counts_units_off_their_shelf(self, shop, picker):
        work = await shop.fulfillment("picking", mug=2, shirt=1)

        await pick(picker, work, shop.mug)

        assert await counts(work) == [(2, 1, 0), (1, 0, 0)]
        order = await Order.get(id=work.order_id)
        assert [(line.reserved, line.picked) for line in await lines_of(order)] == [(1, 1), (1, 0)]
        event = await told("FulfillmentPickScanned", by=picker)
        assert event.details == {
            "fulfillment_id": work.id,
            "sku": shop.mug.sku,
            "quantity": 1,
        }
        await assert_balanced()

    async def test_knows_an_item_by_its_barcode(self, shop, picker):
        await catalog.update_variant(SYSTEM, shop.mug.id, {"barcode": "4006381333931"}, None)
        work = await shop.fulfillment("picking")

        await scans.pick(picker, work.id, Scan(barcode=" 4006381333931 "))

        assert await counts(work) == [(1, 1, 0)]

    async def test_deals_units_to_two_lines_of_one_variant(self, shop, picker):
        order = await orders.create(SYSTEM, shop.draft(mug=2))
        again = LineDraft(variant_id=shop.mug.id, quantity=2)
        await order_lines.add(SYSTEM, order.id, again)
        for step in (orders.place, orders.confirm):
            await step(SYSTEM, order.id)
        [work] = await work_on(order)
        await fulfillments.release(SYSTEM, work.id)
        await fulfillments.pick_start(SYSTEM, work.id)

        await pick(picker, work, shop.mug, 3)

        assert sum(picked for _, picked, _ in await counts(work)) == 3
        await assert_balanced()

    async def test_catches_the_wrong_item(self, shop, picker):
        work = await shop.fulfillment("picking", mug=2)

        problem = await caught(pick(picker, work, shop.shirt))

        assert (problem.kind, problem.path) == (K.WRONG_ITEM, ("barcode",))
        assert (problem.expected, problem.found) == (shop.mug.sku, shop.shirt.sku)
        row = await Mispick.get(fulfillment_id=work.id)
        assert (row.kind, row.step, row.picker) == (K.WRONG_ITEM, MispickStep.PICKING, picker.label)
        assert (row.order_id, row.location_id) == (work.order_id, work.location_id)
        event = await told("MispickRecorded", by=picker)
        assert event.order_id == work.order_id
        assert event.details["mispick_id"] == row.id

    async def test_catches_units_beyond_those_asked_for(self, shop, picker):
        work = await shop.fulfillment("picking", mug=2)

        problem = await caught(pick(picker, work, shop.mug, 3))

        assert (problem.kind, problem.expected, problem.found) == (K.WRONG_QUANTITY, "2", "3")

    async def test_catches_what_was_picked_already(self, shop, picker):
        work = await shop.fulfillment("picking", mug=1)
        await pick(picker, work, shop.mug)

        assert (await caught(pick(picker, work, shop.mug))).kind is K.ALREADY_PICKED

    async def test_catches_the_wrong_bin(self, shop, picker):
        right = await home(shop.mug, shop.north, code="A-01")
        work = await shop.fulfillment("picking", mug=2)

        problem = await caught(pick(picker, work, shop.mug, bin_code="B-02"))
        await pick(picker, work, shop.mug, bin_code="a-01")

        assert (problem.kind, problem.expected, problem.found) == (
            K.WRONG_BIN,
            right.code,
            "B-02",
        )
        assert await counts(work) == [(2, 1, 0)]

    async def test_checks_no_bin_where_nobody_said_which(self, shop, picker):
        work = await shop.fulfillment("picking")

        await pick(picker, work, shop.mug, bin_code="B-02")

        assert await counts(work) == [(1, 1, 0)]

    @one_database
    @pytest.mark.parametrize("stage", ["released", "picked", "packed"])
    async def test_refuses_work_that_is_not_being_picked(self, shop, picker, stage):
        work = await shop.fulfillment(stage)

        async with refuses(("WRONG_STATUS", ("id",))):
            await pick(picker, work, shop.mug)

    @one_database
    async def test_refuses_what_is_no_scan(self, shop, picker):
        work = await shop.fulfillment("picking")
        scan = Scan(barcode=" ", quantity=0, bin_code="x" * 200)

        async with refuses(
            ("INVALID", ("barcode",)), ("INVALID", ("quantity",)), ("INVALID", ("binCode",))
        ):
            await scans.pick(picker, work.id, scan)

    async def test_gives_the_last_unit_to_one_of_two_who_scan_it(self, shop, picker, other_picker):
        for _ in range(3):
            work = await shop.fulfillment("picking", mug=1)

            outcomes = await all_at_once(
                partial(pick, each, work, shop.mug) for each in (picker, other_picker)
            )

            [loser] = refused(outcomes)
            assert loser.problems[0].kind is K.ALREADY_PICKED
            assert await counts(work) == [(1, 1, 0)]
        await assert_balanced()

    async def test_never_interleaves_with_a_cancellation(self, shop, picker, lead):
        for _ in range(3):
            work = await shop.fulfillment("picking", mug=2)

            await all_at_once(
                [
                    partial(pick, picker, work, shop.mug),
                    partial(orders.cancel, lead, work.order_id, reason="Enough."),
                    partial(pick, picker, work, shop.mug),
                ]
            )

            assert (await Order.get(id=work.order_id)).status.name == "CANCELLED"
            assert await shop.available(shop.mug) == 15
        await assert_balanced()

    async def test_never_interleaves_with_an_edit(self, shop, picker, clerk):
        for _ in range(3):
            work = await shop.fulfillment("picking", mug=3)
            [line] = await lines_of(await Order.get(id=work.order_id))

            await all_at_once(
                [
                    partial(pick, picker, work, shop.mug, 2),
                    partial(order_lines.update, clerk, line.id, quantity=1),
                    partial(order_lines.update, clerk, line.id, quantity=4),
                    partial(pick, picker, work, shop.mug),
                ]
            )

            # What has been handed to a picker stays asked for.
            assert await counts(work) == [(3, 3, 0)]
            [line] = await lines_of(await Order.get(id=work.order_id))
            assert line.ordered in (3, 4)
        await assert_balanced()


class TestRecord:
    async def test_is_kept_once_for_a_scan_that_is_sent_again(self, shop, picker):
        work = await shop.fulfillment("picking")
        request = Request(fingerprint="f", key="k")
        scan = partial(pick, picker, work, shop.shirt)

        for _ in range(2):
            await caught(requests.carry_out(picker, request, scan))
        outcomes = await all_at_once([partial(requests.carry_out, picker, request, scan)] * 3)

        assert len(refused(outcomes)) == 3
        assert await Mispick.all().count() == 1

    async def test_is_kept_each_time_without_a_key(self, shop, picker):
        work = await shop.fulfillment("picking")

        for _ in range(2):
            await caught(pick(picker, work, shop.shirt))

        assert await Mispick.all().count() == 2

    async def test_is_not_kept_of_a_rehearsal(self, shop, picker):
        work = await shop.fulfillment("picking")
        before = await everything()

        with pytest.raises(Refused):
            async with commit.rehearsal():
                await pick(picker, work, shop.shirt)

        assert await everything() == before


class TestPickComplete:
    async def test_takes_what_was_scanned(self, shop, picker):
        work = await shop.fulfillment("picking", mug=3)
        await pick(picker, work, shop.mug, 2)

        await fulfillments.pick_complete(picker, work.id)

        assert await counts(work) == [(3, 2, 0)]
        _, anew = await work_on(await Order.get(id=work.order_id))
        assert (anew.status, await counts(anew)) == (FulfillmentStatus.PENDING, [(1, 0, 0)])
        raised = await OrderException.get(order_id=work.order_id)
        assert (raised.kind, raised.reason) == (
            ExceptionKind.SHORT_PICK,
            f"1 units of {work.number} were not found.",
        )
        await assert_balanced()

    @pytest.mark.parametrize("units", [1, 3])
    async def test_believes_the_picker_more_than_the_scanner(self, shop, picker, units):
        work = await shop.fulfillment("picking", mug=3, shirt=1)
        await pick(picker, work, shop.mug, 2)
        lines = FulfillmentLine.filter(fulfillment_id=work.id).order_by("id")
        mugs, shirts = await lines.values_list("id", flat=True)

        await fulfillments.pick_complete(picker, work.id, picked={mugs: units, shirts: 1})

        assert await counts(work) == [(3, units, 0), (1, 1, 0)]
        await assert_balanced()


class TestPack:
    async def test_counts_units_into_a_box(self, shop, picker):
        work = await shop.fulfillment("picked", mug=2, shirt=1)
        box = await box_for(work)

        packed = await pack(picker, work, shop.mug, box.box, 2)

        assert packed.status is FulfillmentStatus.PACKING
        assert await counts(work) == [(2, 2, 2), (1, 1, 0)]
        assert await PackageLine.filter(package_id=box.id).values_list("quantity", flat=True) == [2]
        event = await told("PackageScanned", by=picker)
        assert event.details == {"package_id": box.id, "sku": shop.mug.sku, "quantity": 2}
        await assert_balanced()

    async def test_catches_the_box_of_other_work(self, shop, picker):
        work, other = [await shop.fulfillment("picked") for _ in range(2)]
        mine, theirs = await box_for(work), await box_for(other)

        problem = await caught(pack(picker, work, shop.mug, theirs.box))

        assert (problem.kind, problem.path) == (K.WRONG_BOX, ("box",))
        assert (problem.expected, problem.found) == (mine.box, theirs.box)
        assert (await Mispick.get(fulfillment_id=work.id)).step is MispickStep.PACKING

    async def test_catches_a_unit_that_is_in_another_box(self, shop, picker):
        work = await shop.fulfillment("picked", mug=1)
        first, second = [await box_for(work) for _ in range(2)]
        await pack(picker, work, shop.mug, first.box)

        problem = await caught(pack(picker, work, shop.mug, second.box))
        again = await caught(pack(picker, work, shop.mug, first.box))

        assert (problem.kind, problem.expected) == (K.WRONG_BOX, first.box)
        assert (again.kind, again.expected) == (K.WRONG_QUANTITY, "0")

    async def test_catches_what_was_not_picked(self, shop, picker):
        work = await shop.fulfillment("picking", mug=3)
        await pick(picker, work, shop.mug, 2)
        await fulfillments.pick_complete(picker, work.id)
        box = await box_for(work)

        stranger = await caught(pack(picker, work, shop.shirt, box.box))
        surplus = await caught(pack(picker, work, shop.mug, box.box, 3))

        assert (stranger.kind, stranger.expected) == (K.WRONG_ITEM, shop.mug.sku)
        assert (surplus.kind, surplus.expected, surplus.found) == (K.WRONG_QUANTITY, "2", "3")

    async def test_refuses_a_box_that_nobody_took(self, shop, picker):
        work = await shop.fulfillment("picked")

        async with refuses(("NOT_FOUND", ("box",))):
            await pack(picker, work, shop.mug, "BOX-?")


class TestPickWave:
    async def test_fills_the_orders_one_after_the_other(self, shop, picker):
        work = [await shop.fulfillment("released", mug=2) for _ in range(2)]
        wave = await wave_of(*work, started_by=picker)

        await scans.pick_wave(picker, wave.id, Scan(barcode=shop.mug.sku, quantity=3))

        assert [await counts(each) for each in work] == [[(2, 2, 0)], [(2, 1, 0)]]
        await assert_balanced()

    async def test_is_over_with_its_last_pick(self, shop, picker):
        work = [await shop.fulfillment("released") for _ in range(2)]
        wave = await wave_of(*work, started_by=picker)

        for each in work:
            assert (await Wave.get(id=wave.id)).status is WaveStatus.PICKING
            await fulfillments.pick_complete(picker, each.id)

        assert (await Wave.get(id=wave.id)).status is WaveStatus.DONE

    async def test_catches_what_none_of_its_orders_asks_for(self, shop, picker):
        wave = await wave_of(await shop.fulfillment("released"), started_by=picker)

        problem = await caught(scans.pick_wave(picker, wave.id, Scan(barcode=shop.shirt.sku)))

        assert problem.kind is K.WRONG_ITEM
        row = await Mispick.get(wave_id=wave.id)
        assert (row.fulfillment_id, row.location_id) == (None, shop.north.id)

    async def test_refuses_a_wave_nobody_has_started(self, shop, picker):
        wave = await wave_of(await shop.fulfillment("released"))

        async with refuses(("WRONG_STATUS", ("id",))):
            await scans.pick_wave(picker, wave.id, Scan(barcode=shop.mug.sku))


SCANS = st.lists(
    st.tuples(st.sampled_from(["mug", "shirt", "?"]), st.integers(1, 3), st.booleans()),
    max_size=12,
)


@one_database
@settings(max_examples=12)
@given(asked=st.tuples(st.integers(0, 4), st.integers(1, 4)), scanned=SCANS)
async def test_random_scans_agree_with_an_independent_count(database, asked, scanned):
    shop = await Shop.open()
    right = await home(shop.mug, shop.north)
    work = await shop.fulfillment("picking", mug=asked[0], shirt=asked[1])
    left = Counter(mug=asked[0], shirt=asked[1])
    expected: Counter[MispickKind] = Counter()

    for item, units, in_bin in scanned:
        barcode = {"mug": shop.mug.sku, "shirt": shop.shirt.sku}.get(item, item)
        scan = Scan(barcode=barcode, quantity=units, bin_code=right.code if in_bin else "WRONG")
        mistake = _mistake(item, units, left, asked, in_bin)
        if mistake is None:
            left[item] -= units
            await scans.pick(SYSTEM, work.id, scan)
        else:
            expected[mistake] += 1
            with pytest.raises(Refused):
                await scans.pick(SYSTEM, work.id, scan)

        picked = sum(each for _, each, _ in await counts(work))
        assert picked == sum(asked) - left.total()
        await assert_balanced()
    recorded = await Mispick.filter(fulfillment_id=work.id).values_list("kind", flat=True)
    assert Counter(recorded) == expected


def _mistake(item, units, left, asked, in_bin):
    """What a supervisor who looks over the picker's shoulder would call it."""
    if item == "?" or (item == "mug" and not asked[0]):
        return K.WRONG_ITEM
    if item == "mug" and not in_bin:
        return K.WRONG_BIN
    if not left[item]:
        return K.ALREADY_PICKED
    return K.WRONG_QUANTITY if units > left[item] else None


async def test_everything_that_was_boxed_leaves_in_one_parcel_per_package(shop, picker):
    work = await shop.fulfillment("picked", mug=2, shirt=1)
    boxes = [await box_for(work) for _ in range(2)]
    await pack(picker, work, shop.mug, boxes[0].box, 2)
    async with refuses(("BLOCKED", ("id",))):
        await fulfillments.pack_complete(picker, work.id)
    await pack(picker, work, shop.shirt, boxes[1].box)
    await fulfillments.pack_complete(picker, work.id)
    assert set(await Package.all().values_list("status", flat=True)) == {"closed"}

    async with refuses(("INVALID", ("packageId",))):
        await shipments.create(picker, work.id, carrier="DHL")
    first = await shipments.create(picker, work.id, carrier="DHL", package_id=boxes[1].id)
    async with refuses(("BLOCKED", ("packageId",))):
        await shipments.create(picker, work.id, carrier="DHL", package_id=boxes[1].id)
    second = await shipments.create(picker, work.id, carrier="DHL")

    assert (first.package_id, second.package_id) == (boxes[1].id, boxes[0].id)
    await fulfillments.hand_over(picker, work.id)
    await assert_balanced()


async def test_mispicks_are_counted_for_whoever_made_them(shop, picker, other_picker):
    for each in (picker, picker, other_picker):
        row = await mispicked(shop, each)
    work = await Fulfillment.get(id=row.fulfillment_id)

    tallies = await mispicks.by_picker(SYSTEM, location_id=shop.north.id)

    assert [(each.picker, each.kind, each.mispicks) for each in tallies] == [
        (picker.label, K.WRONG_ITEM, 2),
        (other_picker.label, K.WRONG_ITEM, 1),
    ]
    assert await mispicks.of_fulfillments(SYSTEM, [work]) == [1]
    assert await mispicks.by_picker(SYSTEM, until=row.created_at, location_id=shop.south.id) == []

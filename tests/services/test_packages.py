"""Packages: boxes that are taken, filled by scan, weighed, closed, and emptied again."""

from functools import partial

import pytest

from models import Package, PackageStatus, Shipment
from services import fulfillments, packages, shipments
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import all_at_once, one_database, refused, refuses, told
from tests.warehouse import box_for, boxed, counts, pack, packed

P = PackageStatus


class TestCreate:
    async def test_takes_a_box(self, shop, picker):
        work = await shop.fulfillment("picked")

        box = await packages.create(picker, work.id, box=" BOX-1 ", material="Carton M")

        assert (box.box, box.material, box.status) == ("BOX-1", "Carton M", P.OPEN)
        assert (await told("PackageCreated", by=picker)).details == {"package_id": box.id}

    async def test_gives_a_box_to_one_of_two_who_take_it(self, shop, picker):
        work = [await shop.fulfillment("picked") for _ in range(2)]

        outcomes = await all_at_once(
            partial(packages.create, picker, each.id, box="BOX-1") for each in work
        )

        [loser] = refused(outcomes)
        assert [(each.code, each.path) for each in loser.problems] == [("TAKEN", ("box",))]

    @one_database
    @pytest.mark.parametrize("stage", ["released", "picking", "packed"])
    async def test_refuses_work_that_is_not_to_be_packed(self, shop, picker, stage):
        work = await shop.fulfillment(stage)

        async with refuses(("BLOCKED", ("fulfillmentId",))):
            await packages.create(picker, work.id, box="BOX-1")


class TestClose:
    async def test_weighs_a_box(self, shop, picker, clock):
        box = await boxed(shop)

        closed = await packages.close(picker, box.id, weight=1250)

        assert (closed.status, closed.weight, closed.closed_at) == (P.CLOSED, 1250, clock.time)
        assert (await told("PackageClosed", by=picker)).details == {"package_id": box.id}

    async def test_refuses_an_empty_box_and_one_that_is_closed(self, shop, picker):
        empty = await box_for(await shop.fulfillment("picked"))
        closed = await packed(shop)

        async with refuses(("INVALID", ("weight",)), ("BLOCKED", ("id",))):
            await packages.close(picker, empty.id, weight=0)
        async with refuses(("WRONG_STATUS", ("id",))):
            await packages.close(picker, closed.id)

    async def test_lets_nothing_more_in(self, shop, picker):
        work = await shop.fulfillment("picked", mug=2)
        box = await box_for(work)
        await pack(picker, work, shop.mug, box.box)
        await packages.close(picker, box.id)

        async with refuses(("BLOCKED", ("box",))):
            await pack(picker, work, shop.mug, box.box)


class TestFinish:
    async def test_frees_boxes_that_nothing_was_put_into(self, shop, picker):
        work = await shop.fulfillment("picked")
        box = await box_for(work)

        await fulfillments.pack_complete(picker, work.id)

        assert (await Package.get(id=box.id)).status is P.VOIDED
        assert await counts(work) == [(1, 1, 1)]
        other = await shop.fulfillment("picked")
        assert await packages.create(picker, other.id, box=box.box)


class TestVoid:
    async def test_comes_with_the_work_that_is_given_up(self, shop, lead):
        box = await boxed(shop, mug=2)

        await fulfillments.cancel(lead, box.fulfillment_id)

        box = await Package.get(id=box.id)
        assert (box.status, box.in_use) == (P.VOIDED, None)
        assert (await told("PackageVoided", by=lead)).details == {"package_id": box.id}
        await assert_balanced()


async def test_a_parcel_has_the_contents_and_the_weight_of_its_package(shop, picker):
    box = await packed(shop, mug=2)

    parcel = await shipments.create(SYSTEM, box.fulfillment_id, carrier="DHL")

    assert (parcel.package_id, parcel.weight) == (box.id, 1000)
    async with refuses(("BLOCKED", ("fulfillmentId",))):
        await shipments.create(SYSTEM, box.fulfillment_id, carrier="DHL")
    assert await Shipment.all().count() == 1

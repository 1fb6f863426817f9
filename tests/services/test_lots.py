from datetime import date
from functools import partial

import pytest

from models import Lot, Quant, Supplier, Tracking
from services import catalog, lots, stock
from services.actors import SYSTEM
from services.lots import LotDraft
from tests.books import assert_balanced
from tests.cast import all_at_once, one_database, refused, refuses, told

SOON, LATER = date(2026, 3, 1), date(2026, 6, 1)


def at(shop, variant, **more):
    return {"variant_id": variant.id, "location_id": shop.north.id} | more


async def units_of(lot: Lot) -> int:
    return sum(quant.on_hand for quant in await Quant.filter(lot_id=lot.id))


class TestCreate:
    async def test_enters_a_lot_before_its_units_come(self, shop, manager):
        tea = await shop.tracked()
        leaf = await Supplier.create(code="LEAF", name="Leaf", currency="EUR")

        draft = LotDraft(code=" L-1 ", expires_on=LATER, made_on=SOON, supplier_id=leaf.id)
        lot = await lots.create(manager, tea.id, draft)

        stored = await Lot.get(id=lot.id)
        assert (stored.code, stored.expires_on, stored.made_on) == ("L-1", LATER, SOON)
        event = await told("LotEntered", by=manager)
        assert event.details == {"lot_id": lot.id, "code": "L-1"}

    async def test_refuses_a_code_that_is_taken(self, shop, manager):
        tea = await shop.tracked()
        await lots.create(SYSTEM, tea.id, LotDraft(code="L-1"))

        async with refuses(("TAKEN", ())):
            await lots.create(manager, tea.id, LotDraft(code="L-1"))

    async def test_refuses_a_lot_of_what_has_none(self, shop, manager):
        async with refuses(("BLOCKED", ("variantId",))):
            await lots.create(manager, shop.mug.id, LotDraft(code="L-1"))

    @one_database
    @pytest.mark.parametrize("code", ["", "x" * 61])
    async def test_refuses_a_code_that_does_not_fit(self, shop, manager, code):
        tea = await shop.tracked()

        async with refuses(("INVALID", ("code",))):
            await lots.create(manager, tea.id, LotDraft(code=code))

    @one_database
    async def test_refuses_one_that_expires_before_it_is_made(self, shop, manager):
        tea = await shop.tracked()

        async with refuses(("INVALID", ("expiresOn",))):
            await lots.create(manager, tea.id, LotDraft(code="L", made_on=LATER, expires_on=SOON))

    @one_database
    async def test_refuses_a_supplier_that_is_not_there(self, shop, manager):
        tea = await shop.tracked()

        async with refuses(("NOT_FOUND", ("supplierId",))):
            await lots.create(manager, tea.id, LotDraft(code="L", supplier_id=999))


class TestUpdate:
    async def test_corrects_until_when_it_keeps(self, shop, manager):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.north, 5, "L-1", expires_on=SOON)

        await lots.update(manager, lot.id, {"expires_on": LATER})

        assert (await Lot.get(id=lot.id)).expires_on == LATER
        assert (await told("LotUpdated", by=manager)).details["lot_id"] == lot.id

    async def test_refuses_dates_that_cannot_be(self, shop, manager):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.north, 5, "L-1", expires_on=SOON)

        async with refuses(("INVALID", ("expiresOn",))):
            await lots.update(manager, lot.id, {"made_on": LATER})

    @one_database
    async def test_refuses_one_that_is_not_there(self, shop, manager):
        async with refuses(("NOT_FOUND", ("id",))):
            await lots.update(manager, 999, {"made_on": LATER})


class TestReceiving:
    async def test_adds_to_the_lot_that_is_there(self, shop, lead):
        tea = await shop.tracked()
        first = await shop.receive_lot(tea, shop.north, 5, "L-1")

        await stock.receive(
            lead, **at(shop, tea), quantity=3, lot=LotDraft(code="L-1", expires_on=SOON)
        )

        assert await units_of(first) == 8
        assert (await Lot.get(id=first.id)).expires_on == SOON
        await assert_balanced()

    async def test_makes_one_lot_however_many_bring_the_first_units(self, shop, lead):
        tea = await shop.tracked()
        receive = partial(stock.receive, lead, **at(shop, tea), quantity=1, lot=LotDraft(code="L"))

        await all_at_once([receive] * 8)

        assert await units_of(await Lot.get(variant_id=tea.id)) == 8
        await assert_balanced()

    async def test_takes_a_serial_number_for_each_unit(self, shop, lead):
        phone = await shop.tracked(Tracking.SERIAL)

        await stock.receive(lead, **at(shop, phone), quantity=2, serials=["S1", "S2"])

        assert [await units_of(lot) for lot in await Lot.filter(variant_id=phone.id)] == [1, 1]
        await assert_balanced()

    async def test_refuses_a_serial_number_that_is_in_stock(self, shop, lead):
        phone = await shop.tracked(Tracking.SERIAL)
        await stock.receive(SYSTEM, **at(shop, phone), quantity=1, serials=["S1"])

        async with refuses(("BLOCKED", ("serials", 1))):
            await stock.receive(lead, **at(shop, phone), quantity=2, serials=["S2", "S1"])

    async def test_takes_a_serial_number_once_however_many_bring_it(self, shop, lead):
        phone = await shop.tracked(Tracking.SERIAL)
        places = [shop.north, shop.south] * 3
        receive = [
            partial(
                stock.receive,
                lead,
                variant_id=phone.id,
                location_id=place.id,
                quantity=1,
                serials=["S1"],
            )
            for place in places
        ]

        assert len(refused(await all_at_once(receive))) == 5
        await assert_balanced()

    @pytest.mark.parametrize(
        ("tracking", "given", "path"),
        [
            (Tracking.NONE, {"lot": LotDraft(code="L")}, ("lot",)),
            (Tracking.NONE, {"serials": ["S"]}, ("serials",)),
            (Tracking.LOT, {}, ("lot",)),
            (Tracking.LOT, {"lot": LotDraft(code="L"), "serials": ["S"]}, ("serials",)),
            (Tracking.LOT, {"lot": LotDraft(code="")}, ("lot", "code")),
            (Tracking.SERIAL, {}, ("serials",)),
            (Tracking.SERIAL, {"serials": ["S"]}, ("serials",)),
            (Tracking.SERIAL, {"serials": ["S", "S"]}, ("serials", 1)),
        ],
    )
    @one_database
    async def test_refuses_what_is_missing_or_superfluous(self, shop, lead, tracking, given, path):
        variant = await shop.tracked(tracking)

        async with refuses(("INVALID", path)):
            await stock.receive(lead, **at(shop, variant), quantity=2, **given)

    async def test_refuses_a_lot_with_another_date_than_is_known(self, shop, lead):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 5, "L-1", expires_on=SOON)

        async with refuses(("INVALID", ("lot", "code"))):
            await stock.receive(
                lead, **at(shop, tea), quantity=1, lot=LotDraft(code="L-1", expires_on=LATER)
            )


class TestAdjusting:
    async def test_takes_units_of_a_lot_away(self, shop, lead):
        tea = await shop.tracked()
        one = await shop.receive_lot(tea, shop.north, 5, "L-1")
        two = await shop.receive_lot(tea, shop.north, 5, "L-2")

        await stock.adjust(lead, **at(shop, tea), change=-3, note="Torn", lot=LotDraft(code="L-2"))

        assert (await units_of(one), await units_of(two)) == (5, 2)
        await assert_balanced()

    async def test_takes_a_serial_number_away_that_may_come_again(self, shop, lead):
        phone = await shop.tracked(Tracking.SERIAL)
        given = {"note": "Found", "serials": ["S1"]}
        for change in (1, -1, 1):
            await stock.adjust(lead, **at(shop, phone), change=change, **given)

        assert await units_of(await Lot.get(variant_id=phone.id)) == 1
        await assert_balanced()

    async def test_refuses_more_than_there_are_of_the_lot(self, shop, lead):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 5, "L-1")
        await shop.receive_lot(tea, shop.north, 1, "L-2")

        async with refuses(("BLOCKED", ("lot", "code"))):
            await stock.adjust(
                lead, **at(shop, tea), change=-2, note="Torn", lot=LotDraft(code="L-2")
            )

    async def test_refuses_a_lot_that_is_not_there(self, shop, lead):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 5, "L-1")

        async with refuses(("NOT_FOUND", ("lot", "code"))):
            await stock.adjust(
                lead, **at(shop, tea), change=-2, note="Torn", lot=LotDraft(code="L-3")
            )


class TestTracking:
    async def test_can_change_while_there_is_none(self, shop, manager):
        tea = await shop.tracked(Tracking.NONE)

        variant = await catalog.update_variant(
            manager, tea.id, {"tracking": Tracking.LOT, "fresh_days": 30}, None
        )

        assert (variant.tracking, variant.fresh_days) == (Tracking.LOT, 30)

    async def test_cannot_change_while_there_is_stock(self, shop, manager):
        async with refuses(("BLOCKED", ("tracking",))):
            await catalog.update_variant(manager, shop.mug.id, {"tracking": Tracking.LOT}, None)

    @one_database
    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"tracking": None}, "tracking"),
            ({"rotation": None}, "rotation"),
            ({"fresh_days": -1}, "freshDays"),
        ],
    )
    async def test_refuses_what_cannot_be(self, shop, manager, changes, path):
        async with refuses(("INVALID", (path,))):
            await catalog.update_variant(manager, shop.mug.id, changes, None)


class TestFind:
    async def test_knows_it_by_its_code(self, shop, clerk):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.north, 1, "L-1")

        assert (await lots.find(clerk, None, code="L-1")).id == lot.id
        assert (await lots.find(clerk, lot.id)).id == lot.id

    async def test_wants_the_variant_where_several_have_the_code(self, shop, clerk):
        tea, cake = await shop.tracked(), await shop.tracked()
        for each in (tea, cake):
            await shop.receive_lot(each, shop.north, 1, "L-1")

        async with refuses(("INVALID", ("variantId",))):
            await lots.find(clerk, None, code="L-1")
        found = await lots.find(clerk, None, code="L-1", variant_id=cake.id)
        assert found.variant_id == cake.id

    async def test_refuses_one_that_is_not_there(self, shop, clerk):
        async with refuses(("NOT_FOUND", ("code",))):
            await lots.find(clerk, None, code="L-1")

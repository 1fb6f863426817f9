from datetime import UTC, datetime
from functools import partial

import pytest

from models import Arrival, ArrivalStatus, Movement
from services import arrivals, availability, locations, stock
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import all_at_once, one_database, refused, refuses, told

DAY = datetime(2026, 1, 20, 8, tzinfo=UTC)


def at(shop) -> dict[str, int]:
    return {"variant_id": shop.mug.id, "location_id": shop.north.id}


class TestExpect:
    async def test_tells_what_comes(self, shop, lead):
        row = await arrivals.expect(
            lead, **at(shop), quantity=5, expected_at=DAY, reference=" DN-1 "
        )

        stored = await Arrival.get(id=row.id)
        assert (stored.number, stored.outstanding, stored.reference) == ("ARR-1001", 5, "DN-1")
        event = await told("ArrivalExpected", by=lead)
        assert (event.variant_id, event.location_id) == (shop.mug.id, shop.north.id)
        [level] = await availability.of_levels(lead, [await shop.level(shop.mug, shop.north)])
        assert (level.units, level.next_at) == (5, DAY)

    @one_database
    async def test_refuses_everything_wrong_at_once(self, shop, lead):
        async with refuses(("INVALID", ("quantity",)), ("INVALID", ("expectedAt",))):
            await arrivals.expect(
                lead, **at(shop), quantity=0, expected_at=DAY.replace(tzinfo=None)
            )

    @one_database
    async def test_refuses_a_closed_location(self, shop, lead):
        for variant in (shop.mug, shop.shirt):
            where = {"variant_id": variant.id, "location_id": shop.south.id}
            await stock.adjust(SYSTEM, **where, change=-5, note="Moved.")
        await locations.archive(SYSTEM, shop.south.id)

        async with refuses(("BLOCKED", ("locationId",))):
            where = at(shop) | {"location_id": shop.south.id}
            await arrivals.expect(lead, **where, quantity=1, expected_at=DAY)


class TestUpdate:
    async def test_expects_something_else_and_says_why(self, shop, lead):
        row = await shop.expect(shop.mug, 5)
        later = DAY.replace(day=22)

        await arrivals.update(lead, row.id, {"quantity": 7, "expected_at": later}, reason="Late.")

        stored = await Arrival.get(id=row.id)
        assert (stored.quantity, stored.expected_at, stored.reason) == (7, later, "Late.")
        assert (await told("ArrivalUpdated", by=lead)).details["reason"] == "Late."

    @one_database
    async def test_refuses_fewer_than_have_come(self, shop, lead):
        row = await shop.expect(shop.mug, 5)
        await stock.receive(SYSTEM, **at(shop), quantity=3, arrival_id=row.id)

        async with refuses(("INVALID", ("reason",)), ("INVALID", ("quantity",))):
            await arrivals.update(lead, row.id, {"quantity": 3}, reason="")


class TestCancel:
    async def test_calls_off_what_has_not_come(self, shop, lead):
        row = await shop.expect(shop.mug, 5)
        await stock.receive(SYSTEM, **at(shop), quantity=3, arrival_id=row.id)

        row = await arrivals.cancel(lead, row.id, reason="Sold out.")

        assert (row.status, row.arrived, row.outstanding) == (ArrivalStatus.CANCELLED, 3, 0)
        assert (await told("ArrivalCancelled", by=lead)).details["reason"] == "Sold out."
        async with refuses(("WRONG_STATUS", ("id",))):
            await arrivals.update(lead, row.id, {"quantity": 9}, reason="More.")


class TestReceive:
    @pytest.mark.parametrize("more", [0, 2])
    async def test_counts_until_everything_has_come(self, shop, lead, more):
        row = await shop.expect(shop.mug, 5)

        await stock.receive(lead, **at(shop), quantity=3, arrival_id=row.id)
        part = await Arrival.get(id=row.id)
        await stock.receive(lead, **at(shop), quantity=2 + more, arrival_id=row.id)
        whole = await Arrival.get(id=row.id)

        assert (part.status, part.outstanding) == (ArrivalStatus.EXPECTED, 2)
        assert (whole.status, whole.arrived) == (ArrivalStatus.ARRIVED, 5 + more)
        assert await Movement.filter(arrival_id=row.id).count() == 2
        await assert_balanced()

    @one_database
    async def test_refuses_another_variant_or_place_or_what_is_over(self, shop, lead):
        row = await shop.expect(shop.shirt, 5)
        async with refuses(("INVALID", ("arrivalId",))):
            await stock.receive(lead, **at(shop), quantity=3, arrival_id=row.id)
        await arrivals.cancel(SYSTEM, row.id, reason="Sold out.")

        async with refuses(("WRONG_STATUS", ("arrivalId",))):
            there = at(shop) | {"variant_id": shop.shirt.id}
            await stock.receive(lead, **there, quantity=3, arrival_id=row.id)

    async def test_counts_every_unit_of_many_receipts(self, shop, lead):
        row = await shop.expect(shop.mug, 9)
        receive = partial(stock.receive, lead, **at(shop), quantity=1, arrival_id=row.id)

        outcomes = await all_at_once([receive] * 12)

        assert len(refused(outcomes)) == 3
        assert (await Arrival.get(id=row.id)).arrived == 9
        await assert_balanced()


class TestAvailability:
    @one_database
    async def test_is_what_nobody_waits_for(self, shop):
        await shop.backorder(mug=2)
        await shop.expect(shop.mug, 5)
        [found] = await availability.of_variants(SYSTEM, [shop.mug])

        assert (found.available, found.waiting, found.incoming) == (0, 2, 3)
        assert found.next_at == DAY

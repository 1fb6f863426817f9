"""Lots through the API: received, found by their code, traced to whoever has them, called back."""

import pytest

from models import Lot, Tracking
from services import recalls
from services.actors import SYSTEM
from tests.cast import LEAD, PICKER, actor_for

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestReceive:
    async def test_takes_a_lot_in_that_is_found_by_its_code(self, api, shop):
        tea = await shop.tracked()
        at = {"variantId": tea.number, "locationId": shop.north.number}
        lot = {"code": "L-1", "expiresOn": "2126-03-01"}

        await api.do(PICKER, "StockReceive", **at, quantity=5, lot=lot)

        found = await api.ask(PICKER, "Lot", code="L-1")
        assert (found["expiresOn"], found["variant"]["sku"]) == ("2126-03-01", tea.sku)
        assert [(each["onHand"], each["quarantined"]) for each in found["lies"]] == [(5, 0)]

    async def test_points_at_the_serial_number_that_is_there_already(self, api, shop):
        phone = await shop.tracked(Tracking.SERIAL)
        at = {"variantId": phone.number, "locationId": shop.north.number}
        await api.do(PICKER, "StockReceive", **at, quantity=1, serials=["S1"])

        [problem] = await api.refusal(
            PICKER, "StockReceive", **at, quantity=2, serials=["S2", "S1"]
        )

        assert (problem["code"], problem["path"]) == ("BLOCKED", ["input", "serials", "1"])


class TestTrace:
    async def test_leads_from_the_receipt_to_the_customers(self, api, shop):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.north, 5, "L-1")
        sent = [await shop.work_of(tea, 1, "shipped") for _ in range(3)]

        found = await api.ask(LEAD, "LotTrace", id=lot.number, first=2)

        assert [moved["onHandChange"] for moved in found["sources"]] == [5]
        deliveries = found["deliveries"]
        assert deliveries["totalCount"] == len(sent)
        assert deliveries["pageInfo"]["hasNextPage"]
        first = deliveries["nodes"][0]
        assert first["order"]["customer"]["name"] == shop.customer.name
        assert [parcel["status"] for parcel in first["shipments"]] == ["SHIPPED"]


class TestRecall:
    async def test_says_how_far_it_is(self, api, shop):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.north, 5, "L-1")
        await shop.work_of(tea, 1, "shipped")

        await api.do(LEAD, "LotRecall", id=lot.number, reason="Glass in it")

        [recall] = (await api.ask(LEAD, "Recalls"))["nodes"]
        assert recall["progress"] == {"orders": 1, "ordersTold": 0, "unitsReserved": 0}
        actions = (await api.ask(LEAD, "Lot", id=lot.number))["actions"]
        assert {each["name"]: each["enabled"] for each in actions} == {
            "lotRecall": False,
            "lotRecallEnd": True,
        }

    async def test_is_nothing_that_customers_look_up(self, api, shop):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 5, "L-1")
        lot = await Lot.get(code="L-1")
        await recalls.start(SYSTEM, lot.id, reason="Glass in it")

        problem = await api.error(actor_for(shop.customer), "Recalls")

        assert problem["extensions"]["code"] == "FORBIDDEN"

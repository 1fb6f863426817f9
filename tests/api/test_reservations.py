"""Reservations, the queue for stock and the choice of locations, as clients see them."""

import pytest

from models import AllocationPolicy, Event, Location, Variant
from services import clockwork
from services.watching import FACTS, ORDER_KINDS
from tests.api.examples import PLACE, draft
from tests.cast import CLERK, MANAGER, PICKER, actor_for, one_database

pytestmark = one_database


@pytest.fixture(autouse=True)
def _rested(monkeypatch):
    monkeypatch.setattr(clockwork, "_resting", {})


async def explained(api, order):
    found = await api.ask(MANAGER, "OrderAllocation", number=order.number)
    return found["allocationExplanation"]


class TestShortage:
    async def test_says_when_more_comes_and_what_to_take_instead(self, api, shop):
        await shop.expect(shop.mug, 7)

        [problem] = await api.refusal(MANAGER, "OrderPlace", order=draft(shop, 16))

        assert (problem["requested"], problem["available"]) == (16, 15)
        assert (problem["nextAt"], problem["nextUnits"]) == ("2026-01-20T08:00:00Z", 7)
        assert problem["backorderable"] is False
        assert [each["sku"] for each in problem["alternatives"]] == [shop.shirt.sku]
        assert "7 more are expected on 2026-01-20" in problem["message"]

    async def test_costs_the_same_however_much_is_missing(self, api, shop, statements):
        one = draft(shop, 16)
        two = one | {
            "lines": [*one["lines"], {"variantId": shop.shirt.number, "quantity": 99}],
        }
        costs = []
        for wanted in (one, two):
            statements.clear()
            await api.refusal(MANAGER, "OrderPlace", order=wanted)
            costs.append(len(statements))

        assert costs[0] == costs[1]


class TestBackorders:
    async def test_are_shown_in_the_order_in_which_they_are_served(self, api, shop):
        first, second = [await shop.backorder(mug=n) for n in (4, 2)]

        found = await api.ask(CLERK, "Backorders")

        assert [
            (each["order"]["number"], each["position"], each["unitsBefore"], each["backordered"])
            for each in found["nodes"]
        ] == [(first.number, 1, 0, 4), (second.number, 2, 4, 2)]
        assert found["nodes"][1]["explanation"].startswith("Number 2 in the queue: 4 units wait")

    async def test_are_shown_to_a_customer_where_they_are_theirs(self, api, shop):
        order = await shop.backorder(mug=4)

        found = await api.ask(actor_for(shop.customer), "Backorders")

        assert [each["order"]["number"] for each in found["nodes"]] == [order.number]

    async def test_are_reached_by_placing_an_order_all_the_same(self, api, shop):
        await Variant.filter(id=shop.mug.id).update(backorderable=True)

        order = await api.do(CLERK, "OrderPlace", order=draft(shop, 17), allowBackorder=True)

        assert [(line["reserved"], line["backordered"]) for line in order["lines"]] == [(15, 2)]
        [line] = (await api.ask(CLERK, "OrderAllocation", number=order["number"]))["lines"]
        assert line["backorder"]["position"] == 1
        answer = await api.ask(CLERK, "Availability", variantId=shop.mug.number)
        assert (answer["available"], answer["waiting"]) == (0, 2)

    async def test_are_told_to_whoever_tracks_the_order(self, api, shop, feed):
        order = await shop.backorder(mug=4)
        await shop.receive(shop.mug, shop.north, 4)
        await clockwork.tick()

        ada = actor_for(shop.customer)
        kinds = [kind for kind in ORDER_KINDS if ada.may(FACTS[kind].NEEDS)]
        told = await Event.filter(order_id=order.id, kind__in=kinds).count()
        answers = await api.watch(ada, "OrderTracked", id=order.number, after="0", take=told)

        heard = {answer["data"]["orderTracked"]["event"]["kind"] for answer in answers}
        assert {"ORDER_BACKORDERED", "ORDER_PLACED", "BACKORDER_ALLOCATED"} <= heard


class TestAllocationExplanation:
    async def test_tells_of_every_location_and_why(self, api, shop):
        order = await shop.order("placed", mug=12)

        [told] = await explained(api, order)

        assert told["policy"] == "FEWEST_PARCELS"
        north, south = told["locations"]
        assert (north["location"]["code"], north["couldSend"], north["sends"], north["rank"]) == (
            shop.north.code,
            10,
            10,
            1,
        )
        assert (south["couldSend"], south["sends"], south["rank"]) == (5, 2, 2)
        assert north["why"] == "No location has everything; it could send 10 of 12 units."

    async def test_names_the_policy_that_the_order_asks_for(self, api, shop):
        await Location.filter(id=shop.south.id).update(country_code="DE")
        await Location.filter(id=shop.north.id).update(country_code="FR")

        order = await api.do(
            CLERK, "OrderPlace", order=draft(shop), allocationPolicy=AllocationPolicy.NEAREST.name
        )

        found = await api.ask(MANAGER, "OrderAllocation", number=order["number"])
        [told] = found["allocationExplanation"]
        assert found["allocationPolicy"] == told["policy"] == "NEAREST"
        assert [each["location"]["code"] for each in told["locations"]] == [
            shop.south.code,
            shop.north.code,
        ]
        assert [each["distanceKm"] for each in told["locations"]] == [400.0, 2000.0]
        assert told["locations"][0]["why"].startswith("It is the nearest")

    async def test_measures_the_way_on_the_map_where_it_is_known(self, api, shop):
        for location, degrees in ((shop.north, (45.75, 4.83)), (shop.south, (53.54, 9.99))):
            spot = dict(zip(("latitude", "longitude"), degrees, strict=True))
            await api.do(MANAGER, "LocationUpdate", id=location.number, **spot)
        berlin = PLACE | {"latitude": 52.52, "longitude": 13.39}

        order = await api.do(
            CLERK,
            "OrderPlace",
            order=draft(shop) | {"shippingAddress": berlin},
            allocationPolicy=AllocationPolicy.NEAREST.name,
        )

        found = await api.ask(MANAGER, "OrderAllocation", number=order["number"])
        [told] = found["allocationExplanation"]
        hamburg, lyon = told["locations"]
        assert (hamburg["location"]["code"], lyon["sends"]) == (shop.south.code, 0)
        assert (round(hamburg["distanceKm"], -1), round(lyon["distanceKm"], -1)) == (250, 980)

    async def test_follows_the_policy_of_the_shop(self, api, shop, policy):
        policy(allocation=AllocationPolicy.HIGHEST_STOCK)
        await shop.receive(shop.mug, shop.south, 20)

        [told] = await explained(api, await shop.order("placed", mug=1))

        assert told["policy"] == "HIGHEST_STOCK"
        assert told["locations"][0]["location"]["code"] == shop.south.code

    async def test_names_no_location_to_whoever_may_see_none(self, api, shop):
        order = await shop.order("placed")

        answer = await api.send(actor_for(shop.customer), "OrderAllocation", number=order.number)

        assert answer["errors"]


class TestOrderReserve:
    async def test_is_offered_to_an_order_that_lost_its_units(self, api, shop, clock):
        order = await shop.order("placed", mug=2)
        clock.advance(days=30)
        await clockwork.tick()

        found = await api.ask(CLERK, "Order", number=order.number)
        offered = {action["name"]: action["enabled"] for action in found["actions"]}
        assert offered["orderReserve"] is True

        order = await api.do(CLERK, "OrderReserve", id=order.number)
        assert [line["reserved"] for line in order["lines"]] == [2]


class TestLevel:
    async def test_says_what_is_expected_there(self, api, shop):
        await shop.expect(shop.mug, 7, day=25)
        await shop.expect(shop.mug, 5)

        found = await api.ask(
            PICKER, "StockLevels", filter={"variantId": shop.mug.number}, sort="OLDEST"
        )

        assert [each["incoming"] for each in found["nodes"]] == [
            {"units": 12, "nextAt": "2026-01-20T08:00:00Z"},
            {"units": 0, "nextAt": None},
        ]

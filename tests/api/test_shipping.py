"""How an order can be sent, what is promised and what may go wrong, as clients see it."""

import pytest

from models import HoldKind, Order, Variant
from services import holds
from services.actors import SYSTEM
from tests.api.examples import PLACE
from tests.cast import CLERK, MANAGER, everything

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

RISK = """
query ($number: String!) {
  order(number: $number) {
    delayRisk { probability expectedDaysLate causes { reason evidence days remedies } }
  }
}
"""


@pytest.fixture
async def order(shop, clock) -> Order:
    await shop.ships()
    return await shop.order("placed")


class TestOptions:
    async def test_of_an_order_name_the_cheapest_in_time(self, api, order):
        slow, fast = await api.ask(
            CLERK, "ShippingOptions", orderId=order.number, wantedOn="2026-01-06"
        )

        assert (slow["meetsPromise"], slow["isCheapestInTime"]) == (False, False)
        assert (fast["meetsPromise"], fast["isCheapestInTime"]) == (True, True)
        assert fast["method"]["serviceLevel"] == "NEXT_DAY_AIR"
        assert fast["cost"] == {"amount": "24.90", "currency": "EUR"}
        assert (fast["promisedOn"], fast["dispatchBy"]) == ("2026-01-06", "2026-01-05T14:00:00Z")

    async def test_of_a_cart_are_for_customers_too(self, api, shop, order, customer_actor):
        await Variant.filter(id=shop.mug.id).update(weight_grams=400)
        cart = {"lines": [{"sku": shop.mug.sku, "quantity": 2}], "shippingAddress": PLACE}

        found = await api.ask(customer_actor, "ShippingOptions", cart=cart)

        assert [each["isCheapestInTime"] for each in found] == [True, False]

    async def test_are_of_an_order_or_of_a_cart(self, api, order):
        cart = {"lines": [], "shippingAddress": PLACE}

        for given in ({}, {"orderId": order.number, "cart": cart}, {"cart": cart}):
            error = await api.error(CLERK, "ShippingOptions", **given)

            assert error["code"] == "INVALID"


class TestMethodSet:
    async def test_can_be_tried_without_consequences(self, api, shop, order):
        found = await api.ask(CLERK, "ShippingOptions", orderId=order.number)
        before = await everything()

        shown = await api.do(
            CLERK,
            "OrderShippingMethodSet",
            id=order.number,
            methodId=found[-1]["method"]["id"],
            dryRun=True,
        )

        assert shown["shippingPrice"]["amount"] == "24.90"
        assert shown["total"]["amount"] == "37.40"
        assert shown["promisedAt"] < shown["firstPromisedAt"]
        assert [each["reason"] for each in shown["promises"]][-1].startswith("It is sent with")
        assert await everything() == before


class TestDelayRisk:
    async def test_shows_why_and_what_helps_to_staff_alone(self, api, order, clock, customer_actor):
        await holds.hold(SYSTEM, order.id, kind=HoldKind.FRAUD_REVIEW, reason="Who is this?")
        clock.advance(hours=6)

        shown = (await api.ask(MANAGER, RISK, number=order.number))["delayRisk"]

        assert shown["probability"] > 0.9
        [hold, missed] = shown["causes"]
        assert (hold["reason"], hold["remedies"]) == ("ON_HOLD", ["RELEASE_HOLD"])
        assert (missed["reason"], missed["remedies"][0]) == ("MISSED_CUTOFF", "PICK_FIRST")
        assert (await api.ask(customer_actor, RISK, number=order.number))["delayRisk"] is None

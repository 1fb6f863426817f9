"""Payments as clients take them and read them."""

from decimal import Decimal

import pytest

from services import payments
from services.actors import SYSTEM
from tests.cast import CLERK, MANAGER, PICKER

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


class TestTake:
    async def test_gives_change_and_pays_the_order(self, api, shop):
        order = await shop.order("placed", mug=2)

        paid = await api.do(CLERK, "PaymentTake", orderId=order.number, tendered=eur("30.00"))

        assert (paid["status"], paid["change"]) == ("PAID", {"amount": "5.00"})
        assert paid["order"]["paymentStatus"] == "PAID"
        assert paid["order"]["balanceDue"] == eur("0.00")
        assert [(each["kind"], each["state"]) for each in paid["events"]] == [
            ("CAPTURE", "SUCCEEDED")
        ]


class TestRefund:
    async def test_of_too_much_says_how_much_there_is(self, api, shop):
        order = await shop.order("placed", mug=2)
        payment = await payments.take(SYSTEM, order.id)
        await payments.refund(SYSTEM, payment.id, amount=(Decimal(5), "EUR"))

        [problem] = await api.refusal(
            MANAGER, "PaymentRefund", id=payment.number, amount=eur("20.01")
        )

        assert (problem["__typename"], problem["code"]) == (
            "AmountExceededError",
            "AMOUNT_EXCEEDED",
        )
        assert problem["available"] == eur("20.00")
        assert problem["path"] == ["input", "amount"]

    async def test_is_not_for_clerks(self, api, shop):
        order = await shop.order("placed")
        payment = await payments.take(SYSTEM, order.id)

        error = await api.error(CLERK, "PaymentRefund", input={"id": payment.number})

        assert error["code"] == "FORBIDDEN"


class TestOrder:
    ASK = "query ($id: String!) { order(number: $id) { paymentStatus payments { number } } }"

    async def test_shows_its_payments_to_its_customer(self, api, shop, customer_actor):
        order = await shop.order("placed")
        payment = await payments.authorize(SYSTEM, order.id)

        seen = await api.ask(customer_actor, self.ASK, id=order.number)

        assert seen == {"paymentStatus": "AUTHORIZED", "payments": [{"number": payment.number}]}

    async def test_hides_them_from_pickers_and_tells_how_far_it_is(self, api, shop):
        order = await shop.order("placed")
        await payments.authorize(SYSTEM, order.id)

        answer = await api.send(PICKER, self.ASK, id=order.number)

        assert answer["data"]["order"] == {"paymentStatus": "AUTHORIZED", "payments": None}
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"

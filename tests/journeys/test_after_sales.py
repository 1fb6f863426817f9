"""What comes after delivery, by those who take part in it: sent back, judged, made good, rated."""

import pytest

from tests.clients import Api, line
from tests.journeys.conftest import Town
from tests.journeys.shop import Shop

# Several processes on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)

TRACKED = """subscription ($token: String!, $after: String) {
  orderTracked(token: $token, after: $after) { cursor tracked { returns { status } } }
}"""
TRACKED_RETURN = "tracked { status actions { enabled } }"
FIGURES = """subscription {
  kpis(names: [RETURN_RATE, SATISFACTION]) {
    kpis { name now { numerator denominator } }
  }
}"""
RECORD = """query ($id: ID!) {
  node(id: $id) { ... on Order {
    trackingToken returnStatus
    lines { id sku delivered returnReceived }
    surveys { status score link { token } }
  } }
}"""


async def record(api: Api, order: str) -> dict:
    return (await api.ask(RECORD, id=order))["node"]


def figures(update: dict) -> dict[str, tuple]:
    return {
        each["name"]: (int(each["now"]["numerator"]), int(each["now"]["denominator"]))
        for each in update["kpis"]
    }


async def deliver(shop: Shop, quantity: int) -> str:
    placed = await shop.place(quantity)
    assert placed["userErrors"] == [], placed
    await shop.fulfill(placed["order"]["id"])
    return str(placed["order"]["id"])


async def take_back(api: Api, back: str, sku: str, units: int = 1) -> None:
    """The warehouse: what came back is as new and goes on the shelf again."""
    noun = "returned { status units { id } }"
    await api.do("returnReceiveScan", noun, id=back, code=sku, quantity=units)
    received = await api.do("returnReceiveComplete", noun, id=back)
    [unit] = received["units"]
    finding = {"units": units, "condition": "NEW", "disposition": "RESTOCK"}
    judged = await api.do("returnInspect", noun, id=back, unitId=unit["id"], findings=[finding])
    assert judged["status"] == "INSPECTED"


class TestReturn:
    async def test_goes_from_the_customers_link_to_their_rating(self, town: Town):
        """Asked for, sent and rated by the link, while a desk watches the figures move and
        the customer's connection breaks in between."""
        admin = town.here.token("admin")
        async with Api(town.here.url, admin) as api, Api(town.there.url) as guest:
            shop = await Shop.open(api, stock=5)
            order = await deliver(shop, 2)
            before = await record(api, order)
            token, [row] = before["trackingToken"], before["lines"]

            async with line(town.there.url, admin) as desk, line(town.there.url) as customer:
                watched = await desk.watch(FIGURES)
                await watched.until(lambda each: figures(each)["RETURN_RATE"] == (0, 2))
                tracked = await customer.watch(TRACKED, token=token)
                cursor = (await anext(tracked))["cursor"]

            asked = {"lineId": row["id"], "quantity": 1, "reason": "CHANGED_MIND"}
            back = await guest.do(
                "trackedReturnRequest", "tracked { number }", token=token, lines=[asked]
            )

            async with line(town.there.url, admin) as desk, line(town.there.url) as customer:
                watched = await desk.watch(FIGURES)
                again = await customer.watch(TRACKED, token=token, after=cursor)
                await api.do("returnApprove", "returned { status }", id=back["number"])
                swap = await api.do(
                    "exchangeArrange",
                    "exchange { order { id } }",
                    returnId=back["number"],
                    mode="ON_RECEIPT",
                    lines=[{"variantId": shop.variant, "quantity": 1}],
                )
                sent = await guest.do(
                    "trackedReturnSend", TRACKED_RETURN, token=token, id=back["number"]
                )
                await take_back(api, back["number"], row["sku"])
                await api.do("returnResolve", "returned { status }", id=back["number"])
                seen = await again.until(
                    lambda each: each["tracked"]["returns"] == [{"status": "RESOLVED"}]
                )
                await shop.fulfill(swap["order"]["id"])
                [survey] = (await record(api, order))["surveys"]
                await guest.do(
                    "surveyAnswer", "answer { score }", token=survey["link"]["token"], score=4
                )
                moved = figures(
                    (await watched.until(lambda each: figures(each)["SATISFACTION"] == (4, 1)))[-1]
                )
            after = await record(api, order)
            twice = await guest.attempt(
                "surveyAnswer", "answer { score }", token=survey["link"]["token"], score=1
            )
            level = await api.ask(
                "query ($v: ID) { stockLevels(filter: { variantId: $v }) { nodes { onHand } } }",
                v=shop.variant,
            )

        assert sent["status"] == "IN_TRANSIT"
        assert not any(each["enabled"] for each in sent["actions"])
        # Of two and then one more that were delivered, one came back.
        assert moved["RETURN_RATE"] == (1, 3)
        # The return that was asked for while nobody listened is told first, and nothing twice.
        assert len({each["cursor"] for each in seen}) == len(seen)
        assert after["lines"][0]["returnReceived"] == 1
        # Two went out, one came back, and another one went out for it.
        assert level["stockLevels"]["nodes"] == [{"onHand": 3}]
        assert [each["path"] for each in twice["userErrors"]] != []
        assert town.adds_up()


BALANCE = """query ($id: ID!) {
  node(id: $id) { ... on Customer { storeCredits {
    number balance { amount currency } movements { reason amount { amount } }
  } } }
}"""


class TestStoreCredit:
    async def test_comes_of_a_return_and_pays_the_next_order(self, town: Town):
        """Two of three come back for credit, which pays the next order, of which a part is given
        up again; what is left is read through the other server."""
        async with Api(town.here.url, town.here.token("admin")) as api:
            shop = await Shop.open(api, stock=5)
            placed = (await shop.place(3))["order"]["id"]
            await api.do("paymentTake", "payment { status }", orderId=placed)
            await shop.fulfill(placed)
            [row] = (await record(api, placed))["lines"]
            asked = {"lineId": row["id"], "quantity": 2, "reason": "CHANGED_MIND"}
            wanted = {"lines": [asked], "resolution": "STORE_CREDIT"}
            noun = "returned { number refund { amount } credited { amount } }"
            back = await api.do("returnRequest", noun, orderId=placed, **wanted)
            await api.do("returnApprove", "returned { status }", id=back["number"])
            await take_back(api, back["number"], row["sku"], 2)
            given = await api.do("returnResolve", noun, id=back["number"])

            following = (await shop.place(2))["order"]["id"]
            paid = "payment { status reference authorized { amount } }"
            by_credit = {"method": "STORE_CREDIT", "provider": "STORE_CREDIT"}
            payment = await api.do("paymentAuthorize", paid, orderId=following, **by_credit)
            another = await shop.place(1)
            refusal = await api.attempt(
                "paymentAuthorize", paid, orderId=another["order"]["id"], **by_credit
            )
            [line_] = (await record(api, following))["lines"]
            await api.do(
                "orderLineCancel",
                "order { paymentStatus }",
                id=line_["id"],
                quantity=1,
                reason="One is enough",
            )
            async with Api(town.there.url, town.there.token("admin")) as there:
                had = await there.ask(BALANCE, id=shop.customer)

        [credit] = had["node"]["storeCredits"]
        assert (given["refund"], given["credited"]) == ({"amount": "25.00"}, {"amount": "25.00"})
        assert payment == {
            "status": "AUTHORIZED",
            "reference": credit["number"],
            "authorized": {"amount": "25.00"},
        }
        assert [each["code"] for each in refusal["userErrors"]] == ["AMOUNT_EXCEEDED"]
        assert credit["balance"] == {"amount": "12.50", "currency": "EUR"}
        assert [(each["reason"], each["amount"]["amount"]) for each in credit["movements"]] == [
            ("PAYMENT_BACK", "12.50"),
            ("PAYMENT", "-25.00"),
            ("RETURN", "25.00"),
        ]
        assert town.adds_up()

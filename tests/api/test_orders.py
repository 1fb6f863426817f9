"""An order from its entry to the customer's door, by the documents that clients send."""

from itertools import pairwise

from services import event_log
from tests.api.examples import draft
from tests.cast import CLERK, LEAD, MANAGER, PICKER, everything


class TestRehearsal:
    async def test_shows_what_would_be_reserved_where_and_leaves_it(self, api, shop):
        input = {"order": draft(shop, quantity=12), "dryRun": True}
        before = await everything()

        order = await api.do(CLERK, "OrderPlace", **input)

        assert (order["status"], order["fulfillmentStatus"]) == ("PLACED", "ALLOCATED")
        assert [line["reserved"] for line in order["lines"]] == [12]
        assert [each["quantity"] for each in order["reservations"]] == [10, 2]
        assert order["total"] == {"amount": "150.00", "currency": "EUR"}
        assert await everything() == before
        assert await shop.available(shop.mug) == 15

    async def test_tells_nobody(self, api, shop, feed):
        await api.do(CLERK, "OrderPlace", order=draft(shop), dryRun=True)

        order = await api.do(CLERK, "OrderCreate", **draft(shop))
        [answer] = await api.watch(
            CLERK, "Events", after="0", filter={"customerId": shop.customer.number}
        )

        assert answer["data"]["events"]["order"]["number"] == order["number"]

    async def test_shows_why_it_would_be_refused(self, api, shop):
        [problem] = await api.refusal(
            CLERK, "OrderPlace", order=draft(shop, quantity=16), dryRun=True
        )

        assert (problem["requested"], problem["available"]) == (16, 15)

    async def test_of_one_mutation_is_over_before_the_next(self, api, shop):
        rehearsed = 'input: {name: "Bea", dryRun: true}'
        answer = await api.send(
            CLERK,
            f"""mutation {{
              a: customerCreate({rehearsed}) {{ customer {{ name addresses {{ id }} }} }}
              b: customerCreate(input: {{name: "Eve"}}) {{ customer {{ name }} }}
              c: customerCreate({rehearsed}) {{ customer {{ name }} }}
            }}""",
        )

        assert [answer["data"][each]["customer"]["name"] for each in "abc"] == ["Bea", "Eve", "Bea"]
        found = await api.ask(CLERK, "Customers")
        assert [node["name"] for node in found["nodes"]] == ["Ada Berg", "Eve"]


class TestLife:
    async def test_is_followed_to_the_door(self, api, shop, feed):
        order = await api.do(CLERK, "OrderPlace", order=draft(shop, quantity=2))
        order = await api.do(CLERK, "OrderConfirm", id=order["number"])
        [work] = order["fulfillments"]
        for step, by in (
            ("FulfillmentRelease", LEAD),
            ("FulfillmentPickStart", PICKER),
            ("FulfillmentPickComplete", PICKER),
            ("FulfillmentPackStart", PICKER),
            ("FulfillmentPackComplete", PICKER),
        ):
            work = await api.do(by, step, id=work["id"], expectedVersion=work.get("version"))
        parcel = await api.do(
            PICKER, "ShipmentCreate", fulfillmentId=work["id"], carrier="DHL", trackingCode="JD1"
        )
        await api.do(PICKER, "FulfillmentHandOver", id=work["number"])
        report = {"status": "DELIVERED", "occurredAt": "2026-01-02T10:00:00+01:00"}
        parcel = await api.do(PICKER, "ShipmentEventRecord", id=parcel["number"], **report)

        await event_log.take_in()
        found = await api.ask(MANAGER, "Order", number=order["number"])
        assert (found["status"], found["stage"]) == ("COMPLETED", "COMPLETION")
        assert found["fulfillmentStatus"] == parcel["order"]["fulfillmentStatus"] == "DELIVERED"
        assert [line["delivered"] for line in found["lines"]] == [2]
        assert parcel["deliveredAt"] == "2026-01-02T09:00:00Z"
        told = [event["kind"] for event in found["timeline"]["nodes"]]
        assert told[0] == "ORDER_DRAFTED"
        assert told[-1] == "ORDER_COMPLETED"

    async def test_pages_its_timeline(self, api, shop):
        order = await shop.order("shipped")
        await event_log.take_in()
        document = """query ($number: String!, $after: String) { order(number: $number) {
          timeline(first: 4, after: $after) {
            totalCount nodes { cursor kind } pageInfo { hasNextPage hasPreviousPage endCursor }
          } } }"""

        told, page = [], {"endCursor": None, "hasNextPage": True}
        while page["hasNextPage"]:
            answer = await api.ask(CLERK, document, number=order.number, after=page["endCursor"])
            assert answer["timeline"]["pageInfo"]["hasPreviousPage"] is bool(told)
            told += answer["timeline"]["nodes"]
            page = answer["timeline"]["pageInfo"]

        assert len(told) == answer["timeline"]["totalCount"] > 8
        assert all(int(a["cursor"]) < int(b["cursor"]) for a, b in pairwise(told))

    async def test_offers_only_what_the_role_may_do(self, api, shop):
        order = await shop.order("placed")

        by_clerk = await api.ask(CLERK, "Order", number=order.number)
        by_lead = await api.ask(LEAD, "Order", number=order.number)

        offered = {action["name"]: action["enabled"] for action in by_clerk["actions"]}
        assert offered["orderConfirm"] is True
        assert offered["orderPlace"] is False
        assert {action["name"] for action in by_lead["actions"]} == {"orderReserve"}

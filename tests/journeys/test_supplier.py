"""Two suppliers who watch the same thing and are each told their own, and one who answers."""

import pytest

from tests.clients import Api, line
from tests.journeys.conftest import Town
from tests.journeys.shop import Shop

# Several processes on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)

EVENTS = """subscription ($after: String) {
  events(after: $after) {
    cursor kind
    ... on PurchaseOrderSent { supplier { code } purchaseOrder { number } }
    ... on PurchaseOrderAcknowledged { supplier { code } purchaseOrder { number } units }
    ... on SupplierUpdated { supplier { code } }
  }
}"""
SEEN = """query ($id: ID!) {
  node(id: $id) { id }
  purchaseOrders { totalCount nodes { number lines { id quantity } } }
  suppliers { nodes { code } }
}"""


class Trade:
    """A supplier, and somebody of theirs."""

    def __init__(self, admin: Api, code: str) -> None:
        self.admin, self.code = admin, code

    async def begin(self, town: Town, shop: Shop) -> "Trade":
        given = {"code": self.code, "name": self.code.title(), "currency": "EUR"}
        row = await self.admin.do("supplierCreate", "supplier { id number }", **given)
        self.id = row["id"]
        prices = [{"quantity": 1, "price": {"amount": "5.00", "currency": "EUR"}}]
        await self.admin.do(
            "supplierItemCreate",
            "supplierItem { id }",
            supplierId=self.id,
            variantId=shop.variant,
            priceBreaks=prices,
        )
        person = await self.admin.do(
            "personCreate",
            "person { id }",
            name=self.code,
            role="SUPPLIER",
            supplierId=row["number"],
        )
        token = await self.admin.do("tokenCreate", "token { secret }", personId=person["id"])
        self.token = token["secret"]
        return self

    async def order(self, shop: Shop, units: int, *, sent: bool = True) -> dict:
        order = await self.admin.do(
            "purchaseOrderCreate",
            "purchaseOrder { id number }",
            supplierId=self.id,
            locationId=shop.location,
            lines=[{"variantId": shop.variant, "quantity": units}],
        )
        if sent:
            for step in ("purchaseOrderSubmit", "purchaseOrderApprove"):
                await self.admin.do(step, "purchaseOrder { id }", id=order["id"])
            await self.admin.do(
                "purchaseOrderSend", "purchaseOrder { id }", id=order["id"], channel="HAND"
            )
        return order


async def test_suppliers_watch_and_answer_what_is_theirs(town: Town):
    async with Api(town.here.url, town.here.token("admin")) as admin:
        shop = await Shop.open(admin)
        acme = await Trade(admin, "ACME").begin(town, shop)
        bolt = await Trade(admin, "BOLT").begin(town, shop)
        start = (await admin.ask("{ cursor }"))["cursor"]
        async with (
            Api(town.there.url, acme.token) as sofia,
            Api(town.there.url, bolt.token) as jens,
            line(town.here.url, acme.token) as one,
            line(town.here.url, bolt.token) as other,
        ):
            # The same words from the same cursor, so that they might share a stream.
            heard = await one.watch(EVENTS, after=start)
            overheard = await other.watch(EVENTS, after=start)

            draft = await acme.order(shop, 7, sent=False)
            mine, theirs = await acme.order(shop, 10), await bolt.order(shop, 20)
            answer = {"id": mine["number"], "expectedAt": "2030-01-01T00:00:00Z"}
            done = await sofia.do("purchaseOrderAcknowledge", "purchaseOrder { status }", **answer)
            refused = await jens.attempt(
                "purchaseOrderAcknowledge", "purchaseOrder { status }", **answer
            )
            for trade in (acme, bolt):
                await admin.do("supplierUpdate", "supplier { id }", id=trade.id, city="Prato")
            told = await heard.until(lambda each: each["kind"] == "SUPPLIER_UPDATED")
            told_other = await overheard.until(lambda each: each["kind"] == "SUPPLIER_UPDATED")
            seen = await sofia.ask(SEEN, id=theirs["id"])
            hidden = await sofia.ask("query ($id: ID!) { node(id: $id) { id } }", id=draft["id"])

    assert done == {"status": "ACKNOWLEDGED"}
    assert [each["code"] for each in refused["userErrors"]] == ["NOT_FOUND"]
    codes = {each["supplier"]["code"] for each in told if "supplier" in each}
    assert codes == {"ACME"}
    numbers = {each["purchaseOrder"]["number"] for each in told if "purchaseOrder" in each}
    assert numbers == {mine["number"]}
    assert "PURCHASE_ORDER_ACKNOWLEDGED" in [each["kind"] for each in told]
    assert {each["supplier"]["code"] for each in told_other if "supplier" in each} == {"BOLT"}
    assert seen["node"] is None
    assert hidden["node"] is None
    assert [each["number"] for each in seen["purchaseOrders"]["nodes"]] == [mine["number"]]
    assert [each["code"] for each in seen["suppliers"]["nodes"]] == ["ACME"]
    assert town.adds_up()

"""Purchase orders as those who ask for goods and those who are asked see them."""

from services import impacts
from services.actors import SYSTEM
from tests.buying import actor_of, supplier_of
from tests.cast import BUYER, one_database
from tests.purchases import bought, line_of

LISTED = """{ purchaseOrders(sort: OLDEST) {
  nodes { number lines { sku } actions { name } papers { pdfUrl } }
} }"""
INSIDE = """query ($id: ID!) { node(id: $id) { ... on PurchaseOrder {
  number dispatches { channel } landedCosts { kind } impact { units }
} } }"""


@one_database
async def test_what_waits_takes_as_many_queries_for_many_orders_as_for_one(shop, statements):
    orders = [await bought(shop, "sent") for _ in range(6)]
    for _ in range(5):
        await shop.backorder(mug=2)
    counts = []
    for some in (orders[:1], orders):
        statements.clear()
        await impacts.of_purchase_orders(SYSTEM, some)
        counts.append(len(statements))

    assert counts[0] == counts[1]


@one_database
async def test_a_list_takes_as_many_queries_for_many_orders_as_for_one(api, shop, statements):
    await bought(shop, "sent")
    counts = []
    for _ in range(2):
        statements.clear()
        await api.ask(BUYER, LISTED)
        counts.append(len(statements))
        for _ in range(5):
            await bought(shop, "sent", shirt=2)

    assert counts[0] == counts[1]


@one_database
class TestSupplier:
    async def test_sees_what_was_sent_and_answers_it(self, api, shop):
        await bought(shop, "draft")
        order = await bought(shop, "sent")
        supplier = actor_of(await supplier_of(shop))

        listed = await api.ask(supplier, LISTED)
        line = await line_of(order, shop.mug)
        part = {"lineId": line.number, "units": 6, "expectedAt": "2126-01-20T08:00:00Z"}
        answered = await api.do(supplier, "PurchaseOrderAcknowledge", id=order.number, lines=[part])

        [seen] = listed["nodes"]
        assert seen["number"] == order.number
        assert [each["name"] for each in seen["actions"]] == ["purchaseOrderAcknowledge"]
        assert seen["papers"][0]["pdfUrl"].startswith(f"/papers/purchase-order/{order.number}.pdf")
        assert answered["status"] == "ACKNOWLEDGED"
        assert answered["lines"][0]["cancelled"] == 4

    async def test_sees_nothing_of_how_we_buy(self, api, shop):
        order = await bought(shop, "sent")

        answer = await api.send(actor_of(await supplier_of(shop)), INSIDE, id=order.number)

        refused = {error["path"][1] for error in answer["errors"]}
        assert refused == {"dispatches", "landedCosts", "impact"}

"""Changes of orders by the documents that clients send: shown first, then made."""

import pytest

from tests.api.examples import line_in
from tests.cast import CLERK, MANAGER, everything

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MONEY = "{ before { amount } after { amount } difference { amount } }"
CHANGES = f"""
  changes {{
    statusBefore statusAfter total {MONEY} balanceDue {MONEY}
    reservations {{ sku reservedBefore reservedAfter }} promisedAt {{ before after }}
  }}
  userErrors {{ message }}
"""


class TestChanges:
    async def test_are_shown_before_they_are_made(self, api, shop):
        line = await line_in(shop, "placed")
        before = await everything()
        document = f"""mutation ($input: OrderLineUpdateInput!) {{
          orderLineUpdate(input: $input) {{ {CHANGES} }} }}"""
        input = {"id": line.number, "quantity": 5}

        shown = await api.ask(CLERK, document, input=input | {"dryRun": True})
        assert await everything() == before
        made = await api.ask(CLERK, document, input=input)

        assert shown == made
        changes = made["changes"]
        assert [changes["total"][when]["amount"] for when in ("before", "after", "difference")] == [
            "25.00",
            "62.50",
            "37.50",
        ]
        assert changes["balanceDue"]["difference"]["amount"] == "37.50"
        assert changes["reservations"] == [
            {"sku": shop.mug.sku, "reservedBefore": 2, "reservedAfter": 5}
        ]
        assert changes["statusBefore"] == changes["statusAfter"] == "PLACED"

    async def test_of_a_new_order_begin_with_nothing(self, api, shop):
        order = await shop.order("draft", mug=2)
        document = (
            f"mutation ($input: OrderPlaceInput!) {{ orderPlace(input: $input) {{ {CHANGES} }} }}"
        )

        placed = await api.ask(CLERK, document, input={"id": order.number})

        assert placed["changes"]["statusBefore"] == "DRAFT"
        assert placed["changes"]["reservations"][0]["reservedAfter"] == 2

    async def test_of_a_split_are_shown_before_it_is_made(self, api, shop):
        line = await line_in(shop, "confirmed")
        input = {"id": f"ORD-{1000 + line.order_id}"}
        input["lines"] = [{"lineId": line.number, "quantity": 1}]
        before = await everything()

        shown = await api.ask(MANAGER, "OrderSplit", input=input | {"dryRun": True})
        assert await everything() == before
        made = await api.ask(MANAGER, "OrderSplit", input=input)

        [fresh] = made["order"]["splitInto"]
        assert made["order"]["total"] == fresh["total"] == {"amount": "12.50", "currency": "EUR"}
        assert shown["changes"] == made["changes"]
        merged = await api.ask(
            MANAGER, "OrderMerge", input={"id": input["id"], "otherId": fresh["number"]}
        )
        assert merged["order"]["mergedFrom"][0]["status"] == "CANCELLED"
        assert merged["changes"]["total"]["after"]["amount"] == "25.00"

    async def test_are_not_told_twice_nor_of_a_refusal(self, api, shop):
        line = await line_in(shop, "placed")
        input = {"id": line.number, "quantity": 5, "idempotencyKey": "k"}

        first, again = [await api.ask(MANAGER, "OrderLineUpdate", input=input) for _ in range(2)]
        refused = await api.ask(
            MANAGER, "OrderLineUpdate", input=input | {"quantity": 99, "idempotencyKey": None}
        )

        assert first["changes"] is not None
        assert again["replayed"]
        assert again["changes"] is refused["changes"] is None
        assert refused["userErrors"]

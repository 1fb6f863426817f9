"""Forecasts and proposals as clients see them."""

import pytest

from models import Forecast, Level, Variant
from services import event_log, replenishment
from services.clock import now
from services.demand import due as unread
from services.demand import read_on
from services.forecasts import compute
from tests.cast import BUYER, CLERK
from tests.planning import forecast_in, policy_of, proposal_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestForecastAccuracy:
    async def test_is_told_by_class_variant_and_location(self, api, shop):
        await forecast_in(shop, mean=3)
        for by, name, value in (
            ("DEMAND_CLASS", "demandClass", "UNKNOWN"),
            ("VARIANT", "variant", {"sku": shop.mug.sku}),
            ("LOCATION", "location", {"code": shop.north.code}),
        ):
            [group] = await api.ask(CLERK, "ForecastAccuracy", by=by)

            others = dict.fromkeys(("demandClass", "variant", "location"))
            told = {"levels": 1, "mean": 3.0, "mase": 0.8, "naiveMase": 1.0, "bias": 0.0}
            assert group == others | {name: value} | told

    async def test_is_of_one_variant_or_location_where_asked(self, api, shop):
        await forecast_in(shop)

        assert len(await api.ask(CLERK, "ForecastAccuracy", variantId=shop.mug.number)) == 1
        assert await api.ask(CLERK, "ForecastAccuracy", variantId=shop.shirt.number) == []
        assert await api.ask(CLERK, "ForecastAccuracy", locationId=shop.south.number) == []


class TestProposals:
    async def test_explain_every_unit(self, api, shop):
        row = await proposal_in(shop)

        [node] = (await api.ask(BUYER, "Proposals"))["nodes"]

        assert node["number"] == row.number
        assert sum(term["value"] for term in node["explanation"]) == node["quantity"] == 40
        assert [action["name"] for action in node["actions"]] == [
            "proposalAccept",
            "proposalDismiss",
        ]
        assert node["value"] == {"amount": "200.00", "currency": "EUR"}

    async def test_become_part_of_a_purchase_order(self, api, shop):
        row = await proposal_in(shop)

        done = await api.do(BUYER, "ProposalAccept", id=row.number, idempotencyKey="k")

        assert done["status"] == "ACCEPTED"
        assert done["purchaseOrder"]["status"] == "DRAFT"
        assert [each["number"] for each in done["acceptedTogether"]] == [row.number]


class TestStatements:
    """What is read and written of many takes no more round trips than of one."""

    async def _costs(self, statements, work) -> int:
        statements.clear()
        await work()
        return len(statements)

    async def test_reading_demand_costs_the_same_for_many_orders(self, shop, statements):
        async def read() -> None:
            for _ in await unread(now(), 100):
                await read_on(0)

        costs = []
        for orders in (1, 1, 6):
            for _ in range(orders):
                await shop.order("placed", mug=1, shirt=1)
            await event_log.take_in()
            costs.append(await self._costs(statements, read))

        assert costs[1] == costs[2]

    async def test_forecasting_costs_the_same_for_many_levels(self, shop, statements):
        costs = []
        for variants in (1, 5):
            for n in range(variants):
                variant = await Variant.create(
                    product_id=shop.product.id,
                    sku=f"V{variants}-{n}",
                    name="V",
                    price=1,
                    currency="EUR",
                )
                level = await Level.create(variant_id=variant.id, location_id=shop.north.id)
                await Forecast.create(
                    level_id=level.id,
                    variant_id=variant.id,
                    location_id=shop.north.id,
                    began_on=now().date(),
                    due_at=now(),
                )
            costs.append(await self._costs(statements, lambda: compute(0)))

        assert costs[0] == costs[1]

    async def test_a_look_costs_the_same_however_much_has_happened(self, shop, statements):
        policy = await policy_of(shop, reorder_point=0, order_up_to=5)
        costs = []
        for orders in (1, 5):
            for _ in range(orders):
                await shop.order("placed", shirt=1)
            await policy.refresh_from_db()
            policy.due_at = now()
            await policy.save()
            costs.append(await self._costs(statements, lambda: replenishment.evaluate(policy.id)))

        assert costs[0] == costs[1]

"""Picking through the API: lists in walking order, mistakes with what would have been right."""

import pytest

from models import MispickKind
from services import fulfillments, scans
from services.mispicks import Scan
from tests.cast import PICKER, Shop
from tests.warehouse import boxed, home, pick, wave_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestPickList:
    async def test_is_in_walking_order(self, api, shop):
        await home(shop.shirt, shop.north, position=1, code="A-01")
        await home(shop.mug, shop.north, position=2, code="A-02")
        work = await shop.fulfillment("picking", mug=2, shirt=1)
        await pick(PICKER, work, shop.mug)

        found = await api.ask(PICKER, "PickList", id=work.number)

        lines = [
            (line["bin"]["code"], line["sku"], line["quantity"], line["picked"])
            for line in found["pickList"]
        ]
        assert lines == [("A-01", shop.shirt.sku, 1, 0), ("A-02", shop.mug.sku, 2, 1)]

    async def test_of_a_wave_merges_its_orders_by_bin(self, api, shop):
        await home(shop.shirt, shop.north, position=9)
        work = [await shop.fulfillment("released", mug=1, shirt=2) for _ in range(2)]
        await wave_of(*work, started_by=PICKER)

        [wave] = (await api.ask(PICKER, "Waves"))["nodes"]

        lines = [(line["sku"], line["quantity"], len(line["lines"])) for line in wave["pickList"]]
        # What has no bin comes last.
        assert lines == [(shop.shirt.sku, 4, 2), (shop.mug.sku, 2, 2)]
        assert wave["progress"] == {
            "fulfillments": 2,
            "fulfillmentsPicked": 0,
            "units": 6,
            "unitsPicked": 0,
        }


class TestMispick:
    async def test_says_what_would_have_been_right(self, api, shop):
        work = await shop.fulfillment("picking")

        [problem] = await api.refusal(
            PICKER, "FulfillmentPickScan", id=work.number, barcode=shop.shirt.sku
        )

        assert (problem["__typename"], problem["code"]) == ("MispickError", "MISPICK")
        assert problem["path"] == ["input", "barcode"]
        assert (problem["kind"], problem["rightWas"], problem["found"]) == (
            "WRONG_ITEM",
            shop.mug.sku,
            shop.shirt.sku,
        )
        [row] = (await api.ask(PICKER, "Mispicks"))["nodes"]
        assert (row["kind"], row["fulfillment"]["number"]) == ("WRONG_ITEM", work.number)
        tallies = await api.ask(PICKER, "MispickTallies")
        assert tallies == [{"picker": PICKER.label, "kind": "WRONG_ITEM", "mispicks": 1}]

    @pytest.mark.parametrize("kind", MispickKind)
    async def test_is_of_every_kind(self, api, shop, kind):
        await home(shop.mug, shop.north, code="A-01")
        work = await shop.fulfillment("picking", mug=2)
        mug = {"id": work.number, "barcode": shop.mug.sku}
        scans = {
            MispickKind.WRONG_ITEM: mug | {"barcode": shop.shirt.sku},
            MispickKind.WRONG_BIN: mug | {"binCode": "B-01"},
            MispickKind.WRONG_QUANTITY: mug | {"quantity": 3},
            MispickKind.WRONG_LOT: mug | {"lotCode": "L-1"},
            MispickKind.ALREADY_PICKED: mug,
        }
        if kind is MispickKind.ALREADY_PICKED:
            await pick(PICKER, work, shop.mug, 2)
        if kind is MispickKind.WRONG_BOX:
            other = await boxed(shop)
            await fulfillments.pick_complete(PICKER, work.id)
            scan = ("FulfillmentPackScan", mug | {"box": other.box})
        else:
            scan = ("FulfillmentPickScan", scans[kind])

        [problem] = await api.refusal(PICKER, scan[0], **scan[1])

        assert (problem["__typename"], problem["kind"]) == ("MispickError", kind.name)
        assert problem["message"].endswith(".")
        [row] = (await api.ask(PICKER, "Mispicks"))["nodes"]
        assert row["kind"] == kind.name

    async def test_is_not_recorded_of_a_dry_run(self, api, shop):
        work = await shop.fulfillment("picking")
        input = {"id": work.number, "barcode": shop.shirt.sku, "dryRun": True}

        assert await api.refusal(PICKER, "FulfillmentPickScan", **input)

        assert (await api.ask(PICKER, "Mispicks"))["totalCount"] == 0

    async def test_is_recorded_once_for_a_key(self, api, shop):
        work = await shop.fulfillment("picking")
        input = {"id": work.number, "barcode": shop.shirt.sku, "idempotencyKey": "k"}

        for _ in range(2):
            assert await api.refusal(PICKER, "FulfillmentPickScan", **input)

        assert (await api.ask(PICKER, "Mispicks"))["totalCount"] == 1

    async def test_is_hidden_from_the_customer(self, api, shop, customer_actor):
        box = await boxed(shop)

        answer = await api.send(
            customer_actor,
            f'{{ node(id: "FUL-{1000 + box.fulfillment_id}") {{ ... on Fulfillment '
            "{ pickList { sku } mispickCount packages { box } } } }",
        )

        assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
        assert answer["data"]["node"]["packages"] == [{"box": box.box}]


async def test_a_wave_costs_as_many_queries_for_ten_orders_as_for_two(database, statements):
    costs = []
    for orders_in_wave in (2, 10):
        fresh = await Shop.open(north=100)
        work = [await fresh.fulfillment("released", mug=2) for _ in range(orders_in_wave)]
        wave = await wave_of(*work, started_by=PICKER)
        statements.clear()
        scan = Scan(barcode=fresh.mug.sku, quantity=2 * orders_in_wave)
        await scans.pick_wave(PICKER, wave.id, scan)
        costs.append(len(statements))

    assert costs[0] == costs[1]

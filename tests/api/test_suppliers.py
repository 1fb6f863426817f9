"""Suppliers, what they sell and how well they deliver, through the API."""

from datetime import timedelta

import pytest

from models import Role
from services import event_log, suppliers
from services.actors import SYSTEM
from tests.api.suppliers import BREAKS, item_of
from tests.buying import actor_of, asked_for, sells, supplier_of
from tests.cast import MANAGER, Shop, actor
from tests.purchases import bought, receive

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BUYER = actor(Role.BUYER, 8)


class TestSupplier:
    async def test_goes_by_number_id_and_code(self, api, shop):
        row = await supplier_of(shop)
        found = await api.ask(BUYER, "Supplier", number=row.number)

        assert (found["name"], found["contacts"][0]["name"]) == ("Acme", "Sofia Marino")
        for number in (found["id"], row.code.lower(), row.number.lower()):
            assert await api.ask(BUYER, "Supplier", number=number) == found
        assert await api.ask(BUYER, "Supplier", number="NOBODY") is None

    async def test_is_not_found_by_another(self, api, shop):
        ours = await supplier_of(shop)
        other = await suppliers.create(SYSTEM, code="OTHER", name="Other", currency="EUR")

        for number in (ours.number, ours.code):
            assert await api.ask(actor_of(other), "Supplier", number=number) is None

    async def test_is_entered_with_what_is_known(self, api, shop):
        given = {"code": "nord", "name": "Nordwerk", "currency": "EUR", "tolerance": "2.5"}
        minimum = {"amount": "250.00", "currency": "EUR"}

        row = await api.do(BUYER, "SupplierCreate", **given, minimum=minimum)

        assert (row["code"], row["tolerance"], row["leadDays"]) == ("NORD", "2.5", 14)
        assert row["minimum"] == minimum

    async def test_keeps_from_a_supplier_what_we_note_of_them(self, api, shop):
        supplier = await supplier_of(shop)
        await suppliers.update(SYSTEM, supplier.id, {"note": "Slow in August"})
        document = "{{ suppliers {{ nodes {{ name {} }} }} }}"
        item = "{ supplierItems { nodes { sku rank leadTime { days } } } }"

        for secret in ("note", "webhookUrl"):
            answer = await api.send(actor_of(supplier), document.format(secret))
            [error] = answer["errors"]
            assert error["extensions"]["code"] == "FORBIDDEN"
            assert answer["data"]["suppliers"]["nodes"] == [{"name": "Acme", secret: None}]
        answer = await api.send(actor_of(supplier), item)
        assert {error["path"][-1] for error in answer["errors"]} == {"rank", "leadTime"}
        told = await api.ask(BUYER, document.format("note"))
        assert told["nodes"][0]["note"] == "Slow in August"


class TestItem:
    async def test_is_entered_with_its_prices(self, api, shop):
        supplier = await supplier_of(shop)
        given = {"supplierId": supplier.number, "variantId": shop.shirt.number}

        row = await api.do(BUYER, "SupplierItemCreate", **given, priceBreaks=BREAKS, packSize=5)

        assert (row["priceBreaks"], row["packSize"], row["minimum"]) == (BREAKS, 5, 1)

    async def test_is_brought_in_with_every_problem_told(self, api, shop):
        supplier = await supplier_of(shop)
        items = [
            {"variantSku": shop.shirt.sku, "priceBreaks": BREAKS},
            {"variantSku": "NONE", "priceBreaks": BREAKS[:1] * 2},
        ]

        problems = await api.refusal(
            MANAGER, "SupplierItemsImport", supplierId=supplier.number, items=items
        )

        assert [(each["code"], each["path"]) for each in problems] == [
            ("INVALID", ["input", "items", "1", "priceBreaks"]),
            ("NOT_FOUND", ["input", "items", "1", "variantSku"]),
        ]

    async def test_is_shown_with_its_variant_by_rank(self, api, shop):
        await supplier_of(shop)
        better = await suppliers.create(SYSTEM, code="B", name="Better", currency="EUR")
        await sells(better, shop.mug, rank=1)
        document = """query ($id: ID!) { node(id: $id) { ... on Variant {
            suppliers { rank supplier { name } leadTime { statedDays days observations } } } } }"""

        found = await api.ask(BUYER, document, id=shop.mug.number)

        assert [each["supplier"]["name"] for each in found["suppliers"]] == ["Better", "Acme"]
        assert found["suppliers"][0]["leadTime"] == {
            "statedDays": 14,
            "days": 14.0,
            "observations": 0,
        }

    async def test_learns_how_long_it_takes(self, api, shop, clock):
        order = await bought(shop)
        clock.advance(days=20)
        await receive(order, shop.mug, 10)

        supplier = await supplier_of(shop)
        found = await api.ask(BUYER, "SupplierLeadTimes", supplier=supplier.number)

        [item] = found["nodes"]
        learned = item["leadTime"]
        assert (learned["statedDays"], learned["medianDays"]) == (14, 20.0)
        assert learned["observations"] == 1
        assert 14 < learned["days"] < learned["p90Days"] < 20


class TestScorecard:
    async def test_tells_what_was_kept_and_shows_what_was_not(self, api, shop, clock):
        kept = await bought(shop, "acknowledged", at=clock.time + timedelta(days=5))
        late = await bought(shop, "acknowledged", at=clock.time + timedelta(days=5))
        clock.advance(days=5)
        await receive(kept, shop.mug, 10)
        clock.advance(days=5)
        await receive(late, shop.mug, 10)
        supplier = await supplier_of(shop)

        for caller in (BUYER, actor_of(supplier)):
            found = await api.ask(caller, "SupplierScorecard", number=supplier.number)

            card = found["scorecard"]
            assert (card["orders"], card["lineCount"], card["units"]) == (2, 2, 20)
            assert card["onTime"] == {"met": 1, "of": 2, "percent": "50.00"}
            assert card["inFull"] == {"met": 2, "of": 2, "percent": "100.00"}
            [line] = card["late"]
            assert line["purchaseOrder"]["number"] == late.number
            assert (line["onTime"], line["inFull"], line["priceKept"]) == (False, True, True)

    async def test_has_no_percentage_of_nothing(self, api, shop):
        supplier = await supplier_of(shop)

        found = await api.ask(BUYER, "SupplierScorecard", number=supplier.number)

        assert found["scorecard"]["onTime"] == {"met": 0, "of": 0, "percent": None}

    async def test_refuses_a_period_of_many_years(self, api, shop):
        supplier = await supplier_of(shop)
        given = {"number": supplier.number, "since": "2020-01-01T00:00:00Z"}

        answer = await api.send(BUYER, "SupplierScorecard", **given)

        assert answer["errors"][0]["extensions"]["code"] == "INVALID"

    async def test_asks_the_same_of_the_database_for_many_suppliers(self, api, shop, statements):
        document = """{ suppliers(first: 50) { nodes { contacts { name } scorecard {
            onTime { met } lines(measure: ON_TIME, first: 3) { sku purchaseOrder { number } }
            quality { percent } } } } }"""
        await asked_for(shop)
        counts = []
        for _ in range(2):
            statements.clear()
            await api.ask(BUYER, document)
            counts.append(len(statements))
            for _ in range(4):
                await asked_for(await Shop.open())

        assert counts[0] == counts[1]


class TestEvents:
    async def test_tell_a_supplier_what_is_theirs_alone(self, api, shop, feed):
        mine, theirs = await supplier_of(shop), await supplier_of(await Shop.open())
        await suppliers.update(SYSTEM, theirs.id, {"name": "Theirs"})
        await suppliers.update(SYSTEM, mine.id, {"name": "Mine"})
        await bought(shop, "approved")
        await suppliers.update(SYSTEM, (await item_of(shop)).supplier_id, {"city": "Prato"})
        await event_log.take_in()

        heard = await api.watch(actor_of(mine), "Events", take=2, after="0")

        kinds = [answer["data"]["events"]["kind"] for answer in heard]
        assert kinds == ["SUPPLIER_UPDATED", "SUPPLIER_UPDATED"]
        assert all("errors" not in answer for answer in heard)

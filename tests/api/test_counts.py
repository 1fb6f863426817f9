"""Stock counts through the API: what those who count are not told."""

import json

import pytest

from models import CountLine, Event, StockCount, Variance
from services import counts
from tests.cast import LEAD, PICKER, Shop
from tests.counting import count_at, line_of, opened, see

HIDDEN = {"expected": None, "difference": None}


async def lines(api, actor, count):
    page = await api.ask(actor, "StockCountLines", filter={"countId": count.number})
    return page["nodes"]


def shown(line):
    return {name: line[name] for name in HIDDEN} | {
        "balances": [s["balance"] for s in line["scans"]]
    }


class TestBlind:
    async def test_nobody_sees_what_is_expected_while_it_is_counted(self, api, shop: Shop):
        count = await count_at(shop, "scanned")

        for actor in (PICKER, LEAD):
            [line] = await lines(api, actor, count)
            assert shown(line) == HIDDEN | {"balances": [None, None]}
            assert line["counted"] == 9

    async def test_only_reviewers_see_it_once_all_is_counted(self, api, shop: Shop):
        count = await count_at(shop, "counted")

        [of_picker] = await lines(api, PICKER, count)
        [of_lead] = await lines(api, LEAD, count)

        assert shown(of_picker) == HIDDEN | {"balances": [None, None]}
        assert shown(of_lead) == {"expected": 10, "difference": -1, "balances": [10, 10]}

    async def test_a_recount_hides_it_again(self, api, shop: Shop):
        count = await count_at(shop, "review")
        line = await line_of(count, shop.mug)
        await counts.recount(LEAD, count.id, line_ids=[line.id])
        await see(count, line, 9)

        [line] = await lines(api, LEAD, count)

        assert shown(line) == HIDDEN | {"balances": [None, None, None]}

    async def test_everybody_sees_it_of_a_count_that_is_not_blind(self, api, shop: Shop):
        count = await opened(shop, is_blind=False)
        line = await line_of(count, shop.mug)

        seen = await api.do(
            PICKER, "StockCountScan", id=count.number, lineId=line.number, quantity=8
        )

        assert (seen["expected"], seen["difference"]) == (10, -2)

    async def test_a_scan_and_its_refusal_tell_nothing(self, api, shop: Shop):
        count = await opened(shop)
        line = await line_of(count, shop.mug)
        given = {"id": count.number, "lineId": line.number}

        seen = await api.do(PICKER, "StockCountScan", **given, quantity=6)
        await shop.order("shipped", mug=3)
        [problem] = await api.refusal(PICKER, "StockCountScan", **given, quantity=1)

        assert {name: seen[name] for name in HIDDEN} == HIDDEN
        assert problem["code"] == "MOVED_MEANWHILE"
        assert not {"10", "7", "3"} & set(problem["message"].replace(line.number, "").split())

    async def test_events_tell_how_far_it_has_come_and_no_quantity(self, api, shop: Shop):
        count = await count_at(shop, "counted", off=-3)

        events = await Event.filter(kind__startswith="StockCount").order_by("id")

        assert {key for each in events for key in each.details} == {
            "stock_count_id",
            "count_line_id",
            "lines_counted",
            "lines",
            "scope",
        }
        scanned = [each.details for each in events if each.kind == "StockCountScanned"]
        assert [(each["lines_counted"], each["lines"]) for each in scanned] == [(1, 1), (1, 1)]
        assert "-3" not in json.dumps([each.details for each in events])
        assert count.lines_total == 1

    async def test_those_who_count_see_no_variance_and_no_outcome(self, api, shop: Shop):
        count = await count_at(shop, "review")

        error = await api.error(PICKER, "StockCountVariances")
        page = await api.ask(PICKER, "StockCounts")

        assert error["code"] == "FORBIDDEN"
        assert [node["outcome"] for node in page["nodes"]] == [None]
        assert page["nodes"][0]["number"] == count.number


class TestScan:
    async def test_counts_once_however_often_it_is_sent(self, api, shop: Shop):
        count = await opened(shop)
        line = await line_of(count, shop.mug)
        scan = {"id": count.number, "lineId": line.number, "quantity": 4, "idempotencyKey": "k"}

        await api.do(PICKER, "StockCountScan", **scan)
        again = await api.ask(PICKER, "StockCountScan", input=scan)

        assert again["replayed"] is True
        assert (await CountLine.get(id=line.id)).counted == 4


class TestReview:
    async def test_shows_suggestions_with_their_evidence(self, api, shop: Shop):
        await count_at(shop, "posted")
        await count_at(shop, "review")

        page = await api.ask(LEAD, "StockCountVariances")

        suggested = page["nodes"][0]["suggestions"]
        scores = [each["score"] for each in suggested]
        assert scores == sorted(scores, reverse=True)
        [theft] = [each for each in suggested if each["cause"] == "THEFT"]
        first = await Variance.all().order_by("id").first()
        assert theft["evidence"][0]["ids"] == [first.number]

    async def test_shows_how_right_the_ledger_was(self, api, shop: Shop):
        await count_at(shop, "posted")

        [node] = (await api.ask(LEAD, "StockCounts"))["nodes"]

        assert node["outcome"]["accuracy"] == 0.0
        assert node["outcome"]["shrinkage"] == [{"amount": "12.50", "currency": "EUR"}]
        assert node["progress"] == {"lines": 1, "counted": 1, "counters": [PICKER.label]}

    @pytest.mark.parametrize("many", [2, 6])
    async def test_asks_the_database_no_more_for_many(self, api, database, statements, many):
        for _ in range(many):
            await count_at(await Shop.open(), "review")
        statements.clear()

        await api.ask(LEAD, "StockCountVariances", first=100)

        asked = [each for each in statements if "SELECT" in each]
        assert len(asked) <= 14
        assert await StockCount.all().count() == many

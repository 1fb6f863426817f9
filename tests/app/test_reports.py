"""Reports over HTTP: what they hold, and who may have them."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from models import (
    Order,
    Role,
    Supplier,
    Token,
)
from services import people, reports
from services.actors import SYSTEM
from services.clock import now
from services.reports import links, text
from tests.api.conftest import http, serve  # noqa: F401
from tests.cast import MANAGER, PICKER, Shop
from tests.reporting import EVIL, lived


async def token(role: Role) -> dict[str, str]:
    secret = await people.create_token(SYSTEM, role, name=role.title())
    return {"Authorization": f"Bearer {secret}"}


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


@pytest.fixture
async def shop(http: Any) -> Shop:  # noqa: F811
    return await Shop.open()


class TestContent:
    async def test_of_every_report_parses_back(self, http, shop):  # noqa: F811
        order = await lived(shop)
        manager = await token(Role.MANAGER)

        found = {}
        for name, report in reports.REPORTS.items():
            answer = await http.get(f"/reports/{name}.csv", headers=manager)
            found[name] = rows_of(answer)
            assert answer.content.endswith(b"\r\n")
            assert answer.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
            assert found[name], name
            assert list(found[name][0]) == [each.name for each in report.columns]

        row = next(each for each in found["orders"] if each["number"] == order.number)
        assert row["customer_name"] == f"'{EVIL}"
        assert Decimal(row["total"]) == Decimal(order.total) / 100
        assert datetime.fromisoformat(row["placed_at"]) == order.placed_at
        # The draft was never placed.
        assert len(found["orders"]) == await Order.filter(placed_at__isnull=False).count()
        lines = [each for each in found["order-lines"] if each["order"] == order.number]
        assert {(each["sku"], each["delivered"]) for each in lines} == {
            (shop.mug.sku, "2"),
            (shop.shirt.sku, "1"),
        }
        assert [(each["amount"], each["reason"]) for each in found["refunds"]] == [("9.90", "'-1")]
        assert found["returns"][0]["reason"] == "DEFECTIVE"
        assert found["service-cases"][0]["subject"] == "'@home"
        level = await shop.level(shop.mug, shop.north)
        assert {each["on_hand"] for each in found["stock-levels"] if each["sku"] == shop.mug.sku
                and each["location"] == shop.north.code} == {str(level.on_hand)}  # fmt: skip
        [ages] = [each for each in found["stock-ageing"] if each["sku"] == shop.mug.sku
                  and each["location"] == shop.north.code]  # fmt: skip
        assert (ages["units"], ages["units_0_30"]) == (str(level.on_hand), str(level.on_hand))
        rates = {(each["by"], each["of"]): each for each in found["return-rates"]}
        assert rates["VARIANT", shop.mug.sku]["rate"] == "0.5"
        assert rates["REASON", "DEFECTIVE"]["delivered"] == "3"
        stays = {(each["stage"], each["location"]): each for each in found["dwell-times"]}
        assert stays["PICKING", ""]["stays"] == stays["PICKING", shop.north.code]["stays"] == "1"
        supplier = await Supplier.first()
        assert found["purchase-orders"][0]["supplier"] == supplier.code

    async def test_is_narrowed_to_what_is_given(self, http, shop):  # noqa: F811
        order = await shop.order("placed", mug=1)
        await shop.order("confirmed", shirt=1)
        headers = await token(Role.MANAGER)

        async def numbers(query: str) -> list[str]:
            answer = await http.get(f"/reports/orders.csv?{query}", headers=headers)
            return [each["number"] for each in rows_of(answer)]

        assert await numbers("status=PLACED") == [order.number]
        assert len(await numbers("channel=online&customer=" + shop.customer.number)) == 2
        assert await numbers("channel=PHONE") == []
        after = quote((now() + timedelta(minutes=1)).isoformat())
        assert await numbers(f"from={after}") == []
        assert len(await numbers(f"to={after}")) == 2
        at = quote(order.placed_at.isoformat())
        assert order.number not in await numbers(f"to={at}")
        levels = await http.get(
            f"/reports/stock-levels.csv?location={shop.south.code}&variant={shop.mug.sku}",
            headers=headers,
        )
        assert [each["on_hand"] for each in rows_of(levels)] == ["5"]

    async def test_tells_all_that_is_wrong_with_what_is_given(self, http, shop):  # noqa: F811
        headers = await token(Role.MANAGER)
        asked = "status=LOST&from=never&location=MARS&colour=red&variant=%00"

        answer = await http.get(f"/reports/orders.csv?{asked}", headers=headers)
        turned = "/reports/turnover.csv?from=2020-01-01&to=2026-01-01"
        longer = await http.get(turned, headers=headers)
        places = await http.get("/reports/stock-levels.csv?location=MARS", headers=headers)

        assert answer.status_code == longer.status_code == places.status_code == 400
        said = answer.text.strip().split("\n")
        assert {each.split(":")[0] for each in said} == {
            "status", "from", "location", "colour", "variant",
        }  # fmt: skip
        assert "at most 366 days" in longer.text
        assert "There is no location MARS." in places.text

    async def test_says_the_same_as_the_api(self, http, shop):  # noqa: F811
        await shop.order("delivered", mug=3)
        headers = await token(Role.MANAGER)
        until = now() + timedelta(hours=1)
        since = (until - timedelta(days=30)).isoformat().replace("+00:00", "Z")
        period = f'since: "{since}", until: "{until.isoformat()}"'
        document = (
            "{ stockLevels(sort: OLDEST) { nodes { variant { sku } location { code } onHand "
            "ages { units } velocity { units90 } outlook { daysOfCover } "
            f"turnover({period}) {{ unitsShipped turns cost {{ amount }} }} }} }} }}"
        )

        answer = await http.post("/graphql", json={"query": document}, headers=headers)
        nodes = answer.json()["data"]["stockLevels"]["nodes"]
        given = f"from={quote(since)}&to={quote(until.isoformat())}"
        tables = {
            name: rows_of(await http.get(f"/reports/{name}.csv?{query}", headers=headers))
            for name, query in (("turnover", given), ("stock-ageing", ""), ("days-of-cover", ""))
        }

        for node, turned, aged, cover in zip(nodes, *tables.values(), strict=True):
            assert (turned["sku"], turned["location"]) == (
                node["variant"]["sku"], node["location"]["code"],
            )  # fmt: skip
            assert turned["units_shipped"] == str(node["turnover"]["unitsShipped"])
            assert Decimal(turned["cost"]) == Decimal(node["turnover"]["cost"]["amount"])
            assert turned["turns"] == text.cell(node["turnover"]["turns"])
            assert aged["units_0_30"] == str(node["ages"][0]["units"])
            assert cover["days_of_cover"] == text.cell(node["outlook"]["daysOfCover"])
        assert any(each["units_shipped"] == "3" for each in tables["turnover"])

    async def test_of_figures_is_what_the_api_tells(self, http, shop):  # noqa: F811
        await lived(shop)
        headers = await token(Role.MANAGER)
        document = (
            "{ kpis { name now { value p50 } } dwellTimes { stage stays p50 p90 } "
            "returnRates { key returned delivered variant { sku } } }"
        )

        told = (await http.post("/graphql", json={"query": document}, headers=headers)).json()[
            "data"
        ]
        found = {
            name: rows_of(await http.get(f"/reports/{name}.csv", headers=headers))
            for name in ("kpis", "dwell-times", "return-rates", "customer-figures")
        }

        assert [
            (each["name"], each["value"], each["p50"]) for each in found["kpis"] if not each["day"]
        ] == [
            (each["name"], text.cell(each["now"]["value"]), text.cell(each["now"]["p50"]))
            for each in told["kpis"]
        ]
        assert any(each["value"] and each["day"] for each in found["kpis"])
        assert [
            (each["stage"], each["stays"], each["p90"])
            for each in found["dwell-times"]
            if not each["location"]
        ] == [(each["stage"], str(each["stays"]), str(each["p90"])) for each in told["dwellTimes"]]
        assert [each["of"] for each in found["return-rates"] if each["by"] == "VARIANT"] == [
            each["variant"]["sku"] for each in told["returnRates"]
        ]
        spent = {each["name"]: each["spent"] for each in found["customer-figures"]}
        assert Decimal(spent[f"'{EVIL}"]) > 0


class TestAccess:
    async def test_is_for_those_who_may_see_what_is_in_it(self, http, shop):  # noqa: F811
        picker, customer = (
            await token(Role.PICKER),
            await people.create_token(
                SYSTEM, Role.CUSTOMER, name="Ada", customer_id=shop.customer.id
            ),
        )
        for path, headers, status in (
            ("orders", picker, 403),
            ("refunds", picker, 403),
            ("stock-levels", picker, 200),
            ("stock-levels", {"Authorization": f"Bearer {customer}"}, 403),
            ("stock-levels", {}, 401),
            ("stock-levels", {"Authorization": "Bearer wrong"}, 401),
            ("secrets", picker, 404),
        ):
            answer = await http.get(f"/reports/{path}.csv?location=MARS" if status == 403
                                    else f"/reports/{path}.csv", headers=headers)  # fmt: skip
            assert (path, answer.status_code) == (path, status)

        asked = await http.post(
            "/graphql",
            json={"query": '{ reports { name } reportLink(name: "orders") { url } }'},
            headers=picker,
        )
        content = asked.json()
        assert content["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        offered = {each.name for each in reports.offered(PICKER)}
        assert "orders" not in offered
        assert {each.name for each in reports.offered(MANAGER)} == set(reports.REPORTS)

    async def test_by_a_link_ends_with_the_token_it_was_asked_with(self, http, shop, monkeypatch):  # noqa: F811
        manager = await token(Role.MANAGER)
        document = (
            'query ($given: [ReportGiven!]) { reportLink(name: "stock-levels", given: $given) '
            "{ url expiresAt } }"
        )

        async def ask(**given: str) -> Any:
            pairs = [{"name": name, "value": value} for name, value in given.items()]
            body = {"query": document, "variables": {"given": pairs}}
            return (await http.post("/graphql", json=body, headers=manager)).json()

        url = (await ask(location=shop.south.code))["data"]["reportLink"]["url"]
        assert len(rows_of(await http.get(url))) == 2
        for forged in (
            url.replace(shop.south.code, shop.north.code),
            url.replace("stock-levels", "stock-ageing"),
            url.replace("person=", "person=1"),
            url[:-1],
            url.split("&signature=")[0] + "&signature=",
        ):
            assert (await http.get(forged)).status_code == 403
        assert (await ask(location="MARS"))["errors"]

        with monkeypatch.context() as later:
            later.setattr(links, "now", lambda: now() + timedelta(hours=1))
            assert (await http.get(url)).status_code == 410
        [kept] = await Token.all()
        await people.revoke_token(SYSTEM, kept.id)
        answer = await http.get(url)
        assert (answer.status_code, "no more" in answer.text) == (403, True)

    async def test_is_as_often_as_any_other_call(self, serve: Callable[..., Any]):  # noqa: F811
        async with serve(rate_per_address=0.01, rate_burst=100) as client:
            headers = await token(Role.MANAGER)
            answers = [await client.get("/reports/customers.csv", headers=headers) for _ in "12"]

        assert [each.status_code for each in answers] == [200, 429]
        assert int(answers[1].headers["retry-after"]) > 0

    async def test_is_of_so_many_at_a_time(self, http, shop, policy):  # noqa: F811
        policy(reports_at_once=0)

        answer = await http.get("/reports/customers.csv", headers=await token(Role.MANAGER))

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")

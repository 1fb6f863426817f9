"""Records by their ids and numbers, who asks, and how far the event log goes."""

import base64

import pytest

from api.nodes import KINDS, encode
from models import Person, Role
from services import event_log
from tests.api.plenty import fill
from tests.cast import CLERK, MANAGER, PICKER, actor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def made(text):
    return base64.urlsafe_b64encode(text.encode()).decode()


HOSTILE = [
    *("", " ", "x", "1", "💥", "====", "T3JkZXI6", "XXX-1001", "ORD-", "ORD--1", "ORD-x", "ORD-٣"),
    *("ORD-0", "ORD-999", "ORD-999999999999999", "ORD-9999999999999999999999", "ORD-1" * 500),
    *(made("Order:0"), made("Order:-1"), made("Order:9999999999999999999"), made("Order:x")),
    *(made("Token:1"), made("Query:1"), made("Order"), made(":1"), made("Order:1:1")),
    *(made("Order:٣"), base64.b64encode(b"\xff\xfe:1").decode(), made("x" * 10_000)),
]


class TestNode:
    async def test_is_found_by_its_id_and_its_number(self, api, shop):
        await fill(shop)

        for name, kind in KINDS.items():
            row = await kind.all().order_by("id").first()
            assert row is not None, name
            for given in (encode(row), row.number, row.number.lower(), f" {row.number} "):
                node = await api.ask(actor(Role.ADMIN, 1), "Node", id=given)

                assert (node["__typename"], node["id"]) == (name, encode(row))
                assert (node["number"], node["version"]) == (row.number, row.version)

    @pytest.mark.parametrize("given", HOSTILE, ids=lambda given: repr(given)[:20])
    async def test_is_null_where_there_is_none(self, api, shop, given):
        await shop.order()

        assert await api.ask(MANAGER, "Node", id=given) is None

    async def test_is_null_where_the_role_sees_none_of_its_kind(self, api, shop):
        assert await api.ask(PICKER, "Node", id=shop.customer.number) is None


class TestNodes:
    async def test_come_in_the_order_of_their_ids(self, api, shop, statements):
        ids = [shop.shirt.number, "x", shop.customer.number, encode(shop.mug), shop.shirt.number]

        nodes = await api.ask(MANAGER, "Nodes", ids=ids)

        found = [node and node["number"] for node in nodes]
        shirt, mug, ada = shop.shirt.number, shop.mug.number, shop.customer.number
        assert found == [shirt, None, ada, mug, shirt]
        assert sum("SELECT" in sent for sent in statements) == 2

    async def test_are_at_most_a_hundred(self, api, shop):
        assert len(await api.ask(MANAGER, "Nodes", ids=["x"] * 100)) == 100

        error = await api.error(MANAGER, "Nodes", ids=["x"] * 101)

        assert error["code"] == "INVALID"

    async def test_may_be_none(self, api, database):
        assert await api.ask(MANAGER, "Nodes", ids=[]) == []


class TestOrder:
    async def test_is_found_by_number_or_id(self, api, shop):
        order = await shop.order()

        for given in (order.number, order.number.lower(), encode(order)):
            assert (await api.ask(CLERK, "Order", number=given))["id"] == encode(order)

    @pytest.mark.parametrize("given", ["", "x", "CUS-1001", "ORD-9999", made("Customer:1")])
    async def test_is_null_where_there_is_none(self, api, shop, given):
        await shop.order()

        assert await api.ask(CLERK, "Order", number=given) is None


class TestMe:
    async def test_says_who_calls_and_what_they_may_do(self, api, shop):
        ada = await Person.create(name="Ada", role=Role.CUSTOMER, customer_id=shop.customer.id)

        me = await api.ask(actor(Role.CUSTOMER, ada.id), "Me")

        assert (me["name"], me["role"], me["number"]) == ("Ada", "CUSTOMER", ada.number)
        assert me["customer"]["number"] == shop.customer.number
        assert "ORDERS_ENTER" in me["permissions"]
        assert "ORDERS_CONFIRM" not in me["permissions"]


class TestCursor:
    async def test_is_the_end_of_the_log(self, api, shop, feed):
        before = await api.ask(CLERK, "Cursor")
        order = await shop.order()
        of_order = {"orderId": order.number}

        [answer] = await api.watch(MANAGER, "Events", after=before, filter=of_order)

        assert answer["data"]["events"]["kind"] == "ORDER_DRAFTED"
        end = await api.ask(CLERK, "Cursor")
        assert answer["data"]["events"]["cursor"] == end == str(await event_log.last_position())

    @pytest.mark.parametrize("given", ["", "x", "-1", "1.5", "٣", "9" * 19, "1" * 5_000])
    async def test_is_one_that_was_given(self, api, shop, feed, given):
        lists = ("StockLevelsWatch", "StockAlertsWatch", "ExceptionsWatch", "ServiceCasesWatch")
        for subscription in ("Events", *lists):
            [answer] = await api.watch(MANAGER, subscription, after=given)

            assert answer["errors"][0]["extensions"]["code"] == "INVALID"

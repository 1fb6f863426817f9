"""What callers are told when something goes wrong, and what is kept from them."""

import logging
import re

import pytest
from tortoise.connection import get_connection

from app.settings import Mode
from models import Customer, Role
from services import people
from services.actors import SYSTEM

NEW = {"Accept": "application/graphql-response+json"}


async def lose(table):
    """Take a table away, as a broken database would."""
    await get_connection("default").execute_script(f"DROP TABLE {table}")


async def ask(http, query, **variables):
    token = await people.create_token(SYSTEM, Role.ADMIN, name="Ada")
    headers = NEW | {"Authorization": f"Bearer {token}"}
    return await http.post(
        "/graphql", json={"query": query, "variables": variables}, headers=headers
    )


class TestInternalError:
    async def test_is_a_reference_to_the_log_and_nothing_else(self, http, caplog):
        await lose("stock_alerts")

        with caplog.at_level(logging.ERROR):
            answer = await ask(http, "{ cursor stockAlerts { nodes { id } } }")

        [error] = answer.json()["errors"]
        [record] = caplog.records
        [reference] = re.findall("[0-9a-f]{32}", error["message"])
        assert error["message"] == f"Something went wrong here. Its reference is {reference}."
        assert error["extensions"] == {"code": "INTERNAL"}
        assert set(error) == {"message", "extensions", "path", "locations"}
        assert reference in record.getMessage()
        assert "stock_alerts" in str(record.exc_info[1])

    async def test_leaves_the_rest_of_an_answer(self, http, caplog):
        await lose("addresses")

        with caplog.at_level(logging.CRITICAL):
            answer = await ask(http, '{ node(id: "ADR-1001") { id } nodes(ids: ["x"]) { id } }')

        assert answer.status_code == 200
        assert answer.json()["data"] == {"node": None, "nodes": [None]}
        assert [error["path"] for error in answer.json()["errors"]] == [["node"]]

    async def test_of_a_mutation_leaves_nothing_changed(self, http, caplog):
        document = 'mutation { customerCreate(input: {name: "Bea"}) { customer { id } } }'
        await lose("idempotency_records")
        with caplog.at_level(logging.CRITICAL):
            keyed = await ask(http, document.replace("}) {", ', idempotencyKey: "k"}) {'))

        assert keyed.json()["errors"][0]["extensions"] == {"code": "INTERNAL"}
        assert await Customer.all().count() == 0
        assert (await ask(http, document)).json()["data"]["customerCreate"]["customer"]


GUESSES = {
    "field": "{ orderz { totalCount } }",
    "type": '{ node(id: "x") { ... on Ordr { id } } }',
    "argument": "{ orders(frist: 1) { totalCount } }",
    "enum value": "{ orders(sort: NEWST) { totalCount } }",
    "input field": "{ orders(filter: {statu: DRAFT}) { totalCount } }",
    "variable": "query ($a: OrderSort!) { orders(sort: $a) { totalCount } }",
}


class TestSuggestion:
    @pytest.mark.parametrize("guess", GUESSES)
    async def test_helps_in_development_alone(self, serve, guess):
        answers = {}
        for mode in Mode:
            async with serve(mode=mode) as http:
                answer = await ask(http, GUESSES[guess], a="NEWST")
            answers[mode] = answer.text

        assert "Did you mean" in answers[Mode.DEVELOPMENT]
        assert "Did you mean" not in answers[Mode.PRODUCTION]


class TestIntrospection:
    @pytest.mark.parametrize(
        "query", ["{ __schema { description } }", '{ __type(name: "Order") { name } }']
    )
    async def test_is_for_development(self, serve, query):
        async with serve() as http:
            shown = await http.post("/graphql", json={"query": query})
        async with serve(mode=Mode.PRODUCTION) as http:
            hidden = await http.post("/graphql", json={"query": query})

        assert "errors" not in shown.json()
        assert "data" not in hidden.json()

    async def test_leaves_the_names_of_types_in_production(self, serve):
        async with serve(mode=Mode.PRODUCTION) as http:
            answer = await http.post("/graphql", json={"query": "{ __typename }"})

        assert answer.json() == {"data": {"__typename": "Query"}}

    async def test_has_no_page_in_production(self, serve):
        headers = {"Accept": "text/html"}
        async with serve(mode=Mode.PRODUCTION) as http:
            pages = [await http.get(path, headers=headers) for path in ("/", "/graphql")]

        assert [page.status_code for page in pages] == [404, 406]

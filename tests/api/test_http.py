"""GraphQL over HTTP: media types, methods, bodies and status codes."""

import asyncio
import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from models import Role, Token
from services import people
from services.actors import SYSTEM

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
HELLO = {"query": "{ __typename }"}
OLD, NEW = {"Accept": JSON}, {"Accept": GRAPHQL}


async def token_for(role=Role.CLERK, **given):
    return await people.create_token(SYSTEM, role, name="Cleo", **given)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class TestAnswer:
    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [
            (None, JSON),
            ("*/*", JSON),
            ("application/*", JSON),
            (JSON, JSON),
            (GRAPHQL, GRAPHQL),
            ("Application/GraphQL-Response+JSON; charset=utf-8", GRAPHQL),
            (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
            (f"{GRAPHQL};q=0.2, {JSON};q=0.9", JSON),
            (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
            (f"text/html, {GRAPHQL};q=0, */*;q=0.1", JSON),
            (f"text/html, {GRAPHQL};q=0.3", GRAPHQL),
        ],
    )
    async def test_has_the_media_type_the_client_prefers(self, http, accept, media_type):
        http.headers.pop("accept")
        answer = await http.post("/graphql", json=HELLO, headers=accept and {"Accept": accept})

        assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json() == {"data": {"__typename": "Query"}}

    @pytest.mark.parametrize(
        "accept", ["text/html", "application/jsonp", "application/xml;q=1", f"{JSON};q=0", "q"]
    )
    async def test_is_refused_in_any_other_media_type(self, http, accept):
        answer = await http.post("/graphql", json=HELLO, headers={"Accept": accept})

        assert answer.status_code == 406
        assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"

    async def test_is_never_kept_by_a_cache(self, http):
        answer = await http.get("/graphql", params=HELLO)

        assert answer.headers["cache-control"] == "no-store"
        assert "Accept" in answer.headers["vary"].split(", ")


class TestRequest:
    @pytest.mark.parametrize(
        "body",
        [
            *("", "null", '"x"', "7", "true", "[]", "[{}]", "{", "{}", '{"query": null}'),
            *('{"query": 7}', '{"query": ""}', '{"query": " "}', '{"query": ["{ x }"]}'),
            *('{"query": "{ me { id } }", "variables": 7}', '{"query": "{x}", "variables": [1]}'),
            *('{"query": "{x}", "operationName": 7}', '{"query": "{x}", "extensions": "x"}'),
            *("[" * 100_000, '{"query": ' + "9" * 5_000 + "}", '{"query": NaN}'),
            *('{"a": ' * 50_000, '{"query": "{ x }", "variables": {"n": 1e999}}x'),
            *(r'{"query": "{ x }", "variables": {"a": "\ud800"}}', r'{"query": "\ud800"}'),
            *(
                r'{"query": "{ x }", "variables": {"a": ["\u0000"]}}',
                r'{"query": "{ x(a: \"\u0000\") }"}',
            ),
            *(r'{"query": "{ x }", "variables": {"\u0000": 1}}', "\ufeff{}"),
            *(b"\xff\xfe{\x00}\x00", b'{"query": "\xc3\x28"}'),
        ],
        ids=lambda body: str(body)[:30],
    )
    async def test_that_cannot_be_read_is_refused(self, http, body):
        for headers in (OLD, NEW):
            answer = await http.post(
                "/graphql", content=body, headers={"Content-Type": JSON} | headers
            )

            assert answer.status_code == 400
            [error] = answer.json()["errors"]
            assert error["extensions"]["code"] == "BAD_REQUEST"

    @pytest.mark.parametrize(
        "content_type",
        [
            *(JSON, "Application/JSON", f"{JSON}; charset=utf-8", f'{JSON};CharSet="UTF-8"'),
            f"{JSON} ; version=1",
        ],
    )
    async def test_is_json(self, http, content_type):
        answer = await http.post(
            "/graphql", content=json.dumps(HELLO), headers={"Content-Type": content_type}
        )

        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"Content-Type": ""},
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/jsonp"},
            {"Content-Type": f"{JSON}; charset=iso-8859-1"},
            {"Content-Type": "application/x-www-form-urlencoded"},
            {"Content-Type": "multipart/form-data; boundary=x"},
            {"Content-Type": JSON, "Content-Encoding": "gzip"},
        ],
    )
    async def test_in_any_other_form_is_refused(self, http, headers):
        body = gzip.compress(json.dumps(HELLO).encode())

        answer = await http.post("/graphql", content=body, headers=headers)

        assert answer.status_code == 415

    async def test_may_leave_out_what_it_does_not_need(self, http):
        empty = {"variables": None, "operationName": None, "extensions": None}

        for rest in ({}, empty, {"operationName": ""}, {"variables": {"unknown": 1}}):
            answer = await http.post("/graphql", json=HELLO | rest)

            assert answer.json() == {"data": {"__typename": "Query"}}

    async def test_may_nest_deeply_in_vain(self, http):
        deep = "[" * 1_000 + "]" * 1_000

        for kind in ("[ID!]", "OrderFilter", "String"):
            body = (
                f'{{"query": "query ($x: {kind}) {{ me {{ id }} }}", "variables": {{"x": {deep}}}}}'
            )
            answer = await http.post("/graphql", content=body, headers={"Content-Type": JSON})

            assert "Variable '$x'" in answer.json()["errors"][0]["message"]

    async def test_that_is_too_large_is_refused(self, serve):
        async def chunks():
            for _ in range(11):
                yield b" " * 1_000

        headers = {"Content-Type": JSON}
        async with serve(body_limit=10_000) as http:
            whole = await http.post("/graphql", content=b" " * 10_001, headers=headers)
            chunked = await http.post("/graphql", content=chunks(), headers=headers)

        assert whole.status_code == chunked.status_code == 413

    async def test_that_never_arrives_is_not_waited_for(self, serve):
        async def nothing():
            yield b"{"
            await asyncio.Event().wait()

        async with serve(body_timeout=0.01) as http:
            answer = await http.post("/graphql", content=nothing(), headers={"Content-Type": JSON})

        assert answer.status_code == 408


class TestMethod:
    async def test_get_asks(self, http):
        params = {"query": "query ($id: ID!) { a: __typename node(id: $id) { id } }"}

        for variables in ('{"id": "x"}', ' {"id": "x"} '):
            answer = await http.get(
                "/graphql",
                params=params | {"variables": variables},
                headers=bearer(await token_for()),
            )

            assert answer.json() == {"data": {"a": "Query", "node": None}}

    @pytest.mark.parametrize("variables", ["{", "7", '"x"', "[]", "9" * 5_000, "[" * 5_000])
    async def test_get_takes_variables_as_json(self, http, variables):
        answer = await http.get("/graphql", params=HELLO | {"variables": variables})

        assert answer.status_code == 400

    async def test_get_takes_empty_variables_for_none(self, http):
        answer = await http.get("/graphql", params=HELLO | {"variables": "", "extensions": ""})

        assert answer.status_code == 200

    @pytest.mark.parametrize("accept", [OLD, NEW])
    async def test_get_changes_nothing(self, http, accept):
        query = 'mutation { customerCreate(input: {name: "Ada"}) { replayed } }'

        answer = await http.get("/graphql", params={"query": query}, headers=accept)

        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert "data" not in answer.json()

    async def test_post_does_not_subscribe(self, http):
        for headers, status in ((OLD, 200), (NEW, 400)):
            answer = await http.post(
                "/graphql", json={"query": "subscription { events { kind } }"}, headers=headers
            )

            assert answer.status_code == status
            [error] = answer.json()["errors"]
            assert error["extensions"]["code"] == "WRONG_METHOD"

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    async def test_no_other_is_known(self, http, method):
        answer = await http.request(method, "/graphql", json=HELLO)

        assert answer.status_code == 405
        assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


MISTAKES = {
    "syntax": {"query": "{"},
    "unknown field": {"query": "{ nothing }"},
    "no such operation": {"query": "query A { __typename }", "operationName": "B"},
    "which operation": {"query": "query A { __typename } query B { __typename }"},
    "no operation": {"query": "fragment F on Query { __typename }"},
    "variable left out": {"query": "query ($id: ID!) { node(id: $id) { id } }"},
    "variable of another type": {
        "query": "query ($n: Int) { orders(first: $n) { totalCount } }",
        "variables": {"n": "many"},
    },
}


class TestMistake:
    @pytest.mark.parametrize("mistake", MISTAKES)
    async def test_ends_a_request_before_it_is_run(self, http, mistake):
        headers = bearer(await token_for())

        old = await http.post("/graphql", json=MISTAKES[mistake], headers=headers | OLD)
        new = await http.post("/graphql", json=MISTAKES[mistake], headers=headers | NEW)

        assert (old.status_code, new.status_code) == (200, 400)
        assert old.json() == new.json()
        assert list(new.json()) == ["errors"]

    async def test_of_a_field_leaves_the_rest(self, http):
        answer = await http.post(
            "/graphql", json={"query": "{ __typename node(id: 1) { id } }"}, headers=NEW
        )

        assert answer.status_code == 200
        content = answer.json()
        assert content["data"] == {"__typename": "Query", "node": None}
        assert content["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


class TestCredential:
    async def test_says_who_calls(self, http):
        headers = bearer(await token_for())

        answer = await http.post("/graphql", json={"query": "{ me { name } }"}, headers=headers)

        assert answer.json() == {"data": {"me": {"name": "Cleo"}}}

    async def test_opens_nothing_once_it_is_revoked_or_expired(self, http):
        revoked = await token_for()
        await people.revoke_token(SYSTEM, (await Token.all().first()).id)
        expired = await token_for(expires_at=datetime.now(UTC) - timedelta(seconds=1))

        for token in (revoked, expired):
            answer = await http.post("/graphql", json=HELLO, headers=bearer(token))

            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}

    @pytest.mark.parametrize(
        "value", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic QTpC", "wrong", "Bearer ÿ"]
    )
    async def test_that_opens_nothing_is_refused(self, http, value):
        answer = await http.post(
            "/graphql", json=HELLO, headers={"Authorization": value.encode("latin-1")}
        )

        assert answer.status_code == 401

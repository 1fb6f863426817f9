"""Nothing leaks: not into answers, not into the log, whoever asks and however it goes wrong."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients import PATIENCE, Api, bearer, opened
from tests.servers import Server, Waybill

pytestmark = pytest.mark.timeout(600)

PASSWORD = "a very secret sentence"
WRONG = "quite another sentence"
SIGN_IN = """mutation ($username: String!, $password: String!) {
  signIn(input: { username: $username, password: $password }) {
    token { secret person { name } } userErrors { code message }
  }
}"""
# What belongs to the inside: SQL, stacks, files, drivers, modules.
INNARDS = re.compile(
    r"select |insert |update \w+ set|no such table|traceback|\.py|sqlite|tortoise|asyncpg"
    r"|operationalerror|strawberry|0x[0-9a-f]{6}",
    re.IGNORECASE,
)
PROXIED = {"trusted_proxies": '["127.0.0.1"]'}
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


@pytest.fixture
def server(sqlite_waybill: Waybill, servers: Callable[..., Server]) -> Server:
    return servers(sqlite_waybill, mode="production", metrics_token="metrics-secret", **PROXIED)


async def send(method: str, url: str, **given: Any) -> httpx.Response:
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        return await client.request(method, url, **given)


async def sign_in(server: Server, username: str, password: str) -> dict[str, object]:
    async with Api(server.url) as guest:
        data = await guest.ask(SIGN_IN, username=username, password=password)
    payload: dict[str, object] = data["signIn"]
    return payload


async def test_a_journey_leaves_no_secret_in_the_log(server: Server, sqlite_waybill: Waybill):
    admin_token = sqlite_waybill.token("admin", "--name", "Anna")
    async with Api(server.url, admin_token) as admin:
        person = await admin.do(
            "personCreate", "person { id }", name="Karla", role="CLERK", username="karla"
        )
        await admin.do("passwordSet", "person { id }", id=person["id"], password=PASSWORD)
    refused = await sign_in(server, "karla", WRONG)
    token = (await sign_in(server, "karla", PASSWORD))["token"]["secret"]
    async with Api(server.url, token) as clerk:
        assert (await clerk.ask("{ me { name } }")) == {"me": {"name": "Karla"}}
        changed = {"currentPassword": PASSWORD, "password": WRONG}
        await clerk.do("passwordChange", "person { id }", **changed)
    async with opened(server.url) as socket:
        await socket.introduce(token)
    async with opened(server.url) as socket:
        await socket.send({"type": "connection_init", "payload": bearer(f"{token}x")})
        assert await socket.close_code() == 4403
    asks = {"json": {"query": "{ me { name } }"}}
    for where in ("", f"?token={token}", f"?access_token={token}&password={PASSWORD}"):
        for headers in ({}, bearer(f"{token}x"), {"Authorization": f"Basic {token}"}):
            await send("POST", f"{server.url}/graphql{where}", headers=headers, **asks)
    await send("GET", f"{server.url}/nowhere/{token}", headers=bearer(token))
    await send("GET", f"{server.url}/metrics", headers=bearer("metrics-secret"))
    broken = await break_and_ask(server, sqlite_waybill, token)
    server.stop()

    assert [each["code"] for each in refused["userErrors"]] == ["INVALID"]
    for secret in (admin_token, token, PASSWORD, WRONG, "metrics-secret", "Authorization"):
        assert secret not in server.told, secret
    # What is told to nobody else is there to be found.
    assert broken in server.told
    done = [each for each in logged(server) if each["message"].startswith("Done: anonymous ok")]
    assert {each["actor"] for each in done} >= {"PER-1001", "PER-1002"}
    assert all(each["request_id"] != "-" and each["seconds"] > 0 for each in done)


def logged(server: Server) -> list[dict[str, Any]]:
    """The lines of the log, each an object for programs."""
    return [json.loads(text) for text in server.told.splitlines() if text.startswith("{")]


async def break_and_ask(server: Server, waybill: Waybill, token: str) -> str:
    """Lose a table, and ask for it in each way there is; the reference that was answered."""
    file = Path(waybill.environment["WAYBILL_DATABASE_URL"].removeprefix("sqlite://"))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TABLE addresses")
    document = '{ node(id: "ADR-1001") { id } }'
    answer = await send(
        "POST", f"{server.url}/graphql", json={"query": document}, headers=bearer(token)
    )
    async with opened(server.url) as socket:
        await socket.introduce(token)
        await socket.subscribe("1", document)
        told = str(await socket.receive())
    for text in (answer.text, told):
        assert not INNARDS.search(text), text
        assert "addresses" not in text
    [reference] = re.findall("[0-9a-f]{32}", answer.text)
    return str(reference)


HOSTILE = [
    ("GET", "/"),
    ("GET", "/nowhere"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/graphql"),
    ("PUT", "/graphql"),
    ("GET", "/graphql?query={"),
    ("POST", "/graphql"),
    ("GET", "/papers/%00/x"),
    ("POST", "/callbacks/payments/none"),
    ("POST", "/callbacks/%00"),
]


async def test_every_answer_is_guarded_and_tells_nothing(server: Server):
    for method, path in HOSTILE:
        answer = await send(method, f"{server.url}{path}", content=b"\xff{")

        assert answer.status_code < 500, (method, path)
        assert not INNARDS.search(answer.text), (path, answer.text)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (method, path, name)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers
    secure = await send("GET", f"{server.url}/healthz", headers={"X-Forwarded-Proto": "https"})
    assert secure.headers["strict-transport-security"].startswith("max-age=")


async def test_other_pages_may_not_call(server: Server):
    evil = {"Origin": "https://evil.example"}
    asked = await send(
        "POST", f"{server.url}/graphql", json={"query": "{ __typename }"}, headers=evil
    )

    assert "access-control-allow-origin" not in asked.headers
    with pytest.raises(Exception, match="403"):
        async with opened(server.url, origin="https://evil.example"):
            pass

"""What is downloaded from a server that runs: exports by their links, and reports whose reader may
read no more before they have all of it."""

import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from models import CaseMessage, Customer, Order, Role, Token
from services import customer_exports, people, policies
from services.actors import SYSTEM
from services.clock import now
from services.scopes import SCOPES
from tests.api.test_visibility import live
from tests.cast import Shop
from tests.servers import Served, served

pytestmark = pytest.mark.asyncio(loop_scope="module")

# More than the buffers between a server and a client that does not read can hold.
CUSTOMERS, NAME = 8_000, "€" * 200
EXPORT = """mutation($id: ID!) { customerExport(input: { id: $id }) {
  download { url expiresAt } userErrors { code } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> AsyncIterator[Served]:
    """One server for all of these tests."""
    copy = tmp_path_factory.mktemp("downloads") / "waybill.sqlite3"
    shutil.copy(sqlite_template, copy)
    async with served(f"sqlite://{copy}") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def client(here: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=here.url, timeout=30) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived(here: Served) -> Shop:
    """A shop to whose customer, and to another one's, everything has happened."""
    shop, other = await Shop.open(), await Shop.open()
    await live(shop)
    await live(other)
    return shop


async def linked(client: httpx.AsyncClient, here: Served, customer: Customer) -> str:
    """Where the export of a customer is, as a manager is told."""
    bearer = {"Authorization": f"Bearer {await here.token(Role.MANAGER)}"}
    body = {"query": EXPORT, "variables": {"id": customer.number}}
    answer = (await client.post("/graphql", json=body, headers=bearer)).json()
    download = answer["data"]["customerExport"]["download"]
    left = datetime.fromisoformat(download["expiresAt"]) - now()
    assert timedelta(hours=1) <= left <= timedelta(hours=2)
    url: str = download["url"]
    return url


async def broken_off(
    client: httpx.AsyncClient, url: str, meanwhile: Callable[[], Awaitable[object]]
) -> bytes:
    """What comes of a download, in the middle of which something is done, until it breaks off."""
    read = bytearray()
    try:
        async with client.stream("GET", url) as answer:
            assert answer.status_code == 200
            async for chunk in answer.aiter_bytes():
                if not read:
                    await meanwhile()
                read += chunk
    except httpx.RemoteProtocolError:
        return bytes(read)
    pytest.fail("It was told as if it were whole.")


class TestExport:
    async def test_holds_all_that_is_of_the_customer_and_nothing_else(
        self, here, client, lived, monkeypatch
    ):
        monkeypatch.setattr(customer_exports, "PAGE", 3)
        answer = await client.get(await linked(client, here, lived.customer))

        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "private, no-store"
        number = lived.customer.number
        named = f'attachment; filename="{number}.json"'
        assert answer.headers["content-disposition"] == named
        content = answer.json()
        assert content["customer"]["number"] == number
        held = 0
        for kind, scope in SCOPES.items():
            if scope.customer is None or kind.__name__ in ("Customer", "CustomerDuplicate"):
                continue
            theirs = await kind.filter(**{scope.customer: lived.customer.id}).order_by("id")
            ids = [each["id"] for each in content[kind._meta.db_table]]
            assert ids == [each.id for each in theirs], kind
            assert len(ids) < await kind.all().count() or not ids, kind
            held += bool(ids)
        assert held > 25
        order = await Order.filter(customer_id=lived.customer.id).first()
        assert order.tracking_token not in answer.text
        assert await CaseMessage.filter(body__in=[m["body"] for m in content["case_messages"]])

    async def test_is_opened_by_no_other_link(self, here, client, lived, monkeypatch):
        other = await Customer.exclude(id=lived.customer.id).first()
        url, number = await linked(client, here, lived.customer), lived.customer.number
        expires, signature = (each.partition("=")[2] for each in url.partition("?")[2].split("&"))

        wrong = [
            # Another customer's, longer, unsigned, altered, without anything.
            url.replace(number, other.number),
            url.replace(expires, str(int(expires) + 3600)),
            url.replace(signature, ""),
            url.replace(signature, signature[:-1] + ("A" if signature[-1] != "A" else "B")),
            url.replace(expires, "9" * 30),
            url.replace(expires, "soon"),
            url.partition("?")[0],
        ]
        for each in wrong:
            answer = await client.get(each)
            assert answer.status_code == 403, each
            assert number not in answer.text
        assert (await client.post(url)).status_code == 405
        monkeypatch.setattr(customer_exports, "now", lambda: now() + timedelta(hours=2))
        late = await client.get(url)
        assert (late.status_code, "expired" in late.text) == (403, True)

    async def test_of_nobody_is_not_there(self, client):
        """A link that was made here for somebody who is gone."""
        gone = customer_exports.link(Customer(id=99_999_999))

        assert (await client.get(gone.url)).status_code == 404


class TestReport:
    @pytest.fixture
    def one_at_a_time(self) -> Iterator[None]:
        usual = policies.current()
        policies.apply(replace(usual, reports_at_once=1))
        yield
        policies.apply(usual)

    async def test_breaks_off_where_its_reader_may_read_no_more(
        self, here, client, one_at_a_time, caplog
    ):
        rows = [Customer(name=NAME, email=f"{n}@example.com") for n in range(CUSTOMERS)]
        await Customer.bulk_create(rows, batch_size=500)
        bearer = {"Authorization": f"Bearer {await here.token(Role.MANAGER)}"}
        ask = '{ reportLink(name: "customers") { url } }'
        asked = await client.post("/graphql", json={"query": ask}, headers=bearer)
        url = asked.json()["data"]["reportLink"]["url"]
        token = await Token.all().order_by("-id").first()

        with caplog.at_level(logging.INFO):
            read = await broken_off(client, url, lambda: people.revoke_token(SYSTEM, token.id))
            again = await client.get(url)
            other = {"Authorization": f"Bearer {await here.token(Role.MANAGER)}"}
            whole = await client.get("/reports/customers.csv", headers=other)

        # Whoever reads half of it can tell, and nobody has to wait for it.
        assert 0 < len(read) < len(whole.content)
        assert whole.content.startswith(read)
        assert (again.status_code, whole.status_code) == (403, 200)
        assert whole.text.count(NAME) == CUSTOMERS
        assert [each for each in caplog.records if each.exc_info] == []
        assert "may not read" in caplog.text

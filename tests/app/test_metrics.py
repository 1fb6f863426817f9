"""What an operator sees from outside: metrics, slow operations, spans."""

import re
from collections.abc import Callable

import httpx
import pytest

from app.settings import Mode
from models import Role
from tests.clients import PATIENCE, Api, bearer, line
from tests.journeys.shop import MOVED, Shop
from tests.servers import Server, Waybill, served, wait_until

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def read(url: str, token: str | None = None) -> httpx.Response:
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        return await client.get(f"{url}/metrics", headers=bearer(token))


def value(text: str, name: str) -> float:
    """One number of what /metrics shows."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, f"{name} is not in\n{text}"
    return float(found[1])


@on_sqlite
class TestMetrics:
    async def test_tell_what_happens(self, database_url):
        async with served(database_url) as server:
            token = await server.token(Role.ADMIN)
            async with Api(server.url, token) as admin, line(server.url, token) as staff:
                shop = await Shop.open(admin, stock=1)
                after = (await admin.ask("query Here { cursor }"))["cursor"]
                stream = await staff.watch(MOVED, after=after, variant=shop.variant)
                await shop.receive(1)
                await anext(stream)
                await admin.client.post("/graphql", json={"query": "{ nonsense }"})
            text = (await read(server.url)).text

        here = '{kind="query",operation="Here",outcome="ok"}'
        assert value(text, f"waybill_operations_total{here}") >= 1
        assert value(text, 'waybill_operation_seconds_count{kind="query",operation="Here"}') >= 1
        assert value(text, 'waybill_operation_sql_statements_sum{operation="anonymous"}') > 5
        assert value(text, 'waybill_operation_sql_seconds_sum{operation="anonymous"}') > 0
        assert value(text, "waybill_requests_rejected_total") >= 1
        assert value(text, "waybill_log_position") >= 5
        assert value(text, "waybill_log_unplaced") == 0
        assert value(text, "waybill_deliveries_total") >= 1
        assert value(text, "waybill_watchers") >= 1
        assert value(text, 'waybill_clockwork_due{job="prune the log"}') == 0
        assert value(text, "waybill_memory_bytes") > 10_000_000
        assert "process_cpu_seconds_total" in text

    @pytest.mark.parametrize(("sent", "status"), [(None, 401), ("wrong", 401), ("s3cret", 200)])
    async def test_are_for_who_has_the_token_in_production(self, database_url, sent, status):
        settings = {"mode": Mode.PRODUCTION, "metrics_token": "s3cret"}
        async with served(database_url, **settings) as server:
            answer = await read(server.url, sent)

        assert answer.status_code == status
        assert "waybill_" not in answer.text or status == 200

    async def test_are_not_there_in_production_without_one(self, database_url):
        async with served(database_url, mode=Mode.PRODUCTION) as server:
            assert (await read(server.url)).status_code == 404


class TestSeveralWorkers:
    def test_add_up_their_numbers(
        self,
        own_postgres: Callable[[], str],
        redis_url: str,
        tmp_path,
        servers: Callable[..., Server],
    ):
        waybill = Waybill(tmp_path, own_postgres(), broadcast_url=redis_url)
        server = servers(waybill, "--workers", "2")

        for _ in range(20):
            asked = httpx.post(f"{server.url}/graphql", json={"query": "query Ping { __typename }"})
            assert asked.status_code == 200

        def told() -> str:
            return httpx.get(f"{server.url}/metrics", timeout=PATIENCE).text

        wait_until(lambda: value(told(), "waybill_processes") == 2, "counting")
        ping = 'waybill_operations_total{kind="query",operation="Ping",outcome="ok"}'
        assert value(told(), ping) == 20

        # Its workers end with it.
        server.kill()
        wait_until(lambda: not listens(server.url), "ending")


def listens(url: str) -> bool:
    try:
        httpx.get(f"{url}/healthz", timeout=PATIENCE)
    except httpx.TransportError:
        return False
    return True

"""The whole life of an order of three lines over HTTP, a mutation per step, by many at once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import quantiles
from time import perf_counter
from typing import Any

import orjson

from api.context import Context
from api.execution import Engine, ExecutionResult, Request
from bench import placing, servers
from bench.clients import Client
from bench.measure import Cost, cpu_seconds
from bench.servers import Server
from bench.site import Site
from bench.table import Row, rows_of
from services.actors import SYSTEM
from services.orders import Draft

CLIENTS = (1, 8, 32)
ORDERS_PER_CLIENT = 2

# What an order and its parts are known by on the way.
Ids = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A mutation: what it is given, and which ids of its answer the next ones need."""

    mutation: str
    selection: str
    input: Callable[[Ids], dict[str, Any]]

    @property
    def document(self) -> str:
        name = self.mutation[0].upper() + self.mutation[1:]
        return (
            f"mutation Step($input: {name}Input!) {{ {self.mutation}(input: $input) "
            f"{{ {self.selection} userErrors {{ code message }} }} }}"
        )

    def ids(self, answer: dict[str, Any]) -> Ids:
        payload = answer["data"][self.mutation]
        if payload["userErrors"]:
            raise RuntimeError(f"{self.mutation} was refused: {payload['userErrors']}")
        found: Ids = {}
        for name in ("order", "fulfillment", "shipment"):
            if row := payload.get(name):
                found[name] = row["id"]
                if work := row.get("fulfillments"):
                    found["fulfillment"] = work[0]["id"]
        return found


def _on(name: str, **rest: Any) -> Callable[[Ids], dict[str, Any]]:
    return lambda ids: {"id": ids[name], **rest}


def _parcel(ids: Ids) -> dict[str, Any]:
    code = ids["fulfillment"]
    return {"fulfillmentId": ids["fulfillment"], "carrier": "DHL", "trackingCode": code}


_ORDER, _WORK = "order { id status }", "fulfillment { id status }"
_DELIVERED = {"status": "DELIVERED", "occurredAt": "2099-01-01T00:00:00Z"}
STEPS = (
    Step(mutation="orderPlace", selection=_ORDER, input=_on("order")),
    Step(
        mutation="paymentAuthorize",
        selection="payment { id }",
        input=lambda ids: {"orderId": ids["order"]},
    ),
    Step(
        mutation="orderConfirm",
        selection="order { id status fulfillments { id } }",
        input=_on("order"),
    ),
    Step(mutation="fulfillmentRelease", selection=_WORK, input=_on("fulfillment")),
    Step(mutation="fulfillmentPickStart", selection=_WORK, input=_on("fulfillment")),
    Step(mutation="fulfillmentPickComplete", selection=_WORK, input=_on("fulfillment")),
    Step(mutation="fulfillmentPackComplete", selection=_WORK, input=_on("fulfillment")),
    Step(mutation="shipmentCreate", selection="shipment { id status }", input=_parcel),
    Step(mutation="fulfillmentHandOver", selection=_WORK, input=_on("fulfillment")),
    Step(
        mutation="shipmentEventRecord",
        selection="shipment { id status }",
        input=_on("shipment", **_DELIVERED),
    ),
)


def _steps(draft: Draft) -> tuple[Step, ...]:
    order = placing.written(draft)
    create = Step(mutation="orderCreate", selection=_ORDER, input=lambda _: order)
    return (create, *STEPS)


async def lived(site: Site) -> list[Row]:
    """Orders from their entry to their receipt against as many requests that do nothing."""
    statements = await _statements(site)
    rows = []
    with servers.both(site.url, site.shop.token) as (waybill, plain):
        for clients in CLIENTS:
            ours, baseline, waits = [], [], []
            for n in range(site.effort.rounds + 1):
                cost, took = await _by(clients, waybill, site)
                least, _ = await _by(clients, plain, site)
                # The first round warms both up.
                if n:
                    ours.append(cost)
                    baseline.append(least)
                    waits += took
            rows += rows_of(
                f"life of an order, {clients} clients",
                site.on,
                (ours, baseline),
                f"{1000 / min(cost.wall for cost in ours):.0f} orders/s at best; "
                f"p99 of a step {quantiles(waits, n=100)[98]:.1f} ms",
            )
    rows[0] = rows[0].remarked(statements)
    return rows


async def _by(clients: int, server: Server, site: Site) -> tuple[Cost, list[float]]:
    """The cost of one order of many, and how long each request took, in milliseconds."""
    waits: list[float] = []
    drafts = [[site.shop.draft() for _ in range(ORDERS_PER_CLIENT)] for _ in range(clients)]
    cpu, wall = cpu_seconds(server.process), perf_counter()
    await asyncio.gather(*(_live(server, each, waits) for each in drafts))
    wall, cpu = perf_counter() - wall, cpu_seconds(server.process) - cpu
    orders = clients * ORDERS_PER_CLIENT
    return Cost(wall=1000 * wall / orders, cpu=1000 * cpu / orders), waits


async def _live(server: Server, drafts: list[Draft], waits: list[float]) -> None:
    async with Client(server.port, server.token) as client:
        for draft in drafts:
            ids: Ids = {"order": "", "fulfillment": "", "shipment": ""}
            for step in _steps(draft):
                body = servers.asking(step.document, input=step.input(ids))
                began = perf_counter()
                answer = orjson.loads(await client.post(body))
                waits.append(1000 * (perf_counter() - began))
                # The server that does nothing sends back what it was sent.
                if "data" in answer:
                    ids |= step.ids(answer)


async def _statements(site: Site) -> str:
    """How many statements each step sends to the database."""
    engine, counts = Engine(introspection=False), []
    ids: Ids = {}
    actor = replace(SYSTEM, person_id=0)
    with placing.statements_of_tortoise() as heard:
        for step in _steps(site.shop.draft()):
            heard.clear()
            request = Request(query=step.document, variables={"input": step.input(ids)})
            result = await engine.run(engine.prepare(request), Context(actor=actor))
            if not isinstance(result, ExecutionResult) or result.errors:
                raise RuntimeError(f"{step.mutation} failed: {result}")
            ids |= step.ids({"data": result.data})
            counts.append(len(heard))
    return f"{sum(counts)} statements: {' + '.join(map(str, counts))}"

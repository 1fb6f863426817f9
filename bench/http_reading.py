"""Reading over HTTP, by one client and by many: by plans, by graphql-core alone, and by hand."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

import orjson

from bench import servers
from bench.clients import Client
from bench.measure import cpu_seconds
from bench.questions import QUESTIONS, TITLES
from bench.servers import Server
from bench.site import Site
from bench.table import Row

AT_ONCE = (1, 8, 32)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round of requests took, in milliseconds each, and the server's memory after it."""

    p50: float
    p99: float
    cpu: float
    megabytes: float


UNITS = {"p50": "ms", "p99": "ms", "cpu": "ms", "megabytes": "MB"}
NAMES = {"p50": "p50", "p99": "p99", "cpu": "CPU", "megabytes": "RSS"}


async def asked(site: Site) -> list[Row]:
    """Each question to three servers in turns; the remark says what it takes without plans."""
    rows = []
    with ExitStack() as stack:
        plans, core, by_hand = (
            stack.enter_context(servers.served(command, site.url, site.shop.token, **settings))
            for command, settings in (
                (servers.WAYBILL, {}),
                (servers.WAYBILL, {"WAYBILL_COMPILED": "false"}),
                (servers.BY_HAND, {}),
            )
        )
        # All of them now, as a server hangs up on who has said nothing for some seconds.
        for name in QUESTIONS:
            _same(name, plans, core, by_hand)
        for name in QUESTIONS:
            for many in AT_ONCE:
                rows += await _compared(site, name, many, plans, core, by_hand)
    return rows


def _same(name: str, plans: Server, core: Server, by_hand: Server) -> None:
    body = _body(name)
    ours = plans.post(body)
    if ours != core.post(body):
        raise RuntimeError(f"Plans answer {TITLES[name]} otherwise than graphql-core.")
    if orjson.loads(ours) != orjson.loads(by_hand.post(body, f"/{name}")):
        raise RuntimeError(f"The baseline answers {TITLES[name]} otherwise than Waybill.")


async def _compared(
    site: Site, name: str, many: int, plans: Server, core: Server, by_hand: Server
) -> list[Row]:
    reads = site.effort.reads
    # Without plans an eighth as often, as it takes ten times as long.
    three = (
        (plans, "/graphql", reads // many),
        (core, "/graphql", max(1, reads // many // 8)),
        (by_hand, f"/{name}", reads // many),
    )
    # One more than counts, which warms everything up.
    rounds = [
        [await _round(server, path, _body(name), many, each) for server, path, each in three]
        for _ in range(site.effort.rounds + 1)
    ]
    found = list(zip(*rounds[1:], strict=True))
    return [_row(site, figure, f"{TITLES[name]}, HTTP, {many} at once", *found) for figure in UNITS]


async def _round(server: Server, path: str, body: bytes, many: int, each: int) -> Round:
    times: list[float] = []

    async def ask(client: Client) -> None:
        for _ in range(each):
            began = perf_counter()
            await client.post(body, path)
            times.append(1000 * (perf_counter() - began))

    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(Client(server.port, server.token)) for _ in range(many)
        ]
        cpu = cpu_seconds(server.process)
        await asyncio.gather(*map(ask, clients))
        cpu = cpu_seconds(server.process) - cpu
    return Round(
        p50=median(times),
        p99=quantiles(times, n=100, method="inclusive")[98],
        cpu=1000 * cpu / len(times),
        megabytes=server.megabytes,
    )


def _row(
    site: Site,
    figure: str,
    what: str,
    plans: Sequence[Round],
    core: Sequence[Round],
    by_hand: Sequence[Round],
) -> Row:
    ours, slow, baseline = (
        [getattr(each, figure) for each in found] for found in (plans, core, by_hand)
    )
    times = median(one / other for one, other in zip(slow, ours, strict=True))
    return Row(
        what=what if figure == "p50" else f"  {NAMES[figure]}",
        on=site.on,
        unit=UNITS[figure],
        ours=ours,
        baseline=baseline,
        remark=f"without plans {median(slow):.2f}, {times:.1f} ×",
    )


def _body(name: str) -> bytes:
    question = QUESTIONS[name]
    return servers.asking(question.document, **question.variables)

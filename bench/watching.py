"""Telling 200 watchers what happens, against sending the same bytes to 200 websockets.

One order at a time is placed over HTTP and its five events have reached everybody before the
next, so that what is measured is how long it takes and not how long the queue is.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from time import sleep
from typing import Any

import orjson

from bench import servers
from bench.measure import cpu_seconds
from bench.placing import place
from bench.servers import Server
from bench.site import Site
from bench.table import Row
from services import event_log

EVENTS = """
subscription Watch {
  events {
    __typename cursor kind at actor
    ... on StockMoved { reason onHandChange reservedChange onHand reserved available }
  }
}
"""
EVENTS_OF_AN_ORDER = 5
SETTLING_SECONDS = 1.0

# Sends a group of messages; returns when that began, where only the sender knows.
Send = Callable[[], float | None]


@dataclass(frozen=True, kw_only=True)
class Round:
    """CPU in microseconds per delivery, delays in milliseconds."""

    cpu: float
    p50: float
    p99: float


class Crowd:
    """Watchers of one server, in a process of their own."""

    def __init__(self, server: Server, running: subprocess.Popen[str], count: int) -> None:
        self.server, self.running, self.count = server, running, count
        self.texts: list[str] = []

    def round(self, groups: int, send: Send, quiet: float) -> Round:
        """Send groups one after another; `quiet` is what sending one costs with nobody there."""
        before, delays = cpu_seconds(self.server.process), list[float]()
        for _ in range(groups):
            began = send()
            heard = orjson.loads(_line(self.running))
            self.texts = heard["texts"]
            # The last event of an order is announced just before its commit.
            start = began if began is not None else _announced(self.texts[-1])
            delays += [1000 * (time - start) for times in heard["times"] for time in times]
        spent = cpu_seconds(self.server.process) - before - groups * quiet
        hundredths = quantiles(delays, n=100)
        return Round(cpu=1e6 * spent / len(delays), p50=hundredths[49], p99=hundredths[98])


@contextmanager
def crowd(server: Server, count: int, *messages: dict[str, Any]) -> Iterator[Crowd]:
    texts = orjson.dumps([orjson.dumps(message).decode() for message in messages]).decode()
    command = [sys.executable, "-m", "bench.watchers", str(server.port), str(count)]
    command += [str(EVENTS_OF_AN_ORDER), texts]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        _line(running)
        sleep(SETTLING_SECONDS)
        yield Crowd(server, running, count)
    finally:
        servers.end(running)


async def watched(site: Site) -> list[Row]:
    effort = site.effort
    initialise = {
        "type": "connection_init",
        "payload": {"Authorization": f"Bearer {site.shop.token}"},
    }
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": EVENTS}}
    with servers.both(site.url, site.shop.token) as (waybill, plain):

        def order() -> None:
            place(waybill, site.shop.draft())

        groups = effort.orders // 4 + 1
        # What was placed before is told before anybody watches.
        await event_log.take_in()
        quiet = _quiet(waybill, order, 10 * groups)
        await asyncio.sleep(SETTLING_SECONDS)
        empty = waybill.megabytes, plain.megabytes
        with (
            crowd(waybill, effort.watchers, initialise, subscribe) as ours,
            crowd(plain, effort.watchers) as baseline,
        ):
            idle = waybill.megabytes, plain.megabytes

            def same() -> float:
                began: float = orjson.loads(plain.post(orjson.dumps(ours.texts), "/publish"))
                return began

            pairs = [
                (ours.round(groups, order, quiet), baseline.round(groups, same, 0.0))
                for _ in range(effort.rounds + 1)
            ][1:]
            busy = waybill.megabytes, plain.megabytes
    return _rows(site, pairs, empty, idle, busy)


def _rows(
    site: Site,
    pairs: list[tuple[Round, Round]],
    empty: tuple[float, float],
    idle: tuple[float, float],
    busy: tuple[float, float],
) -> list[Row]:
    def row(what: str, unit: str, pick: Callable[[Round], float], remark: str = "") -> Row:
        ours, baseline = ([pick(side) for side in each] for each in zip(*pairs, strict=True))
        return Row(what=what, on=site.on, unit=unit, ours=ours, baseline=baseline, remark=remark)

    per_watcher = [1000 * (b - a) / site.effort.watchers for a, b in zip(empty, idle, strict=True)]
    rates = " : ".join(
        f"{1e6 / sorted(side)[len(side) // 2]:.0f}"
        for side in zip(*((a.cpu, b.cpu) for a, b in pairs), strict=True)
    )
    return [
        row("CPU per event delivered", "µs", lambda each: each.cpu, f"{rates} per CPU second"),
        row("  delay after the commit, p50", "ms", lambda each: each.p50),
        row("  delay after the commit, p99", "ms", lambda each: each.p99),
        Row(
            what="  memory of an idle watcher",
            on=site.on,
            unit="kB",
            ours=per_watcher[:1],
            baseline=per_watcher[1:],
        ),
        Row(
            what="  RSS with the watchers",
            on=site.on,
            unit="MB",
            ours=busy[:1],
            baseline=busy[1:],
            remark=f"{empty[0]:.0f} : {empty[1]:.0f} before them",
        ),
    ]


def _quiet(server: Server, send: Callable[[], None], times: int) -> float:
    """Seconds of processor that one order costs while nobody watches."""
    send()
    before = cpu_seconds(server.process)
    for _ in range(times):
        send()
    return (cpu_seconds(server.process) - before) / times


def _announced(text: str) -> float:
    at: str = orjson.loads(text)["payload"]["data"]["events"]["at"]
    return datetime.fromisoformat(at).timestamp()


def _line(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    line = running.stdout.readline()
    if not line:
        raise RuntimeError("The watchers have gone.")
    return line

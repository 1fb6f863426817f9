"""`python -m bench.enduring`: minutes of orders before thousands of watchers, while what Waybill
stands on fails, one thing after another.

A clerk places orders, each with an idempotency key, and sends one again until it is answered.
Watchers come back with their cursors. In the end each has been told the same events in the same
order as somebody who reads the log from the beginning, there are as many orders as keys, and
`waybill check` finds nothing. For each fault it prints how long it lasted, and from its end how
long it was until orders were placed again and every watcher had caught up.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic
from typing import Any

import orjson
import uvloop

from bench import faults, servers, shop
from bench.clerks import Clerk
from models import Event, Order, OrderStatus, database
from services import checks, commit, event_log

AWAY_SECONDS = 5.0
PATIENCE_SECONDS = 240.0


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something is taken away, and given back after a while."""

    name: str
    take: Callable[[], None]
    give_back: Callable[[], None]


class Crowd:
    """The watchers' process."""

    def __init__(self, ports: Sequence[int], many: int, token: str, cursor: str) -> None:
        self.many = many
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.enduring_watchers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._send({"ports": ports, "many": many, "token": token, "cursor": cursor})

    def _send(self, content: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(orjson.dumps(content).decode() + "\n")
        self.process.stdin.flush()

    async def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = await asyncio.to_thread(self.process.stdout.readline)
        heard: dict[str, Any] = orjson.loads(line)
        return heard

    async def until(self, reached: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        deadline = monotonic() + PATIENCE_SECONDS
        while not reached(heard := await self.hear()):
            if monotonic() > deadline:
                raise RuntimeError(f"{what} took too long: {heard}")
        return heard

    async def caught_up(self) -> None:
        """Until everybody has been told what anybody was told by now."""
        most = (await self.hear())["most"]
        await self.until(
            lambda heard: heard["fewest"] >= most and heard["connected"] == self.many,
            "catching up",
        )

    async def ask(self) -> dict[str, Any]:
        self._send("asked")
        heard = await self.until(lambda heard: "asked" in heard, "answering")
        answer: dict[str, Any] = heard["asked"]
        return answer

    def end(self) -> None:
        servers.end(self.process)


@dataclass(kw_only=True)
class Run:
    """A shop on one kind of database, with its servers, its clerk and those who watch."""

    on: str
    url: str
    settings: dict[str, str]
    processes: int
    watchers: int
    seconds: float

    async def go(self, faults_of: Callable[[list[servers.Restarted]], list[Fault]]) -> None:
        async with database.opened(self.url):
            await database.migrate(self.url)
            opened = await shop.opened()
            await event_log.take_in()
            before, start = await Order.all().count(), await event_log.last_position()
        with ExitStack() as stack:
            up = [servers.Restarted(self.url, **self.settings) for _ in range(self.processes)]
            for each in up:
                stack.callback(each.end)
                each.start()
            ports, cursor = [each.port for each in up], str(start)
            crowd = Crowd(ports, self.watchers, opened.token, cursor)
            stack.callback(crowd.end)
            await crowd.until(lambda heard: heard["connected"] == self.watchers, "coming")
            clerk = Clerk(ports, opened.token, opened.draft)
            stack.callback(clerk.stop)
            clerk.start()
            await self._suffer(faults_of(up), crowd, clerk)
            clerk.stop()
            await crowd.caught_up()
            await asyncio.sleep(2)
            told = await crowd.ask()
            late = Crowd(ports, 1, opened.token, cursor)
            stack.callback(late.end)
            await late.until(lambda heard: heard["fewest"] > 0, "reading")
            await asyncio.sleep(5)
            read = await late.ask()
        await self._prove(told, read, before, start, clerk)

    async def _suffer(self, all_faults: list[Fault], crowd: Crowd, clerk: Clerk) -> None:
        quiet = self.seconds / (len(all_faults) + 1)
        await self._calm(crowd, clerk, quiet, "before any fault")
        for fault in all_faults:
            await asyncio.to_thread(fault.take)
            await asyncio.sleep(AWAY_SECONDS)
            back = monotonic()
            placing = asyncio.create_task(asyncio.to_thread(clerk.await_next))
            await asyncio.to_thread(fault.give_back)
            ordered = await placing - back
            await crowd.caught_up()
            print(
                f"  {fault.name}, for {AWAY_SECONDS:g} s: the next order after {ordered:.1f} s, "
                f"everybody told everything after {monotonic() - back:.1f} s; the longest an "
                f"order took {clerk.longest():.1f} s"
            )
            await self._calm(crowd, clerk, quiet, "afterwards")

    async def _calm(self, crowd: Crowd, clerk: Clerk, seconds: float, when: str) -> None:
        end, placed, p50, p99 = monotonic() + seconds, len(clerk.placed), [], []
        clerk.longest()
        while monotonic() < end:
            heard = await crowd.hear()
            if heard["p99"] is not None:
                p50.append(heard["p50"])
                p99.append(heard["p99"])
        middle, worst = sorted(p50)[len(p50) // 2], sorted(p99)[len(p99) // 2]
        rate = (len(clerk.placed) - placed) / seconds
        print(
            f"  {when}: {rate:.1f} orders a second; from the event to the watcher {middle:.0f} ms, "
            f"of one in a hundred {worst:.0f} ms (medians of half seconds)"
        )

    async def _prove(
        self, told: dict[str, Any], read: dict[str, Any], before: int, start: int, clerk: Clerk
    ) -> None:
        async with database.opened(self.url):
            await event_log.take_in()
            orders = await Order.exclude(status=OrderStatus.DRAFT).count() - before
            events = await Event.filter(position__gt=start).count()
            broken = [result.name for result in await checks.run() if result.broken]
            await commit.finish_all()
        [(whole, readers)] = read["checksums"].items()
        same = told["checksums"].get(whole, 0)
        print(
            f"  {len(clerk.placed)} keys, {clerk.again} sent again, {orders} orders; {events} "
            f"events; {same} of {self.watchers} watchers were told what the log says, "
            f"{whole}; resets {told['resets']}; broken checks: {broken or 'none'}"
        )
        faithful = same == self.watchers and whole.endswith(f" of {events}") and readers == 1
        if not faithful or orders != len(clerk.placed) or broken:
            raise SystemExit(f"{self.on}: something was lost, told twice or broken: {told}")


async def on_sqlite(watchers: int, seconds: float) -> None:
    with faults.disk() as disk:
        url = f"sqlite://{disk.folder}/waybill.sqlite3"
        run = Run(
            on="SQLite", url=url, settings={}, processes=1, watchers=watchers, seconds=seconds
        )

        def suffered(up: list[servers.Restarted]) -> list[Fault]:
            [server] = up
            full = [Fault(name="disk full", take=disk.fill, give_back=disk.clear)]
            return [
                Fault(name="server killed", take=server.kill, give_back=server.start),
                *(full if disk.is_small else []),
                Fault(name="server stopped", take=server.end, give_back=server.start),
            ]

        await run.go(suffered)


async def on_postgres(watchers: int, seconds: float) -> None:
    with faults.postgres() as postgres, faults.redis() as redis:
        run = Run(
            on="PostgreSQL",
            url=postgres.url,
            settings={
                "WAYBILL_BROADCAST_URL": redis.url,
                "WAYBILL_SECRET": "that both servers of a shop have",
            },
            processes=2,
            watchers=watchers,
            seconds=seconds,
        )

        def suffered(up: list[servers.Restarted]) -> list[Fault]:
            here, there = up
            return [
                Fault(name="Redis killed", take=redis.kill, give_back=redis.start),
                Fault(
                    name="PostgreSQL restarted",
                    take=lambda: postgres.stop("fast"),
                    give_back=postgres.start,
                ),
                Fault(
                    name="PostgreSQL killed",
                    take=lambda: postgres.stop("immediate"),
                    give_back=postgres.start,
                ),
                Fault(name="one of two servers killed", take=here.kill, give_back=here.start),
                Fault(name="the other one stopped", take=there.end, give_back=there.start),
            ]

        await run.go(suffered)


RUNS: dict[str, Callable[[int, float], Awaitable[None]]] = {
    "SQLite": on_sqlite,
    "PostgreSQL": on_postgres,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.enduring", description=__doc__)
    parser.add_argument("--watchers", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=3, help="of calm, faults not counted")
    parser.add_argument("--on", choices=[*RUNS], help="this database alone")
    given = parser.parse_args()
    for on, run in RUNS.items():
        if given.on in (None, on):
            print(f"{on}: {given.watchers} watchers")
            uvloop.run(run(given.watchers, 60 * given.minutes))


if __name__ == "__main__":
    main()

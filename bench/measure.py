"""How long work takes, and how much of a processor."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import clock_gettime, perf_counter, process_time

import psutil

Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is measured: rounds, and repetitions within each part of a round; and how many
    orders a shop has that has `grown`, and one whose key figures are kept, `kpis`."""

    rounds: int
    orders: int
    lists: int
    reads: int
    watchers: int
    grown: tuple[int, ...]
    kpis: tuple[int, ...]


THOROUGH = Effort(
    rounds=7,
    orders=32,
    lists=10,
    reads=128,
    watchers=200,
    grown=(1_000, 100_000, 1_000_000),
    kpis=(1_000, 100_000, 1_000_000),
)
QUICK = Effort(
    rounds=2,
    orders=5,
    lists=3,
    reads=32,
    watchers=200,
    grown=(1_000, 10_000),
    kpis=(1_000, 10_000),
)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one piece of work, in milliseconds: by the clock, and of a processor."""

    wall: float
    cpu: float


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of two ways to do the same work; `server` is the process whose processor time counts,
    this one where it is None."""

    work: Work
    server: psutil.Process | None = None

    async def cost(self, times: int) -> Cost:
        cpu, wall = cpu_seconds(self.server), perf_counter()
        for _ in range(times):
            await self.work()
        wall, cpu = perf_counter() - wall, cpu_seconds(self.server) - cpu
        return Cost(wall=1000 * wall / times, cpu=1000 * cpu / times)


def cpu_seconds(process: psutil.Process | None) -> float:
    if process is None:
        return process_time()
    if sys.platform == "linux":
        # The clock that clock_getcpuclockid(3) names: psutil counts hundredths of a second, and a
        # small request takes a tenth of one.
        return clock_gettime((~process.pid << 3) | 2)
    spent = process.cpu_times()
    return spent.user + spent.system


async def side_by_side(
    rounds: int, times: int, ours: Side, baseline: Side
) -> tuple[list[Cost], list[Cost]]:
    """The costs of both, taken in turns: A B A B, after one round that warms both up."""
    found = [(await ours.cost(times), await baseline.cost(times)) for _ in range(rounds + 1)]
    return [pair[0] for pair in found[1:]], [pair[1] for pair in found[1:]]

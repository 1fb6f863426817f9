"""How right forecasts are, and how long ten thousand of them take. Needs no database."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from statistics import fmean
from time import perf_counter

import numpy as np

from bench.demand import DAYS, KINDS
from services import forecasting
from services.forecasting import Estimate
from services.forecasting.series import Array

HEADINGS = ("demand", "series", "class", "methods", "MASE", "naive", "bias")
SERIES = 2_500
QUICK = 50
BATCH = 500


def table(*, quick: bool) -> str:
    """Accuracy on each kind of demand beside the naive forecast, and the time all of it took."""
    count = QUICK if quick else SERIES
    lines, seconds = [HEADINGS], 0.0
    for kind in KINDS:
        demands = made(kind, count)
        began = perf_counter()
        found = estimated(demands)
        seconds += perf_counter() - began
        lines.append(_cells(kind, found))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    total = count * len(KINDS)
    speed = f"{total:,} series of {DAYS} days forecast and backtested in {seconds:.1f} s."
    return "\n".join([*rows, "", speed])


def made(kind: str, count: int) -> list[Array]:
    dice = Random(kind)
    return [np.fromiter(KINDS[kind](dice), dtype=float) for _ in range(count)]


def estimated(demands: Sequence[Array]) -> list[Estimate]:
    found: list[Estimate] = []
    for first in range(0, len(demands), BATCH):
        found += forecasting.estimate(demands[first : first + BATCH])
    return found


def _cells(kind: str, found: Sequence[Estimate]) -> tuple[str, ...]:
    return (
        kind,
        f"{len(found):,}",
        _most(each.demand_class for each in found),
        _most(each.method for each in found),
        *(
            f"{fmean(value for each in found if (value := getattr(each, name)) is not None):.3f}"
            for name in ("mase", "naive_mase")
        ),
        f"{fmean(each.bias for each in found if each.bias is not None):+.1%}",
    )


def _most(values: object) -> str:
    counts = Counter(map(str, values))  # type: ignore[call-overload]
    total = sum(counts.values())
    return ", ".join(f"{value} {n / total:.0%}" for value, n in counts.most_common(3))

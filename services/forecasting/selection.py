"""Choose a method for each series by how well each would have done, and say how well that was.

From a number of evenings of the past (a rolling origin: Tashman (2000), "Out-of-sample tests of
forecasting accuracy", International Journal of Forecasting 16) each method forecasts the horizon
after it, with the settings that did best until that evening. The method used at each of them is
the one that had done best before. So the accuracy that is published could have been had.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.forecasts import DemandClass
from models.forecasts import ForecastMethod as Method
from services.forecasting.methods import RUNNERS, Run
from services.forecasting.patterns import classified
from services.forecasting.series import WARM_UP, WEEK, Array, Indices, Series

HORIZON = 14
ORIGINS = 13
# Before this many days no method can be told from another.
FEWEST_DAYS = 2 * WARM_UP

# The first is used as long as nothing is known of how well each of them does.
OFTEN = (Method.SMOOTHING, Method.SEASONAL, Method.TREND, Method.NAIVE)
SELDOM = (Method.SBA, Method.TSB, Method.SMOOTHING, Method.NAIVE)
CANDIDATES = {
    DemandClass.SMOOTH: OFTEN,
    DemandClass.ERRATIC: OFTEN,
    DemandClass.INTERMITTENT: SELDOM,
    DemandClass.LUMPY: SELDOM,
}


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Units per day over the horizon, and the standard deviation of a day around it.

    `mase` is the mean absolute scaled error (Hyndman and Koehler (2006), "Another look at measures
    of forecast accuracy", International Journal of Forecasting 22) of the demand of a horizon: 1 is
    as good as to expect each week to be like the last one was within the history. `naive_mase` is
    what that very forecast came to over the same horizons. `bias` is by how much the forecast was
    too high, as a share of demand. None where there is too little history to tell.
    """

    demand_class: DemandClass
    method: Method
    mean: float
    spread: float
    days: int
    mase: float | None = None
    naive_mase: float | None = None
    bias: float | None = None


def estimate(demands: Sequence[Array], *, horizon: int = HORIZON) -> list[Estimate]:
    """The forecast of each series, which end on the same day and may begin on different ones."""
    if not demands:
        return []
    series = _aligned(demands)
    known = series.known
    classes = classified(series.demand, known)
    lengths = series.days - series.start
    found: list[Estimate | None] = [None] * len(demands)
    for n, (demand_class, length) in enumerate(zip(classes, lengths, strict=True)):
        if demand_class is DemandClass.UNKNOWN or length < FEWEST_DAYS:
            found[n] = _simple(demands[n], demand_class)
    for methods in (OFTEN, SELDOM):
        rows = np.array(
            [
                n
                for n, each in enumerate(classes)
                if found[n] is None and CANDIDATES[each] == methods
            ],
            dtype=np.intp,
        )
        if len(rows):
            chosen = _chosen(series.part(rows), [classes[n] for n in rows], methods, horizon)
            for n, each in zip(rows, chosen, strict=True):
                found[int(n)] = each
    return [each for each in found if each is not None]


def _aligned(demands: Sequence[Array]) -> Series:
    days = max(1, *(len(each) for each in demands), 1)
    table = np.zeros((len(demands), days))
    for n, each in enumerate(demands):
        if len(each):
            table[n, days - len(each) :] = each
    return Series(demand=table, start=np.array([days - len(each) for each in demands]))


def _simple(demand: Array, demand_class: DemandClass) -> Estimate:
    """The mean of all days, where there are too few to do better."""
    return Estimate(
        demand_class=demand_class,
        method=Method.MEAN,
        mean=float(demand.mean()) if len(demand) else 0.0,
        spread=float(demand.std()) if len(demand) else 0.0,
        days=len(demand),
    )


def _chosen(
    series: Series, classes: Sequence[DemandClass], methods: Sequence[Method], horizon: int
) -> list[Estimate]:
    last = series.days - 1
    # The last evening is today's, whose forecast nobody has seen come true.
    origins = [last - horizon - WEEK * n for n in range(ORIGINS)][::-1]
    origins = [day for day in origins if day >= FEWEST_DAYS - 1] + [last]
    best = [_best(RUNNERS[each](series, origins, horizon)) for each in methods]
    ahead = np.stack([each[0] for each in best], axis=1)
    spread = np.stack([each[1] for each in best], axis=1)
    proof = _Proof(series, ahead[:, :, :-1], origins[:-1], horizon)
    return [
        Estimate(
            demand_class=demand_class,
            method=methods[pick],
            mean=float(ahead[n, pick, -1]),
            spread=float(spread[n, pick]),
            days=int(series.days - series.start[n]),
            **proof.of(n, methods.index(Method.NAIVE)),
        )
        for n, (demand_class, pick) in enumerate(zip(classes, proof.picks, strict=True))
    ]


def _best(run: Run) -> tuple[Array, Array]:
    """What a method says at each origin with the settings that did best until then, and the
    spread of its errors until now."""
    setting = run.errors.argmin(axis=1)[:, None, :]
    ahead = np.take_along_axis(run.ahead, setting, axis=1)[:, 0, :]
    squares = np.take_along_axis(run.errors, setting, axis=1)[:, 0, -1]
    spread: Array = np.sqrt(squares / np.maximum(run.counted[:, -1], 1))
    return ahead, spread


class _Proof:
    """How far each method was off at each origin, and which would have been picked there."""

    def __init__(self, series: Series, ahead: Array, origins: Sequence[int], horizon: int) -> None:
        # Sums of a horizon are differences of the running sum.
        running = np.pad(series.demand.cumsum(axis=1), ((0, 0), (1, 0)))
        days = np.array(origins, dtype=np.intp) + 1
        self._actual = (running[:, days + horizon] - running[:, days]) / horizon
        self._ahead = ahead
        # An origin counts for series that had some history by then.
        self._counts = days[None, :] - series.start[:, None] >= FEWEST_DAYS
        self._errors = np.where(
            self._counts[:, None, :], np.abs(ahead - self._actual[:, None, :]), 0.0
        )
        self._scale = _scale(series, running, horizon)
        # What an origin was like is known once its horizon is over.
        lag = -(-horizon // WEEK)
        before = np.pad(self._errors.cumsum(axis=2), ((0, 0), (0, 0), (lag, 0)))
        self._picked: Indices = before[:, :, : len(origins)].argmin(axis=1)
        self.picks: Indices = self._errors.sum(axis=2).argmin(axis=1)

    def of(self, n: int, naive: int) -> dict[str, float | None]:
        counts, scale = self._counts[n], float(self._scale[n])
        if not counts.any() or scale <= 0:
            return {}
        said = np.take_along_axis(self._ahead[n], self._picked[n][None, :], axis=0)[0]
        off, actual = (said - self._actual[n])[counts], self._actual[n][counts]
        return {
            "mase": float(np.abs(off).mean() / scale),
            "naive_mase": float(self._errors[n, naive][counts].mean() / scale),
            "bias": float(off.sum() / actual.sum()) if actual.sum() > 0 else None,
        }


def _scale(series: Series, running: Array, horizon: int) -> Array:
    """The mean absolute error, within the history, of expecting the mean of a horizon to be
    that of the week before it."""
    evenings = np.arange(WEEK, series.days - horizon + 1)
    if not len(evenings):
        return np.zeros(series.demand.shape[0])
    before = (running[:, evenings] - running[:, evenings - WEEK]) / WEEK
    after = (running[:, evenings + horizon] - running[:, evenings]) / horizon
    counts = evenings[None, :] - WEEK >= series.start[:, None]
    total = np.where(counts, np.abs(after - before), 0.0).sum(axis=1)
    mean: Array = total / np.maximum(counts.sum(axis=1), 1)
    return mean

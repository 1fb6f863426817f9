"""The methods: each runs through all series day by day, once for every setting of its grid.

Each gives, for every day, what it would have said the evening before of that day (which tells how
well a setting does) and, for some evenings, what it would have said of the days to come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from models.forecasts import ForecastMethod as Method
from services.forecasting.series import WARM_UP, WEEK, Array, Series

# How a trend fades with every day: Gardner and McKenzie (1985), "Forecasting trends in time
# series", Management Science 31.
DAMPING = 0.98


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a method would have said. `ahead` is the mean per day of the horizon that begins after
    each of the origins, by series, setting and origin; `errors` and `counted` are the sums of
    squared errors of one day ahead up to each origin, and how many days those are of."""

    ahead: Array
    errors: Array
    counted: Array


class _Tally:
    """Keeps what a run is asked for while it goes from day to day."""

    def __init__(self, series: Series, settings: int, origins: Sequence[int]) -> None:
        rows = series.demand.shape[0]
        self._origins = {day: n for n, day in enumerate(origins)}
        self._begins = series.start + WARM_UP
        self._squares = np.zeros((rows, settings))
        self._counts = np.zeros(rows)
        self._ahead = np.zeros((rows, settings, len(origins)))
        self._errors = np.zeros((rows, settings, len(origins)))
        self._counted = np.zeros((rows, len(origins)))

    def note(self, day: int, said: Array, demand: Array) -> None:
        counts = self._begins <= day
        self._squares += np.where(counts[:, None], (demand - said) ** 2, 0.0)
        self._counts += counts

    def look_ahead(self, day: int, mean: Callable[[], Array]) -> None:
        """Note on an evening that is an origin what is said of the days after it."""
        n = self._origins.get(day)
        if n is not None:
            self._ahead[:, :, n] = np.maximum(mean(), 0.0)
            self._errors[:, :, n] = self._squares
            self._counted[:, n] = self._counts

    def run(self) -> Run:
        return Run(ahead=self._ahead, errors=self._errors, counted=self._counted)


def naive(series: Series, origins: Sequence[int], horizon: int) -> Run:
    """The seasonal naive forecast: every week is like the last one."""
    tally = _Tally(series, 1, origins)
    padded = np.pad(series.demand, ((0, 0), (WEEK, 0)))
    for day in range(series.days):
        tally.note(day, padded[:, day, None], series.demand[:, day, None])
        week = padded[:, day + 1 : day + 1 + WEEK]
        tally.look_ahead(day, lambda week=week: _of_weeks(week, horizon)[:, None])  # type: ignore[misc]
    return tally.run()


def _of_weeks(week: Array, horizon: int) -> Array:
    days = np.arange(horizon) % WEEK
    mean: Array = week[:, days].mean(axis=1)
    return mean


def smoothing(series: Series, origins: Sequence[int], horizon: int) -> Run:
    """Simple exponential smoothing: Brown (1956)."""
    grid = [(alpha, 0.0, 0.0) for alpha in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)]
    return _holt_winters(series, origins, horizon, grid)


def trend(series: Series, origins: Sequence[int], horizon: int) -> Run:
    """Holt's linear method with a damped trend: Gardner and McKenzie (1985)."""
    grid = list(product((0.05, 0.1, 0.2, 0.4), (0.02, 0.05, 0.1, 0.2), (0.0,)))
    return _holt_winters(series, origins, horizon, grid)


def seasonal(series: Series, origins: Sequence[int], horizon: int) -> Run:
    """Additive Holt–Winters with a week for a season, with and without a damped trend: Winters
    (1960), "Forecasting sales by exponentially weighted moving averages", Management Science 6."""
    grid = list(product((0.02, 0.05, 0.1, 0.2, 0.4), (0.0, 0.02, 0.1), (0.05, 0.15)))
    return _holt_winters(series, origins, horizon, grid)


def sba(series: Series, origins: Sequence[int], horizon: int) -> Run:
    """Croston's method as corrected for its bias: Syntetos and Boylan (2005), "The accuracy of
    intermittent demand estimates", International Journal of Forecasting 21."""
    alpha = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3])[None, :]
    tally = _Tally(series, alpha.shape[1], origins)
    size, interval = _first_sizes(series)
    z, p = (np.repeat(each[:, None], alpha.shape[1], axis=1) for each in (size, interval))
    since = np.ones_like(z)
    for day in range(series.days):
        demand = series.demand[:, day, None]
        rate = (1 - alpha / 2) * z / p
        tally.note(day, rate, demand)
        asked = (demand > 0) & (series.start <= day)[:, None]
        z = np.where(asked, z + alpha * (demand - z), z)
        p = np.where(asked, p + alpha * (since - p), p)
        since = np.where(asked | (series.start > day)[:, None], 1.0, since + 1)
        tally.look_ahead(day, lambda z=z, p=p: (1 - alpha / 2) * z / p)  # type: ignore[misc]
    return tally.run()


def tsb(series: Series, origins: Sequence[int], horizon: int) -> Run:
    """Smooths how likely demand is, every day, and how large: Teunter, Syntetos and Babai (2011),
    "Intermittent demand: linking forecasting to inventory obsolescence", European Journal of
    Operational Research 214. Unlike Croston's it notices when nobody asks any more."""
    grid = np.array(list(product((0.02, 0.1, 0.2), (0.01, 0.03, 0.06, 0.12))))
    alpha, beta = grid[:, 0][None, :], grid[:, 1][None, :]
    tally = _Tally(series, len(grid), origins)
    size, interval = _first_sizes(series)
    z = np.repeat(size[:, None], len(grid), axis=1)
    p = np.repeat(1 / interval[:, None], len(grid), axis=1)
    for day in range(series.days):
        demand = series.demand[:, day, None]
        tally.note(day, p * z, demand)
        begun = (series.start <= day)[:, None]
        asked = (demand > 0) & begun
        z = np.where(asked, z + alpha * (demand - z), z)
        p = np.where(begun, p + beta * (asked - p), p)
        tally.look_ahead(day, lambda z=z, p=p: p * z)  # type: ignore[misc]
    return tally.run()


Runner = Callable[[Series, Sequence[int], int], Run]
RUNNERS: dict[Method, Runner] = {
    Method.NAIVE: naive,
    Method.SMOOTHING: smoothing,
    Method.TREND: trend,
    Method.SEASONAL: seasonal,
    Method.SBA: sba,
    Method.TSB: tsb,
}


def _holt_winters(
    series: Series,
    origins: Sequence[int],
    horizon: int,
    grid: Sequence[tuple[float, float, float]],
) -> Run:
    """Level, damped trend and week, in the form that corrects itself by the last error. Settings
    are (alpha, beta, gamma); without a gamma there is no week, without a beta no trend."""
    alpha, beta, gamma = (column[None, :] for column in np.array(grid).T)
    tally = _Tally(series, len(grid), origins)
    level = np.repeat(series.first_mean()[:, None], len(grid), axis=1)
    slope = np.zeros_like(level)
    weekdays = _first_week(series)[:, :, None] * (gamma > 0)[None, :, :]
    fading = DAMPING ** np.arange(1, horizon + 1)
    faded = fading.cumsum().mean()
    for day in range(series.days):
        begun = (series.start <= day)[:, None]
        said = level + DAMPING * slope + weekdays[:, day % WEEK]
        demand = series.demand[:, day, None]
        tally.note(day, said, demand)
        error = np.where(begun, demand - said, 0.0)
        level = np.where(begun, level + DAMPING * slope + alpha * error, level)
        slope = DAMPING * slope + alpha * beta * error
        weekdays[:, day % WEEK] += gamma * (1 - alpha) * error

        def mean(level: Array = level, slope: Array = slope, day: int = day) -> Array:
            week = weekdays[:, (day + 1 + np.arange(horizon)) % WEEK].mean(axis=1)
            ahead: Array = level + slope * faded + week
            return ahead

        tally.look_ahead(day, mean)
    return tally.run()


def _first_week(series: Series) -> Array:
    """By how much each day of the week differs from their mean, in the first days."""
    day = np.arange(series.days)[None, :] - series.start[:, None]
    first = (day >= 0) & (day < WARM_UP)
    week = np.zeros((series.demand.shape[0], WEEK))
    for n in range(WEEK):
        of_day = first[:, n::WEEK]
        total = np.where(of_day, series.demand[:, n::WEEK], 0.0).sum(axis=1)
        week[:, n] = total / np.maximum(of_day.sum(axis=1), 1)
    differences: Array = week - week.mean(axis=1, keepdims=True)
    return differences


def _first_sizes(series: Series) -> tuple[Array, Array]:
    """The mean size of a demand and the mean interval between demands in the first two months,
    or ever, where nothing was asked for in those."""
    known = series.known
    early = known & (np.arange(series.days)[None, :] - series.start[:, None] < 4 * WARM_UP)
    asked = early & (series.demand > 0)
    sparse = ~asked.any(axis=1)
    asked[sparse] = (known & (series.demand > 0))[sparse]
    days = np.where(sparse, known.sum(axis=1), early.sum(axis=1))
    times = asked.sum(axis=1)
    size = np.where(asked, series.demand, 0.0).sum(axis=1) / np.maximum(times, 1)
    return size, np.maximum(days / np.maximum(times, 1), 1.0)

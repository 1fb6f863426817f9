"""What the methods work on: a table of series, aligned at their last day."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[Any]

# Days in a week, the season of daily demand.
WEEK = 7
# The first days of a series that methods start from, before their errors count.
WARM_UP = 2 * WEEK


@dataclass(frozen=True, kw_only=True)
class Series:
    """`demand` by series and day; a series is known from its day `start` on."""

    demand: Array
    start: Indices

    @property
    def days(self) -> int:
        return int(self.demand.shape[1])

    @property
    def known(self) -> Flags:
        flags: Flags = np.arange(self.days)[None, :] >= self.start[:, None]
        return flags

    def part(self, rows: Indices) -> "Series":
        return Series(demand=self.demand[rows], start=self.start[rows])

    def first_mean(self) -> Array:
        """The mean of the days that methods start from."""
        day = np.arange(self.days)[None, :] - self.start[:, None]
        first = (day >= 0) & (day < WARM_UP)
        total = np.where(first, self.demand, 0.0).sum(axis=1)
        mean: Array = total / np.maximum(first.sum(axis=1), 1)
        return mean

"""Whether a series of numbers rises or falls, and by how much. Pure calculation.

The slope is that of Theil (1950) and Sen, "Estimates of the Regression Coefficient Based on
Kendall's Tau" (Journal of the American Statistical Association 63, 1968): the median of the slopes
between all pairs, which one odd week does not move. Whether it means anything is judged by the test
of Mann, "Nonparametric Tests Against Trend" (Econometrica 13, 1945), with Kendall's correction for
ties, at the 5% level.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from math import sqrt
from statistics import median

from models.lifecycle import Status

# Below so many points the test of Mann cannot tell anything at its level.
FEWEST = 5
SIGNIFICANT = 1.96


class Trend(Status):
    RISING = "rising", "More and more."
    STEADY = "steady", "No more and no less, as far as can be told."
    FALLING = "falling", "Less and less."


def slope(values: Sequence[float]) -> float | None:
    """By how much a series changes from one point to the next; None for fewer than two."""
    slopes = [(b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(values), 2)]
    return median(slopes) if slopes else None


def judge(values: Sequence[float]) -> Trend | None:
    """Which way a series goes; None where it is too short to tell."""
    n = len(values)
    if n < FEWEST:
        return None
    score = sum((b > a) - (b < a) for a, b in combinations(values, 2))
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(values).values())
    spread = sqrt((n * (n - 1) * (2 * n + 5) - ties) / 18)
    # One less, as the score moves in steps of two (Kendall's correction for continuity).
    if spread == 0 or (abs(score) - 1) / spread <= SIGNIFICANT:
        return Trend.STEADY
    return Trend.RISING if score > 0 else Trend.FALLING

"""Quantiles of durations by counts alone: buckets on a logarithmic scale.

After Masson, Rim and Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with
Relative-Error Guarantees" (PVLDB 12, 2019): the bounds of the buckets grow by the factor
(1 + e) ÷ (1 - e), so whatever lies in one differs by at most the part e from what stands for it.
"""

from collections.abc import Mapping
from math import ceil, log

ERROR = 0.02
_GROWTH = (1 + ERROR) / (1 - ERROR)
# Nothing is shorter than a second.
FIRST = 1


def bucket_of(seconds: float) -> int:
    """Where a duration lies, from 1."""
    return FIRST + max(0, ceil(log(max(seconds, 1.0), _GROWTH)))


def seconds_of(bucket: int) -> float:
    """What stands for the durations of a bucket, at most 2% from each."""
    place = bucket - FIRST
    return 2 * _GROWTH**place / (_GROWTH + 1) if place else 1.0


def quantile(counts: Mapping[int, int], part: float) -> float | None:
    """The duration below which a part of all lie, from 0 to 1; None where there are none."""
    total = sum(counts.values())
    if total <= 0:
        return None
    # The lower of two neighbors, as a quantile of so many values lies at one of them.
    rank, before = int(part * (total - 1)), 0
    for bucket in sorted(counts):
        before += counts[bucket]
        if before > rank:
            return seconds_of(bucket)
    raise AssertionError("A count is negative.")

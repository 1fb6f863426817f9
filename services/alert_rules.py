"""When a level gives reason for an alert, and when no longer. Pure calculation.

Each kind has a threshold, and a margin that a level has to pass as well to end the alert: a level
which trembles around its threshold alerts once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models import Level, StockAlertKind

_K = StockAlertKind

# Judged with every movement, by what the level itself knows; the others need more and are judged
# on rounds.
DIRECT = (_K.LOW_STOCK, _K.OUT_OF_STOCK, _K.OVERSTOCK)
ROUNDS = (_K.EXPIRING, _K.PROJECTED_STOCKOUT)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What is known of a level. `wanted` units should be asked for until more could be there, and
    `coming` ones arrive by then. `expiring` good units expire within the days of the policy, and
    `ripening` ones within those and a margin."""

    available: int
    on_hand: int
    reorder_point: int | None = None
    maximum: int | None = None
    wanted: int = 0
    coming: int = 0
    expiring: int = 0
    ripening: int = 0
    expiry_days: int = 0

    @classmethod
    def of(cls, level: Level) -> "Sight":
        return cls(
            available=level.available,
            on_hand=level.on_hand,
            reorder_point=level.reorder_point,
            maximum=level.maximum,
        )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether an alert opens where there is none, and whether one that is open is over. `units`
    are how many too few, too many, or about to expire."""

    threshold: int
    units: int
    opens: bool
    is_over: bool


NEVER = Verdict(threshold=0, units=0, opens=False, is_over=True)


def judge(kind: StockAlertKind, sight: Sight) -> Verdict:
    return _JUDGES[kind](sight)


def margin(threshold: int) -> int:
    """How far beyond its threshold a level must be to end an alert: a tenth of it, at least one
    unit."""
    return max(1, threshold // 10)


def _too_few(there: int, threshold: int) -> Verdict:
    return Verdict(
        threshold=threshold,
        units=max(0, threshold - there),
        opens=there <= threshold,
        is_over=there > threshold + margin(threshold),
    )


def _low(sight: Sight) -> Verdict:
    return NEVER if sight.reorder_point is None else _too_few(sight.available, sight.reorder_point)


def _out(sight: Sight) -> Verdict:
    return _too_few(sight.available, 0)


def _over(sight: Sight) -> Verdict:
    most = sight.maximum
    if most is None:
        return NEVER
    return Verdict(
        threshold=most,
        units=max(0, sight.on_hand - most),
        opens=sight.on_hand > most,
        # With nothing there, there is never too much.
        is_over=sight.on_hand <= max(0, most - margin(most)),
    )


def _expiring(sight: Sight) -> Verdict:
    return Verdict(
        threshold=sight.expiry_days,
        units=sight.expiring,
        opens=sight.expiring > 0,
        is_over=sight.ripening == 0,
    )


def _projected(sight: Sight) -> Verdict:
    if not sight.wanted:
        return NEVER
    there = sight.available + sight.coming
    return Verdict(
        threshold=sight.wanted,
        units=max(0, sight.wanted - there),
        opens=there < sight.wanted,
        is_over=there >= sight.wanted + margin(sight.wanted),
    )


_JUDGES: Mapping[StockAlertKind, Callable[[Sight], Verdict]] = {
    _K.LOW_STOCK: _low,
    _K.OUT_OF_STOCK: _out,
    _K.OVERSTOCK: _over,
    _K.EXPIRING: _expiring,
    _K.PROJECTED_STOCKOUT: _projected,
}

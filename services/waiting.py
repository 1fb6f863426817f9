"""Who waits for units, in which order, and when theirs should come. Pure calculation.

Whoever ordered an expedited service comes first, then whoever was promised a date before they had
to wait, the earliest first, then whoever ordered earlier. What is promised to those who wait
changes nobody's place, or a promise that moves would move the queue that it was made from.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from models.order_lines import OUTSIDE

_NEVER = 10**17 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a line stands: its `key` sorts as the queue does, digit by digit, in any database."""

    expedited: bool
    promised_at: datetime | None
    placed_at: datetime
    line_id: int
    outside: bool = False

    @property
    def key(self) -> str:
        turn = OUTSIDE if self.outside else "0" if self.expedited else "1"
        return f"{turn}{_digits(self.promised_at)}{_digits(self.placed_at)}{self.line_id:019}"

    @classmethod
    def of(cls, key: str) -> "Place":
        placed_at = _moment(key[18:35])
        return cls(
            expedited=key[0] == "0",
            promised_at=_moment(key[1:18]),
            placed_at=placed_at or _EPOCH,
            line_id=int(key[35:]),
            outside=key[0] == OUTSIDE,
        )

    def sentence(self, position: int | None, units_before: int) -> str:
        """Why the line stands where it does."""
        if position is None:
            return (
                "It has stepped out of the queue, as its reservation ran out or was given back. "
                "Confirm the order, or reserve for it again, to wait once more."
            )
        service = "an expedited service" if self.expedited else "a standard service"
        promise = f"promised for {_day(self.promised_at)}" if self.promised_at else "no date given"
        reasons = f"{service}, {promise}, placed on {_day(self.placed_at)}"
        before = f"{units_before} units wait before it" if position > 1 else "nobody is before it"
        return f"Number {position} in the queue: {before} ({reasons})."


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Units that a line waits for. No more than `fitting` of those that are there do for it, where
    some do not: lots that have to keep until it is delivered."""

    line_id: int
    units: int
    fitting: int | None = None


@dataclass(frozen=True, kw_only=True)
class Coming:
    """Units that should come at a moment; `arrival_id` says what brings them."""

    units: int
    at: datetime
    arrival_id: int = field(default=0, compare=False)


@dataclass(frozen=True, kw_only=True)
class Fed:
    """Units that a line gets from an arrival."""

    arrival_id: int
    units: int


@dataclass(frozen=True, kw_only=True)
class Dealt:
    """Units a line can have now, and when the last of the others should come, if they should."""

    units_now: int
    expected_at: datetime | None
    fed: tuple[Fed, ...] = field(default=(), compare=False)


@dataclass(frozen=True, kw_only=True)
class Deal:
    """What each line of a queue gets, by its id, and what nobody in it waits for."""

    lines: dict[int, Dealt]
    spare: int
    coming: tuple[Coming, ...]


def deal(queue: Sequence[Waiting], available: int, arrivals: Sequence[Coming]) -> Deal:
    """Deal what is there, and then what arrives, out to a queue in its order.

    No unit is given twice, and nobody gets one that somebody before them waits for and can use.
    """
    available = max(0, available)
    later = deque(sorted((each for each in arrivals if each.units > 0), key=lambda each: each.at))
    lines: dict[int, Dealt] = {}
    for waiting in queue:
        fitting = available if waiting.fitting is None else min(available, waiting.fitting)
        units_now = min(fitting, waiting.units)
        available -= units_now
        missing, last = waiting.units - units_now, None
        fed: list[Fed] = []
        while missing and later:
            coming = later.popleft()
            units, last = min(missing, coming.units), coming.at
            fed.append(Fed(arrival_id=coming.arrival_id, units=units))
            missing -= units
            if units < coming.units:
                later.appendleft(replace(coming, units=coming.units - units))
        lines[waiting.line_id] = Dealt(
            units_now=units_now, expected_at=None if missing else last, fed=tuple(fed)
        )
    return Deal(lines=lines, spare=available, coming=tuple(later))


def _digits(at: datetime | None) -> str:
    """A moment in a fixed number of digits, so that text sorts as time does."""
    ticks = _NEVER if at is None else max(0, (at - _EPOCH) // _TICK)
    return f"{ticks:017}"


def _moment(digits: str) -> datetime | None:
    ticks = int(digits)
    return None if ticks == _NEVER else _EPOCH + ticks * _TICK


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "no date"

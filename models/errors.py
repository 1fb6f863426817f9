"""Refusals a caller can do something about. Anything else is a bug and stays loud."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from models.lifecycle import Status

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that stands in the way, where in the input it is, and what to do about it."""

    code: str = "INVALID"
    message: str
    path: Path = ()


@dataclass(frozen=True, kw_only=True)
class NotFound(Problem):
    code: str = "NOT_FOUND"


@dataclass(frozen=True, kw_only=True)
class Blocked(Problem):
    """Something else has to happen first, such as the release of a hold."""

    code: str = "BLOCKED"


@dataclass(frozen=True, kw_only=True)
class WrongStatus(Problem):
    """A record was asked to move to a status its lifecycle does not allow; statuses by name."""

    code: str = "WRONG_STATUS"
    current: str
    wanted: str
    allowed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class VersionConflict(Problem):
    code: str = "VERSION_CONFLICT"
    expected: int
    actual: int


@dataclass(frozen=True, kw_only=True)
class OutOfStock(Problem):
    """A variant of which fewer units are available than were asked for. `next_units` more, that
    nobody waits for yet, should come at `next_at`; the alternatives are variants to be had now."""

    code: str = "OUT_OF_STOCK"
    variant_id: int
    requested: int
    available: int
    backorderable: bool = False
    next_at: datetime | None = None
    next_units: int = 0
    alternative_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mispick(Problem):
    """A scan of something else than was asked for; `expected` and `found` are codes or counts."""

    code: str = "MISPICK"
    kind: Status
    expected: str
    found: str


@dataclass(frozen=True, kw_only=True)
class DiscountLimit(Problem):
    """More was to be taken off than the caller may; both in millionths of the value."""

    code: str = "DISCOUNT_LIMIT"
    limit: int
    wanted: int


@dataclass(frozen=True, kw_only=True)
class SecondPersonNeeded(Problem):
    """What differs is worth more than those who counted may approve; in minor units."""

    code: str = "SECOND_PERSON_NEEDED"
    value: int
    limit: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class AmountExceeded(Problem):
    """More money was asked for than there is to act on; `available` is in minor units."""

    code: str = "AMOUNT_EXCEEDED"
    available: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ApprovalLimit(Problem):
    """A purchase order is worth more than the caller may approve; both in minor units."""

    code: str = "APPROVAL_LIMIT"
    limit: int
    worth: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class IdempotencyMismatch(Problem):
    code: str = "IDEMPOTENCY_MISMATCH"


class Refused(Exception):
    """Nothing was changed, and these are all the reasons why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems: Sequence[Problem] = problems


def invalid(message: str, *path: str | int) -> Problem:
    return Problem(message=message, path=path)


@contextmanager
def within(*path: str | int) -> Iterator[None]:
    """Say of problems with a part of an input where in the whole it is."""
    try:
        yield
    except Refused as refusal:
        raise Refused(
            *(replace(problem, path=(*path, *problem.path)) for problem in refusal.problems)
        ) from refusal


def refuse_any(problems: Sequence[Problem]) -> None:
    """Raise all problems found in an input at once, or go on where there are none."""
    if problems:
        raise Refused(*problems)

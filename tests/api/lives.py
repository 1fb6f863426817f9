"""How a lifecycle is told to the test that walks all of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.actors import SYSTEM
from tests.cast import Shop

Input = dict[str, Any]
Build = Callable[[Shop], Awaitable[Any]]
WHY = {"reason": "Enough."}


@dataclass(frozen=True)
class Move:
    """A mutation that takes a row to one of some statuses, and at times from there `onward`. From
    those in `keeps` it works as well and leaves the row there; from those in `never` it takes
    no step although the table has one, which another mutation takes."""

    mutation: str
    to: str
    input: Input = field(default_factory=dict)
    more: Callable[[Shop, Any], Awaitable[Input]] | None = None
    onward: str = ""
    keeps: str = ""
    never: str = ""


@dataclass(frozen=True)
class Life:
    """`rows` build at least one row in each status; `stays` are the mutations that take the id of
    such a row and leave its status alone; `by_itself` are the steps that follow from something
    else, each of which some row of `rows` has taken."""

    rows: Sequence[Build]
    moves: Sequence[Move]
    stays: str = ""
    by_itself: Mapping[str, str] = field(default_factory=dict)


async def _then(row: Awaitable[Any], verb: Callable[..., Awaitable[Any]], **given: Any) -> Any:
    found = await row
    await verb(SYSTEM, found.id, **given)
    return found


def then(build: Build, verb: Callable[..., Awaitable[Any]], **given: Any) -> Build:
    """What is built, and then has something done to it."""
    return lambda shop: _then(build(shop), verb, **given)

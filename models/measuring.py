"""What work costs the database: how many statements, and how long they took.

Measured only inside `measured()`, and shown as spans only where somebody traces.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

R = TypeVar("R")

# Opens a span by its name and what is known of it.
Span = Callable[[str, dict[str, Any]], AbstractContextManager[Any]]

_span: Span | None = None


@dataclass
class Spent:
    """`seconds` has the waiting for a connection in it."""

    statements: int = 0
    seconds: float = 0.0


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


@contextmanager
def measured() -> Iterator[Spent]:
    """Count what is sent to the database inside, by tasks that are begun inside too."""
    spent = Spent()
    token = _spent.set(spent)
    try:
        yield spent
    finally:
        _spent.reset(token)


def trace_with(span: Span | None) -> None:
    """Show work as spans from now on, or no longer."""
    global _span
    _span = span


@contextmanager
def span(name: str, **attributes: Any) -> Iterator[None]:
    """A part of the work, where somebody traces."""
    if _span is None:
        yield
        return
    with _span(name, attributes):
        yield


class Timed:
    """A client of the database whose statements are measured."""

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        return await _timed(query, lambda: super(Timed, self).execute_insert(query, values))  # type: ignore[misc]

    async def execute_many(self, query: str, values: list[Any]) -> None:
        await _timed(query, lambda: super(Timed, self).execute_many(query, values))  # type: ignore[misc]

    async def execute_query(self, query: str, values: list[Any] | None = None) -> Any:
        return await _timed(query, lambda: super(Timed, self).execute_query(query, values))  # type: ignore[misc]

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> Any:
        return await _timed(query, lambda: super(Timed, self).execute_query_dict(query, values))  # type: ignore[misc]


async def _timed(query: str, statement: Callable[[], Awaitable[R]]) -> R:
    spent = _spent.get()
    if spent is None and _span is None:
        return await statement()
    begun = perf_counter()
    try:
        # The statement has places for values, not the values.
        with span("sql", **{"db.query.text": query}):
            return await statement()
    finally:
        if spent is not None:
            spent.statements += 1
            spent.seconds += perf_counter() - begun

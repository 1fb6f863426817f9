"""What each operation cost and how it ended: counted, timed, and told where it was slow."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from models.measuring import Spent, measured, span
from services import measures, policies

log = logging.getLogger(__name__)

# Names come from clients, and each becomes several series that are kept for ever.
MOST_NAMES = 1_000
LONGEST_NAME = 64
OTHER = "other"
ANONYMOUS = "anonymous"

_names: set[str] = set()


@dataclass
class Running:
    """The operation a task works on; `outcome` is how it ended."""

    name: str
    kind: str
    actor: str
    outcome: str = "failed"


running: ContextVar[Running | None] = ContextVar("running", default=None)


@contextmanager
def observed(name: str | None, kind: str, actor: str) -> Iterator[Running]:
    """Watch over one operation, from its first step to its answer."""
    own = Running(name=label(name), kind=kind, actor=actor)
    token = running.set(own)
    begun = perf_counter()
    with measured() as spent, span(f"{kind} {own.name}", **{"graphql.operation.name": own.name}):
        try:
            yield own
        finally:
            _count(own, spent, perf_counter() - begun)
            running.reset(token)


def label(name: str | None) -> str:
    """The name, as long as there are not too many of them."""
    if name is None:
        return ANONYMOUS
    if name in _names:
        return name
    if len(_names) >= MOST_NAMES or len(name) > LONGEST_NAME:
        return OTHER
    _names.add(name)
    return name


def outcome(data: Mapping[str, Any] | None, codes: set[str]) -> str:
    """One word for how an operation ended."""
    if codes:
        return "failed" if "INTERNAL" in codes else "error"
    answers = (data or {}).values()
    refused = any(isinstance(each, dict) and each.get("userErrors") for each in answers)
    return "refused" if refused else "ok"


def _count(own: Running, spent: Spent, seconds: float) -> None:
    measures.OPERATIONS.labels(own.name, own.kind, own.outcome).inc()
    measures.OPERATION_SECONDS.labels(own.name, own.kind).observe(seconds)
    measures.SQL_SECONDS.labels(own.name).observe(spent.seconds)
    measures.SQL_STATEMENTS.labels(own.name).observe(spent.statements)
    slow = policies.current().slow_operation_seconds
    is_slow = slow is not None and seconds >= slow
    if not is_slow and not log.isEnabledFor(logging.INFO):
        return
    # Never its variables: there are names, addresses and passwords among them.
    log.log(
        logging.WARNING if is_slow else logging.INFO,
        "%s %s %s in %.3f s, %d statements in %.3f s",
        "Slow:" if is_slow else "Done:",
        own.name,
        own.outcome,
        seconds,
        spent.statements,
        spent.seconds,
        extra={
            "kind": own.kind,
            "outcome": own.outcome,
            "seconds": round(seconds, 4),
            "statements": spent.statements,
            "sql_seconds": round(spent.seconds, 4),
        },
    )

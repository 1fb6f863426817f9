"""One operation is one transaction; what it announces is in the event log or it never happened."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from tortoise.transactions import in_transaction

from models import Event
from models.errors import Refused
from services.actors import Actor
from services.clock import now
from services.facts.fact import Fact
from services.live import live

P = ParamSpec("P")
R = TypeVar("R")
Afterwards = Callable[[], Awaitable[object]]

_announced: ContextVar[list[Event] | None] = ContextVar("announced", default=None)
_regardless: ContextVar[list[Afterwards] | None] = ContextVar("regardless", default=None)
_under_way: set[asyncio.Task[Any]] = set()


def operation(work: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Run `work` in one transaction; an operation inside an operation joins the outer one."""

    @wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _announced.get() is not None:
            return await work(*args, **kwargs)

        async def commit() -> R:
            async with _transaction() as events:
                result = await work(*args, **kwargs)
                await Event.bulk_create(events)
            if events:
                live.committed()
            return result

        return await undisturbed(_recorded(commit))

    return run


def announce(actor: Actor, fact: Fact) -> None:
    """Put a fact into the event log when, and only when, the current operation commits."""
    events = _announced.get()
    if events is None:
        raise RuntimeError("announce() belongs inside an @operation")
    events.append(
        Event(
            kind=fact.kind,
            actor=actor.label,
            details=fact.details(),
            at=now(),
            **fact.columns(),
        )
    )


def even_if_refused(work: Afterwards) -> None:
    """Have an operation of its own done when, and only when, the current one is refused.

    For what has to be known although nothing may change, such as a picker's mistake. A rehearsal
    is not followed by anything.
    """
    if (pending := _regardless.get()) is not None:
        pending.append(work)


@asynccontextmanager
async def rehearsal() -> AsyncIterator[None]:
    """Let operations run and their outcome be read, then undo all of it and tell nobody."""
    try:
        async with _transaction():
            yield
            raise _Undone
    except _Undone:
        pass


async def undisturbed(work: Coroutine[Any, Any, R]) -> R:
    """Finish `work` even when whoever waits for it is cancelled.

    A caller that hangs up while a transaction begins or ends would otherwise leave its
    connection, and on SQLite the lock of the whole database, taken for ever.
    """
    return await asyncio.shield(in_background(work))


def in_background(work: Coroutine[Any, Any, R]) -> asyncio.Task[R]:
    """Begin `work`, which `finish_all` waits for like for everything else."""
    task = asyncio.create_task(work)
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return task


async def finish_all() -> None:
    """Wait for the operations whose callers have gone; to be called before the database closes."""
    await asyncio.gather(*_under_way, return_exceptions=True)


async def _recorded(commit: Callable[[], Awaitable[R]]) -> R:
    """Commit, or be refused and then do what was to be done even so."""
    pending: list[Afterwards] = []
    token = _regardless.set(pending)
    try:
        return await commit()
    except Refused:
        _regardless.reset(token)
        for work in pending:
            await work()
        raise


@asynccontextmanager
async def _transaction() -> AsyncIterator[list[Event]]:
    events: list[Event] = []
    token = _announced.set(events)
    try:
        async with in_transaction():
            yield events
    finally:
        _announced.reset(token)


class _Undone(Exception):
    pass

"""Plans: what is to be done for all objects of a level that have the same type."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from inspect import isawaitable, iscoroutine
from typing import Any, Protocol

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.values import get_argument_values

from api.compiled.leaves import Completer, Unusual
from api.context import Context
from api.declarations import Batched, Related
from api.permissions import require
from models.statements import select, select_columns

Row = Any
Answer = Any


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a plan."""

    executor: Any
    context: Context
    path: Any


class Source(Protocol):
    """Where the values of a field come from: one for each row."""

    async def values(self, run: Run, rows: Sequence[Row]) -> list[Any]: ...


class Shape(Protocol):
    """What makes values of a type answers, in the same order."""

    async def answers(self, run: Run, values: Sequence[Any]) -> list[Answer]: ...


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A field whose value takes more than a look at the row."""

    key: str
    source: Source
    shape: Shape
    reads: bool

    async def fill(self, run: Run, rows: Sequence[Row], answers: Sequence[Answer]) -> None:
        values = await self.source.values(run, rows)
        done = await self.shape.answers(run, values)
        for answer, value in zip(answers, done, strict=True):
            answer[self.key] = value


@dataclass(frozen=True, kw_only=True)
class ObjectPlan:
    """`build` makes an answer of each row, with room for what the branches find. `columns` are
    all that is looked at of the rows; None is whatever they have."""

    columns: frozenset[str] | None
    build: Callable[[Sequence[Row]], list[Answer]]
    branches: Sequence[Branch]

    async def answers(self, run: Run, values: Sequence[Row]) -> list[Answer]:
        answers = self.build(values)
        if answers:
            reading = [each.fill(run, values, answers) for each in self.branches if each.reads]
            if len(reading) == 1:
                await reading[0]
            elif reading:
                await together(reading)
            for branch in self.branches:
                if not branch.reads:
                    await branch.fill(run, values, answers)
        return answers


# Shapes


@dataclass(frozen=True, kw_only=True)
class Leaf:
    complete: Completer

    async def answers(self, run: Run, values: Sequence[Any]) -> list[Answer]:
        return [self.complete(value) for value in values]


@dataclass(frozen=True, kw_only=True)
class Present:
    """Values of which none may be null."""

    inner: Shape

    async def answers(self, run: Run, values: Sequence[Any]) -> list[Answer]:
        if any(value is None for value in values):
            raise Unusual
        return await self.inner.answers(run, values)


@dataclass(frozen=True, kw_only=True)
class Perhaps:
    """Values some of which may be null."""

    inner: Shape

    async def answers(self, run: Run, values: Sequence[Any]) -> list[Answer]:
        there = [value for value in values if value is not None]
        done = iter(await self.inner.answers(run, there))
        return [None if value is None else next(done) for value in values]


@dataclass(frozen=True, kw_only=True)
class Each:
    """Lists, the items of all of which are one level."""

    inner: Shape

    async def answers(self, run: Run, values: Sequence[Any]) -> list[Answer]:
        if not all(isinstance(value, list | tuple) for value in values):
            raise Unusual
        items = [item for value in values for item in value]
        done = iter(await self.inner.answers(run, items))
        return [[next(done) for _ in value] for value in values]


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """Objects of an abstract type, each kind of which has a plan of its own."""

    type_of: Callable[[Any], str]
    plans: dict[str, ObjectPlan]

    async def answers(self, run: Run, values: Sequence[Any]) -> list[Answer]:
        answers: list[Answer] = [None] * len(values)
        places: dict[str, list[int]] = {}
        for place, value in enumerate(values):
            places.setdefault(self.type_of(value), []).append(place)
        for name, mine in places.items():
            done = await self.plans[name].answers(run, [values[place] for place in mine])
            for place, answer in zip(mine, done, strict=True):
                answers[place] = answer
        return answers


def plan_of(shape: Shape) -> ObjectPlan | None:
    """The plan for the objects in a shape, where all of them have the same."""
    while isinstance(shape, Present | Perhaps | Each):
        shape = shape.inner
    return shape if isinstance(shape, ObjectPlan) else None


# Sources


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A function of the row, such as a look at one of its attributes."""

    of: Callable[[Row], Any]

    async def values(self, run: Run, rows: Sequence[Row]) -> list[Any]:
        return [self.of(row) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Relation:
    """`columns` are all that is looked at of the other rows; None is all they have."""

    related: Related
    columns: tuple[str, ...] | None

    async def values(self, run: Run, rows: Sequence[Row]) -> list[Any]:
        related = self.related
        if related.needs is not None:
            require(run.context.actor, related.needs)
        if related.many:
            found: dict[int, list[Any]] = {row.id: [] for row in rows}
            for each in await self._read(related.column, found):
                found[getattr(each, related.column)].append(each)
            return [found[row.id] for row in rows]
        keys = [getattr(row, related.column) for row in rows]
        there = {each.id: each for each in await self._read("id", {*keys} - {None})}
        return [there.get(key) for key in keys]

    async def _read(self, column: str, values: Collection[int]) -> Sequence[Row]:
        if not values:
            return []
        where: dict[str, Any] = {f"{column}__in": values}
        if self.columns is None:
            return await select(self.related.kind, **where)
        return await select_columns(self.related.kind, self.columns, **where)


@dataclass(frozen=True, kw_only=True)
class Service:
    batched: Batched

    async def values(self, run: Run, rows: Sequence[Row]) -> list[Any]:
        actor = run.context.actor
        if self.batched.needs is not None:
            require(actor, self.batched.needs)
        return await self.batched.service(actor, list(rows))


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A resolver of its own, called as graphql-core calls it."""

    parent: GraphQLObjectType
    key: str
    field: GraphQLField
    nodes: list[FieldNode]

    async def values(self, run: Run, rows: Sequence[Row]) -> list[Any]:
        executor, field = run.executor, self.field
        path = run.path.add_key(self.key, self.parent.name)
        info = executor.build_resolve_info(field, self.nodes, self.parent, path)
        given = {}
        if field.args:
            given = get_argument_values(field, self.nodes[0], executor.variable_values)
        found: list[Any] = []
        try:
            found.extend(field.resolve(row, info, **given) for row in rows)  # type: ignore[misc]
        except BaseException:
            for each in found:
                if iscoroutine(each):
                    each.close()
            raise
        waiting = [place for place, value in enumerate(found) if isawaitable(value)]
        done = await together([found[place] for place in waiting])
        for place, value in zip(waiting, done, strict=True):
            found[place] = value
        if any(isinstance(value, Exception) for value in found):
            raise Unusual
        return found


async def together(work: Sequence[Awaitable[Any]]) -> list[Any]:
    """The outcomes of all of it; raises, once all of it is over, where some of it failed."""
    done = await asyncio.gather(*work, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return done

"""Batch loaders: one query per relation per request, however many rows ask for it."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from strawberry.dataloader import DataLoader
from tortoise.models import Model

from models import Row
from models.statements import select
from services import scopes
from services.actors import Actor

Batch = Callable[[list[Any]], Awaitable[list[Any]]]


class Loaders:
    """Made fresh for each request, so nothing read for one caller is shown to another."""

    def __init__(self) -> None:
        self._by: dict[Any, DataLoader[Any, Any]] = {}

    def one(self, kind: type[Model]) -> DataLoader[Any, Any]:
        """The row with an id, or None."""

        async def load(ids: list[int]) -> list[Any]:
            rows = {row.pk: row for row in await select(kind, id__in=ids)}
            return [rows.get(each) for each in ids]

        return self.batch(kind, load)

    def seen(self, actor: Actor, kind: type[Row]) -> DataLoader[Any, Any]:
        """The row with an id, or None where there is none that the actor may see."""
        if not scopes.SCOPES[kind].bounds(actor):
            return self.one(kind)

        async def load(ids: list[int]) -> list[Any]:
            rows = await scopes.find_all(actor, kind, ids)
            return [rows.get(each) for each in ids]

        return self.batch(("seen", kind), load)

    def many(self, kind: type[Model], column: str) -> DataLoader[Any, Any]:
        """The rows whose column holds an id, in the order of their own ids."""

        async def load(ids: list[int]) -> list[Any]:
            found: dict[int, list[Model]] = defaultdict(list)
            where: dict[str, Any] = {f"{column}__in": ids}
            for row in await select(kind, **where):
                found[getattr(row, column)].append(row)
            return [found[each] for each in ids]

        return self.batch((kind, column), load)

    def batch(self, name: Any, load: Batch) -> DataLoader[Any, Any]:
        """Whatever a service answers for many ids at once."""
        if name not in self._by:
            self._by[name] = Shared(load_fn=load)
        return self._by[name]


class Shared(DataLoader[Any, Any]):
    """When a field fails, graphql-core cancels those beside it. Others may wait for the same row,
    and without this they would be cancelled with them, and the whole request with those."""

    def load(self, key: Any) -> Awaitable[Any]:
        return asyncio.shield(super().load(key))

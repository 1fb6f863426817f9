"""Batch loaders: one query per relation per request, however many rows ask for it."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from strawberry.dataloader import DataLoader
from tortoise.models import Model

from models.statements import select

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
            self._by[name] = DataLoader(load_fn=load)
        return self._by[name]

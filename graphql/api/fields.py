"""How types declare their fields: a column of the row, money, a relation with its batch loader.

Types say what there is and never compute, so whoever reads a declaration, or one day compiles
it, knows all there is to know.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import strawberry
from tortoise.models import Model

from api.context import Info
from api.declarations import Batched, Computed, Related, declared
from api.permissions import require
from api.scalars import Money
from services.actors import Actor, Permission
from services.money import to_percent

Service = Callable[[Actor, Sequence[Any]], Awaitable[list[Any]]]


def column(description: str) -> Any:
    """The attribute of the row with the field's own name."""
    return strawberry.field(description=description)


def computed(of: Callable[[Any], Any], description: str, *columns: str, type: Any = None) -> Any:
    """What a pure function makes of these columns of the row."""

    def resolve(root: Any) -> Any:
        return of(root)

    metadata = declared(Computed(of=of, columns=columns))
    return strawberry.field(
        resolver=resolve, description=description, metadata=metadata, graphql_type=type
    )


def money(name: str, description: str, *, needs: Permission | None = None) -> Any:
    """The column `name`, in minor units of the row's `currency`."""

    def of(root: Any) -> Any:
        minor = getattr(root, name)
        return None if minor is None else Money.of(minor, root.currency)

    def resolve(root: Any, info: Info) -> Any:
        require(info.context.actor, needs)
        return of(root)

    if needs is not None:
        return strawberry.field(resolver=resolve, description=description)
    return computed(of, description, name, "currency")


def percentage(name: str, description: str) -> Any:
    """The column `name`, in millionths, as a percentage."""

    def of(root: Any) -> Any:
        millionths = getattr(root, name)
        return None if millionths is None else to_percent(millionths)

    return computed(of, description, name)


def one(kind: type[Model], name: str, description: str, *, needs: Permission | None = None) -> Any:
    """The row of another kind whose id stands in the column `name`."""

    async def resolve(root: Any, info: Info) -> Any:
        if needs is not None:
            require(info.context.actor, needs)
        key = getattr(root, name)
        return None if key is None else await info.context.loaders.one(kind).load(key)

    metadata = declared(Related(kind=kind, column=name, many=False, needs=needs))
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)


def many(kind: type[Model], name: str, description: str, *, needs: Permission | None = None) -> Any:
    """The rows of another kind whose column `name` holds this row's id."""

    async def resolve(root: Any, info: Info) -> Any:
        if needs is not None:
            require(info.context.actor, needs)
        return await info.context.loaders.many(kind, name).load(root.id)

    metadata = declared(Related(kind=kind, column=name, many=True, needs=needs))
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)


def batched(service: Service, description: str, *, needs: Permission | None = None) -> Any:
    """What a service answers for this row, asked once for all rows of the request."""

    async def resolve(root: Any, info: Info) -> Any:
        if needs is not None:
            require(info.context.actor, needs)

        async def load(rows: list[Any]) -> list[Any]:
            return await service(info.context.actor, rows)

        return await info.context.loaders.batch(service, load).load(root)

    metadata = declared(Batched(service=service, needs=needs))
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)

"""What a field's declaration says it is: kept with the field, for whoever runs it differently.

A field without any is a plain attribute of the row, or has a resolver of its own.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.models import Model

from services.actors import Actor, Permission


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A value that a pure function makes of the row; it looks only at these columns of it."""

    of: Callable[[Any], Any]
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Related:
    """A row of another kind, or all of them: `column` holds its id here, or this row's id there."""

    kind: type[Model]
    column: str
    many: bool
    needs: Permission | None


@dataclass(frozen=True, kw_only=True)
class Batched:
    """What a service answers for all rows at once."""

    service: Callable[[Actor, Sequence[Any]], Awaitable[list[Any]]]
    needs: Permission | None


Declaration = Computed | Related | Batched


def declared(declaration: Declaration) -> dict[str, Declaration]:
    """The metadata of a field that is declared so."""
    return {"declared": declaration}

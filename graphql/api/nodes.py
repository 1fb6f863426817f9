"""Global ids, and the rows behind them."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import strawberry

from api.fields import column, computed
from models import Row

T = TypeVar("T")

KINDS: dict[str, type[Row]] = {}


def encode(row: Row) -> str:
    return base64.urlsafe_b64encode(f"{type(row).__name__}:{row.id}".encode()).decode()


def decode(kind: type[Row], given: str) -> int:
    """The id of a row of a kind behind a global id or a number such as ORD-1042.

    0, which no row has, where it is neither: whoever looks the row up then says that there is
    none, beside everything else that is wrong with the input.
    """
    number = kind.id_of(given)
    if number is not None:
        return number
    found = locate(given)
    return found[1] if found is not None and found[0] is kind else 0


def locate(given: str) -> tuple[type[Row], int] | None:
    """The kind and id behind a global id or a number."""
    for kind in KINDS.values():
        number = kind.id_of(given)
        if number is not None:
            return kind, number
    try:
        name, _, digits = base64.b64decode(given, b"-_", validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    if name not in KINDS or not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        return None
    return KINDS[name], int(digits)


@strawberry.interface(description="A record that can be read again by its id.")
class Node:
    id: strawberry.ID = computed(
        encode, "Names this record among all of them, whatever its type.", "id"
    )

    number: str = column("The number people read aloud; taken wherever an id is.")
    version: int = column("Grows by one with every change; see `expectedVersion`.")
    created_at: datetime = column("When it was entered.")

    @classmethod
    def is_type_of(cls, *_: object) -> bool:
        # Rows are handed out as they are; `resolve_type` has told which type they have.
        return True

    @classmethod
    def resolve_type(cls, obj: Any, *_: object) -> str:
        return type(obj).__name__


def node(kind: type[Row], description: str) -> Callable[[type[T]], type[T]]:
    """Declare the type of a kind of row; it has the row's name."""

    def declare(cls: type[T]) -> type[T]:
        KINDS[kind.__name__] = kind
        return strawberry.type(cls, description=description)

    return declare

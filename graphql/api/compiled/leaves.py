"""Values as they stand in an answer: what graphql-core makes of them, found out beforehand."""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    Undefined,
)

Completer = Callable[[Any], Any]

# Which values of these types are answered as they are; the first place is where one is looked at.
AS_THEY_ARE = {
    "String": "type({}) is str",
    "ID": "type({}) is str",
    "Boolean": "type({}) is bool",
    "Int": "type({}) is int and -2147483648 <= {name} <= 2147483647",
}


class Unusual(Exception):
    """Something a plan does not deal with."""


def completer(kind: GraphQLOutputType) -> Completer:
    """What makes a value of a type of leaves, or of lists of them, one that can be sent."""
    if isinstance(kind, GraphQLNonNull):
        return _present(completer(kind.of_type))
    if isinstance(kind, GraphQLList):
        return _each(completer(kind.of_type))
    assert isinstance(kind, GraphQLLeafType)
    names = names_of(kind)
    return _scalar(kind) if names is None else names.__getitem__


def usual(kind: Any, name: str, value: str) -> str | None:
    """The condition, as code, under which a value can be sent as it is, to which it also gives a
    name; None where its type has no such values."""
    required = isinstance(kind, GraphQLNonNull)
    scalar = getattr(kind.of_type if required else kind, "name", "")
    if (condition := AS_THEY_ARE.get(scalar)) is None:
        return None
    named = f"{name} := {value}"
    if required:
        return condition.format(named, name=name)
    return f"({named}) is None or {condition.format(name, name=name)}"


def _present(inner: Completer) -> Completer:
    def complete(value: Any) -> Any:
        if value is None:
            raise Unusual
        return inner(value)

    return complete


def _each(inner: Completer) -> Completer:
    def complete(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            raise Unusual
        return [inner(each) for each in value]

    return complete


def names_of(kind: Any) -> dict[Any, Any] | None:
    """What the values of a type are called that is an enum; None of one that is not."""
    required = isinstance(kind, GraphQLNonNull)
    enum: Any = kind.of_type if required else kind
    if not isinstance(enum, GraphQLEnumType):
        return None
    names = {value.value: name for name, value in enum.values.items()}
    return names if required else {None: None} | names


def _scalar(kind: GraphQLLeafType) -> Completer:
    coerce = kind.coerce_output_value

    def complete(value: Any) -> Any:
        if value is None:
            return None
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise Unusual
        return coerced

    return complete

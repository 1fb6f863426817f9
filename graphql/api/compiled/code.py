"""The loop over the rows of a level, as a function made of what is selected of them.

Its text holds names of the schema and of attributes, and nothing that a client wrote but the keys
of the answer, which are names by the grammar of GraphQL, and quoted.
"""

from collections.abc import Callable, Sequence
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    is_leaf_type,
    is_object_type,
)
from strawberry.types.field import StrawberryField

from api.compiled.leaves import Unusual, completer, names_of, usual
from api.compiled.plans import Branch
from api.declarations import Computed

if TYPE_CHECKING:
    from api.compiled.compiling import Compiler


class Code:
    """Expressions, and what the names in them stand for."""

    def __init__(self) -> None:
        self._numbers = count()
        self._names: dict[str, Any] = {"unusual": _unusual}

    def function(self, row: str) -> Callable[[Sequence[Any]], list[Any]]:
        """Makes the answers of all rows of a level."""
        exec(f"def build(rows): return [{row} for row in rows]", self._names)
        build: Callable[[Sequence[Any]], list[Any]] = self._names["build"]
        return build

    def object(
        self,
        compiler: "Compiler",
        kind: GraphQLObjectType,
        selected: Any,
        row: str,
        branches: list[Branch] | None,
    ) -> str:
        """The answer of one object, with room for the branches, which are added to those given;
        Unusual where there are some and none were given."""
        parts = []
        for key, below in selected.items():
            name = below[0].node.name.value
            field = compiler.executor.schema.get_field(kind, name)
            if name == "__typename":
                parts.append(f"{key!r}: {kind.name!r}")
            elif field is None or name.startswith("__"):
                raise Unusual
            else:
                part = self._field(compiler, field, below, row)
                if part is None:
                    if branches is None:
                        raise Unusual
                    branches.append(compiler.branch(kind, key, field, below))
                parts.append(f"{key!r}: {part}")
        answer = f"{{{', '.join(parts)}}}"
        if kind.is_type_of is None:
            return answer
        return f"({answer} if {self._name(kind.is_type_of)}({row}, None) else unusual())"

    def _field(self, compiler: "Compiler", field: GraphQLField, below: Any, row: str) -> str | None:
        """The expression for what a look at the row is enough for; None for everything else."""
        look = looked(field)
        if look is None:
            return None
        name = attribute(field)
        value = f"{row}.{name}" if name else f"{self._name(look)}({row})"
        if is_leaf_type(bare(field.type)):
            return self._leaf(field.type, value)
        kind, required = _once(field.type)
        if not is_object_type(kind):
            return None
        own = self._name()
        try:
            answer = self.object(compiler, kind, compiler.selected(kind, below), own, None)
        except Unusual:
            return None
        empty = "unusual()" if required else "None"
        return f"({empty} if ({own} := {value}) is None else {answer})"

    def _leaf(self, kind: Any, value: str) -> str:
        if names := names_of(kind):
            # An unknown one is unusual like everything else that raises.
            return f"{self._name(names)}[{value}]"
        complete = self._name(completer(kind))
        own = self._name()
        # Most values are what they have to be, and a call takes longer than everything else.
        if condition := usual(kind, own, value):
            return f"({own} if {condition} else {complete}({own}))"
        return f"{complete}({value})"

    def _name(self, thing: Any = None) -> str:
        name = f"n{next(self._numbers)}"
        if thing is not None:
            self._names[name] = thing
        return name


def definition(field: GraphQLField) -> StrawberryField:
    found: StrawberryField | None = field.extensions.get("strawberry-definition")
    if found is None:
        raise Unusual
    return found


def attribute(field: GraphQLField) -> str | None:
    """The attribute of the row that a field without a resolver is."""
    found = definition(field)
    return found.python_name if found.is_basic_field else None


def looked(field: GraphQLField) -> Callable[[Any], Any] | None:
    """The function of the row that a field is, where it is no more than that."""
    if name := attribute(field):
        return attrgetter(name)
    declared = definition(field).metadata.get("declared")
    return declared.of if isinstance(declared, Computed) else None


def bare(kind: Any) -> Any:
    """A type without its lists and its requirements."""
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


def _once(kind: Any) -> tuple[Any, bool]:
    return (kind.of_type, True) if isinstance(kind, GraphQLNonNull) else (kind, False)


def _unusual() -> bool:
    raise Unusual

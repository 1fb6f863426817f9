"""What an operation costs to answer, reckoned from its text before anything is run.

    cost = sum over its fields of: weight + rows × (cost of what is selected below)

A weight is 1 for a value, 2 for an object or a list, 10 for a root field and for a `totalCount`,
which is a query of its own. Rows are 1 for an object; what `first` or `last` ask for in a list with
pages; and 5 in a list without. Each fragment is reckoned once, however often it is spread, so the
time it takes grows with the length of the document and not with what it multiplies to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

PAGED = ("first", "last")
ROWS = 5
PAGE = 20
VALUE = 1
OBJECT = 2
ROOT = 10
WEIGHTS = {"totalCount": 10}


@dataclass(frozen=True)
class Cost:
    """`once`, and `each` for every row of the lists directly in the selection: how many rows
    those have is known only where the selection is used."""

    once: int = 0
    each: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.once + other.once, self.each + other.each)

    def times(self, rows: int) -> int:
        return self.once + rows * self.each


class Reckoner:
    """Reckons the operations of one valid document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, page_limit: int) -> None:
        self.schema, self.page_limit = schema, page_limit
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[tuple[object, ...], int] = {}

    def cost(self, operation: OperationDefinitionNode, variables: Mapping[str, Any] | None) -> int:
        """The cost with these variables; remembered by those that say how long a page is."""
        given = {node.variable.name.value: node.default_value for node in _defined(operation)}
        values = {name: _whole(node) for name, node in given.items()}
        values |= {name: value for name, value in (variables or {}).items() if name in given}
        pages = {name: value for name, value in values.items() if isinstance(value, int)}
        key = (id(operation), *sorted(pages.items()))
        if key not in self._known:
            if len(self._known) >= PAGE:
                self._known.clear()
            self._known[key] = self._total(operation, pages)
        return self._known[key]

    def _total(self, operation: OperationDefinitionNode, pages: Mapping[str, int]) -> int:
        root = self.schema.get_root_type(operation.operation)
        run = _Run(self, pages)
        return run.selection(operation.selection_set, root).times(ROWS)


class _Run:
    """One reckoning, with the lengths of its pages."""

    def __init__(self, reckoner: Reckoner, pages: Mapping[str, int]) -> None:
        self.reckoner, self.pages = reckoner, pages
        self.schema = reckoner.schema
        self.fragments: dict[str, Cost] = {}

    def selection(self, selected: SelectionSetNode | None, parent: Any) -> Cost:
        total = Cost()
        for node in selected.selections if selected is not None else ():
            match node:
                case FragmentSpreadNode():
                    total += self.fragment(node.name.value)
                case InlineFragmentNode(type_condition=condition):
                    kind = self.schema.get_type(condition.name.value) if condition else parent
                    total += self.selection(node.selection_set, kind)
                case FieldNode():
                    total += self.field(node, parent)
        return total

    def fragment(self, name: str) -> Cost:
        if name not in self.fragments:
            node = self.reckoner._fragments[name]
            kind = self.schema.get_type(node.type_condition.name.value)
            self.fragments[name] = self.selection(node.selection_set, kind)
        return self.fragments[name]

    def field(self, node: FieldNode, parent: Any) -> Cost:
        name = node.name.value
        definition: GraphQLField | None = getattr(parent, "fields", {}).get(name)
        # The fields that describe the schema are answered from memory and bounded by themselves.
        if definition is None:
            return Cost(once=VALUE)
        weight = self.weight(name, definition, parent)
        below = self.selection(node.selection_set, get_named_type(definition.type))
        if any(each in definition.args for each in PAGED):
            return Cost(once=weight + below.times(self.rows(node)))
        if is_list_type(get_nullable_type(definition.type)):
            return Cost(once=weight, each=below.times(ROWS))
        return Cost(once=weight + below.times(ROWS))

    def weight(self, name: str, definition: GraphQLField, parent: Any) -> int:
        if parent in (self.schema.query_type, self.schema.mutation_type):
            return ROOT
        if name in WEIGHTS:
            return WEIGHTS[name]
        return OBJECT if is_composite_type(get_named_type(definition.type)) else VALUE

    def rows(self, node: FieldNode) -> int:
        """What a page asks for. One that is too long is refused by itself, in better words."""
        given = [each.value for each in node.arguments or () if each.name.value in PAGED]
        asked = [self.length(each) for each in given]
        lengths = [length for length in asked if length is not None]
        return min(max([0, *lengths]) if lengths else PAGE, self.reckoner.page_limit)

    def length(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            return self.pages.get(value.name.value)
        return _whole(value)


def _defined(operation: OperationDefinitionNode) -> Any:
    return operation.variable_definitions or ()


def _whole(node: ValueNode | None) -> int | None:
    return int(node.value) if isinstance(node, IntValueNode) else None

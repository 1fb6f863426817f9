"""Makes plans of what a document selects, from what the schema declares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    Node,
    VariableNode,
    is_abstract_type,
    is_leaf_type,
)

from api.compiled.code import Code, attribute, bare, definition, looked
from api.compiled.leaves import Unusual, completer
from api.compiled.plans import (
    Branch,
    Each,
    Leaf,
    Looked,
    ObjectPlan,
    OneOf,
    Perhaps,
    Present,
    Relation,
    Resolved,
    Service,
    Shape,
    Source,
    plan_of,
)
from api.declarations import Batched, Computed, Related
from api.nodes import KINDS

MOST_PLANS = 64


@dataclass(frozen=True, kw_only=True)
class Plan:
    """No shape means that it is graphql-core's to do. `columns` are all that is looked at of the
    row, or of the rows of a connection; None is whatever they have."""

    shape: Shape | None = None
    columns: frozenset[str] | None = None


class Plans:
    """The plans of one document: one for each place, and for each way its conditions turn out."""

    def __init__(self, document: DocumentNode) -> None:
        self._conditions = tuple(sorted(set(_conditions(document))))
        self._by_place: dict[tuple[Any, ...], Plan] = {}

    def __len__(self) -> int:
        return len(self._by_place)

    def of(self, executor: Any, kind: GraphQLOutputType, details: Any) -> Plan:
        """What is to be done with the value of a root field that is selected from so."""
        given = executor.variable_values.coerced
        turns = tuple(given.get(name) for name in self._conditions)
        place = (kind, turns, *(id(each.node) for each in details))
        if place not in self._by_place:
            if len(self._by_place) >= MOST_PLANS:
                self._by_place.clear()
            self._by_place[place] = Compiler(executor).begin(kind, details)
        return self._by_place[place]


class Compiler:
    """Reads selections through an executor, which knows fragments and conditions."""

    def __init__(self, executor: Any) -> None:
        self.executor = executor

    def begin(self, kind: GraphQLOutputType, details: Any) -> Plan:
        if is_leaf_type(bare(kind)):
            return Plan()
        try:
            return Plan(shape=self.shape(kind, details), columns=self._looked_at(kind, details))
        except Unusual:
            return Plan()

    def _looked_at(self, kind: Any, details: Any) -> frozenset[str] | None:
        """What is looked at of a row, or of the rows of a connection, as its nodes and within its
        edges."""
        if isinstance(kind, GraphQLNonNull):
            return self._looked_at(kind.of_type, details)
        if isinstance(kind, GraphQLList) or is_abstract_type(kind):
            return None
        if not kind.name.endswith("Connection"):
            return self.columns(kind, details)
        found = [*self._below(kind, "nodes", details)]
        for edge, within in self._below(kind, "edges", details):
            found += self._below(edge, "node", within)
        columns: frozenset[str] = frozenset({"id"})
        for row, within in found:
            mine = self.columns(row, within)
            if mine is None:
                return None
            columns |= mine
        return columns

    def _below(self, kind: Any, name: str, details: Any) -> Iterator[tuple[Any, Any]]:
        """Where a field of a type is selected: its own type, and what is selected of that."""
        for below in self.selected(kind, details).values():
            if below[0].node.name.value == name:
                yield bare(kind.fields[name].type), below

    def selected(self, kind: GraphQLObjectType, details: Any) -> dict[str, Any]:
        fields: dict[str, Any] = self.executor.collect_subfields(kind, details).grouped_field_set
        return fields

    def shape(self, kind: GraphQLOutputType, details: Any) -> Shape:
        """For values of a type of which some may be null, unless it says that none is."""
        if isinstance(kind, GraphQLNonNull):
            return Present(inner=self._of(kind.of_type, details))
        return Perhaps(inner=self._of(kind, details))

    def _of(self, kind: Any, details: Any) -> Shape:
        if isinstance(kind, GraphQLList):
            return Each(inner=self.shape(kind.of_type, details))
        if is_leaf_type(kind):
            return Leaf(complete=completer(kind))
        if not is_abstract_type(kind):
            return self.plan(kind, details)
        types = self.executor.schema.get_possible_types(kind)
        return OneOf(
            type_of=_type_of(kind), plans={each.name: self.plan(each, details) for each in types}
        )

    def plan(self, kind: GraphQLObjectType, details: Any) -> ObjectPlan:
        code = Code()
        branches: list[Branch] = []
        row = code.object(self, kind, self.selected(kind, details), "row", branches)
        return ObjectPlan(
            columns=self.columns(kind, details),
            build=code.function(row),
            branches=branches,
        )

    def columns(self, kind: Any, details: Any) -> frozenset[str] | None:
        """The columns that are looked at of the rows of a type; None for all they have."""
        row = KINDS.get(kind.name)
        if row is None:
            return None
        columns = {"id"}
        for below in self.selected(kind, details).values():
            field = kind.fields.get(below[0].node.name.value)
            names = () if field is None else _looks_at(field)
            if names is None:
                return None
            for each in names:
                columns.update(row.DERIVED.get(each, (each,)))
        return frozenset(columns) if columns <= row._meta.db_fields else None

    def branch(
        self, parent: GraphQLObjectType, key: str, field: GraphQLField, below: Any
    ) -> Branch:
        shape = self.shape(field.type, below)
        source = self._source(parent, key, field, below, shape)
        reads = not isinstance(source, Looked)
        return Branch(key=key, source=source, shape=shape, reads=reads)

    def _source(
        self, parent: GraphQLObjectType, key: str, field: GraphQLField, below: Any, shape: Shape
    ) -> Source:
        if look := looked(field):
            return Looked(of=look)
        match definition(field).metadata.get("declared"):
            case Related() as related:
                return Relation(related=related, columns=_read(related, plan_of(shape)))
            case Batched() as batched:
                return Service(batched=batched)
        nodes = [each.node for each in below]
        return Resolved(parent=parent, key=key, field=field, nodes=nodes)


def _looks_at(field: GraphQLField) -> tuple[str, ...] | None:
    if look := attribute(field):
        return (look,)
    match definition(field).metadata.get("declared"):
        case Computed() as computed:
            return computed.columns
        case Related() as related:
            return ("id",) if related.many else (related.column,)
    return None


def _read(related: Related, plan: ObjectPlan | None) -> tuple[str, ...] | None:
    """The columns to be read of related rows."""
    if plan is None or plan.columns is None:
        return None
    return tuple(sorted(plan.columns | ({related.column} if related.many else set())))


def _type_of(kind: Any) -> Callable[[Any], str]:
    resolve = kind.resolve_type
    if resolve is None:
        raise Unusual

    def type_of(value: Any) -> str:
        name: str = resolve(value, None, kind)
        return name

    return type_of


def _conditions(document: DocumentNode) -> Iterator[str]:
    """The variables on which it depends what is selected."""
    waiting: list[Node] = [*document.definitions]
    while waiting:
        node = waiting.pop()
        if isinstance(node, DirectiveNode) and node.name.value in ("skip", "include"):
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    yield argument.value.name.value
        for key in node.keys:
            below = getattr(node, key, None) if key != "loc" else None
            several = below if isinstance(below, list | tuple) else (below,)
            waiting += [each for each in several if isinstance(each, Node)]

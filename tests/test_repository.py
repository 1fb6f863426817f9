"""What the repository promises about itself: its layout, its schema and its documents."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import graphql
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    OperationDefinitionNode,
)
from graphql.execution.values import get_variable_values

from api.schema import schema
from api.types.events import EventKind
from services.facts import every_fact
from tests.documents import DOCUMENTS, FILES

ROOT = Path(__file__).resolve().parents[1]
CORE = schema._schema
FLOORS = ("app", "graphql/api", "models", "services")
SOURCES = [
    path
    for floor in FLOORS
    for path in sorted((ROOT / floor).rglob("*.py"))
    # Migrations are generated.
    if "migrations" not in path.parts
]
LOCKS = sorted(ROOT.glob("requirements*.lock"))
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}

each_document = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


class TestLayout:
    def test_keeps_graphql_core_in_reach(self):
        assert not (ROOT / "graphql" / "__init__.py").exists()
        assert Path(graphql.__file__).parent != ROOT / "graphql"

    def test_names_no_registry_in_a_lock(self):
        assert LOCKS
        for lock in LOCKS:
            assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock.read_text())


class TestSources:
    def test_are_named_by_words_of_the_business(self):
        assert [
            path for path in SOURCES if SHAPELESS & {path.stem, *path.relative_to(ROOT).parts}
        ] == []

    def test_have_at_most_400_lines(self):
        lengths = {path: path.read_text("utf-8").count("\n") for path in SOURCES}

        assert {path: lines for path, lines in lengths.items() if lines > 400} == {}

    def test_have_functions_of_at_most_60_lines(self):
        lengths = {(path, name): lines for path in SOURCES for name, lines in functions(path)}

        assert {name: lines for name, lines in lengths.items() if lines > 60} == {}

    def test_open_with_a_sentence(self):
        assert [path for path in SOURCES if not ast.get_docstring(tree(path))] == []


class TestSchema:
    def test_is_the_printed_one(self):
        assert (ROOT / "schema.graphql").read_text("utf-8").strip() == schema.as_str().strip()

    def test_describes_everything(self):
        assert [name for name, description in described() if not description] == []

    def test_has_a_type_and_a_kind_for_every_fact(self):
        event = CORE.get_type("Event")
        told = {kind.name for kind in CORE.get_possible_types(event)}

        assert told == {*every_fact(), "Heartbeat", "Reset"}
        assert {str(kind) for kind in EventKind} == told


class TestDocuments:
    @each_document
    def test_are_each_valid_alone(self, path):
        problems = graphql.validate(CORE, graphql.parse(path.read_text("utf-8")))

        assert [problem.message for problem in problems] == []

    @each_document
    def test_name_each_operation_once(self, path):
        for operation in operations(path):
            assert DOCUMENTS[operation.name.value] == path.read_text("utf-8")

    def test_use_every_field_of_the_roots(self):
        asked = {(each.operation.value, name) for path in FILES for each, name in root_fields(path)}

        assert asked == {
            (kind, name)
            for kind, root in (
                ("query", CORE.query_type),
                ("mutation", CORE.mutation_type),
                ("subscription", CORE.subscription_type),
            )
            for name in root.fields
        }

    @each_document
    def test_show_variables_that_fit(self, path):
        text = path.read_text("utf-8")
        shown = re.findall(r"^# (\{.*\})\n(?:# .*\n)*mutation (\w+)", text, re.MULTILINE)

        assert len(shown) == text.count("\nmutation ")
        by_name = {each.name.value: each for each in operations(path)}
        for example, name in shown:
            wanted = by_name[name].variable_definitions
            values = get_variable_values(CORE, wanted, json.loads(example))
            assert not isinstance(values, list), [str(problem) for problem in values]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def described() -> Iterator[tuple[str, str | None]]:
    """Everything of ours in the schema by its name, with its description."""
    for name, kind in CORE.type_map.items():
        if name.startswith("__") or graphql.is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        match kind:
            case GraphQLObjectType() | GraphQLInterfaceType():
                for field, of in kind.fields.items():
                    yield f"{name}.{field}", of.description
                    for argument, each in of.args.items():
                        yield f"{name}.{field}({argument}:)", each.description
            case GraphQLInputObjectType():
                for field, given in kind.fields.items():
                    yield f"{name}.{field}", given.description
            case GraphQLEnumType():
                for value, one in kind.values.items():
                    yield f"{name}.{value}", one.description


def operations(path: Path) -> list[OperationDefinitionNode]:
    document = graphql.parse(path.read_text("utf-8"))
    return [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]


def root_fields(path: Path) -> Iterator[tuple[OperationDefinitionNode, str]]:
    for operation in operations(path):
        for selection in operation.selection_set.selections:
            yield operation, selection.name.value

"""What a document may ask for at most, measured before anything is run.

Each fragment is measured once, however often it is spread: counting it at each spread takes time
that doubles with every level of nesting, which is a way to stop a server with one kilobyte.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    Visitor,
    visit,
)

MOST_TOKENS = 4_000
MOST_COMMENTS = 500
MOST_DEPTH = 20
MOST_FIELDS = 2_000
MOST_DIGITS = 40
# Validation compares every two fields of a name that may end in one place, and every two
# fragments, so their number counts twice.
MOST_REPEATS = 200
MOST_FRAGMENTS = 100


@dataclass(frozen=True)
class Size:
    """How deeply a selection nests and how many fields it has, its fragments written out."""

    depth: int = 0
    fields: int = 0


def measure(document: DocumentNode) -> list[GraphQLError]:
    """What is too large or malformed about a document; to be called on a valid one, as fragments
    that spread each other in a circle have no size."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    sizes: dict[str, Size] = {}
    problems = []
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            size = _size(node.selection_set, fragments, sizes)
            if size.depth > MOST_DEPTH:
                problems.append(f"This nests {size.depth} fields; at most {MOST_DEPTH} may be.")
            if size.fields > MOST_FIELDS:
                problems.append(f"This asks for more than {MOST_FIELDS} fields.")
    return [_error(problem) for problem in problems]


def malformed(document: DocumentNode) -> list[GraphQLError]:
    """Literals that no database can keep or no number can hold, and too much of the same; to be
    called before validation, which would try to read the ones and compare the others."""
    found = _Contents()
    visit(document, found)
    return [_error(problem) for problem in found.all_problems()]


def _size(
    selection: SelectionSetNode | None,
    fragments: dict[str, FragmentDefinitionNode],
    sizes: dict[str, Size],
) -> Size:
    depth = count = 0
    for node in selection.selections if selection is not None else ():
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in sizes:
                sizes[name] = _size(fragments[name].selection_set, fragments, sizes)
            inner, own = sizes[name], 0
        else:
            inner = _size(getattr(node, "selection_set", None), fragments, sizes)
            own = 1 if node.kind == "field" else 0
        depth = max(depth, inner.depth + own)
        # Past the limit the count no longer matters, and it could grow without bound.
        count = min(count + inner.fields + own, MOST_FIELDS + 1)
    return Size(depth=depth, fields=count)


class _Contents(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.repeats: Counter[str] = Counter()
        self.fragments = 0

    def all_problems(self) -> Iterator[str]:
        yield from self.problems
        if self.fragments > MOST_FRAGMENTS:
            yield f"A document has at most {MOST_FRAGMENTS} fragments."
        for name, times in self.repeats.most_common(1):
            if times > MOST_REPEATS:
                yield f"This has `{name}` {times} times; at most {MOST_REPEATS} may be."

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.repeats[(node.alias or node.name).value] += 1

    def enter_fragment_definition(self, *_: object) -> None:
        self.fragments += 1

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if not is_storable(node.value):
            self.problems.append("A text may not contain NUL or half a character.")

    def enter_int_value(self, node: ValueNode, *_: object) -> None:
        if len(node.value) > MOST_DIGITS:  # type: ignore[attr-defined]
            self.problems.append(f"A number has at most {MOST_DIGITS} digits.")

    enter_float_value = enter_int_value


def is_storable(text: str) -> bool:
    """PostgreSQL keeps no NUL, and no database keeps half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _error(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "TOO_LARGE"})

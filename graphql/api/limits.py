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

MOST_COMMENTS = 500
MOST_DIGITS = 40
MOST_COST = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one document, or one request of several, may ask for at most."""

    depth: int = 20
    aliases: int = 200
    fields: int = 2_000
    tokens: int = 4_000
    cost: int = 100_000
    page: int = 100
    seconds: float = 30.0
    # Validation compares every two fields of a name that may end in one place, and every two
    # fragments, so their number counts twice.
    repeats: int = 200
    fragments: int = 100


@dataclass(frozen=True)
class Size:
    """How deeply a selection nests, how many fields it has and how many of them are renamed, its
    fragments written out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0


def measure(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """What is too large about a document; to be called on a valid one, as fragments that spread
    each other in a circle have no size."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    sizes: dict[str, Size] = {}
    return [
        problem
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        for problem in _too_much(_size(node.selection_set, fragments, sizes), limits)
    ]


def _too_much(size: Size, limits: Limits) -> Iterator[GraphQLError]:
    if size.depth > limits.depth:
        yield beyond(
            "DEPTH", limits.depth, f"This nests {size.depth} fields; at most {limits.depth} may be."
        )
    if size.fields > limits.fields:
        yield beyond("FIELD", limits.fields, f"This asks for more than {limits.fields} fields.")
    if size.aliases > limits.aliases:
        yield beyond("ALIAS", limits.aliases, f"This has more than {limits.aliases} aliases.")


def too_costly(cost: int, limits: Limits) -> list[GraphQLError]:
    """Why an operation of this cost is not run, if it is not."""
    if cost <= limits.cost:
        return []
    message = (
        f"This costs {min(cost, MOST_COST)}; at most {limits.cost} may be. "
        "Ask for shorter pages or fewer fields."
    )
    return [beyond("COST", limits.cost, message)]


def malformed(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Literals that no database can keep or no number can hold, and too much of the same; to be
    called before validation, which would try to read the ones and compare the others."""
    found = _Contents()
    visit(document, found)
    return list(found.all_problems(limits))


def of_syntax(error: GraphQLError, limits: Limits) -> GraphQLError:
    """An error of the parser, with a code where it is one of its limits."""
    if f"more than {limits.tokens} tokens" in error.message:
        return beyond("TOKEN", limits.tokens, f"A document has at most {limits.tokens} tokens.")
    if f"more than {MOST_COMMENTS} comments" in error.message:
        return beyond("COMMENT", MOST_COMMENTS, f"A document has at most {MOST_COMMENTS} comments.")
    return error


def beyond(name: str, limit: float, message: str) -> GraphQLError:
    """An error that says which limit was passed, for programs too."""
    return GraphQLError(message, extensions={"code": f"{name}_LIMIT", "limit": limit})


def _size(
    selection: SelectionSetNode | None,
    fragments: dict[str, FragmentDefinitionNode],
    sizes: dict[str, Size],
) -> Size:
    depth = count = aliases = 0
    for node in selection.selections if selection is not None else ():
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in sizes:
                sizes[name] = _size(fragments[name].selection_set, fragments, sizes)
            inner, own, renamed = sizes[name], 0, 0
        else:
            inner = _size(getattr(node, "selection_set", None), fragments, sizes)
            own = 1 if isinstance(node, FieldNode) else 0
            renamed = 1 if own and node.alias is not None else 0  # type: ignore[attr-defined]
        depth = max(depth, inner.depth + own)
        # Past any sane limit they no longer matter, and they could grow without bound.
        count = min(count + inner.fields + own, MOST_COST)
        aliases = min(aliases + inner.aliases + renamed, MOST_COST)
    return Size(depth=depth, fields=count, aliases=aliases)


class _Contents(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.repeats: Counter[str] = Counter()
        self.fragments = 0

    def all_problems(self, limits: Limits) -> Iterator[GraphQLError]:
        for problem in self.problems:
            yield GraphQLError(problem, extensions={"code": "BAD_REQUEST"})
        if self.fragments > limits.fragments:
            message = f"A document has at most {limits.fragments} fragments."
            yield beyond("FRAGMENT", limits.fragments, message)
        for name, times in self.repeats.most_common(1):
            if times > limits.repeats:
                message = f"This has `{name}` {times} times; at most {limits.repeats} may be."
                yield beyond("REPEAT", limits.repeats, message)

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

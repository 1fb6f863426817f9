"""Which watchers ask the same, so that one answer serves all of them."""

from collections.abc import Hashable, Iterator

import orjson
from graphql import DocumentNode, FieldNode, Node, OperationDefinitionNode, VariableNode

from api.execution import Operation
from services.actors import Actor


def likeness(operation: Operation, actor: Actor) -> Hashable:
    """Equal for two watchers whose every answer from here on is the same.

    What an answer holds depends on the document, the variables and the actor's rights. Where each
    begins does not: a cursor given as `after` only says which answers have been read already.
    """
    request = operation.request
    cursors = _cursors(operation.document)
    variables = {
        name: value for name, value in (request.variables or {}).items() if name not in cursors
    }
    return (
        request.query,
        request.operation_name,
        orjson.dumps(variables, option=orjson.OPT_SORT_KEYS),
        actor.permissions,
        actor.customer_id,
        actor.supplier_id,
    )


def _cursors(document: DocumentNode) -> set[str]:
    """The variables that are used as the `after` of a root field and for nothing else."""
    uses = [node.name.value for node in _variables(document)]
    given: list[str] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            for field in definition.selection_set.selections:
                given += _cursors_of(field) if isinstance(field, FieldNode) else ()
    return {name for name in given if uses.count(name) == 1}


def _cursors_of(field: FieldNode) -> Iterator[str]:
    for argument in field.arguments or ():
        if argument.name.value == "after" and isinstance(argument.value, VariableNode):
            yield argument.value.name.value


def _variables(node: Node) -> Iterator[VariableNode]:
    """Every use of a variable below a node; its declaration is none."""
    if isinstance(node, VariableNode):
        yield node
        return
    for key in node.keys:
        below = getattr(node, key, None)
        if key in ("loc", "variable_definitions"):
            continue
        for child in below if isinstance(below, list | tuple) else (below,):
            if isinstance(child, Node):
                yield from _variables(child)

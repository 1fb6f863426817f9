"""Run operations: the one door from the transports to the schema.

Documents are parsed and validated once and remembered, as that costs more than most queries.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    execute,
    parse,
    specified_rules,
    subscribe,
    validate,
)

from api import limits
from api.compiled.compiling import Plans
from api.context import Context
from api.costs import Reckoner
from api.documents import Documents
from api.errors import shown
from api.executors import Executor, MutationExecutor
from api.limits import Limits
from api.observing import observed, outcome
from api.schema import schema
from services.measures import REJECTED

__all__ = ["ExecutionResult", "GraphQLError", "OperationType"]

REMEMBERED_DOCUMENTS = 1_000
# Longer documents are rarely sent twice, and a thousand of them would fill the memory.
REMEMBERED_LENGTH = 20_000

USUAL = Limits()

core = schema._schema


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client sent: a document as text, or by its hash where it is a trusted one."""

    query: str | None = None
    document_id: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """A valid document, and what its operations cost."""

    node: DocumentNode
    reckoner: Reckoner
    plans: Plans


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A valid operation, ready to be run."""

    document: DocumentNode
    plans: Plans
    kind: OperationType
    request: Request
    cost: int


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A request that was not run, and why."""

    errors: list[GraphQLError]


def never_ran(result: ExecutionResult) -> bool:
    """Whether an answer is that of a request that ended before anything was run."""
    return result.data is None and all(error.path is None for error in result.errors or ())


class Ended(Exception):
    """A subscription ended because of errors, such as a caller who may not watch."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


class Engine:
    """Prepares and runs operations; `introspection` says whether the schema may be asked for and
    whether errors suggest names from it, `compiled` whether plans are made of documents."""

    def __init__(
        self,
        *,
        introspection: bool,
        limits: Limits = USUAL,
        documents: Documents | None = None,
        compiled: bool = True,
    ) -> None:
        self.introspection, self.limits, self.compiled = introspection, limits, compiled
        self.documents = documents or Documents()
        self._rules = [*specified_rules]
        if not introspection:
            self._rules.append(NoSchemaIntrospectionCustomRule)
        self._remembered: OrderedDict[str, Document | list[GraphQLError]] = OrderedDict()

    def prepare(
        self, request: Request, allowed: Collection[OperationType] = tuple(OperationType)
    ) -> Operation | Rejected:
        """Parse, validate and choose the operation to run."""
        text = self.documents.find(request.query, request.document_id)
        if isinstance(text, GraphQLError):
            REJECTED.inc()
            return Rejected(errors=[text])
        document = self._document(text)
        if not isinstance(document, Document):
            REJECTED.inc()
            return Rejected(errors=document)
        chosen = _choose(document.node, request.operation_name)
        if isinstance(chosen, str):
            return Rejected(errors=[GraphQLError(chosen)])
        kind = chosen.operation
        if kind not in allowed:
            message = f"A {kind.value} cannot be sent this way."
            return Rejected(errors=[GraphQLError(message, extensions={"code": "WRONG_METHOD"})])
        cost = document.reckoner.cost(chosen, request.variables)
        if problems := limits.too_costly(cost, self.limits):
            return Rejected(errors=problems)
        request = replace(request, query=text)
        return Operation(
            document=document.node, plans=document.plans, kind=kind, request=request, cost=cost
        )

    async def run(self, operation: Operation, context: Context) -> ExecutionResult:
        """The answer to a query or a mutation."""
        with observed(_name(operation), operation.kind.value, context.actor.label) as own:
            result = await self._executed(operation, context)
            codes = {str((each.extensions or {}).get("code")) for each in result.errors or ()}
            own.outcome = outcome(result.data, codes)
            return result

    async def _executed(self, operation: Operation, context: Context) -> ExecutionResult:
        try:
            async with asyncio.timeout(self.limits.seconds):
                begun: Any = execute(**self._arguments(operation, context))
                return _masked(begun if isinstance(begun, ExecutionResult) else await begun)
        except TimeoutError:
            return ExecutionResult(data=None, errors=[self._too_long(operation)])

    def _too_long(self, operation: Operation) -> GraphQLError:
        seconds = self.limits.seconds
        message = f"This took more than {seconds:g} seconds and was ended. Ask for less."
        if operation.kind is OperationType.MUTATION:
            message = (
                f"This takes more than {seconds:g} seconds. It is finished all the same; send it "
                "again with the same idempotencyKey to learn how it ended."
            )
        return limits.beyond("TIME", seconds, message)

    async def stream(
        self, operation: Operation, context: Context
    ) -> AsyncGenerator[ExecutionResult, None] | ExecutionResult:
        """The answers of a subscription, until it is Ended by errors; or the one answer of an
        operation that has none."""
        if operation.kind is not OperationType.SUBSCRIPTION:
            return await self.run(operation, context)
        source: Any = subscribe(**self._arguments(operation, context))
        if not isinstance(source, ExecutionResult | AsyncIterator):
            source = await source
        return _masked(source) if isinstance(source, ExecutionResult) else _each_masked(source)

    def _arguments(self, operation: Operation, context: Context) -> dict[str, Any]:
        return {
            "schema": core,
            "document": operation.document,
            "variable_values": operation.request.variables,
            "operation_name": operation.request.operation_name,
            "context_value": context,
            "executor_class": MutationExecutor
            if operation.kind is OperationType.MUTATION
            else Executor,
            "hide_suggestions": not self.introspection,
            "plans": operation.plans if self.compiled else None,
        }

    def _document(self, query: str) -> Document | list[GraphQLError]:
        known = self._remembered.get(query)
        if known is not None:
            self._remembered.move_to_end(query)
            return known
        document = self._check(query)
        if len(query) <= REMEMBERED_LENGTH:
            self._remembered[query] = document
            if len(self._remembered) > REMEMBERED_DOCUMENTS:
                self._remembered.popitem(last=False)
        return document

    def _check(self, query: str) -> Document | list[GraphQLError]:
        try:
            node = parse(
                query,
                max_lexical_tokens=self.limits.tokens,
                max_comments=limits.MOST_COMMENTS,
            )
            return self._problems(node) or Document(
                node=node, reckoner=Reckoner(core, node, self.limits.page), plans=Plans(node)
            )
        except GraphQLError as error:
            return [limits.of_syntax(error, self.limits)]
        except RecursionError:
            return [limits.beyond("DEPTH", self.limits.depth, "This document nests too deeply.")]

    def _problems(self, node: DocumentNode) -> list[GraphQLError]:
        return (
            limits.malformed(node, self.limits)
            or validate(core, node, self._rules, hide_suggestions=not self.introspection)
            or limits.measure(node, self.limits)
        )


def _choose(document: DocumentNode, name: str | None) -> OperationDefinitionNode | str:
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if name is not None:
        operations = [node for node in operations if node.name and node.name.value == name]
    match operations:
        case [only]:
            return only
        case []:
            return "There is no such operation in this document."
        case _:
            return "This document has several operations. Say which one in `operationName`."


def _name(operation: Operation) -> str | None:
    """The name of the operation, where it has one, whether it was asked for or is the only one."""
    if operation.request.operation_name is not None:
        return operation.request.operation_name
    for node in operation.document.definitions:
        if isinstance(node, OperationDefinitionNode):
            return node.name.value if node.name else None
    return None


def _masked(result: ExecutionResult) -> ExecutionResult:
    if result.errors:
        result.errors = [shown(error) for error in result.errors]
    return result


async def _each_masked(source: Any) -> AsyncGenerator[ExecutionResult, None]:
    async with aclosing(source) as results:
        try:
            async for result in results:
                yield _masked(result)
        except Exception as error:
            raise Ended([shown(GraphQLError(str(error), original_error=error))]) from error

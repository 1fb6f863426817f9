"""Callers who send the documents of graphql/operations, without a network in between."""

import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, contextmanager
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from api.context import Context
from api.execution import Ended, Engine, ExecutionResult, Rejected, Request
from api.limits import Limits
from app.main import application
from app.settings import Settings
from app.wire import write_json
from services.actors import Actor
from tests.documents import DOCUMENTS

# Shared, as it remembers the documents it has validated.
# Tests ask for everything there is at once.
ENGINE = Engine(
    introspection=True, limits=Limits(cost=10**9, fields=10**9, tokens=10**9, repeats=10**9)
)

# What is in a payload besides the record.
BESIDES = ("userErrors", "replayed", "changes", "download")


def as_sent(result: ExecutionResult | Rejected) -> dict[str, Any]:
    """An answer as a client reads it."""
    if isinstance(result, Rejected):
        return {"errors": [error.formatted for error in result.errors]}
    content: dict[str, Any] = json.loads(write_json(result.formatted))
    return content


class Api:
    """Sends an operation, by its name or written out, as somebody."""

    async def send(self, actor: Actor, operation: str, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        is_named = operation in DOCUMENTS
        request = Request(
            query=DOCUMENTS.get(operation, operation),
            operation_name=operation if is_named else None,
            variables=variables,
        )
        prepared = ENGINE.prepare(request)
        if isinstance(prepared, Rejected):
            return as_sent(prepared)
        return as_sent(await ENGINE.run(prepared, Context(actor=actor)))

    async def ask(self, actor: Actor, operation: str, **variables: Any) -> Any:
        """The one root field of an answer without errors."""
        answer = await self.send(actor, operation, **variables)
        assert "errors" not in answer, answer["errors"]
        [field] = answer["data"].values()
        return field

    async def do(self, actor: Actor, mutation: str, **input: Any) -> Any:
        """The record of a mutation that worked."""
        payload = await self.ask(actor, mutation, input=input)
        assert payload["userErrors"] == []
        assert payload["replayed"] is False
        return record_of(payload)

    async def refusal(self, actor: Actor, mutation: str, **input: Any) -> list[dict[str, Any]]:
        """The problems of a mutation that changed nothing."""
        payload = await self.ask(actor, mutation, input=input)
        assert payload["userErrors"]
        assert record_of(payload) is None
        problems: list[dict[str, Any]] = payload["userErrors"]
        return problems

    async def error(self, actor: Actor, operation: str, **variables: Any) -> dict[str, Any]:
        """The one error of an answer."""
        answer = await self.send(actor, operation, **variables)
        [error] = answer["errors"]
        assert not any((answer.get("data") or {}).values())
        return {"code": error.get("extensions", {}).get("code")} | error

    async def watch(
        self, actor: Actor, subscription: str, *, take: int = 1, **variables: Any
    ) -> list[dict[str, Any]]:
        """The first answers of a subscription, which is then ended; or the one that refuses it."""
        request = Request(
            query=DOCUMENTS[subscription], operation_name=subscription, variables=variables
        )
        source = await ENGINE.stream(ENGINE.prepare(request), Context(actor=actor))
        if isinstance(source, ExecutionResult):
            return [as_sent(source)]
        async with aclosing(source) as answers:
            try:
                return [as_sent(await anext(answers)) for _ in range(take)]
            except Ended as ended:
                return [as_sent(Rejected(errors=ended.errors))]


def record_of(payload: dict[str, Any]) -> Any:
    [record] = (payload[name] for name in payload if name not in BESIDES)
    return record


@pytest.fixture
def api() -> Api:
    return Api()


class Statements(logging.Handler):
    """The SQL that is sent to the database."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.sent.append(record.getMessage())

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        logger = logging.getLogger("tortoise.db_client")
        level = logger.level
        logger.setLevel(logging.DEBUG)
        logger.addHandler(self)
        try:
            yield self.sent
        finally:
            logger.removeHandler(self)
            logger.setLevel(level)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The SQL of this test so far; to be emptied at will."""
    with Statements().listening() as sent:
        yield sent


@pytest.fixture
def serve(sqlite_url: str) -> Callable[..., AbstractAsyncContextManager[AsyncClient]]:
    """Starts the whole application in this process and gives a client of it."""

    @asynccontextmanager
    async def start(**given: Any) -> AsyncIterator[AsyncClient]:
        app = application(Settings(database_url=sqlite_url, **given))
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(app), base_url="http://waybill") as client,
        ):
            yield client

    return start


@pytest.fixture
async def http(serve: Callable[..., AbstractAsyncContextManager[AsyncClient]]) -> Any:
    """A client of the application, running in development."""
    async with serve() as client:
        yield client

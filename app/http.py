"""GraphQL over HTTP, as its specification has it: media types, methods and status codes."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from api import execution
from api.context import Context
from api.execution import (
    Engine,
    ExecutionResult,
    GraphQLError,
    Operation,
    OperationType,
    Rejected,
    never_ran,
)
from app import graphiql
from app.bodies import Unreadable, body_of
from app.callers import Caller, Callers, address_of
from app.identity import Unknown, identify
from app.negotiation import GRAPHQL, JSON, Accepted
from app.rates import Rates, TooFast
from app.settings import Settings
from app.streams import SERVER_SENT_EVENTS, Encoding, Stream
from app.wire import Malformed, read_json, read_request, write_json

PLAIN = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Vary": "Accept"}


class Refusal(Exception):
    """The request is answered without running anything."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers
        self.error = GraphQLError(message, extensions={"code": code})


class Endpoint:
    """Answers /graphql."""

    def __init__(self, engine: Engine, callers: Callers, rates: Rates, settings: Settings) -> None:
        self.engine, self.callers, self.rates, self.settings = engine, callers, rates, settings

    async def answer(self, request: Request) -> ASGIApp:
        if self.settings.is_development and _wants_page(request):
            return graphiql.page(request)
        accepted = Accepted(request.headers.get("accept"))
        try:
            if not accepted.forms:
                raise Refusal(406, "NOT_ACCEPTABLE", f"Accept {GRAPHQL} or {JSON}.")
            return await self._run(request, accepted)
        except Refusal as refusal:
            content = _errors([refusal.error])
            return _respond(content, refusal.status, accepted.plain(), refusal.headers)

    async def _run(self, request: Request, accepted: Accepted) -> ASGIApp:
        caller = await self._caller(request)
        asked = await self._read(request)
        if isinstance(asked, list):
            return await self._run_each(asked, caller)
        # A GET is repeated and cached at will, so it may change nothing.
        allowed = {OperationType.QUERY}
        if request.method == "POST":
            allowed.add(OperationType.MUTATION)
        if accepted.stream() is not None:
            allowed.add(OperationType.SUBSCRIPTION)
        operation = self.engine.prepare(asked, allowed)
        if isinstance(operation, Rejected):
            return self._rejected(operation, request, accepted, caller)
        if operation.kind is OperationType.SUBSCRIPTION:
            form: str | Encoding | None = accepted.stream()
        else:
            form = accepted.single()
        context = Context(actor=caller.actor)
        if isinstance(form, str):
            return _result(await self.engine.run(operation, context), form)
        assert form is not None
        return await self._stream(form, operation, context, caller)

    async def _run_each(self, asked: list[execution.Request], caller: Caller) -> Response:
        """The answers to a batch, one after the other, as a mutation may follow another."""
        contents: list[Any] = []
        for _ in asked[1:]:
            await self._take(caller.address, caller.name)
        for each in asked:
            operation = self.engine.prepare(each, {OperationType.QUERY, OperationType.MUTATION})
            if isinstance(operation, Rejected):
                contents.append(_errors(operation.errors))
            else:
                result = await self.engine.run(operation, Context(actor=caller.actor))
                contents.append(_content(result))
        return _respond(contents, 200, JSON)

    async def _caller(self, request: Request) -> Caller:
        address = address_of(request.scope)
        try:
            actor = await identify(request.headers.get("authorization"))
        except Unknown as error:
            # Whoever guesses tokens is slowed down like everybody else.
            await self._take(address, None)
            challenge = {"WWW-Authenticate": "Bearer"}
            raise Refusal(401, "UNAUTHENTICATED", str(error), **challenge) from error
        caller = Caller(actor=actor, address=address)
        await self._take(address, caller.name)
        return caller

    async def _take(self, address: str, actor: str | None) -> None:
        try:
            await self.rates.take(address=address, actor=actor)
        except TooFast as error:
            wait = ceil(error.seconds)
            refusal = Refusal(429, "RATE_LIMIT", str(error), **{"Retry-After": str(wait)})
            refusal.error.extensions = {"code": "RATE_LIMIT", "retryAfter": wait}
            raise refusal from error

    async def _stream(
        self, encoding: Encoding, operation: Operation, context: Context, caller: Caller
    ) -> ASGIApp:
        if not self.callers.has_room(caller.name):
            most = self.callers.most_each
            message = f"At most {most} subscriptions may be open. Close one first."
            raise Refusal(429, "SUBSCRIPTION_LIMIT", message, **{"Retry-After": "10"})
        return self._written(encoding, await self.engine.stream(operation, context), caller)

    def _written(self, encoding: Encoding, answers: Any, caller: Caller) -> Stream:
        return Stream(
            encoding,
            answers,
            caller=caller,
            callers=self.callers,
            heartbeat=self.settings.keepalive,
            # Proxies that collect an answer before they pass it on would pass on nothing.
            headers=PLAIN | {"X-Accel-Buffering": "no"},
        )

    def _rejected(
        self, rejected: Rejected, request: Request, accepted: Accepted, caller: Caller
    ) -> ASGIApp:
        content = _errors(rejected.errors)
        codes = {(error.extensions or {}).get("code") for error in rejected.errors}
        if "WRONG_METHOD" in codes and request.method == "GET":
            return _respond(content, 405, accepted.plain(), {"Allow": "POST"})
        if accepted.single() is SERVER_SENT_EVENTS:
            # A browser's EventSource tells its page nothing about an answer that is no stream.
            result = ExecutionResult(data=None, errors=rejected.errors)
            return self._written(SERVER_SENT_EVENTS, result, caller)
        return _respond(content, _failure(accepted.plain()), accepted.plain())

    async def _read(self, request: Request) -> execution.Request | list[execution.Request]:
        try:
            if request.method == "GET":
                return read_request(_query_parameters(request))
            if not _is_json(request.headers.get("content-type", "")):
                message = f"Send the request as {JSON}, in UTF-8."
                raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", message)
            if request.headers.get("content-encoding", "identity").lower() != "identity":
                raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request uncompressed.")
            return self._understood(read_json(await body_of(request, self.settings)))
        except Unreadable as error:
            raise Refusal(error.status, error.code, str(error)) from error
        except Malformed as error:
            raise Refusal(400, "BAD_REQUEST", str(error)) from error

    def _understood(self, content: Any) -> execution.Request | list[execution.Request]:
        most = self.settings.batch_limit
        if most == 1 or not isinstance(content, list) or not content:
            return read_request(content)
        if len(content) > most:
            raise Refusal(400, "BATCH_LIMIT", f"A batch has at most {most} operations.")
        return [read_request(each) for each in content]


def _is_json(content_type: str) -> bool:
    kind, *parameters = (each.strip().lower() for each in content_type.split(";"))
    pairs = (each.partition("=") for each in parameters)
    charsets = {value.strip('" ') for name, _, value in pairs if name.strip() == "charset"}
    return kind == JSON and charsets <= {"utf-8", "utf8"}


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in accepted.lower()
    )


def _query_parameters(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = read_json(given[name]) if given[name] else None
    return given


def _result(result: ExecutionResult, media_type: str) -> Response:
    if not never_ran(result):
        return _respond(_content(result), 200, media_type)
    ended = any((each.extensions or {}).get("code") == "TIME_LIMIT" for each in result.errors or ())
    status = 503 if ended and media_type == GRAPHQL else _failure(media_type)
    return _respond(_content(result), status, media_type)


def _content(result: ExecutionResult) -> Any:
    # Variables that do not fit end the request before anything is run, like a bad document.
    return _errors(result.errors or []) if never_ran(result) else result.formatted


def _errors(errors: Sequence[GraphQLError]) -> dict[str, Any]:
    return {"errors": [error.formatted for error in errors]}


def _failure(media_type: str) -> int:
    """Clients of the older media type read errors from the body alone."""
    return 400 if media_type == GRAPHQL else 200


def _respond(
    content: Any, status: int, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    return Response(
        write_json(content),
        status_code=status,
        headers={
            "Content-Type": f"{media_type}; charset=utf-8",
            **PLAIN,
            **(headers or {}),
        },
    )

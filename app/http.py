"""GraphQL over HTTP, as its specification has it: media types, methods and status codes."""

import asyncio
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api import execution
from api.context import Context
from api.execution import Engine, ExecutionResult, GraphQLError, OperationType, Rejected
from app import graphiql
from app.identity import Unknown, identify
from app.settings import Settings
from app.wire import Malformed, read_json, read_request, write_json

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EITHER = ("application/*", "*/*")


class Refusal(Exception):
    """The request is answered without running anything."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers
        self.error = GraphQLError(message, extensions={"code": code})


class Endpoint:
    """Answers /graphql."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings

    async def answer(self, request: Request) -> Response:
        if self.settings.is_development and _wants_page(request):
            return graphiql.page(request)
        media_type = JSON
        try:
            media_type = _negotiate(request.headers)
            return await self._run(request, media_type)
        except Refusal as refusal:
            return _respond(
                {"errors": [refusal.error.formatted]}, refusal.status, media_type, refusal.headers
            )

    async def _run(self, request: Request, media_type: str) -> Response:
        try:
            actor = await identify(request.headers.get("authorization"))
        except Unknown as error:
            challenge = {"WWW-Authenticate": "Bearer"}
            raise Refusal(401, "UNAUTHENTICATED", str(error), **challenge) from error
        asked = await self._read(request)
        # A GET is repeated and cached at will, so it may change nothing.
        allowed = {OperationType.QUERY}
        if request.method == "POST":
            allowed.add(OperationType.MUTATION)
        operation = self.engine.prepare(asked, allowed)
        if isinstance(operation, Rejected):
            return _rejected(operation, request, media_type)
        result = await self.engine.run(operation, Context(actor=actor))
        content = result.formatted
        # Variables that do not fit end the request before anything is run, like a bad document.
        if _never_ran(result):
            return _respond({"errors": content["errors"]}, _failure(media_type), media_type)
        return _respond(content, 200, media_type)

    async def _read(self, request: Request) -> execution.Request:
        try:
            if request.method == "GET":
                return read_request(_query_parameters(request))
            kind = request.headers.get("content-type", "")
            if kind.partition(";")[0].strip().lower() != JSON:
                raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", f"Send the request as {JSON}.")
            if request.headers.get("content-encoding", "identity").lower() != "identity":
                raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request uncompressed.")
            return read_request(read_json(await self._body(request)))
        except Malformed as error:
            raise Refusal(400, "BAD_REQUEST", str(error)) from error

    async def _body(self, request: Request) -> bytes:
        limit = self.settings.body_limit
        too_large = Refusal(413, "TOO_LARGE", f"A request has at most {limit} bytes.")
        body = bytearray()
        try:
            async with asyncio.timeout(self.settings.body_timeout):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > limit:
                        raise too_large
        except TimeoutError as error:
            raise Refusal(408, "TIMEOUT", "The request did not arrive in time.") from error
        except ClientDisconnect as error:
            raise Refusal(400, "BAD_REQUEST", "The request ended early.") from error
        return bytes(body)


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in accepted.lower()
    )


def _negotiate(headers: Headers) -> str:
    """The media type to answer in: what the client prefers; JSON where it does not say."""
    accepted: list[tuple[float, str]] = []
    for part in headers.get("accept", JSON).split(","):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        accepted.append((float(quality) if _is_quality(quality) else 0.0, name))
    for weight, name in sorted(accepted, key=lambda each: -each[0]):
        if weight > 0 and name in (JSON, GRAPHQL, *EITHER):
            return JSON if name in EITHER else name
    raise Refusal(406, "NOT_ACCEPTABLE", f"Accept {GRAPHQL} or {JSON}.")


def _is_quality(text: str) -> bool:
    return text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()


def _query_parameters(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = read_json(given[name]) if given[name] else None
    return given


def _rejected(rejected: Rejected, request: Request, media_type: str) -> Response:
    content = {"errors": [error.formatted for error in rejected.errors]}
    codes = {(error.extensions or {}).get("code") for error in rejected.errors}
    if "WRONG_METHOD" in codes and request.method == "GET":
        return _respond(content, 405, media_type, {"Allow": "POST"})
    return _respond(content, _failure(media_type), media_type)


def _failure(media_type: str) -> int:
    """Clients of the older media type read errors from the body alone."""
    return 400 if media_type == GRAPHQL else 200


def _never_ran(result: ExecutionResult) -> bool:
    return result.data is None and all(error.path is None for error in result.errors or ())


def _respond(
    content: Any, status: int, media_type: str, headers: dict[str, str] | None = None
) -> Response:
    return Response(
        write_json(content),
        status_code=status,
        headers={
            "Content-Type": f"{media_type}; charset=utf-8",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Vary": "Accept",
            **(headers or {}),
        },
    )

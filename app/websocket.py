"""The protocol graphql-transport-ws: one socket, many operations, each ended on its own.

Every close code is the one its PROTOCOL.md gives. A socket whose reader is slow is written to no
faster than it reads: its operations wait, and what they miss meanwhile is read from the log.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from math import ceil
from typing import Any

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.context import Context
from api.execution import Ended, Engine, ExecutionResult, GraphQLError, Operation, Rejected
from app.audiences import WIRE, Audiences, Member, Wire
from app.callers import Caller, Callers, address_of
from app.identity import Unknown, identify
from app.rates import Rates, TooFast
from app.settings import Settings
from app.wire import Malformed, read_json, read_request, write_json
from services.actors import Actor
from services.clock import now
from services.live import Course, course
from services.measures import DELIVERIES

log = logging.getLogger(__name__)

PROTOCOL = "graphql-transport-ws"
CLOSE_SECONDS = 5.0


class Closed(Exception):
    """The socket is to be closed with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        # A close frame has room for 123 bytes.
        self.reason = reason.encode()[:123].decode(errors="ignore")


class Sockets:
    """Answers websockets at /graphql."""

    def __init__(self, engine: Engine, callers: Callers, rates: Rates, settings: Settings) -> None:
        self.engine, self.callers, self.rates, self.settings = engine, callers, rates, settings
        self.audiences = Audiences(engine)

    async def serve(self, websocket: WebSocket) -> None:
        if not self._is_from_here(websocket):
            await websocket.close(1008)
            return
        try:
            await self.rates.take(address=address_of(websocket.scope))
        except TooFast as error:
            wait = {"Retry-After": str(ceil(error.seconds))}
            await websocket.send_denial_response(Response(status_code=429, headers=wait))
            return
        if PROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(4406, "Subprotocol not acceptable")
            return
        await websocket.accept(PROTOCOL)
        await Socket(websocket, self).talk()

    def _is_from_here(self, websocket: WebSocket) -> bool:
        """Browsers say which page calls; pages on other hosts must be listed."""
        origin = websocket.headers.get("origin")
        if origin is None or origin in self.settings.allowed_origins:
            return True
        return origin.partition("://")[2] == websocket.headers.get("host")


class Socket:
    """One connection: its caller, its operations, and how it ends."""

    def __init__(self, websocket: WebSocket, sockets: Sockets) -> None:
        self.websocket, self.sockets = websocket, sockets
        self.caller: Caller | None = None
        self.initialised = False
        self.operations: dict[str, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()
        self._ending: asyncio.Future[Closed] = self._loop.create_future()
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def actor(self) -> Actor | None:
        return None if self.caller is None else self.caller.actor

    async def talk(self) -> None:
        """Answer messages until either side ends it, and leave nothing running."""
        listening = asyncio.create_task(self._listen())
        self._end_in(
            self.sockets.settings.connection_init_timeout,
            4408,
            "Connection initialisation timeout",
        )
        try:
            both: set[asyncio.Future[Any]] = {listening, self._ending}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            await self._close(
                self._ending.result() if self._ending.done() else listening.exception()
            )
        finally:
            for timer in self._timers:
                timer.cancel()
            self.sockets.callers.forget(self)
            await _stop(listening, *self.operations.values())

    def forbid(self) -> None:
        self.end(4403, "Forbidden")

    def end(self, code: int, reason: str) -> None:
        """Have the socket closed from outside its own tasks."""
        if not self._ending.done():
            self._ending.set_result(Closed(code, reason))

    def _end_in(self, seconds: float, code: int, reason: str) -> None:
        self._timers.append(self._loop.call_later(seconds, self.end, code, reason))

    async def _listen(self) -> None:
        while True:
            message = await self.websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            text = message.get("text")
            if text is None:
                raise Closed(4400, "Send messages as text")
            try:
                await self._take(read_json(text))
            except Malformed as error:
                raise Closed(4400, str(error)) from error

    async def _take(self, message: Any) -> None:
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Closed(4400, "A message is an object with a `type`")
        match message["type"]:
            case "connection_init":
                await self._initialise(message.get("payload"))
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message.get("id"), message.get("payload"))
            case "complete":
                await self._complete(message.get("id"))
            case unknown:
                raise Closed(4400, f"There is no message of type {unknown}")

    async def _initialise(self, payload: Any) -> None:
        if self.initialised:
            raise Closed(4429, "Too many initialisation requests")
        self.initialised = True
        if not isinstance(payload, dict | None):
            raise Closed(4400, "The payload of connection_init is an object or left out")
        given = {str(name).lower(): value for name, value in (payload or {}).items()}
        authorization = given.get("authorization")
        if not isinstance(authorization, str | None):
            raise Closed(4403, "Forbidden")
        try:
            actor = await identify(authorization)
        except Unknown as error:
            raise Closed(4403, "Forbidden") from error
        self._timers.pop().cancel()
        if actor.expires_at is not None:
            self._end_in((actor.expires_at - now()).total_seconds(), 4403, "Forbidden")
        self.caller = Caller(actor=actor, address=address_of(self.websocket.scope))
        self.sockets.callers.remember(self)
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, name: Any, payload: Any) -> None:
        caller = self.caller
        if caller is None:
            raise Closed(4401, "Unauthorized")
        if not isinstance(name, str) or not name:
            raise Closed(4400, "A subscribe message has an `id`, which is text")
        if name in self.operations:
            raise Closed(4409, f"Subscriber for {name} already exists")
        request = read_request(payload)
        most = self.sockets.settings.subscriptions_per_connection
        if len(self.operations) >= most:
            await self._fail(name, [_too_many(f"A socket has at most {most} operations.")])
            return
        try:
            await self.sockets.rates.take(address=caller.address, actor=caller.name)
        except TooFast as error:
            wait = {"code": "RATE_LIMIT", "retryAfter": ceil(error.seconds)}
            await self._fail(name, [GraphQLError(str(error), extensions=wait)])
            return
        if not self.sockets.callers.has_room(caller.name):
            most = self.sockets.callers.most_each or 0
            await self._fail(name, [_too_many(f"At most {most} subscriptions may be open.")])
            return
        operation = self.sockets.engine.prepare(request)
        if isinstance(operation, Rejected):
            await self._fail(name, operation.errors)
            return
        task = asyncio.create_task(self._run(name, operation, caller))
        self.operations[name] = task

    async def _complete(self, name: Any) -> None:
        if not isinstance(name, str):
            raise Closed(4400, "A complete message has an `id`, which is text")
        # It may have ended meanwhile.
        task = self.operations.pop(name, None)
        if task is not None:
            await _stop(task)

    async def _run(self, name: str, operation: Operation, caller: Caller) -> None:
        with self.sockets.callers.operating(caller.name):
            await self._answer(name, operation, Context(actor=caller.actor))

    async def _answer(self, name: str, operation: Operation, context: Context) -> None:
        try:
            answer = await self._follow(name, operation, context)
            if answer is not None and answer.data is None and answer.errors:
                self.operations.pop(name, None)
                await self._fail(name, answer.errors)
                return
            if answer is not None:
                await self._next(name, answer)
            # The id is free again before the client is told so.
            self.operations.pop(name, None)
            await self._send({"id": name, "type": "complete"})
        except Ended as ended:
            self.operations.pop(name, None)
            await self._fail(name, ended.errors)
        except WebSocketDisconnect:
            log.debug("A client left while it was being written to")
        except Exception:
            log.exception("An operation over websocket failed")
            self.end(4500, "Internal server error")

    async def _follow(
        self, name: str, operation: Operation, context: Context
    ) -> ExecutionResult | None:
        """The one answer there is, or None when a stream of them has been passed on.

        A stream is first read alone, from its own cursor on; once it is up to date, together with
        everybody who watches the same, for as long as the client keeps up.
        """
        wire: Wire | None = self.websocket.scope.get("extensions", {}).get(WIRE)
        own = Course(catches_up=wire is not None)
        course.set(own)
        prefix = b'{"id":' + write_json(name) + b',"type":"next","payload":'
        while True:
            answers = await self.sockets.engine.stream(operation, context)
            if isinstance(answers, ExecutionResult):
                return answers
            own.has_caught_up = False
            await self._pass_on(name, answers)
            if wire is None or not own.has_caught_up:
                return None
            own.begins = await self.sockets.audiences.attend(
                Member(wire, prefix, own.position), operation, context.actor
            )

    async def _pass_on(self, name: str, results: AsyncGenerator[ExecutionResult, None]) -> None:
        async with aclosing(results) as each:
            async for result in each:
                await self._next(name, result)

    async def _next(self, name: str, result: ExecutionResult) -> None:
        DELIVERIES.inc()
        await self._send({"id": name, "type": "next", "payload": result.formatted})

    async def _fail(self, name: str, errors: list[GraphQLError]) -> None:
        formatted = [error.formatted for error in errors]
        await self._send({"id": name, "type": "error", "payload": formatted})

    async def _send(self, message: dict[str, Any]) -> None:
        await self.websocket.send_text(write_json(message).decode())

    async def _close(self, reason: BaseException | None) -> None:
        if isinstance(reason, WebSocketDisconnect):
            return
        if not isinstance(reason, Closed):
            log.error("A websocket failed", exc_info=reason)
            reason = Closed(4500, "Internal server error")
        if self.websocket.application_state is WebSocketState.CONNECTED:
            try:
                # Somebody who has stopped reading does not read why the socket is closed either.
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self.websocket.close(reason.code, reason.reason)
            except (TimeoutError, RuntimeError, WebSocketDisconnect):
                log.info("A websocket was gone before it could be closed")


async def _stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _too_many(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "SUBSCRIPTION_LIMIT"})

"""The baseline over the wire: a server that does nothing but send.

It is started by the same command as Waybill, so both have the same uvicorn, loop and websockets.
"""

from time import time

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

sockets: set[WebSocket] = set()


async def echo(request: Request) -> Response:
    """What was sent."""
    return Response(await request.body(), media_type="application/json")


async def publish(request: Request) -> Response:
    """Send each text of a list to everybody; answers when that began."""
    began = time()
    for text in orjson.loads(await request.body()):
        for socket in sockets:
            await socket.send_text(text)
    return Response(orjson.dumps(began), media_type="application/json")


async def watch(socket: WebSocket) -> None:
    await socket.accept("graphql-transport-ws")
    sockets.add(socket)
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        sockets.discard(socket)


def application() -> Starlette:
    return Starlette(
        routes=[
            Route("/graphql", echo, methods=["POST"]),
            Route("/publish", publish, methods=["POST"]),
            WebSocketRoute("/graphql", watch),
        ]
    )

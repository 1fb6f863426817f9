"""The baseline of reading over HTTP: a bare Starlette route, the driver and orjson.

It asks nobody who they are, and knows a question by its path.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import drivers
from bench.questions import QUESTIONS


async def answer(request: Request) -> Response:
    question = QUESTIONS[request.path_params["name"]]
    given = orjson.loads(await request.body())["variables"]
    content = await question.by_hand(request.app.state.db, given)
    return Response(content, media_type="application/json")


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with drivers.reading(os.environ["WAYBILL_DATABASE_URL"]) as app.state.db:
        yield


def application() -> Starlette:
    return Starlette(routes=[Route("/{name}", answer, methods=["POST"])], lifespan=_lifespan)

"""The ASGI application: what is served where, and what runs as long as it does."""

import asyncio
import gc
import logging
import multiprocessing
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from api.documents import Documents
from api.execution import Engine
from app import (
    callbacks,
    exports,
    graphiql,
    health,
    metrics,
    oidc,
    papers,
    reports,
    surveys,
    tracing,
)
from app.callers import Callers
from app.headers import Guard
from app.http import Endpoint
from app.logs import RequestIds
from app.settings import Settings, policy, settings
from app.websocket import Sockets
from models import database
from services import clockwork, commit, policies, seals
from services.live import live, persist

log = logging.getLogger(__name__)


def application(given: Settings | None = None) -> Starlette:
    """`uvicorn --factory app.main:application`"""
    if given is None:
        # Each process of several reads them for itself.
        policies.apply(policy())
    configured = given or settings()
    if configured.secret is not None:
        seals.use(configured.secret.get_secret_value())
    oidc.use(configured)
    tracing.begin(configured)
    engine = Engine(
        introspection=configured.is_development,
        limits=configured.limits,
        documents=Documents(configured.trusted_documents, configured.document_folders),
        compiled=configured.compiled,
    )
    callers = Callers(configured.subscriptions_per_actor)
    rates = configured.rates
    sockets = Sockets(engine, callers, rates, configured)
    endpoint = Endpoint(engine, callers, rates, configured)
    app = Starlette(
        routes=_routes(endpoint, sockets, configured),
        middleware=[
            Middleware(RequestIds),
            Middleware(Guard),
            Middleware(
                CORSMiddleware,
                allow_origins=configured.allowed_origins,
                allow_methods=["GET", "POST"],
                allow_headers=["authorization", "content-type"],
                expose_headers=["retry-after"],
            ),
        ],
        lifespan=_lifespan,
    )
    app.state.settings, app.state.callers, app.state.rates = configured, callers, rates
    if given is None:
        # What there is by now stays as long as the process does. To look through all of it for
        # garbage, as Python does now and then, would keep everybody waiting for half a second.
        gc.freeze()
    return app


def _routes(endpoint: Endpoint, sockets: Sockets, configured: Settings) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        *metrics.routes(configured),
        Route("/graphql", endpoint.answer, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", sockets.serve),
        *callbacks.routes(configured),
        *papers.routes(),
        *exports.routes(),
        *surveys.routes(configured),
        *reports.routes(),
    ]
    if configured.is_development:
        routes += [Route("/", _to_graphiql), *graphiql.routes()]
    return routes


def _to_graphiql(request: Request) -> Response:
    return RedirectResponse("/graphql")


def _end_with_its_supervisor() -> None:
    """Stop as asked to once the process that keeps this worker is gone, however that ended: nobody
    else would stop it, and it would go on listening."""
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return
    loop, gone = asyncio.get_running_loop(), supervisor.sentinel

    def end() -> None:
        loop.remove_reader(gone)
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(gone, end)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    configured: Settings = app.state.settings
    _end_with_its_supervisor()
    async with database.opened(
        configured.database_url, connections=configured.database_connections
    ):
        await database.sample()
        await live.open(configured.broadcast_url)
        ending = asyncio.create_task(persist(app.state.callers.end_revoked))
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(metrics.kept(app.state.callers))
                if policies.current().clockwork:
                    await stack.enter_async_context(clockwork.running())
                yield
        finally:
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)
            # A caller may have gone, what it began is finished all the same.
            await commit.finish_all()
            await app.state.rates.close()
            await live.close()

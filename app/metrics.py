"""`/metrics` for Prometheus, and what keeps its gauges.

It is there in development, and in production for who sends the token of the settings.
"""

import asyncio
import hmac
import os
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from app.callers import Callers
from app.settings import Settings
from models import Event
from services import clockwork, event_log, measures
from services.clock import now
from services.live import live

# What prometheus-client looks for when it is imported: a folder for the numbers of all processes.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
SECONDS_BETWEEN = 2.0


def routes(settings: Settings) -> list[BaseRoute]:
    token = settings.metrics_token
    if token is None and not settings.is_development:
        return []

    async def metrics(request: Request) -> Response:
        sent = request.headers.get("authorization", "")
        if token is not None and not hmac.compare_digest(
            sent.encode(), f"Bearer {token.get_secret_value()}".encode()
        ):
            return PlainTextResponse(
                "Send the token of the metrics.\n", 401, {"WWW-Authenticate": "Bearer"}
            )
        await _look()
        headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        return Response(generate_latest(_registry()), headers=headers)

    return [Route("/metrics", metrics)]


@asynccontextmanager
async def kept(callers: Callers) -> AsyncIterator[None]:
    """Keep the gauges of this process up to date beside whatever is done inside."""

    async def keep() -> None:
        while True:
            measures.PROCESSES.set(1)
            measures.WATCHERS.set(live.watchers)
            measures.LINES.set(len(callers.open))
            measures.FEED_POSITION.set(live.position)
            measures.HEARD.set(live.heard)
            measures.MEMORY.set(_memory())
            await asyncio.sleep(SECONDS_BETWEEN)

    keeping = asyncio.create_task(keep(), name="metrics")
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _look() -> None:
    """What only the database knows, asked when somebody wants to know it."""
    measures.LOG_POSITION.set(await event_log.last_position())
    unplaced = Event.filter(position__isnull=True)
    measures.LOG_UNPLACED.set(await unplaced.count())
    oldest = await unplaced.order_by("id").first()
    measures.LOG_LAG.set((now() - oldest.at).total_seconds() if oldest is not None else 0)
    for job in clockwork.JOBS:
        measures.DUE.labels(job.name).set(len(await job.due(now(), clockwork.BATCH)))


def _registry() -> CollectorRegistry:
    if SHARED not in os.environ:
        return REGISTRY
    everybodys = CollectorRegistry()
    MultiProcessCollector(everybodys)  # type: ignore[no-untyped-call]
    return everybodys


def _memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, Linux units of 1024.
    return peak if sys.platform == "darwin" else peak * 1024

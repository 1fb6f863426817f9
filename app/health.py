"""Whether this process is alive, and whether it can do its work."""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models import database
from models.database import Tables
from services.live import live

log = logging.getLogger(__name__)


async def alive(request: Request) -> Response:
    return JSONResponse({"status": "alive"})


async def ready(request: Request) -> Response:
    """503 while the database is away or its tables are not those of this code.

    A broadcaster that is away only makes news slower, so it is told and nothing more: taking
    every process out of service for it would turn a delay into an outage.
    """
    try:
        await database.answers()
        tables = (await database.tables()).value
        reachable = True
    except Exception as error:
        log.warning("The database does not answer: %s", error)
        reachable, tables = False, "unknown"
    is_ready = reachable and tables == Tables.CURRENT
    return JSONResponse(
        {
            "status": "ready" if is_ready else "not ready",
            "database": "answers" if reachable else "away",
            "migrations": tables,
            "broadcaster": "connected" if live.heard else "away",
        },
        status_code=200 if is_ready else 503,
    )

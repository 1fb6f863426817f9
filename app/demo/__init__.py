"""A shop that lives: customers buy, staff work, carriers drive, through the verbs everybody uses.

Its time passes faster than ours, so that whoever watches sees a whole day in minutes.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from app import main
from app.demo import counter, road, service, warehouse
from app.demo.shop import Desk, Shop
from services import clock
from services.live import persist

log = logging.getLogger(__name__)

PACE = "WAYBILL_DEMO_PACE"
DESKS: tuple[Desk, ...] = (*counter.DESKS, *warehouse.DESKS, *road.DESKS, *service.DESKS)


def application() -> Starlette:
    """`waybill serve`, with the shop at work inside."""
    app = main.application()
    serving = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Starlette) -> AsyncIterator[None]:
        async with serving(served), running(float(os.environ.get(PACE, "60"))):
            yield

    app.router.lifespan_context = lifespan
    return app


@asynccontextmanager
async def running(pace: float, *, seed: int | None = None) -> AsyncIterator[Shop]:
    """Have everybody in the shop at work, so many times as fast as in life; the same `seed` throws
    the same dice."""
    clock.hurry(pace)
    shop = await Shop.opened(pace, seed)
    at_work = [asyncio.create_task(_work(shop, desk), name=desk.name) for desk in DESKS]
    try:
        yield shop
    finally:
        for each in at_work:
            each.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
        clock.hurry(1)


async def _work(shop: Shop, desk: Desk) -> None:
    async def shift() -> None:
        while True:
            await shop.pause(desk.minutes)
            await desk.work(shop)

    await persist(shift)

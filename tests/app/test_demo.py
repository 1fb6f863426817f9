"""The demo shop lives, and its books are right whenever somebody looks."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from app import demo
from models import Event, Order
from services import checks, clock, clockwork, event_log, seeds
from services.live import Interest, Live, Tidings

ORDERS = 20
DELIVERED = Interest(kinds=frozenset({"ShipmentDelivered"}))


async def first(count: int, news: AsyncGenerator[Tidings, None]) -> list[Event]:
    """The next events; a busy machine may be so slow that there are heartbeats in between."""
    found: list[Event] = []
    async for each in news:
        if isinstance(each, Event):
            found.append(each)
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_takes_orders_from_entry_to_delivery(feed: Live):
    await seeds.seed(ORDERS)
    news = feed.watch(DELIVERED, await event_log.last_position())

    async with clockwork.running(), demo.running(3000, seed=1), aclosing(news):
        async with asyncio.timeout(60):
            delivered = await first(5, news)
        assert clock.now() > datetime.now(UTC)

    assert all(each.order_id for each in delivered)
    assert await Order.all().count() > ORDERS
    assert [result.name for result in await checks.run() if result.broken] == []

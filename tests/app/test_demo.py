"""The demo shop lives, and its books are right whenever somebody looks."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from app import demo
from models import Order
from services import checks, clock, clockwork, event_log, seeds
from services.live import Interest, Live

ORDERS = 20
DELIVERED = Interest(kinds=frozenset({"ShipmentDelivered"}))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_takes_orders_from_entry_to_delivery(feed: Live):
    await seeds.seed(ORDERS)
    news = feed.watch(DELIVERED, await event_log.last_position())

    async with clockwork.running(), demo.running(3000, seed=1), aclosing(news):
        async with asyncio.timeout(60):
            delivered = [await anext(news) for _ in range(5)]
        assert clock.now() > datetime.now(UTC)

    assert all(each.order_id for each in delivered)
    assert await Order.all().count() > ORDERS
    assert [result.name for result in await checks.run() if result.broken] == []

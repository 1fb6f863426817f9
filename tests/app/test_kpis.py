"""Key figures over a websocket: first as they are, then as orders go their way."""

import asyncio

from models import Role, Shipment, ShipmentStatus
from services import event_log
from services.kpis import reader
from tests.cast import Shop, report
from tests.clients import line
from tests.servers import served

WATCH = """
subscription ($names: [KpiName!], $from: Date, $to: Date, $locationId: ID, $after: String) {
  kpis(names: $names, from: $from, to: $to, locationId: $locationId, after: $after) {
    cursor
    event { kind }
    kpis { name now { numerator denominator value } }
  }
}
"""


async def read() -> None:
    """Have everything read, by whoever comes first: the worker beside the server or us."""
    while await event_log.unread(reader.READER):
        await reader.read_on(0)
        await asyncio.sleep(0)


async def test_figures_move_with_orders_and_go_on_after_a_cursor(database_url):
    wanted = {"names": ["ORDER_ACCURACY"], "from": "2025-12-01", "to": "2027-12-31"}
    async with served(database_url) as server:
        shop = await Shop.open()
        order = await shop.order("shipped")
        parcel = await Shipment.get(order_id=order.id)
        token = await server.token(Role.MANAGER)
        async with line(server.url, token) as watching:
            stream = await watching.watch(WATCH, **wanted)
            found = await anext(stream)
            elsewhere = await watching.watch(WATCH, **wanted, locationId=shop.south.number)
            assert (await anext(elsewhere))["event"] is None

            await report(parcel, ShipmentStatus.DELIVERED)
            await read()
            async with asyncio.timeout(20):
                told = await anext(stream)

            again = await watching.watch(WATCH, **wanted, after=found["cursor"])
            async with asyncio.timeout(20):
                missed = await anext(again)

    assert (found["event"], found["kpis"][0]["now"]["value"]) == (None, None)
    assert told["event"]["kind"] == "KPIS_UPDATED"
    assert told["kpis"][0]["now"]["value"] == "1.000000"
    assert (missed["cursor"], missed["kpis"]) == (told["cursor"], told["kpis"])

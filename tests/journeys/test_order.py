"""From an empty database to a delivered order, as everyone who watches it sees it."""

import asyncio
import statistics
import time

import pytest

from tests.clients import Api, line
from tests.journeys.conftest import Town
from tests.journeys.shop import Shop

# Several processes on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)

EVENTS = "subscription ($filter: EventFilter) { events(filter: $filter) { kind cursor } }"
FOLLOW = """subscription ($after: String, $filter: EventFilter) {
  events(after: $after, filter: $filter) { kind cursor }
}"""
BY_ID = """subscription ($id: ID) {
  orderTracked(id: $id) { event { kind } order { status version } tracked { stage } cursor }
}"""
BY_TOKEN = """subscription ($token: String) {
  orderTracked(token: $token) {
    event { kind } order { id } cursor
    tracked { status fulfillmentStatus shipments { status } }
  }
}"""
LEVELS = """subscription ($variant: ID) {
  stockLevels(variantId: $variant) { event { kind } level { onHand reserved available } cursor }
}"""
ALERTS = """subscription ($variant: ID, $after: String) {
  stockAlerts(variantId: $variant, after: $after) { event { kind } stockAlert { status available } }
}"""

LIFE = [
    "ORDER_PLACED",
    "ORDER_CONFIRMED",
    "FULFILLMENT_RELEASED",
    "FULFILLMENT_PICK_STARTED",
    "FULFILLMENT_PICKED",
    "FULFILLMENT_PACK_STARTED",
    "FULFILLMENT_PACKED",
    "FULFILLMENT_HANDED_OVER",
    "SHIPMENT_PROGRESSED",
    "SHIPMENT_DELIVERED",
    "ORDER_COMPLETED",
]


def kinds(answers: list[dict]) -> list[str | None]:
    return [answer["event"] and answer["event"]["kind"] for answer in answers]


def is_about_money(answer: dict) -> bool:
    return bool(answer["event"] and answer["event"]["kind"] in ("INVOICE_ISSUED",))


class TestOrder:
    async def test_is_watched_from_draft_to_delivery(self, town: Town):
        token = town.here.token("admin")
        async with (
            Api(town.there.url, token) as admin,
            line(town.here.url, token) as staff,
            line(town.here.url) as guest,
        ):
            log = await staff.watch(EVENTS)
            shop = await Shop.open(admin, stock=5)
            order = await admin.do(
                "orderCreate", "order { id trackingToken }", **shop.draft(quantity=0)
            )
            by_id = await staff.watch(BY_ID, id=order["id"])
            by_token = await guest.watch(BY_TOKEN, token=order["trackingToken"])
            levels = await staff.watch(LEVELS, variant=shop.variant)
            found = [await anext(stream) for stream in (by_id, by_token, levels)]

            await admin.do(
                "orderLineAdd",
                "order { id }",
                orderId=order["id"],
                variantId=shop.variant,
                quantity=2,
            )
            await admin.do("orderPlace", "order { id }", id=order["id"])
            await shop.fulfill(order["id"])

            def completed(answer: dict) -> bool:
                return bool(answer["event"] and answer["event"]["kind"] == "ORDER_COMPLETED")

            seen_by_staff = await by_id.until(completed)
            end = seen_by_staff[-1]["cursor"]
            seen_by_guest = await by_token.until(lambda answer: answer["cursor"] == end)
            logged = await log.until(lambda event: event["kind"] == "ORDER_COMPLETED")
            counted = await levels.until(lambda answer: answer["level"]["onHand"] == 3)

        # Everybody was shown where things stood first.
        assert [answer["event"] for answer in found] == [None, None, None]
        assert found[1]["order"] is None
        assert found[2]["level"] == {"onHand": 5, "reserved": 0, "available": 5}
        # In order, each once.
        assert [kind for kind in kinds(seen_by_staff) if kind in LIFE] == LIFE
        cursors = [int(answer["cursor"]) for answer in seen_by_staff]
        assert cursors == sorted(set(cursors))
        # A tracking link tells nothing of money.
        public = [int(each["cursor"]) for each in seen_by_staff if not is_about_money(each)]
        # What happened just before somebody was shown where things stood may be told again.
        begun = max(int(answer["cursor"]) for answer in found)
        told = [int(answer["cursor"]) for answer in seen_by_guest]
        assert [each for each in told if each > begun] == [each for each in public if each > begun]
        # Without a gap.
        positions = [int(event["cursor"]) for event in logged if event["kind"] != "HEARTBEAT"]
        assert positions == list(range(positions[0], positions[0] + len(positions)))
        assert seen_by_staff[-1]["order"]["status"] == "COMPLETED"
        assert not any(answer["order"] or answer["event"] for answer in seen_by_guest)
        assert seen_by_guest[-1]["tracked"] == {
            "status": "COMPLETED",
            "fulfillmentStatus": "DELIVERED",
            "shipments": [{"status": "DELIVERED"}],
        }
        assert counted[-1]["level"] == {"onHand": 3, "reserved": 0, "available": 3}
        assert town.adds_up()

    async def test_can_be_read_again_from_any_cursor(self, town: Town):
        token = town.here.token("admin")
        async with Api(town.here.url, token) as admin, line(town.there.url, token) as staff:
            start = (await admin.ask("{ cursor }"))["cursor"]
            shop = await Shop.open(admin, stock=1)
            order = (await shop.place())["order"]
            await shop.fulfill(order["id"])

            def is_end(event: dict) -> bool:
                return event["kind"] == "ORDER_COMPLETED"

            whole = await (await staff.watch(FOLLOW, after=start)).until(is_end)
            middle = whole[len(whole) // 2]["cursor"]
            rest = await (await staff.watch(FOLLOW, after=middle)).until(is_end)

        assert rest == whole[len(whole) // 2 + 1 :]


class TestStockAlert:
    async def test_opens_once_and_resolves_itself(self, town: Town):
        token = town.here.token("warehouse_lead")
        async with (
            Api(town.there.url, town.here.token("admin")) as admin,
            line(town.here.url, token) as lead,
        ):
            shop = await Shop.open(admin, stock=5)
            await admin.do("reorderPointSet", "level { id }", **shop.level, reorderPoint=3)
            now = (await admin.ask("{ cursor }"))["cursor"]
            alerts = await lead.watch(ALERTS, variant=shop.variant, after=now)

            for _ in range(4):
                assert (await shop.place())["userErrors"] == []
            await shop.receive(10)
            seen = await alerts.until(
                lambda answer: answer["event"]["kind"] == "STOCK_ALERT_RESOLVED"
            )

        assert seen[-1]["stockAlert"] == {"status": "RESOLVED", "available": 11}
        assert kinds(seen) == ["STOCK_ALERT_OPENED", "STOCK_ALERT_RESOLVED"]


class TestNews:
    async def test_crosses_processes_faster_than_the_poll(self, city: Town):
        """The poll, once a second, would bring the news as well; half of it after 0.5 s."""
        token = city.here.token("admin")
        delays = []
        async with Api(city.there.url, token) as admin, line(city.here.url, token) as staff:
            shop = await Shop.open(admin)
            levels = await staff.watch(LEVELS, variant=shop.variant)
            await shop.receive(1)
            await anext(levels)

            for _ in range(40):
                # Not in step with the poll.
                await asyncio.sleep(0.03)
                await shop.receive(1)
                committed = time.monotonic()
                await anext(levels)
                delays.append(time.monotonic() - committed)

        assert statistics.median(delays) < 0.25, delays

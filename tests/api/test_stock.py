"""Stock, as clients see it."""

from models import Event
from services import event_log
from tests.cast import LEAD, one_database

pytestmark = one_database


class TestEvents:
    async def test_from_before_stock_had_states_say_that_none_changed(self, api, shop, feed):
        await shop.receive(shop.mug, shop.north, 3)
        await event_log.take_in()
        moved = await Event.filter(kind="StockMoved").order_by("-id").first()
        states = ("damaged", "quarantined", "damaged_change", "quarantined_change")
        moved.details = {name: v for name, v in moved.details.items() if name not in states}
        await moved.save()

        [answer] = await api.watch(LEAD, "StockLevelsWatch", after=str(moved.position - 1))

        event = answer["data"]["stockLevels"]["event"]
        assert (event["onHandChange"], event["damagedChange"], event["quarantinedChange"]) == (
            3,
            0,
            0,
        )


class TestAsOf:
    async def test_tells_what_every_level_was_in_one_statement(self, api, shop, statements):
        await shop.receive(shop.mug, shop.north, 3)
        statements.clear()
        answers = [
            await api.ask(LEAD, "StockAsOf", at=at, filter={"locationId": shop.north.number})
            for at in ("2026-01-01T00:00:00Z", "2126-01-01T00:00:00+02:00")
        ]

        counts = [[each["asOf"]["onHand"] for each in found["nodes"]] for found in answers]
        assert counts == [[0, 0], [13, 10]]
        assert sum("stock_movements" in each for each in statements) == 2

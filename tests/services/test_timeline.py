import pytest

from models import HoldKind
from services import event_log, holds, orders, timeline
from services.actors import SYSTEM
from tests.cast import one_database, refuses


async def kinds(order, **window: object) -> list[str]:
    [page] = await timeline.of_orders(SYSTEM, [order], **{"first": 100, "after": None} | window)
    return [row.kind for row in page.rows]


@pytest.fixture
async def order(shop):
    """An order with a life behind it, beside another."""
    other = await shop.order("placed")
    order = await shop.order("placed")
    await orders.cancel(SYSTEM, other.id, reason="Enough.")
    await orders.cancel(SYSTEM, order.id, reason="Enough.")
    await event_log.take_in()
    return order


class TestOfOrders:
    async def test_tells_what_happened_to_an_order_the_earliest_first(self, order):
        assert await kinds(order) == ["OrderDrafted", "OrderPlaced", "OrderCancelled"]

    async def test_goes_on_from_a_cursor(self, order):
        [first] = await timeline.of_orders(SYSTEM, [order], first=1, after=None)
        [rest] = await timeline.of_orders(
            SYSTEM, [order], first=5, after=first.cursor(first.rows[-1])
        )

        assert [row.kind for row in first.rows] == ["OrderDrafted"]
        assert [row.kind for row in rest.rows] == ["OrderPlaced", "OrderCancelled"]
        assert (first.has_next, first.has_previous) == (True, False)
        assert (rest.has_next, rest.has_previous) == (False, True)

    async def test_tells_of_many_orders_each_its_own(self, shop, order):
        fresh = await shop.order("draft")
        await event_log.take_in()

        pages = await timeline.of_orders(SYSTEM, [order, fresh], first=2, after=None)

        assert [[row.kind for row in page.rows] for page in pages] == [
            ["OrderDrafted", "OrderPlaced"],
            ["OrderDrafted"],
        ]
        assert await timeline.lengths(SYSTEM, [order, fresh]) == [3, 1]

    async def test_tells_nothing_that_has_no_place_in_the_log_yet(self, shop):
        order = await shop.order("placed")

        assert await kinds(order) == []
        assert await timeline.lengths(SYSTEM, [order]) == [0]

    async def test_tells_nobody_what_they_may_not_know(self, shop, customer_actor):
        order = await shop.order("placed")
        await holds.hold(SYSTEM, order.id, kind=HoldKind.FRAUD_REVIEW, reason="Who is this?")
        await event_log.take_in()

        [page] = await timeline.of_orders(customer_actor, [order], first=100, after=None)

        assert "ExceptionOpened" in await kinds(order)
        assert "ExceptionOpened" not in [row.kind for row in page.rows]
        assert await timeline.lengths(customer_actor, [order]) == [len(page.rows)]

    @one_database
    @pytest.mark.parametrize("cursor", ["", "-1", "x", "1.0", "٣", "²", "9" * 19])
    async def test_refuses_a_cursor_that_the_log_never_gave(self, order, cursor):
        async with refuses(("INVALID", ("after",))):
            await kinds(order, after=cursor)

    @one_database
    @pytest.mark.parametrize("first", [-1, 101])
    async def test_refuses_a_size_that_makes_no_sense(self, order, first):
        async with refuses(("PAGE_LIMIT", ("first",))):
            await kinds(order, first=first)

"""Returns by the tracking link of their order: what customers do themselves without an account."""

from models import Order, ReturnStatus
from services import return_actions, returns, tracked_returns
from services.actors import GUEST, SYSTEM
from tests import returning
from tests.cast import lines_of, one_database, refuses, told
from tests.remedies import in_order
from tests.returning import returned


async def token_of(row) -> str:
    return (await Order.get(id=row.order_id)).tracking_token


class TestCancel:
    async def test_lets_the_units_be_asked_for_again(self, shop):
        row = await returned(shop, "approved")
        token = await token_of(row)

        row = await tracked_returns.cancel(GUEST, token, row.id, reason="It fits after all.")

        assert (row.status, row.reason) == (ReturnStatus.CANCELLED, "It fits after all.")
        assert (await told("ReturnCancelled", by=GUEST)).order_id == row.order_id
        order = await Order.get(id=row.order_id)
        assert [line.return_requested for line in await lines_of(order)] == [0]
        await tracked_returns.request(GUEST, token, lines=await returning.drafts(order, 2))
        await in_order()


class TestSend:
    async def test_says_with_whom_it_comes(self, shop):
        row = await returned(shop, "approved")
        given = {"carrier": "DHL", "tracking_code": "RT-1"}

        row = await tracked_returns.send(GUEST, await token_of(row), row.id, **given)

        assert (row.status, row.carrier) == (ReturnStatus.IN_TRANSIT, "DHL")
        assert (await told("ReturnSent", by=GUEST)).details["tracking_code"] == "RT-1"
        assert await returns.find_by_code(SYSTEM, "RT-1") == row


@one_database
class TestBoth:
    async def test_are_for_returns_of_that_order_alone(self, shop):
        row, other = await returned(shop, "approved"), await returned(shop, "approved")
        for verb in (tracked_returns.cancel, tracked_returns.send):
            async with refuses(("NOT_FOUND", ("id",))):
                await verb(GUEST, await token_of(other), row.id)
            async with refuses(("NOT_FOUND", ("id",))):
                await verb(GUEST, await token_of(row), 0)
            for wrong in ("", "no-such", row.number):
                async with refuses(("NOT_FOUND", ("token",))):
                    await verb(GUEST, wrong, row.id)

    async def test_are_offered_as_long_as_they_work(self, shop):
        """At every step, what is offered can be done, and what is not is refused for the reason
        that is told."""
        verbs = {
            "trackedReturnCancel": tracked_returns.cancel,
            "trackedReturnSend": tracked_returns.send,
        }
        for step in returning.STEPS:
            await shop.receive(shop.mug, shop.north, 1)
            row = await returned(shop, step, mug=1, back=1)
            [offered] = await return_actions.of_tracked_returns(GUEST, [row])
            assert [each.name for each in offered] == list(verbs)

            for action in offered:
                token = await token_of(row)
                if not action.enabled:
                    async with refuses(*[(each.code, each.path) for each in action.blocked_by]):
                        await verbs[action.name](GUEST, token, row.id)
            enabled = [each.name for each in offered if each.enabled]
            assert bool(enabled) is (step in ("requested", "approved"))
            for name in reversed(enabled[-1:]):
                await verbs[name](GUEST, token, row.id)

"""Many callers at once, on every server there is."""

import asyncio
from contextlib import AsyncExitStack
from itertools import cycle

import pytest

from tests.clients import Api
from tests.journeys.conftest import Town
from tests.journeys.shop import Shop

# Several processes on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)

BUYERS = 200
STOCK = 60


async def callers(stack: AsyncExitStack, town: Town, role: str) -> tuple[Api, Api]:
    """Somebody of a role, at each server."""
    token = town.here.token(role)
    return (
        await stack.enter_async_context(Api(town.here.url, token)),
        await stack.enter_async_context(Api(town.there.url, token)),
    )


class TestRush:
    async def test_never_sells_more_than_there_is(self, town: Town):
        async with AsyncExitStack() as stack:
            admins = await callers(stack, town, "admin")
            shop = await Shop.open(admins[0], stock=STOCK)

            answers = await asyncio.gather(
                *(shop.place(1, api) for _, api in zip(range(BUYERS), cycle(admins), strict=False))
            )
            data = await admins[0].ask(
                """query ($v: ID) {
                  stockLevels(filter: { variantId: $v }) { nodes { onHand reserved available } }
                }""",
                v=shop.variant,
            )

        refused = [each["userErrors"] for each in answers if each["userErrors"]]
        assert len(refused) == BUYERS - STOCK
        assert {error["code"] for errors in refused for error in errors} == {"OUT_OF_STOCK"}
        assert data["stockLevels"]["nodes"] == [{"onHand": 60, "reserved": 60, "available": 0}]
        assert town.adds_up()

    async def test_acts_once_on_a_key_sent_twenty_times(self, town: Town):
        async with AsyncExitStack() as stack:
            admins = await callers(stack, town, "admin")
            shop = await Shop.open(admins[0], stock=20)

            answers = await asyncio.gather(
                *(
                    api.attempt(
                        "orderPlace", "order { id }", order=shop.draft(), idempotencyKey="once"
                    )
                    for _, api in zip(range(20), cycle(admins), strict=False)
                )
            )
            level = await shop.receive(1)

        assert [each["userErrors"] for each in answers] == [[]] * 20
        assert sorted(each["replayed"] for each in answers) == [False] + [True] * 19
        assert len({each["order"]["id"] for each in answers}) == 1
        assert level == {"onHand": 21, "available": 20}

    async def test_gives_work_to_one_of_two_pickers(self, town: Town):
        async with AsyncExitStack() as stack:
            admins = await callers(stack, town, "admin")
            one = admins[0]
            _, other = await callers(stack, town, "picker")
            shop = await Shop.open(one, stock=5)
            works = [await shop.released() for _ in range(5)]

            outcomes = [
                await asyncio.gather(
                    *(
                        api.attempt("fulfillmentPickStart", "fulfillment { picker }", id=work)
                        for api in (one, other)
                    )
                )
                for work in works
            ]

        for outcome in outcomes:
            codes = [[error["code"] for error in each["userErrors"]] for each in outcome]
            assert sorted(codes) == [[], ["WRONG_STATUS"]]
        assert town.adds_up()

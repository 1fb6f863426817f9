"""What is given back, whoever gives it at once or one after the other: never the same unit twice,
and never more than was paid."""

from functools import partial
from random import Random

import pytest

from models import Claim, ClaimKind, Disposition, Exchange, ExchangeMode, Order, Return
from models.errors import Refused
from services import (
    claim_remedies,
    claims,
    clockwork,
    exchanges,
    orders,
    return_receiving,
    returns,
)
from services.actors import SYSTEM
from services.goods import LineDraft
from services.return_receiving import Seen
from tests.cast import CLERK, MANAGER, Shop, all_at_once, refused
from tests.remedies import in_order, line_of, money_of, paid
from tests.returning import judge, requested, take

on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@on_postgres
class TestAtOnce:
    async def test_two_clerks_settle_a_return_once(self, shop):
        order = await paid(shop, mug=2)
        row = await take(await requested(order, 2), "inspected", shop.mug)

        verbs = [partial(returns.resolve, each, row.id) for each in (CLERK, MANAGER)]
        outcomes = await all_at_once(verbs)

        assert len(refused(outcomes)) == 1
        assert await money_of(order) == (0, 2500, 2500)
        await in_order()

    async def test_a_unit_is_claimed_or_comes_back(self, shop):
        order = await paid(shop, mug=1)
        line = await line_of(order)
        wanted = [(line.id, 1)]

        outcomes = await all_at_once(
            [
                partial(claims.open, CLERK, order.id, kind=ClaimKind.DAMAGED, lines=wanted),
                partial(requested, order, 1),
            ]
        )

        assert len(refused(outcomes)) == 1
        await in_order()

    async def test_a_claim_is_replaced_or_refunded(self, shop):
        order = await paid(shop, mug=1)
        line = await line_of(order)
        kind = ClaimKind.DAMAGED
        row = await claims.open(CLERK, order.id, kind=kind, lines=[(line.id, 1)])
        await claims.approve(MANAGER, row.id)

        verbs = [partial(each, MANAGER, row.id) for each in (REPLACE, REFUND)]
        outcomes = await all_at_once(verbs)

        assert len(refused(outcomes)) == 1
        await in_order()


REPLACE, REFUND = claim_remedies.replace, claim_remedies.refund


class Walk:
    """People who claim, send back, exchange and change their minds, by dice."""

    def __init__(self, shop: Shop, order: Order, seed: int) -> None:
        self.shop, self.order, self.dice = shop, order, Random(seed)
        # Before there are any, there is nothing to be found of them.
        self.claimed, self.row = Claim(id=0), Return(id=0)

    async def step(self) -> None:
        verbs = (self.claim, self.remedy, self.ask, self.come, self.exchange, self.give_up)
        try:
            await self.dice.choice(verbs)()
        except Refused:
            # Most of what dice want makes no sense.
            return

    async def claim(self) -> None:
        line = await line_of(self.order)
        kind, units = self.dice.choice(list(ClaimKind)), self.dice.randint(1, 2)
        row = await claims.open(CLERK, self.order.id, kind=kind, lines=[(line.id, units)])
        await claims.approve(MANAGER, row.id)
        self.claimed = row

    async def remedy(self) -> None:
        await self.dice.choice((REPLACE, REFUND))(MANAGER, self.claimed.id)

    async def ask(self) -> None:
        self.row = await take(
            await requested(self.order, self.dice.randint(1, 2)), "approved", self.shop.mug
        )

    async def come(self) -> None:
        asked = sum(line.quantity for line in await returns.lines_of(self.row)) or 1
        seen = Seen(code=self.shop.mug.sku, quantity=self.dice.randint(1, asked))
        await return_receiving.scan(SYSTEM, self.row.id, seen)
        await return_receiving.complete(SYSTEM, self.row.id)
        fates = (Disposition.RESTOCK, Disposition.RETURN_TO_CUSTOMER)
        await judge(self.row, self.dice.choice(fates))
        await returns.resolve(SYSTEM, self.row.id)

    async def exchange(self) -> None:
        wanted = [LineDraft(variant_id=self.shop.shirt.id, quantity=self.dice.randint(1, 2))]
        mode = self.dice.choice(list(ExchangeMode))
        await exchanges.arrange(CLERK, self.row.id, mode=mode, lines=wanted)

    async def give_up(self) -> None:
        linked = await Order.filter(origin_id=self.order.id).order_by("id")
        if linked and self.dice.random() < 0.5:
            await orders.cancel(CLERK, self.dice.choice(linked).id, reason="Not wanted")
        else:
            await returns.cancel(CLERK, self.row.id, reason="It fits after all")


async def test_walks_end_with_books_that_add_up(database):
    for seed in range(3):
        shop = await Shop.open(north=60)
        order = await paid(shop, mug=6)
        walk = Walk(shop, order, seed)
        for _ in range(14):
            await walk.step()
        await clockwork.tick()

        price, captured, back = await money_of(order)
        assert 0 <= back <= captured == 7500
        assert price + back == captured
        assert not await Exchange.exists(unsettled_at__not_isnull=True)
        assert not await Claim.exists(unsettled_at__not_isnull=True)
    await in_order()

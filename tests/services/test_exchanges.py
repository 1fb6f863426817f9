"""Exchanges: new goods are paid for by what comes back, whatever becomes of either order."""

import pytest

from models import (
    Disposition,
    Exchange,
    ExchangeMode,
    Hold,
    HoldKind,
    Order,
    OrderStatus,
    Return,
    ReturnResolution,
)
from services import clockwork, exchanges, orders, payments, return_receiving, returns
from services.actors import SYSTEM
from services.goods import LineDraft
from services.return_receiving import Seen
from tests.cast import CLERK, Shop, refuses, told
from tests.remedies import in_order, money_of, paid
from tests.returning import judge, requested, take

X = ExchangeMode


async def exchanged(
    shop: Shop, *, mug: int = 2, shirt: int = 1, mode: ExchangeMode = X.ON_RECEIPT
) -> tuple[Order, Return, Exchange]:
    """Mugs that were paid for, asked to come back, and shirts to go out in their place."""
    order = await paid(shop, mug=mug)
    row = await take(await requested(order, mug), "approved", shop.mug)
    wanted = [LineDraft(variant_id=shop.shirt.id, quantity=shirt)]
    exchange = await exchanges.arrange(CLERK, row.id, mode=mode, lines=wanted)
    return order, row, exchange


async def held(exchange: Exchange) -> bool:
    where = {"order_id": exchange.order_id, "kind": HoldKind.AWAITING_RETURN, "released_at": None}
    return await Hold.exists(**where)


async def shares(exchange: Exchange) -> tuple[int, int, int]:
    row = await Exchange.get(id=exchange.id)
    return row.worth, row.credit, row.rest


async def come_back(row: Return, shop: Shop, what: Disposition = Disposition.RESTOCK) -> None:
    """An approved return comes back, is judged and settled."""
    [line] = await returns.lines_of(row)
    await return_receiving.scan(SYSTEM, row.id, Seen(code=shop.mug.sku, quantity=line.quantity))
    await return_receiving.complete(SYSTEM, row.id)
    await judge(row, what)
    await returns.resolve(SYSTEM, row.id)


class TestArrange:
    async def test_pays_for_cheaper_goods_and_gives_the_rest_back_at_the_end(self, shop):
        order, row, exchange = await exchanged(shop)
        fresh = await Order.get(id=exchange.order_id)

        assert await shares(exchange) == (2500, 2000, 0)
        assert (fresh.origin_id, fresh.status, fresh.price) == (order.id, OrderStatus.PLACED, 0)
        assert (fresh.customer_id, fresh.ship_to) == (order.customer_id, order.ship_to)
        assert await held(exchange)
        assert (await told("ExchangeArranged", by=CLERK)).details["mode"] == X.ON_RECEIPT
        assert await money_of(order) == (2500, 2500, 0)
        await in_order()

        await come_back(row, shop)
        assert not await held(exchange)
        assert await shares(exchange) == (2500, 2000, 500)
        assert await money_of(order) == (2000, 2500, 500)
        assert (await Return.get(id=row.id)).resolution is ReturnResolution.EXCHANGE
        await in_order()

    async def test_charges_what_dearer_goods_cost_beyond(self, shop):
        _, row, exchange = await exchanged(shop, mug=1, shirt=2, mode=X.ADVANCE)
        assert not await held(exchange)
        fresh = await Order.get(id=exchange.order_id)
        assert (fresh.total, fresh.price) == (4000, 2750)

        await payments.take(SYSTEM, fresh.id)
        await come_back(row, shop)

        assert await money_of(fresh) == (2750, 2750, 0)
        assert await shares(exchange) == (1250, 1250, 0)
        await in_order()

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_refuses_what_is_exchanged_or_was_given_already(self, shop):
        _, row, _ = await exchanged(shop)
        wanted = [LineDraft(variant_id=shop.shirt.id, quantity=1)]
        for lines, *problems in (
            (wanted, ("BLOCKED", ("returnId",))),
            ([], ("BLOCKED", ("returnId",)), ("INVALID", ("lines",))),
        ):
            async with refuses(*problems):
                await exchanges.arrange(CLERK, row.id, mode=X.ADVANCE, lines=lines)
        asked = await requested(await paid(shop, mug=1), 1)
        async with refuses(("BLOCKED", ("returnId",))):
            await exchanges.arrange(CLERK, asked.id, mode=X.ADVANCE, lines=wanted)
        await take(asked, "resolved", shop.mug)
        async with refuses(("BLOCKED", ("returnId",))):
            await exchanges.arrange(CLERK, asked.id, mode=X.ADVANCE, lines=wanted)


class TestFollow:
    async def test_a_new_order_that_is_cancelled_frees_what_came_back(self, shop):
        order, row, exchange = await exchanged(shop)
        await come_back(row, shop)
        await orders.cancel(CLERK, exchange.order_id, reason="Too slow")
        await clockwork.tick()

        assert await shares(exchange) == (2500, 0, 2500)
        assert await money_of(order) == (0, 2500, 2500)
        await in_order()

    async def test_one_that_waits_is_cancelled_with_its_return(self, shop):
        order, row, exchange = await exchanged(shop)
        await returns.cancel(CLERK, row.id, reason="It fits after all")
        await clockwork.tick()

        fresh = await Order.get(id=exchange.order_id)
        assert (fresh.status, fresh.allowance) == (OrderStatus.CANCELLED, 0)
        assert await money_of(order) == (2500, 2500, 0)
        await in_order()

    async def test_units_that_are_rejected_pay_for_nothing(self, shop):
        order, row, exchange = await exchanged(shop, mode=X.ADVANCE)
        await come_back(row, shop, Disposition.RETURN_TO_CUSTOMER)

        fresh = await Order.get(id=exchange.order_id)
        assert await shares(exchange) == (0, 0, 0)
        assert (fresh.price, fresh.balance_due) == (2000, 2000)
        assert await money_of(order) == (2500, 2500, 0)
        await in_order()

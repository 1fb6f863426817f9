from datetime import timedelta

from models import (
    Claim,
    ClaimKind,
    CustomerFigure,
    CustomerMonth,
    Exchange,
    ExchangeMode,
    Order,
    OrderShare,
    Return,
)
from services import checks, customer_figures, event_log, orders, splits
from services.actors import SYSTEM
from tests.cast import lines_of, work_on
from tests.customers import read_figures


async def broken() -> list[str]:
    await event_log.take_in()
    names = {"order-shares", "customer-figures", "customer-months", "customer-segments"}
    return [each.name for each in await checks.run() if each.broken and each.name in names]


def _sums(row: CustomerFigure) -> tuple[int, ...]:
    return tuple(getattr(row, name) for name in customer_figures.SUMS)


async def snapshot() -> list[tuple]:
    return [
        (row.customer_id, row.currency, _sums(row), row.first_order_at, row.last_order_at)
        for row in await CustomerFigure.all().order_by("customer_id", "currency")
    ]


class TestReadOn:
    async def test_counts_what_stands_and_what_was_given_up(self, shop, clock):
        """Orders of 25.00 and 12.50 stand, of the first 5.00 was allowed; a third is cancelled."""
        await read_figures()
        first = await shop.order("delivered", mug=2)
        clock.time += timedelta(days=40)
        await read_figures()
        last = await shop.order("placed", mug=1)
        await shop.order("draft", mug=7)
        gone = await shop.order("placed", shirt=1)
        await read_figures()
        await orders.cancel(SYSTEM, gone.id, reason="It was a try.")
        await Order.filter(id=first.id).update(allowance=500)
        assert (await broken())[:1] == ["order-shares"]
        await customer_figures.recount([first.id])
        await read_figures()

        row = await CustomerFigure.get(customer_id=shop.customer.id)
        assert dict(zip(customer_figures.SUMS, _sums(row), strict=True)) == {
            "orders": 2,
            "cancelled": 1,
            "units": 3,
            "returned": 0,
            "spent": 3250,
            "allowed": 500,
        }
        assert (row.first_order_at, row.last_order_at) == (first.placed_at, gone.placed_at)
        assert last.placed_at == gone.placed_at
        months = await CustomerMonth.filter(customer_id=shop.customer.id).order_by("month")
        assert [(each.month, each.orders, each.spent) for each in months] == [
            (f"{first.placed_at:%Y-%m}", 1, 2000),
            (f"{last.placed_at:%Y-%m}", 1, 1250),
        ]
        assert await broken() == []

    async def test_comes_to_the_same_as_from_the_beginning_and_when_read_again(self, shop):
        """Parts of an order, and what exchanges or replaces its goods, are no orders more."""
        order = await shop.order("delivered", mug=3)
        parts = await shop.order("placed", mug=2, shirt=2)
        await read_figures()
        [line, *_] = await lines_of(parts)
        await splits.split(SYSTEM, parts.id, units={line.id: 1})
        swap, again = await shop.order("placed"), await shop.order("placed")
        await _exchange(order, swap)
        await Claim.create(
            order_id=order.id,
            customer_id=order.customer_id,
            kind=ClaimKind.LOST,
            currency="EUR",
            opened_by="SYSTEM",
            replacement_id=again.id,
        )
        await read_figures()
        assert await broken() == []
        read = await snapshot()

        await customer_figures.recount(await Order.all().values_list("id", flat=True))
        assert await snapshot() == read
        await OrderShare.all().delete()
        await customer_figures._begin()
        assert await snapshot() == read
        assert [row.orders for row in await CustomerFigure.all()] == [2]

    async def test_costs_the_same_whatever_was_ordered_before(self, shop, sent):
        async def cost() -> int:
            await shop.order("placed")
            await event_log.take_in()
            sent.count = 0
            await customer_figures.read_on(0)
            return sent.count

        await read_figures()
        await cost()
        second = await cost()
        for _ in range(5):
            await shop.order("placed")
        await read_figures()

        assert await cost() == second <= 20


async def _exchange(order: Order, swap: Order) -> None:
    [fulfillment] = await work_on(order)
    row = await Return.create(
        order_id=order.id,
        customer_id=order.customer_id,
        location_id=fulfillment.location_id,
        requested_by="SYSTEM",
        currency="EUR",
    )
    await Exchange.create(
        returned_id=row.id,
        order_id=swap.id,
        original_id=order.id,
        customer_id=order.customer_id,
        mode=ExchangeMode.ADVANCE,
        currency="EUR",
        arranged_by="SYSTEM",
    )

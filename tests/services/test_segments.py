from collections import Counter
from datetime import timedelta
from itertools import product

from models import Customer, CustomerFigure, CustomerSegment, SegmentSum
from services import customer_histories, segments
from services.actors import SYSTEM
from services.clock import now
from tests.cast import refuses, told
from tests.customers import buys, told_apart

FIFTHS = (1, 2, 3, 4, 5)


async def bought(n: int, orders: int, spent: int, days: int, currency: str = "EUR") -> int:
    customer = await Customer.create(name=f"Customer {n}")
    at = now() - timedelta(days=days)
    await CustomerFigure.create(
        customer_id=customer.id,
        currency=currency,
        orders=orders,
        spent=spent,
        first_order_at=at,
        last_order_at=at,
    )
    return customer.id


class TestSegmentOf:
    def test_names_every_way_to_buy_and_uses_every_name(self):
        names = {fifths: segments.segment_of(*fifths) for fifths in product(FIFTHS, repeat=3)}

        assert set(names.values()) == set(CustomerSegment)
        assert names[5, 5, 5] is CustomerSegment.CHAMPIONS
        assert names[5, 1, 1] is CustomerSegment.NEW
        assert names[1, 5, 5] is CustomerSegment.AT_RISK
        assert names[1, 1, 1] is CustomerSegment.LOST

    def test_never_puts_whoever_buys_later_into_a_worse_half(self):
        bad = {CustomerSegment.AT_RISK, CustomerSegment.HIBERNATING, CustomerSegment.LOST}

        for recency, frequency, monetary in product(FIFTHS, repeat=3):
            is_bad = segments.segment_of(recency, frequency, monetary) in bad
            assert is_bad == (recency <= 2)


class TestTellApart:
    async def test_puts_each_currency_into_fifths_as_reckoned_by_hand(self, database, clock):
        """Of ten customers two are in each fifth; whoever never bought, or in another currency, is
        not compared with them."""
        spent = [900, 100, 500, 300, 700, 200, 1000, 400, 800, 600]
        ids = [await bought(n, 1 + n % 3, spent[n], 100 - n) for n in range(10)]
        alone = await bought(10, 1, 1, 5, "SEK")
        never = await bought(11, 0, 0, 1)
        assert await segments.due(now(), 1) == [0]

        await segments.tell_apart()

        rows = {row.customer_id: row for row in await CustomerFigure.all()}
        for n, row_id in enumerate(ids):
            row = rows[row_id]
            often = sorted(range(10), key=lambda each: (1 + each % 3, spent[each]))
            fifths = (n // 2 + 1, often.index(n) // 2 + 1, sorted(spent).index(spent[n]) // 2 + 1)
            assert (row.recency, row.frequency, row.monetary) == fifths
            assert row.segment is segments.segment_of(*fifths)
        assert (rows[alone].recency, rows[never].segment) == (1, None)
        sums = await segments.sums(SYSTEM)
        assert {each.segment: each.customers for each in sums if each.currency == "EUR"} == Counter(
            rows[each].segment for each in ids
        )
        assert sum(each.spent for each in sums if each.currency == "EUR") == sum(spent)
        assert (await told("CustomersSegmented", by=SYSTEM)).details == {"customers": 11}

    async def test_is_done_once_a_day(self, shop, clock):
        await buys(shop)
        version = (await CustomerFigure.get(customer_id=shop.customer.id)).version
        assert await segments.due(now(), 1) == []
        await segments.tell_apart()
        clock.time += timedelta(days=1)

        assert await segments.due(now(), 1) == [0]
        await told_apart()
        assert (await CustomerFigure.get(customer_id=shop.customer.id)).version == version
        assert {row.told_at for row in await SegmentSum.all()} == {now()}


class TestHistories:
    async def test_show_orders_months_and_what_is_bought_most(self, shop, clock):
        other = await Customer.create(name="Eva Lund")
        await buys(shop)
        last = await shop.order("placed", shirt=3)
        await buys(shop)
        who = [shop.customer, other]

        [page, empty] = await customer_histories.orders_of(SYSTEM, who, first=2, after=None)
        assert (page.rows[1].id, page.has_next, empty.rows) == (last.id, True, [])
        [rest, _] = await customer_histories.orders_of(
            SYSTEM, who, first=2, after=page.cursor(page.rows[-1])
        )
        assert (len(rest.rows), rest.has_next, rest.has_previous) == (1, False, True)
        assert await customer_histories.lengths(SYSTEM, who) == [3, 0]
        [favorites, none] = await customer_histories.favorites(SYSTEM, who)
        assert [(each.variant_id, each.orders, each.units) for each in favorites] == [
            (shop.shirt.id, 1, 3),
            (shop.mug.id, 2, 2),
        ]
        assert none == []
        clock.time += timedelta(days=62)
        [months, _] = await customer_histories.trends(SYSTEM, who, months=12)
        assert [(each.orders, each.units, each.spent) for each in months] == [(3, 5, 8500)]
        assert await customer_histories.trends(SYSTEM, who, months=2) == [[], []]
        async with refuses(("INVALID", ("months",))):
            await customer_histories.trends(SYSTEM, who, months=0)
        async with refuses(("INVALID", ("after",))):
            await customer_histories.orders_of(SYSTEM, who, first=2, after="x")

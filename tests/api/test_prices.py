"""What pricing costs: as many queries for many lines as for few."""

from decimal import Decimal

from services import discounts, orders
from services.actors import SYSTEM
from services.goods import LineDraft
from tests.api.examples import price_in, tax_rate
from tests.cast import one_database


@one_database
async def test_many_lines_are_priced_in_as_many_queries_as_few(shop, statements):
    await price_in(shop)
    await tax_rate()
    counts = []
    for lines in (2, 40):
        draft = shop.draft(mug=1)
        draft.lines[:] = [LineDraft(variant_id=shop.mug.id, quantity=3)] * lines
        order = await orders.create(SYSTEM, draft)
        statements.clear()
        await discounts.give(SYSTEM, order.id, reason="Loyal", rate=Decimal(5))
        counts.append(len(statements))

    assert counts[0] == counts[1]

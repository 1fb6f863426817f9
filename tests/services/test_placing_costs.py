"""How many statements it costs to look into an order while it is placed."""

from models import Lot, Order, Quant, Tracking, Variant
from services import orders
from services.actors import SYSTEM
from tests.cast import one_database


async def cost(sent, shop):
    sent.count = 0
    await orders.place(SYSTEM, draft=shop.draft(mug=1, shirt=1))
    return sent.count


@one_database
async def test_looking_for_fraud_and_duplicates_costs_two_statements(shop, policy, sent):
    plain = await cost(sent, shop)
    policy(fraud_review_score=100, duplicate_hours=0)
    scored = await cost(sent, shop)
    await Order.all().update(goods_digest="other")
    policy(duplicate_hours=24)
    both = await cost(sent, shop)

    assert (scored - plain, both - plain) == (1, 2)


@one_database
async def test_looking_for_lots_costs_one_statement_and_only_where_there_are_some(shop, sent):
    plain = await cost(sent, shop)
    await shop.tracked()
    elsewhere = await cost(sent, shop)
    # What is in stock without a lot stands for what is in stock with one.
    await Variant.filter(id=shop.mug.id).update(tracking=Tracking.LOT)
    lot = await Lot.create(variant_id=shop.mug.id, code="L-1")
    await Quant.filter(level__variant_id=shop.mug.id).update(lot_id=lot.id)
    tracked = await cost(sent, shop)

    assert (elsewhere - plain, tracked - plain) == (0, 1)

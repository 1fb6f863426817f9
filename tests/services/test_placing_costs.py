"""How many statements it costs to look into an order while it is placed."""

import logging

import pytest

from models import Order
from services import orders
from services.actors import SYSTEM
from tests.cast import one_database


class Sent(logging.Handler):
    def __init__(self):
        super().__init__()
        self.count = 0

    def emit(self, record):
        self.count += 1


@pytest.fixture
def sent():
    handler, logger = Sent(), logging.getLogger("tortoise.db_client")
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


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

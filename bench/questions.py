"""What is read: asked of Waybill as a document, and answered by hand from the same variables."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bench import bare
from bench.drivers import Reader
from bench.shop import LISTED

ORDERS = """
    nodes {
      number status total { amount currency } placedAt
      customer { name email }
      lines { ordered total { amount currency } variant { sku name } }
    }
"""
ONE = """
query One($number: String!) {
  order(number: $number) {
    number status total { amount currency } placedAt
    customer { name email }
    lines { ordered total { amount currency } variant { sku name } }
  }
}
"""
LIST = f"query List($first: Int!) {{ orders(first: $first) {{ {ORDERS} }} }}"
TREE = """
query Tree($first: Int!) {
  orders(first: $first) {
    nodes { number lines { ordered variant { sku product { name } } } }
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class Question:
    document: str
    variables: dict[str, Any] = field(default_factory=dict)
    by_hand: Callable[[Reader, Any], Awaitable[bytes]] = bare.nothing


# By the path at which it is answered by hand.
QUESTIONS = {
    "nothing": Question(document="{ __typename }", by_hand=bare.nothing),
    "order": Question(document=ONE, variables={"number": "ORD-1001"}, by_hand=bare.one_order),
    "orders": Question(document=LIST, variables={"first": LISTED}, by_hand=bare.list_orders),
    "tree": Question(document=TREE, variables={"first": LISTED}, by_hand=bare.tree),
}
TITLES = {
    "nothing": "{ __typename }",
    "order": "one order",
    "orders": f"{LISTED} orders",
    "tree": "four levels",
}

"""What clients see of exchanges."""

from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import column, money, one
from api.nodes import Node, node
from api.scalars import Money

if TYPE_CHECKING:
    from api.types.orders import Order
    from api.types.returns import Return

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
ReturnRef = Annotated["Return", strawberry.lazy("api.types.returns")]


@node(models.Exchange, "Other goods in place of those that come back, in an order of their own.")
class Exchange(Node):
    returned: ReturnRef = one(models.Return, "returned_id", "What comes back.")
    order: OrderRef = one(models.Order, "order_id", "The order that brings the new goods.")
    original: OrderRef = one(models.Order, "original_id", "The order the old ones were of.")
    mode: models.ExchangeMode = column("When the new goods go out.")
    worth: Money = money("worth", "What comes back is worth, or is expected to be.")
    credit: Money = money("credit", "What of that pays for the new goods.")
    rest: Money = money("rest", "What of that is given back; nothing until it is made good.")
    arranged_by: str = column("Who arranged it, by their number.")

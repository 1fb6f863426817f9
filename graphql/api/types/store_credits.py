"""What clients see of store credit."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, money, one
from api.nodes import Node, node
from api.scalars import Money
from services import store_credits
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.customers import Customer
    from api.types.orders import Order
    from api.types.payments import PaymentEvent
    from api.types.returns import Return

CustomerRef = Annotated["Customer", strawberry.lazy("api.types.customers")]
OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
PaymentEventRef = Annotated["PaymentEvent", strawberry.lazy("api.types.payments")]
ReturnRef = Annotated["Return", strawberry.lazy("api.types.returns")]


@node(models.StoreCreditMovement, "One change of a store credit. It is never changed.")
class StoreCreditMovement(Node):
    store_credit: "StoreCredit" = one(
        models.StoreCredit, "store_credit_id", "The store credit that moved."
    )
    reason: models.StoreCreditReason = column("Why.")
    amount: Money = money("amount", "By how much; negative where it became less.")
    balance: Money = money("balance", "What there was afterwards.")
    order: OrderRef | None = one(
        models.Order,
        "order_id",
        "The order it was about, if any; needs ORDERS_READ.",
        needs=Permission.ORDERS_READ,
    )
    payment_event: PaymentEventRef | None = one(
        models.PaymentEvent, "payment_event_id", "What of a payment it moved with, if any."
    )
    returned: ReturnRef | None = one(
        models.Return,
        "returned_id",
        "The return that it made good, if any; needs RETURNS_READ.",
        needs=Permission.RETURNS_READ,
    )
    note: str = column("What was said about it.")
    actor: str = column("Who did it.")
    happened_at: datetime = column("When.")


@node(models.StoreCredit, "What a customer has with the shop in one currency.")
class StoreCredit(Node):
    customer: CustomerRef | None = one(
        models.Customer,
        "customer_id",
        "Whose it is; needs CUSTOMERS_READ.",
        needs=Permission.CUSTOMERS_READ,
    )
    currency: str = column("The currency.")
    balance: Money = money("balance", "What they can pay with.")
    updated_at: datetime = column("When it last moved.")
    movements: list[StoreCreditMovement] = batched(
        store_credits.latest,
        "How it moved, the latest 50, the latest first; `storeCreditMovements` has all of them.",
    )

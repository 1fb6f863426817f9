"""What clients see of payments."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.scalars import Money
from api.types.actions import Action
from services import actions

if TYPE_CHECKING:
    from api.types.orders import Order

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]


@node(models.PaymentEvent, "Something asked for, or done, with a payment. It is never changed.")
class PaymentEvent(Node):
    payment: "Payment" = one(models.Payment, "payment_id", "The payment it is about.")
    kind: models.PaymentEventKind = column("What was asked for or done.")
    state: models.PaymentEventState = column("Whether it was asked for, worked or failed.")
    amount: Money = money("amount", "How much money.")
    provider: models.PaymentProvider = column(
        "Who moved it: that of the payment, or of a refund that became store credit the shop."
    )
    courtesy: Money = money("courtesy", "Of a refund, the part that was not owed.")
    answers: "PaymentEvent | None" = one(
        models.PaymentEvent, "answers_id", "The request of which this is the outcome."
    )
    retries: "PaymentEvent | None" = one(
        models.PaymentEvent, "retries_id", "The failure that this tries again."
    )
    reference: str | None = column("The provider's name for it.")
    failure_code: str = column("Why it failed, for programs.")
    failure_message: str = column("Why it failed, in words.")
    reason: str = column("Why it was asked for.")
    actor: str = column("Who did it.")
    happened_at: datetime = column("When.")


@node(models.Payment, "One means by which an order is paid, and what became of it.")
class Payment(Node):
    order: OrderRef = one(models.Order, "order_id", "The order it pays.")
    method: models.PaymentMethod = column("By what means.")
    provider: models.PaymentProvider = column("Who moves the money.")
    status: models.PaymentStatus = column("What its events together say.")
    amount: Money = money("amount", "How much was to be paid this way.")
    authorized: Money = money("authorized", "Set aside, and neither captured nor given up.")
    captured: Money = money("captured", "What came to us.")
    refunded: Money = money("refunded", "What went back of that.")
    disputed: Money = money("disputed", "What the customer's bank has taken back of that.")
    tendered: Money | None = money("tendered", "The cash that was given.")
    change: Money | None = money("change", "The cash that was given back of it.")
    reference: str | None = column("The provider's name for it.")
    updated_at: datetime = column("When it last changed.")
    events: list[PaymentEvent] = many(
        models.PaymentEvent, "payment_id", "Everything asked for and done, the earliest first."
    )
    actions: list[Action] = batched(actions.of_payments, "What you can do with it now.")

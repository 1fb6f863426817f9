"""Fraud reviews: somebody looks at a risky order and lets it go on, or gives it up."""

from models import FraudReview, HoldKind, Order
from models.errors import Blocked, Problem
from services import holds, orders, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.fraud import OrderFraudAccepted, OrderFraudRejected
from services.inputs import Inputs

MOST_NOTE = 400


@operation
async def accept(actor: Actor, order_id: int, *, note: str) -> Order:
    """Let an order go on that looked risky, and say why: its review is over and its hold ends."""
    order, note = await _reviewed(actor, order_id, note)
    order.accept_risk(by=actor.label, note=note)
    await holds.keep(actor, order, HoldKind.FRAUD_REVIEW, "")
    await order.store()

    about = {"order_id": order.id, "customer_id": order.customer_id}
    announce(actor, OrderFraudAccepted(fraud_note=note, **about))
    return order


@operation
async def reject(actor: Actor, order_id: int, *, note: str) -> Order:
    """Give up an order that looks like fraud, and say why: it is cancelled, and its stock and its
    money are given back."""
    order, note = await _reviewed(actor, order_id, note)
    order.reject_risk(by=actor.label, note=note)
    await order.store()

    about = {"order_id": order.id, "customer_id": order.customer_id}
    announce(actor, OrderFraudRejected(fraud_note=note, **about))
    return await orders.cancel(actor, order.id, reason=f"Rejected in its fraud review: {note}")


def reasons_not_to_decide(order: Order) -> list[Problem]:
    if order.fraud_review is FraudReview.PENDING:
        return []
    return [Blocked(message=f"{order.number} does not wait for a fraud review.", path=("id",))]


async def _reviewed(actor: Actor, order_id: int, note: str) -> tuple[Order, str]:
    order = await scopes.take(actor, Order, order_id)
    inputs = Inputs()
    note = inputs.text(note, "note", most=MOST_NOTE)
    for problem in reasons_not_to_decide(order):
        inputs.add(problem)
    inputs.refuse()
    return order, note

"""Completion: an order is complete when the customer has every unit that was not cancelled."""

from collections.abc import Iterable

from models import Order, OrderLine, OrderStatus
from services import exceptions
from services.actors import Actor
from services.clock import now
from services.commit import announce
from services.facts.orders import OrderCompleted


async def complete_if_received(actor: Actor, order: Order, lines: Iterable[OrderLine]) -> None:
    """Complete an order of which nothing is to come any more. `lines` are all its lines."""
    received = all(line.delivered == line.remaining for line in lines)
    if received and order.may_become(OrderStatus.COMPLETED):
        order.complete(at=now())
        await order.store()
        await exceptions.end(actor, order)
        announce(actor, OrderCompleted(order_id=order.id, customer_id=order.customer_id))

"""Linked orders: goods in place of others, that come back or never came as they should."""

from collections.abc import Sequence

from models import Order
from services import orders
from services.actors import Actor
from services.goods import LineDraft
from services.orders import Draft


async def place(
    actor: Actor, order: Order, lines: Sequence[LineDraft], *, note: str, backorder: bool
) -> Order:
    """Place an order for the same customer as another one, that goes to the same address. The
    caller is an operation and has locked that other one."""
    draft = Draft(
        customer_id=order.customer_id,
        channel=order.channel,
        lines=list(lines),
        shipping_address=order.shipping_address,
        billing_address=order.billing_address,
        source=order.source,
        note=note,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        origin_id=order.id,
    )
    fresh = await orders.create(actor, draft)
    return await orders.place(actor, fresh.id, allow_backorder=backorder)

"""Shipping: how orders and carts can be sent, and the choice of a method."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from models import Order, OrderLine, OrderStatus, ShippingMethod
from models.errors import Blocked, Problem, Refused, invalid, refuse_any
from models.orders import PostalAddress
from services import backlog, departures, payments, pricing, promises, records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.shipping import OrderShippingChosen
from services.goods import LineDraft, goods_of
from services.shipping_options import (
    Consignment,
    ShippingOption,
    compared,
    consignment,
    nowhere,
    offers,
    option_of,
    options,
)

SENDABLE = {
    OrderStatus.DRAFT,
    OrderStatus.PLACED,
    OrderStatus.CONFIRMED,
    OrderStatus.IN_PROGRESS,
}


async def options_of_order(
    actor: Actor, order_id: int, *, wanted_on: date | None = None
) -> list[ShippingOption]:
    """How an order could be sent, the cheapest first; one is the cheapest that is in time for the
    date wanted or, where none is, for what was promised."""
    order = await scopes.find(actor, Order, order_id, "orderId")
    refuse_any(reasons_not_to_send(order, "orderId"))
    lines = await OrderLine.filter(order_id=order.id).order_by("id")
    found = options(await offers(), await consignment(order, lines))
    return compared(found, wanted_on=wanted_on, promised_at=order.promised_at)


async def options_of_cart(
    actor: Actor,
    lines: Sequence[LineDraft],
    address: PostalAddress,
    *,
    wanted_on: date | None = None,
) -> list[ShippingOption]:
    """How goods that nobody has ordered yet could be sent."""
    bought = await goods_of(actor, lines, imported=False)
    demand: dict[int, int] = defaultdict(int)
    for draft in bought.drafts:
        demand[draft.variant_id or 0] += draft.quantity
    units = [(bought.variants[variant], count) for variant, count in demand.items()]
    if not units:
        raise Refused(invalid("Name what would be bought.", "cart", "lines"))
    currency = units[0][0].currency
    goods = Consignment(
        address=address,
        departures=await departures.of_goods(demand),
        weight_grams=sum(variant.weight_grams * count for variant, count in units),
        value=sum(
            variant.price * count for variant, count in units if variant.currency == currency
        ),
        currency=currency,
    )
    return compared(options(await offers(), goods), wanted_on=wanted_on, promised_at=None)


@operation
async def choose(actor: Actor, order_id: int, method_id: int) -> Order:
    """Say how an order is sent while nothing of it has left: it is priced and promised anew.

    Refused where the method does not take it to where it goes.
    """
    order = await scopes.take(actor, Order, order_id)
    method = await scopes.find(actor, ShippingMethod, method_id, "methodId")
    records.refuse_archived(method, "methodId")
    lines = await OrderLine.filter(order_id=order.id).order_by("id")
    refuse_any(reasons_not_to_choose(order, lines))
    option = option_of(options(await offers(), await consignment(order, lines)), method.id)
    if option is None:
        raise Refused(_unreachable(method))
    order.shipping_method_id, order.shipping_price = method.id, option.cost
    await backlog.requeue(order, [line for line in lines if line.is_queued])
    await pricing.reprice(order, lines)
    await payments.settle(actor, order)
    await promises.revise(actor, order, f"It is sent with {method.name}.", freely=True)

    about = {"order_id": order.id, "customer_id": order.customer_id}
    announce(actor, OrderShippingChosen(shipping_method_id=method.id, **about))
    return order


def reasons_not_to_send(order: Order, *path: str) -> list[Problem]:
    if order.status not in SENDABLE:
        message = f"{order.number} is {order.status.spoken}; there is nothing to send."
        return [Blocked(message=message, path=path or ("id",))]
    return [] if order.ship_to is not None else [nowhere(order, *path)]


def reasons_not_to_choose(order: Order, lines: Sequence[OrderLine]) -> list[Problem]:
    if any(line.shipped for line in lines):
        message = "Some of its units have left already, the way that was chosen."
        return [Blocked(message=message, path=("id",))]
    return reasons_not_to_send(order)


def _unreachable(method: ShippingMethod) -> Problem:
    message = f"{method.name} does not take this order to where it goes. Ask for shippingOptions."
    return Problem(code="UNREACHABLE", message=message, path=("methodId",))

"""How orders of the demo shop end: complete, as services.completion does, or given up, as
services.orders does."""

from models import Role
from services.actors import SYSTEM, Actor
from services.facts.fulfillments import FulfillmentCancelled
from services.facts.orders import OrderCancelled, OrderCompleted, OrderExpired
from services.facts.shipments import ShipmentVoided
from services.seeds import desk, exceptions, payments, picking
from services.seeds.orders import Life, Shop, free, let_go, tell, tell_work

REASONS = (
    "The customer changed their mind.",
    "Ordered twice by mistake.",
    "The customer found another size elsewhere.",
    "The payment was declined.",
)


def complete(shop: Shop, life: Life) -> None:
    """Where nothing of it is to come any more."""
    if all(line.is_through for line in life.lines):
        life.order.complete(at=shop.now)
        shop.rows.change(life.order)
        exceptions.end(shop, life)
        tell(shop, life, OrderCompleted, SYSTEM)
        desk.ask_about_order(shop, life)


def cancel(shop: Shop, life: Life) -> None:
    support = shop.staff[Role.SUPPORT]
    for work in life.work:
        work.cancel(at=shop.now)
        for each in life.contents[work.id]:
            life.line(each.line_id).put_back(picked=each.picked, packed=each.packed)
        picking.empty_box(shop, life, work)
        for parcel in life.parcels:
            if parcel.fulfillment_id == work.id:
                parcel.void()
                shop.rows.change(parcel)
                tell(shop, life, ShipmentVoided, support, shipment_id=parcel.id)
        shop.rows.change(work)
        tell_work(shop, life, FulfillmentCancelled, work, support)
    _give_back(shop, life, support)
    reason = shop.dice.choice(REASONS)
    life.order.cancel(reason=reason, at=shop.now)
    shop.rows.change(*life.lines, life.order)
    exceptions.end(shop, life, support)
    payments.settle(shop, life, support)
    tell(shop, life, OrderCancelled, support, cancel_reason=reason)


def expire(shop: Shop, life: Life) -> None:
    _give_back(shop, life, SYSTEM)
    life.order.expire(at=shop.now)
    shop.rows.change(*life.lines, life.order)
    exceptions.end(shop, life)
    payments.recount(shop, life)
    tell(shop, life, OrderExpired, SYSTEM)


def _give_back(shop: Shop, life: Life, actor: Actor) -> None:
    free(shop, life, life.active(), actor)
    for line in life.lines:
        line.cancel()
    let_go(shop, life)

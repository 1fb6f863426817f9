"""Customers, and those who serve them: orders come in, are paid, checked and confirmed."""

from datetime import timedelta

from app.demo.shop import Desk, Shop, trying
from models import (
    Address,
    Hold,
    HoldKind,
    Order,
    OrderChannel,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    Role,
)
from services import holds, orders, payments
from services.clock import now
from services.goods import LineDraft
from services.orders import Draft

CHANNELS = {
    OrderChannel.ONLINE: 12,
    OrderChannel.PHONE: 4,
    OrderChannel.IN_PERSON: 3,
    OrderChannel.MARKETPLACE: 2,
}
UNITS = (1, 1, 2, 3)
AT_ONCE = 10


async def buy(shop: Shop) -> None:
    """Somebody orders, and mostly pays."""
    dice, clerk = shop.dice, shop.staff[Role.CLERK]
    count = await Address.filter(archived_at=None).count()
    address = await Address.filter(archived_at=None).offset(dice.randrange(count)).first()
    if address is None:
        return
    [channel] = dice.choices([*CHANNELS], [*CHANNELS.values()])
    chosen = dice.sample(shop.variants, dice.choice([1, 1, 1, 2, 2, 3, 4]))
    draft = Draft(
        customer_id=address.customer_id,
        channel=channel,
        address_id=address.id,
        lines=[
            LineDraft(variant_id=each.id, quantity=dice.choice([1, 1, 2, 3])) for each in chosen
        ],
    )
    async with trying():
        order = await orders.place(clerk, draft=draft, allow_backorder=True)
        if channel is OrderChannel.IN_PERSON:
            await payments.take(clerk, order.id, method=PaymentMethod.CASH)
        elif shop.happens(0.85):
            await payments.authorize(clerk, order.id, method=PaymentMethod.CARD)


async def check(shop: Shop) -> None:
    """A clerk asks for missing money, looks into what is held, and confirms the rest."""
    clerk, manager = shop.staff[Role.CLERK], shop.staff[Role.MANAGER]
    waiting = (
        await Order.filter(status=OrderStatus.PLACED, placed_at__lt=now() - timedelta(minutes=5))
        .order_by("placed_at")
        .limit(AT_ONCE)
    )
    for order in waiting:
        async with trying():
            if order.payment_status is PaymentStatus.NONE and shop.happens(0.5):
                await payments.authorize(clerk, order.id, method=PaymentMethod.CARD)
            if shop.happens(0.02):
                await orders.cancel(manager, order.id, reason="The customer changed their mind.")
            elif not await Hold.exists(order_id=order.id, released_at=None):
                await orders.confirm(clerk, order.id)


async def review(shop: Shop) -> None:
    """A manager looks into holds; what was suspicious mostly turns out well."""
    manager = shop.staff[Role.MANAGER]
    looked_into = Hold.filter(released_at=None).exclude(kind=HoldKind.PAYMENT)
    for hold in await looked_into.order_by("id").limit(AT_ONCE):
        if shop.happens(0.4):
            async with trying():
                await holds.release(manager, hold.id)


DESKS = (
    Desk(name="customers", minutes=4, work=buy),
    Desk(name="clerk", minutes=10, work=check),
    Desk(name="manager", minutes=45, work=review),
)

"""A shop in which there is something for every report."""

from models import (
    CaseChannel,
    CaseKind,
    Customer,
    Order,
    OrderLine,
    PaymentEvent,
    Return,
    ReturnLine,
    ReturnReason,
    Shipment,
)
from services import cases, customer_figures, event_log
from services.actors import SYSTEM
from services.clock import now
from services.kpis import reader
from tests.api.examples import authorized
from tests.cast import Shop
from tests.purchases import bought

EVIL = '=HYPERLINK("http://evil","a"),b\r\nc'


async def lived(shop: Shop) -> Order:
    """Something of everything that reports tell of."""
    order = await shop.order("delivered", mug=2, shirt=1)
    await shop.order("draft")
    await Customer.filter(id=shop.customer.id).update(name=EVIL)
    payment = await authorized(await Shop.open())
    await PaymentEvent.create(
        payment_id=payment.id, kind="refund", state="requested", amount=990, currency="EUR",
        provider="manual", reason="-1", actor="SYSTEM", happened_at=now(),
    )  # fmt: skip
    line = await OrderLine.filter(order_id=order.id).first()
    back = await Return.create(
        order_id=order.id, customer_id=shop.customer.id, location_id=shop.north.id,
        requested_by="SYSTEM", currency="EUR", requested_at=now(),
    )  # fmt: skip
    await ReturnLine.create(
        returned_id=back.id, line_id=line.id, variant_id=line.variant_id,
        reason=ReturnReason.DEFECTIVE, quantity=1, value=1250,
    )  # fmt: skip
    await cases.open(
        SYSTEM,
        kind=CaseKind.LATE,
        channel=CaseChannel.EMAIL,
        subject="@home",
        body="Where is it?",
        order_id=order.id,
    )
    await bought(shop)
    await OrderLine.filter(id=line.id).update(return_requested=1, return_received=1)
    await ReturnLine.filter(returned_id=back.id).update(received=1)
    await Shipment.filter(order_id=order.id).update(delivered_at=now())
    await read_figures()
    return order


async def read_figures() -> None:
    """Let the figures of the shop and of its customers know of everything that has happened."""
    await event_log.take_in()
    while await customer_figures.due(now(), 1):
        await customer_figures.read_on(0)
    while await reader.due(now(), 1):
        await reader.read_on(0)
        await event_log.take_in()

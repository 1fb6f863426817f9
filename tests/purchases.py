"""Purchase orders of the tests, taken as far through their life as a test needs."""

from datetime import datetime, timedelta
from decimal import Decimal

from models import LandedCostKind, PurchaseOrder, PurchaseOrderLine, Variant
from models.statements import get
from services import landed_costs, purchase_approvals, purchase_orders, purchase_talks
from services.actors import SYSTEM
from services.clock import now
from services.commit import operation
from services.purchase_lines import PurchaseLineDraft
from services.purchase_talks import Answer
from tests.buying import supplier_of
from tests.cast import Shop

# How far `bought` can take one, in order.
STEPS = ("draft", "submitted", "approved", "sent", "acknowledged")


async def bought(
    shop: Shop,
    step: str = "sent",
    *,
    mug: int = 10,
    shirt: int = 0,
    at: datetime | None = None,
) -> PurchaseOrder:
    """Mugs, at 5.00 each or 4.50 from a hundred on, and shirts for 8.00, asked for of their
    supplier; confirmed for a moment, where it comes that far."""
    supplier = await supplier_of(shop)
    lines = [PurchaseLineDraft(variant_id=shop.mug.id, quantity=mug)] if mug else []
    if shirt:
        lines.append(PurchaseLineDraft(variant_id=shop.shirt.id, quantity=shirt, price=Decimal(8)))
    order = await purchase_orders.draft(SYSTEM, supplier.id, shop.north.id, lines)
    reached = STEPS.index(step)
    if reached >= 1:
        await purchase_approvals.submit(SYSTEM, order.id)
    if reached >= 2:
        await purchase_approvals.approve(SYSTEM, order.id)
    if reached >= 3:
        await purchase_talks.send(SYSTEM, order.id)
    if reached >= 4:
        assert at is not None
        await purchase_talks.acknowledge(SYSTEM, order.id, at=at)
    return await PurchaseOrder.get(id=order.id)


async def line_of(order: PurchaseOrder, variant: Variant) -> PurchaseOrderLine:
    return await PurchaseOrderLine.get(purchase_order_id=order.id, variant_id=variant.id)


def answer(line: PurchaseOrderLine, units: int, at: datetime | None = None) -> Answer:
    return Answer(line_id=line.id, units=units, at=at)


@operation
async def receive(
    order: PurchaseOrder, variant: Variant, units: int, *, damaged: int = 0
) -> PurchaseOrder:
    """Units of a variant come, as whoever receives them counts them."""
    locked = await get(PurchaseOrder, order.id, locked=True)
    line = await line_of(order, variant)
    return await purchase_orders.receive_units(SYSTEM, locked, {line.id: (units, damaged)}, now())


async def buy(shop: Shop) -> None:
    """Purchase orders at every step, one that came short and one that was given up, with what
    they cost besides."""
    at = now() + timedelta(days=9)
    for step in STEPS:
        await bought(shop, step, shirt=2, at=at)
    short = await bought(shop, "acknowledged", shirt=2, at=at)
    freight = {"kind": LandedCostKind.FREIGHT, "amount": Decimal("9.99")}
    await landed_costs.add(SYSTEM, short.id, **freight)
    line = await line_of(short, shop.mug)
    await purchase_talks.acknowledge(SYSTEM, short.id, answers=[answer(line, 7, at)])
    await receive(short, shop.mug, 5, damaged=1)
    await purchase_orders.close(SYSTEM, short.id, reason="Sold out.")
    await receive(await bought(shop, shirt=2), shop.shirt, 3)
    await purchase_orders.cancel(SYSTEM, (await bought(shop)).id, reason="Enough.")

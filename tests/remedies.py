"""Orders that are paid for and sent, what is wrong with them, and whether the books add up."""

from decimal import Decimal

from models import (
    Claim,
    ClaimKind,
    Exchange,
    ExchangeMode,
    Order,
    OrderLine,
    Return,
    Shipment,
    ShipmentStatus,
)
from services import checks, claim_recoveries, claim_remedies, claims, exchanges, orders, payments
from services.actors import SYSTEM
from services.goods import LineDraft
from tests.cast import STAGES, Shop, lines_of, report, work_on, work_through
from tests.returning import returned, take


async def paid(shop: Shop, stage: str = "delivered", *, mug: int = 0, shirt: int = 0) -> Order:
    """An order, paid in cash, taken to one of STAGES."""
    order = await shop.order("placed", mug=mug, shirt=shirt)
    await payments.take(SYSTEM, order.id)
    if STAGES.index(stage) >= STAGES.index("confirmed"):
        await orders.confirm(SYSTEM, order.id)
    for work in await work_on(order):
        await work_through(work, stage)
    return await Order.get(id=order.id)


async def claim(shop: Shop, step: str = "open", *, units: int = 1) -> Claim:
    """A claim for mugs of three that came damaged, taken to a step."""
    order = await paid(shop, mug=3)
    [line] = await lines_of(order)
    row = await claims.open(SYSTEM, order.id, kind=ClaimKind.DAMAGED, lines=[(line.id, units)])
    if step != "open":
        row = await claims.approve(SYSTEM, row.id)
    if step == "asked":
        amount = (Decimal(10), "EUR")
        row = await claim_recoveries.request(SYSTEM, row.id, amount=amount)
    return row


async def exchange(shop: Shop, *, mode: ExchangeMode = ExchangeMode.ON_RECEIPT) -> Exchange:
    """Of a mug that is to come back for another one, of two that have just come in."""
    await shop.receive(shop.mug, shop.north, 2)
    row = await returned(shop, "approved", mug=1, back=1)
    lines = [LineDraft(variant_id=shop.mug.id, quantity=1)]
    return await exchanges.arrange(SYSTEM, row.id, mode=mode, lines=lines)


async def lost(shop: Shop, *, mug: int = 2) -> tuple[Order, Claim]:
    """An order whose only parcel is lost, and the claim that opened by itself."""
    order = await paid(shop, "shipped", mug=mug)
    await report(await Shipment.get(order_id=order.id), ShipmentStatus.LOST)
    return await Order.get(id=order.id), await Claim.get(order_id=order.id)


async def money_of(order: Order) -> tuple[int, int, int]:
    """What an order costs as it stands, what came in for it, and what is asked to go back."""
    row = await Order.get(id=order.id)
    return row.price, row.captured, -row.balance_due


async def line_of(order: Order) -> OrderLine:
    [line] = await lines_of(order)
    return line


async def in_order() -> None:
    """Every rule holds of the whole database."""
    broken = [(each.name, each.examples) for each in await checks.run() if each.broken]
    assert broken == []


async def make_good(shop: Shop) -> None:
    """Let one of each remedy be given: money for a lost parcel, the carrier bearing it; the same
    goods once more; money for a return, and other goods for another."""
    _, row = await lost(shop)
    await claims.approve(SYSTEM, row.id)
    await claim_remedies.refund(SYSTEM, row.id)
    await claim_recoveries.request(SYSTEM, row.id, amount=(Decimal(20), "EUR"))
    await claim_recoveries.settle(SYSTEM, row.id)
    again = await claim(shop, "approved")
    await claim_remedies.replace(SYSTEM, again.id)
    await returned(shop, "resolved", mug=2, back=1)
    swapped = await exchange(shop)
    await take(await Return.get(id=swapped.returned_id), "resolved", shop.mug, since="approved")

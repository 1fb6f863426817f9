"""What a change of an order comes to in money, stock and promise, before it is made and after."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import Order, OrderLine, OrderStatus, Row
from models.statements import select, select_one


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """How an order stands at a moment; units by SKU, money in minor units of its currency."""

    status: OrderStatus | None = None
    currency: str = ""
    total: int = 0
    balance_due: int = 0
    promised_at: datetime | None = None
    reserved: Counter[str]
    backordered: Counter[str]


@dataclass(frozen=True, kw_only=True)
class StockChange:
    """Units of a SKU that are set aside for an order, picked ones too, or wait for stock."""

    sku: str
    reserved_before: int
    reserved_after: int
    backordered_before: int
    backordered_after: int


NOTHING = Snapshot(reserved=Counter(), backordered=Counter())


async def snapshot(order_id: int | None) -> Snapshot:
    """How an order stands now; one that is yet to be entered has nothing."""
    order = None if order_id is None else await select_one(Order, id=order_id)
    if order is None:
        return NOTHING
    reserved: Counter[str] = Counter()
    backordered: Counter[str] = Counter()
    for line in await select(OrderLine, order_id=order.id):
        reserved[line.sku] += line.reserved + line.picked
        backordered[line.sku] += line.backordered
    return Snapshot(
        status=order.status,
        currency=order.currency,
        total=order.total,
        balance_due=order.balance_due,
        promised_at=getattr(order, "promised_at", None),
        reserved=reserved,
        backordered=backordered,
    )


async def order_behind(kind: type[Row], row_id: int) -> int | None:
    """The order that a row is, or belongs to."""
    if kind is Order:
        return row_id
    row = await kind.get_or_none(id=row_id)
    return getattr(row, "order_id", None)


def stock_changes(before: Snapshot, after: Snapshot) -> Sequence[StockChange]:
    """What is set aside differently now, by SKU."""
    skus = sorted({*before.reserved, *before.backordered, *after.reserved, *after.backordered})
    changes = [
        StockChange(
            sku=sku,
            reserved_before=before.reserved[sku],
            reserved_after=after.reserved[sku],
            backordered_before=before.backordered[sku],
            backordered_after=after.backordered[sku],
        )
        for sku in skus
    ]
    return [
        each
        for each in changes
        if (each.reserved_before, each.backordered_before)
        != (each.reserved_after, each.backordered_after)
    ]

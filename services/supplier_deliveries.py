"""What came of suppliers, put on record as it comes, to learn from and to judge them by."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from models import PurchaseOrder, PurchaseOrderLine, Supplier, SupplierDelivery, SupplierItem
from models.statements import get, select, update
from services import lead_times
from services.lead_times import DAY_SECONDS, ONE_DELIVERY_DAYS


async def record(
    order: PurchaseOrder,
    lines: Sequence[PurchaseOrderLine],
    counted: Mapping[int, tuple[int, int]],
    at: datetime,
) -> None:
    """Note that units of these lines came, and how many of them damaged, by the lines' ids.

    What is counted within half a day of a line is one delivery, which came when the first of it
    was counted: a scanner counts unit by unit. The order is locked by the caller.
    """
    supplier = await get(Supplier, order.supplier_id)
    variant_ids = [line.variant_id for line in lines]
    found = await select(SupplierItem, supplier_id=supplier.id, variant_id__in=variant_ids)
    items = {item.variant_id: item for item in found}
    known = {row.line_id: row for row in await select(SupplierDelivery, line_id__in=list(counted))}
    new, more = [], []
    for line in lines:
        row = known.get(line.id)
        if row is None or at - row.at > timedelta(days=ONE_DELIVERY_DAYS):
            new.append(_delivery(order, supplier, line, items.get(line.variant_id), at))
        else:
            more.append(row)
    for row in (*new, *more):
        units, damaged = counted[row.line_id]
        row.units, row.damaged = row.units + units, row.damaged + damaged
    if new:
        await SupplierDelivery.bulk_create(new)
    if more:
        await update(more, ("units", "damaged"))
    await lead_times.observe(order, [(line, counted[line.id][0]) for line in lines], items, at)


def _delivery(
    order: PurchaseOrder,
    supplier: Supplier,
    line: PurchaseOrderLine,
    item: SupplierItem | None,
    at: datetime,
) -> SupplierDelivery:
    due = line.due_at
    own = item.lead_days if item is not None else None
    return SupplierDelivery(
        supplier_id=supplier.id,
        line_id=line.id,
        units=0,
        damaged=0,
        late_days=None if due is None else (at - due).total_seconds() / DAY_SECONDS,
        lead_days=lead_times.days_from(order.sent_at, at),
        stated_days=supplier.lead_days if own is None else own,
        listed=item.price_of(line.quantity) if item is not None and not item.archived_at else None,
        sent_at=order.sent_at or at,
        at=at,
    )

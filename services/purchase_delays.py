"""Purchase orders that are late: found once, said once, and reckoned anew from then on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from models import Arrival, ArrivalStatus, PurchaseOrder
from models.statements import get, select_by_id
from services import purchase_arrivals
from services.actors import SYSTEM
from services.clock import now
from services.commit import announce, operation
from services.facts.purchase_orders import PurchaseOrderLate


async def due(at: datetime, limit: int) -> Sequence[int]:
    """Orders of which something should have come by now."""
    ids: list[Any] = (
        await PurchaseOrder.filter(review_at__lte=at)
        .order_by("review_at", "id")
        .limit(limit)
        .values_list("id", flat=True)
    )
    return ids


async def late_with(variant_ids: Collection[int]) -> dict[int, PurchaseOrder]:
    """The purchase order that is late the longest with each of these variants, by variant."""
    if not variant_ids:
        return {}
    awaited = await Arrival.filter(
        variant_id__in=sorted(variant_ids), status=ArrivalStatus.EXPECTED
    ).exclude(purchase_order_id=None)
    orders = await select_by_id(PurchaseOrder, {row.purchase_order_id or 0 for row in awaited})
    found: dict[int, PurchaseOrder] = {}
    for row in awaited:
        order = orders[row.purchase_order_id or 0]
        first = found.get(row.variant_id)
        if order.due_at is None or order.late_since is None:
            continue
        if first is None or first.due_at is None or order.due_at < first.due_at:
            found[row.variant_id] = order
    return found


@operation
async def review(order_id: int) -> None:
    """Mark an order late against what was confirmed, else expected, and reckon anew when the
    rest comes. Does nothing where it has come, or its dates have moved."""
    order, at = await get(PurchaseOrder, order_id, locked=True), now()
    if order.review_at is None or order.review_at > at:
        return
    lines = await purchase_arrivals.lines_of(order)
    is_news = order.late_since is None
    await purchase_arrivals.follow(SYSTEM, order, lines, at=at, reason="It has not come yet.")
    if is_news and order.due_at is not None and order.due_at <= at:
        order.late_since = at
        announce(
            SYSTEM,
            PurchaseOrderLate(
                purchase_order_id=order.id,
                supplier_id=order.supplier_id,
                location_id=order.location_id,
                due_at=order.due_at,
                outstanding=sum(line.outstanding for line in lines),
            ),
        )
    await order.store()

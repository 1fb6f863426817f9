"""Recalls: call a lot back, tell everybody who was sent units of it, and end that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.connection import get_connection

from models import ExceptionKind, Lot, Order, Recall, ReservationStatus, Variant
from models.errors import Blocked, Problem, refuse_any
from models.statements import get, select
from services import exceptions, lots, scopes
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.lots import LotRecalled, LotRecallEnded, LotRecallStarted, LotRecallTold
from services.inputs import Inputs

# So many orders are told in one transaction.
BATCH = 100


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many orders were sent units of the lot, how many of those were told, and how many units
    are still set aside for others."""

    orders: int
    orders_told: int
    units_reserved: int


@operation
async def start(actor: Actor, lot_id: int, *, reason: str) -> Lot:
    """Call a lot back. Nothing of it leaves any more; by and by what lies anywhere is put into
    quarantine, orders get units of other lots, and those who were sent some are told."""
    lot = await scopes.take(actor, Lot, lot_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=500)
    refuse_any([*inputs.problems, *reasons_not_to_recall(lot)])
    lot.recalled_at, lot.recall_reason = now(), reason
    lot.attend_at = lots.attend_when(lot)
    await lot.store()
    await Recall.create(lot_id=lot.id, reason=reason, actor=actor.label)

    about = {"variant_id": lot.variant_id, "lot_id": lot.id, "code": lot.code}
    announce(actor, LotRecallStarted(**about, recall_reason=reason))
    return lot


@operation
async def end(actor: Actor, lot_id: int) -> Lot:
    """Call a lot back no longer. What is in quarantine stays there until somebody restores it."""
    lot = await scopes.take(actor, Lot, lot_id)
    refuse_any(reasons_not_to_end(lot))
    recall = await Recall.get(lot_id=lot.id, is_open=True)
    recall.is_open, recall.ended_at, recall.ended_by = None, now(), actor.label
    recall.told_at = recall.told_at or now()
    await recall.store()
    lot.recalled_at, lot.recall_reason = None, ""
    lot.attend_at = lots.attend_when(lot)
    await lot.store()

    announce(actor, LotRecallEnded(variant_id=lot.variant_id, lot_id=lot.id, code=lot.code))
    return lot


async def due(at: datetime, limit: int) -> list[int]:
    """Recalls of which somebody is yet to be told."""
    rows = await Recall.filter(told_at=None).order_by("id").limit(limit)
    return [row.id for row in rows]


@operation
async def tell(recall_id: int) -> None:
    """Tell the next orders that were sent units of the lot, and put them into the queue of
    exceptions."""
    seen = await get(Recall, recall_id)
    ids = await _next_orders(seen)
    # Orders are locked before what concerns many of them, in the order of their ids.
    orders = await select(Order, locked=True, id__in=ids)
    recall = await get(Recall, recall_id, locked=True)
    if recall.told_at is not None or recall.told_up_to != seen.told_up_to:
        return
    lot = await get(Lot, recall.lot_id)
    variant = await get(Variant, lot.variant_id)
    about = {"variant_id": lot.variant_id, "lot_id": lot.id, "code": lot.code}
    for order in orders:
        reason = f"Lot {lot.code} of {variant.sku} was called back: {recall.reason}"
        await exceptions.open(SYSTEM, order, ExceptionKind.RECALLED, reason=reason)
        announce(
            SYSTEM,
            LotRecalled(
                order_id=order.id,
                customer_id=order.customer_id,
                sku=variant.sku,
                recall_reason=recall.reason,
                **about,
            ),
        )
    recall.orders_told += len(orders)
    recall.told_up_to = max([recall.told_up_to, *ids])
    if len(ids) < BATCH:
        recall.told_at = now()
        announce(SYSTEM, LotRecallTold(**about, orders_told=recall.orders_told))
    await recall.store()


async def progress(actor: Actor, rows: Sequence[Recall]) -> list[Progress]:
    """How far recalls have come."""
    ids = ", ".join(str(row.lot_id) for row in rows)
    found = await get_connection("default").execute_query_dict(
        "SELECT lot_id, COUNT(DISTINCT CASE WHEN status = 'consumed' THEN order_id END) AS orders, "
        "SUM(CASE WHEN status = 'active' THEN quantity ELSE 0 END) AS units "
        f"FROM reservations WHERE lot_id IN ({ids}) AND status IN ('consumed', 'active') "
        "GROUP BY lot_id"
    )
    by_lot = {each["lot_id"]: (int(each["orders"]), int(each["units"])) for each in found}
    made = []
    for row in rows:
        orders, units = by_lot.get(row.lot_id, (0, 0))
        made.append(Progress(orders=orders, orders_told=row.orders_told, units_reserved=units))
    return made


def reasons_not_to_recall(lot: Lot) -> list[Problem]:
    if lot.recalled_at is None:
        return []
    return [Blocked(message=f"{lot.code} has been called back already.", path=("id",))]


def reasons_not_to_end(lot: Lot) -> list[Problem]:
    if lot.recalled_at is not None:
        return []
    return [Blocked(message=f"{lot.code} is not called back.", path=("id",))]


async def _next_orders(recall: Recall) -> list[int]:
    rows = await get_connection("default").execute_query_dict(
        "SELECT DISTINCT order_id FROM reservations "
        f"WHERE lot_id = {recall.lot_id:d} AND status = '{ReservationStatus.CONSUMED}' "
        f"AND order_id > {recall.told_up_to:d} ORDER BY order_id LIMIT {BATCH}"
    )
    return [row["order_id"] for row in rows]

"""What a purchase order brings, kept in step with it: its worth, its dates and its arrivals.

People and back-orders look at arrivals; those of a purchase order are written here and nowhere
else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from models import Arrival, ArrivalStatus, PurchaseOrder, PurchaseOrderLine
from models.rows import store_all
from models.statements import select
from services import policies
from services.actors import Actor
from services.commit import announce
from services.facts.arrivals import (
    ArrivalCancelled,
    ArrivalExpected,
    ArrivalFact,
    ArrivalReceived,
    ArrivalUpdated,
)

Lines = Sequence[PurchaseOrderLine]


async def lines_of(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    return await select(PurchaseOrderLine, purchase_order_id=order.id)


async def follow(
    actor: Actor, order: PurchaseOrder, lines: Lines, *, at: datetime, reason: str
) -> None:
    """Let the worth, the dates and the arrivals of an order follow its lines. The order is the
    caller's to store, and is locked by it."""
    order.total = sum(line.total for line in lines)
    awaited = [line for line in lines if line.outstanding] if order.is_under_way else []
    expected = await _keep(actor, order, awaited, at=at, reason=reason)
    order.due_at = min((line.due_at for line in awaited if line.due_at), default=None)
    order.expected_at = max(expected, default=None)
    order.review_at = min(expected, default=None)
    if order.due_at is None or order.due_at > at:
        order.late_since = None


def reckoned_at(line: PurchaseOrderLine, at: datetime) -> datetime:
    """When the rest of a line should come: as it was confirmed, else as it was asked for; where
    that has passed, some days from now."""
    due = line.due_at
    if due is not None and due > at:
        return due
    return at + timedelta(days=policies.current().overdue_days)


async def come(actor: Actor, order: PurchaseOrder, units: dict[int, int], *, at: datetime) -> None:
    """Count units that came, by line, against what is expected of it."""
    open_ = await _open(order)
    for line_id, came in sorted(units.items()):
        row = open_.get(line_id)
        if row is None or not came:
            continue
        row.arrive(came, at=at)
        await row.store()
        _announce(actor, ArrivalReceived, row, units=came, outstanding=row.outstanding)


async def _keep(
    actor: Actor, order: PurchaseOrder, awaited: Lines, *, at: datetime, reason: str
) -> list[datetime]:
    """Have one open arrival for each line of which something is to come, and none else; gives
    when those are expected."""
    open_ = await _open(order)
    kept: list[Arrival] = []
    changed: list[Arrival] = []
    for line in awaited:
        expected_at = reckoned_at(line, at)
        row = open_.pop(line.id, None)
        if row is None:
            row = await _expect(actor, order, line, expected_at)
        elif row.outstanding != line.outstanding or _moves(row, line, expected_at, at):
            row.quantity = row.arrived + line.outstanding
            row.reason = reason
            if _moves(row, line, expected_at, at):
                row.expected_at = expected_at
            changed.append(row)
        kept.append(row)
    await store_all(changed, "quantity", "expected_at", "reason")
    for row in changed:
        _announce(actor, ArrivalUpdated, row, reason=reason)
    for row in open_.values():
        row.cancel(reason=reason, at=at)
        await row.store()
        _announce(actor, ArrivalCancelled, row, reason=reason)
    return [row.expected_at for row in kept]


def _moves(row: Arrival, line: PurchaseOrderLine, expected_at: datetime, at: datetime) -> bool:
    """Whether units are expected at another time. What is overdue is reckoned anew only once the
    time that was reckoned last has passed too."""
    overdue = line.due_at is None or line.due_at <= at
    return row.expected_at <= at if overdue else row.expected_at != expected_at


async def _expect(
    actor: Actor, order: PurchaseOrder, line: PurchaseOrderLine, expected_at: datetime
) -> Arrival:
    row = await Arrival.create(
        variant_id=line.variant_id,
        location_id=order.location_id,
        quantity=line.outstanding,
        expected_at=expected_at,
        purchase_order_id=order.id,
        purchase_order_line_id=line.id,
        reference=order.number,
    )
    _announce(actor, ArrivalExpected, row)
    return row


async def _open(order: PurchaseOrder) -> dict[int, Arrival]:
    rows = await Arrival.filter(purchase_order_id=order.id, status=ArrivalStatus.EXPECTED).order_by(
        "id"
    )
    return {row.purchase_order_line_id or 0: row for row in rows}


def _announce(actor: Actor, fact: type[ArrivalFact], row: Arrival, **details: Any) -> None:
    announce(
        actor,
        fact(
            variant_id=row.variant_id,
            location_id=row.location_id,
            arrival_id=row.id,
            quantity=row.quantity,
            expected_at=row.expected_at,
            **details,
        ),
    )

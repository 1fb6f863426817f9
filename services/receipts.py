"""Receipts: open one for a delivery of a purchase order, and complete it.

What is scanned in between is in `receiving`, what becomes of units in quarantine in
`inspections`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models import (
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
    SupplierClaimKind,
)
from models.errors import Blocked, Problem, refuse_any
from models.rows import store_all
from models.statements import get, select
from services import purchase_arrivals, purchase_orders, scopes, supplier_claims
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.receipts import ReceiptCancelled, ReceiptCompleted, ReceiptFact, ReceiptOpened
from services.inputs import Inputs

MOST_REFERENCE = 100
MOST_REASON = 500
COUNTS = ("accepted", "damaged", "over", "wrong", "short")
# What is wrong with a delivery shows when it is complete, but for what an inspection finds.
KINDS = tuple(kind for kind in SupplierClaimKind if kind is not SupplierClaimKind.QUALITY)


@dataclass(frozen=True, kw_only=True)
class Short:
    """Units of a line that are on the papers of a delivery and did not come; `final` where they
    are not expected any more."""

    line_id: int
    quantity: int
    final: bool = False


@operation
async def open(actor: Actor, purchase_order_id: int, *, reference: str = "") -> Receipt:
    """Begin to scan in a delivery of a purchase order, where that was ordered to."""
    inputs = Inputs()
    reference = inputs.text(reference, "reference", least=0, most=MOST_REFERENCE)
    inputs.refuse()
    order = await scopes.take(actor, PurchaseOrder, purchase_order_id, "purchaseOrderId")
    reasons = purchase_orders.reasons_not_to_receive(order)
    refuse_any([replace(each, path=("purchaseOrderId",)) for each in reasons])
    row = await Receipt.create(
        purchase_order_id=order.id,
        supplier_id=order.supplier_id,
        location_id=order.location_id,
        reference=reference,
        opened_by=actor.label,
    )
    ordered = await select(PurchaseOrderLine, purchase_order_id=order.id)
    await ReceiptLine.bulk_create(
        [
            ReceiptLine(
                receipt_id=row.id,
                purchase_order_line_id=line.id,
                variant_id=line.variant_id,
                ordered=line.outstanding,
                promised_at=line.due_at,
            )
            for line in ordered
        ]
    )

    told(actor, ReceiptOpened, row)
    return row


@operation
async def complete(actor: Actor, receipt_id: int, *, shorts: Sequence[Short] = ()) -> Receipt:
    """Say that everything of a delivery has been counted, and which units on its papers did not
    come. What was not as ordered becomes a claim, which a buyer looks at."""
    order, row = await take(actor, receipt_id)
    refuse_any(reasons_not_to_complete(row))
    lines = await lines_of(row)
    bought = await select(PurchaseOrderLine, purchase_order_id=order.id)
    ordered = {line.id: line for line in bought}
    _count_short(shorts, {line.id: line for line in lines}, ordered)
    at = now()
    row.complete(by=actor.label, at=at)
    await store_all(lines, "short")
    if given_up := [each for each in shorts if each.final]:
        await _give_up(actor, order, given_up, lines, ordered)
    await row.store()
    await _claim(actor, order, lines, ordered)

    sums = {name: sum(getattr(line, name) for line in lines) for name in COUNTS}
    told(actor, ReceiptCompleted, row, supplier_id=row.supplier_id, **sums)
    return row


@operation
async def cancel(actor: Actor, receipt_id: int, *, reason: str) -> Receipt:
    """Say that a receipt was opened in error; refused once anything of it was taken in."""
    _, row = await take(actor, receipt_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=MOST_REASON)
    refuse_any([*inputs.problems, *reasons_not_to_cancel(row, await lines_of(row))])
    row.cancel(reason=reason, at=now())
    await row.store()

    told(actor, ReceiptCancelled, row, reason=reason)
    return row


async def take(actor: Actor, receipt_id: int) -> tuple[PurchaseOrder, Receipt]:
    """A receipt and its purchase order, which nobody else can change until the operation is over.

    The order is locked first, as everybody does who changes it.
    """
    seen = await scopes.find(actor, Receipt, receipt_id)
    order = await get(PurchaseOrder, seen.purchase_order_id, locked=True)
    return order, await get(Receipt, receipt_id, locked=True)


async def lines_of(row: Receipt) -> list[ReceiptLine]:
    return await select(ReceiptLine, receipt_id=row.id)


def reasons_not_to_complete(row: Receipt) -> list[Problem]:
    wanted = ReceiptStatus.COMPLETED
    return [] if row.may_become(wanted) else [row.wrong_status(wanted)]


def reasons_not_to_cancel(row: Receipt, lines: Sequence[ReceiptLine]) -> list[Problem]:
    if not row.may_become(ReceiptStatus.CANCELLED):
        return [row.wrong_status(ReceiptStatus.CANCELLED)]
    if all(line.is_untouched for line in lines):
        return []
    message = f"Something of {row.number} was scanned already. Complete it instead."
    return [Blocked(message=message, path=("id",))]


def told(actor: Actor, fact: type[ReceiptFact], row: Receipt, **details: Any) -> None:
    announce(
        actor,
        fact(
            location_id=row.location_id,
            purchase_order_id=row.purchase_order_id,
            receipt_id=row.id,
            **details,
        ),
    )


def _count_short(
    shorts: Sequence[Short],
    lines: Mapping[int, ReceiptLine],
    ordered: Mapping[int, PurchaseOrderLine],
) -> None:
    inputs = Inputs()
    for n, each in enumerate(shorts):
        inputs.number(each.quantity, "shorts", n, "quantity")
        line = lines.get(each.line_id)
        if line is None or line.purchase_order_line_id is None:
            inputs.add(scopes.not_found(ReceiptLine, ("shorts", n, "lineId")))
        elif (left := ordered[line.purchase_order_line_id].outstanding) < (
            line.short + each.quantity
        ):
            message = f"Only {left} units of it have not come."
            inputs.add(Blocked(message=message, path=("shorts", n, "quantity")))
        else:
            line.short += each.quantity
    inputs.refuse()


async def _give_up(
    actor: Actor,
    order: PurchaseOrder,
    shorts: Sequence[Short],
    lines: Sequence[ReceiptLine],
    ordered: Mapping[int, PurchaseOrderLine],
) -> None:
    """Expect units no more that will not come."""
    line_of = {line.id: line.purchase_order_line_id or 0 for line in lines}
    for each in shorts:
        ordered[line_of[each.line_id]].cancelled += each.quantity
    touched = {line_of[each.line_id] for each in shorts}
    await store_all([ordered[each] for each in sorted(touched)], "cancelled")
    at, everything = now(), list(ordered.values())
    order.come(everything, at=at)
    await purchase_arrivals.follow(actor, order, everything, at=at, reason="It did not come.")
    await order.store()


async def _claim(
    actor: Actor,
    order: PurchaseOrder,
    lines: Sequence[ReceiptLine],
    ordered: Mapping[int, PurchaseOrderLine],
) -> None:
    for line in lines:
        bought = ordered.get(line.purchase_order_line_id or 0)
        for kind in KINDS:
            if units := getattr(line, kind):
                await supplier_claims.begin(actor, order, line, kind, units, bought)

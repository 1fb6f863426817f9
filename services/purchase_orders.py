"""Purchase orders: begin them, receive what they bring, and end them.

Their lines are in `purchase_lines`, who may approve them in `purchase_approvals`, what passes
between us and the supplier in `purchase_talks`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from models import Location, PurchaseMessage, PurchaseOrder, PurchaseOrderLine, Supplier
from models.errors import Blocked, Problem, Refused, refuse_any
from models.lifecycle import PurchaseOrderStatus
from models.purchase_orders import ENDED, UNDER_WAY
from models.rows import store_all
from services import (
    landed_costs,
    purchase_arrivals,
    purchase_dispatches,
    purchase_lines,
    records,
    scopes,
    supplier_deliveries,
)
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.purchase_orders import (
    PurchaseOrderCancelled,
    PurchaseOrderClosed,
    PurchaseOrderDrafted,
    PurchaseOrderReceived,
    PurchaseOrderUpdated,
)
from services.inputs import Inputs
from services.purchase_lines import MOST_LINES, PurchaseLineDraft
from services.records import Changes

MOST_REFERENCE = 100
MOST_TEXT = 500
MILLION = 1_000_000
_S = PurchaseOrderStatus
RECEIVABLE = UNDER_WAY | {_S.RECEIVED}


@operation
async def draft(
    actor: Actor,
    supplier_id: int,
    location_id: int,
    lines: Sequence[PurchaseLineDraft],
    *,
    reference: str = "",
    note: str = "",
    exchange_rate: Decimal | None = None,
) -> PurchaseOrder:
    """Begin a purchase order of a supplier's goods for a location, in the supplier's currency.

    Prices are what the supplier asks for so many units, unless a line gives its own. Refused for
    units that are no whole packs, or fewer than the supplier sells at once.
    """
    supplier = await scopes.find(actor, Supplier, supplier_id, "supplierId")
    records.refuse_archived(supplier, "supplierId")
    location = await scopes.find(actor, Location, location_id, "locationId")
    records.refuse_archived(location, "locationId")
    inputs = Inputs()
    order = PurchaseOrder(
        supplier_id=supplier.id,
        location_id=location.id,
        currency=supplier.currency,
        rate=_rate(inputs, exchange_rate),
        reference=inputs.text(reference, "reference", least=0, most=MOST_REFERENCE),
        note=inputs.text(note, "note", least=0, most=MOST_TEXT),
        drafted_by=actor.label,
    )
    _distinct(inputs, lines)
    made = await purchase_lines.written(actor, order, lines, inputs, "lines")
    inputs.refuse()
    order.total = sum(line.total for line in made)
    await order.save()
    for line in made:
        line.purchase_order_id = order.id
    await PurchaseOrderLine.bulk_create(made)

    announce(actor, PurchaseOrderDrafted(purchase_order_id=order.id, location_id=order.location_id))
    return order


@operation
async def update(actor: Actor, order_id: int, changes: Changes) -> PurchaseOrder:
    """Correct what an order goes by, its note, or what its currency is worth."""
    order = await scopes.take(actor, PurchaseOrder, order_id)
    refuse_any(reasons_not_to_update(order))
    inputs = Inputs()
    for name, most in (("reference", MOST_REFERENCE), ("note", MOST_TEXT)):
        if name in changes:
            setattr(order, name, inputs.text(changes[name], name, least=0, most=most))
    if "exchange_rate" in changes:
        order.rate = _rate(inputs, changes["exchange_rate"])
    inputs.refuse()
    await order.store()

    announce(actor, PurchaseOrderUpdated(purchase_order_id=order.id, location_id=order.location_id))
    return order


@operation
async def receive_units(
    actor: Actor,
    order: PurchaseOrder,
    units: Mapping[int, tuple[int, int]],
    at: datetime,
) -> PurchaseOrder:
    """Count what came of each line, by its id: how many units, and how many of those are damaged.

    More than was ordered is counted too. The order is locked by the caller, who afterwards takes
    the units into stock: what they cost on average is reckoned with what was there before.
    """
    refuse_any(reasons_not_to_receive(order))
    lines = await purchase_arrivals.lines_of(order)
    counted = {line_id: count for line_id, count in units.items() if count[0]}
    if unknown := set(counted) - {line.id for line in lines}:
        raise LookupError(f"{order.number} has no lines {sorted(unknown)}")
    if not counted:
        return order
    touched = [line for line in lines if line.id in counted]
    for line in touched:
        came, damaged = counted[line.id]
        line.receive(came, damaged=damaged)
    await store_all(touched, "received", "damaged", "cancelled")
    await supplier_deliveries.record(order, touched, counted, at)
    came_of = {line_id: came for line_id, (came, _) in counted.items()}
    await purchase_arrivals.come(actor, order, came_of, at=at)
    order.come(lines, at=at)
    await purchase_arrivals.follow(actor, order, lines, at=at, reason="Some of it came.")
    await landed_costs.average_in(order, touched, came_of)
    await order.store()

    announce(
        actor,
        PurchaseOrderReceived(
            purchase_order_id=order.id,
            supplier_id=order.supplier_id,
            location_id=order.location_id,
            units=sum(came for came, _ in counted.values()),
            damaged=sum(damaged for _, damaged in counted.values()),
            outstanding=sum(line.outstanding for line in lines),
        ),
    )
    return order


@operation
async def close(actor: Actor, order_id: int, *, reason: str = "") -> PurchaseOrder:
    """Settle an order that has come. Where something of it has not, say why it will not."""
    order = await scopes.take(actor, PurchaseOrder, order_id)
    refuse_any(reasons_not_to_close(order))
    lines = await purchase_arrivals.lines_of(order)
    short = sum(line.outstanding for line in lines)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", least=1 if short else 0, most=MOST_TEXT)
    inputs.refuse()
    await _give_up(lines)
    at = now()
    order.close(reason=reason, at=at)
    await purchase_arrivals.follow(actor, order, lines, at=at, reason=reason)
    if short:
        await purchase_dispatches.forget(order)
        await purchase_dispatches.tell(order, PurchaseMessage.CANCELLATION)
    await order.store()

    announce(
        actor,
        PurchaseOrderClosed(
            purchase_order_id=order.id,
            supplier_id=order.supplier_id,
            location_id=order.location_id,
            short=short,
            reason=reason,
        ),
    )
    return order


@operation
async def cancel(actor: Actor, order_id: int, *, reason: str) -> PurchaseOrder:
    """Give up an order of which nothing has come. A supplier who has it is told."""
    order = await scopes.take(actor, PurchaseOrder, order_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=MOST_TEXT)
    refuse_any([*inputs.problems, *reasons_not_to_cancel(order)])
    lines = await purchase_arrivals.lines_of(order)
    was_sent = order.is_under_way
    await _give_up(lines)
    at = now()
    order.cancel(reason=reason, at=at)
    await purchase_arrivals.follow(actor, order, lines, at=at, reason=reason)
    if was_sent:
        await purchase_dispatches.forget(order)
        await purchase_dispatches.tell(order, PurchaseMessage.CANCELLATION)
    await order.store()

    announce(
        actor,
        PurchaseOrderCancelled(
            purchase_order_id=order.id,
            # What they never had is none of their business.
            supplier_id=order.supplier_id if was_sent else None,
            location_id=order.location_id,
            reason=reason,
        ),
    )
    return order


def reasons_not_to_update(order: PurchaseOrder) -> list[Problem]:
    if order.status not in ENDED:
        return []
    return [Blocked(message=f"{order.number} is {order.status.spoken}.", path=("id",))]


def reasons_not_to_receive(order: PurchaseOrder) -> list[Problem]:
    received = _S.RECEIVED
    return [] if order.status in RECEIVABLE else [order.wrong_status(received)]


def reasons_not_to_close(order: PurchaseOrder) -> list[Problem]:
    return [] if order.may_become(_S.CLOSED) else [order.wrong_status(_S.CLOSED)]


def reasons_not_to_cancel(order: PurchaseOrder) -> list[Problem]:
    return [] if order.may_become(_S.CANCELLED) else [order.wrong_status(_S.CANCELLED)]


async def _give_up(lines: Sequence[PurchaseOrderLine]) -> None:
    missing = [line for line in lines if line.outstanding]
    for line in missing:
        line.give_up()
    await store_all(missing, "cancelled")


def _rate(inputs: Inputs, rate: Decimal | None) -> int | None:
    if rate is None:
        return None
    millionths = rate * MILLION
    if not 0 < millionths <= MILLION**2 or millionths != int(millionths):
        inputs.wrong("Give a rate above 0, of six decimals at most.", "exchangeRate")
        return None
    return int(millionths)


def _distinct(inputs: Inputs, lines: Sequence[PurchaseLineDraft]) -> None:
    if len(lines) > MOST_LINES:
        raise Refused(Problem(message=f"It has at most {MOST_LINES} lines.", path=("lines",)))
    seen: set[int] = set()
    for n, line in enumerate(lines):
        if line.variant_id in seen:
            inputs.wrong("It is on another line already.", "lines", n, "variantId")
        seen.add(line.variant_id)

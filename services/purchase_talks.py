"""What passes between us and a supplier about an order: sent, answered, changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import (
    PurchaseChannel,
    PurchaseMessage,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
    SupplierItem,
)
from models.errors import Blocked, Problem, refuse_any
from models.lifecycle import PurchaseOrderStatus
from models.rows import store_all
from models.statements import get, select
from services import (
    landed_costs,
    lead_times,
    purchase_approvals,
    purchase_arrivals,
    purchase_dispatches,
    purchase_lines,
    scopes,
)
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.purchase_orders import (
    PurchaseOrderAcknowledged,
    PurchaseOrderChanged,
    PurchaseOrderSent,
)
from services.inputs import Inputs

MOST_REFERENCE = 100
MOST_TEXT = 500
_S = PurchaseOrderStatus


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a supplier says of a line: so many units of it in all come, those that are still to
    come at a time."""

    line_id: int
    units: int
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for of a line instead: so many units in all, or another time."""

    line_id: int
    units: int | None = None
    at: datetime | None = None


@operation
async def send(
    actor: Actor, order_id: int, *, channel: PurchaseChannel | None = None
) -> PurchaseOrder:
    """Send an approved order to its supplier: to their system, by email, or as somebody does it
    by hand. Its goods are expected from now on."""
    order = await scopes.take(actor, PurchaseOrder, order_id)
    refuse_any(reasons_not_to_send(order))
    supplier = await get(Supplier, order.supplier_id)
    channel = purchase_dispatches.channel_for(supplier, channel)
    lines = await purchase_arrivals.lines_of(order)
    at = now()
    days = await _lead_days(supplier, lines)
    for line in lines:
        line.expected_at = at + timedelta(days=days[line.variant_id])
    await store_all(lines, "expected_at")
    order.send(at=at)
    await purchase_arrivals.follow(actor, order, lines, at=at, reason="")
    await purchase_dispatches.tell(order, PurchaseMessage.ORDER, channel)
    await order.store()

    announce(
        actor,
        PurchaseOrderSent(
            purchase_order_id=order.id,
            supplier_id=order.supplier_id,
            location_id=order.location_id,
        ),
    )
    return order


@operation
async def acknowledge(
    actor: Actor,
    order_id: int,
    *,
    answers: Sequence[Answer] = (),
    at: datetime | None = None,
    reference: str = "",
    note: str = "",
) -> PurchaseOrder:
    """Say as the supplier, or for them, which units of an order come, and when; again, where that
    changes. Lines that are not named come in full at the time given, or wait for their answer.

    Units that are not confirmed will not be delivered and are expected no more.
    """
    order = await scopes.take(actor, PurchaseOrder, order_id)
    refuse_any(reasons_not_to_acknowledge(order))
    lines = await purchase_arrivals.lines_of(order)
    inputs = Inputs()
    order.supplier_reference = (
        inputs.text(reference, "reference", least=0, most=MOST_REFERENCE)
        or order.supplier_reference
    )
    note = inputs.text(note, "note", least=0, most=MOST_TEXT)
    before = order.expected_at
    touched = _answer(inputs, lines, answers, at)
    inputs.refuse()
    await store_all(touched, "confirmed", "confirmed_at", "cancelled")
    moment = now()
    order.acknowledge(lines, at=moment)
    order.come(lines, at=moment)
    await purchase_arrivals.follow(
        actor, order, lines, at=moment, reason=note or "The supplier has answered."
    )
    await order.store()

    announce(
        actor,
        PurchaseOrderAcknowledged(
            purchase_order_id=order.id,
            supplier_id=order.supplier_id,
            location_id=order.location_id,
            units=sum(line.confirmed or 0 for line in lines),
            declined=sum(line.cancelled for line in touched),
            expected_at=order.expected_at,
            expected_before=before,
        ),
    )
    return order


@operation
async def change(
    actor: Actor, order_id: int, *, wishes: Sequence[Wish], reason: str
) -> PurchaseOrder:
    """Ask for something else than was sent: other quantities, or another time. The supplier is
    told, and has to answer anew.

    Refused below what has come, and where it gets dearer than the caller may approve.
    """
    order = await scopes.take(actor, PurchaseOrder, order_id)
    refuse_any(reasons_not_to_change(order))
    lines = await purchase_arrivals.lines_of(order)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=MOST_TEXT)
    if not wishes:
        inputs.wrong("Say what changes.", "lines")
    await _wish(inputs, order, lines, wishes)
    worth = order.total
    order.total = sum(line.total for line in lines)
    if order.total > worth:
        inputs.problems.extend(purchase_approvals.reasons_not_to_spend(actor, order))
    inputs.refuse()
    await store_all(lines, "quantity", "cancelled", "confirmed", "confirmed_at", "expected_at")
    if order.landed:
        await landed_costs.deal_out(order, lines)
    at = now()
    order.change(reason=reason)
    order.come(lines, at=at)
    await purchase_arrivals.follow(actor, order, lines, at=at, reason=reason)
    await purchase_dispatches.forget(order)
    await purchase_dispatches.tell(order, PurchaseMessage.CHANGE)
    await order.store()

    announce(
        actor,
        PurchaseOrderChanged(
            purchase_order_id=order.id,
            supplier_id=order.supplier_id,
            location_id=order.location_id,
            reason=reason,
        ),
    )
    return order


def reasons_not_to_send(order: PurchaseOrder) -> list[Problem]:
    # An order that was acknowledged and is changed is sent again too, but not by this.
    return [] if order.status is _S.APPROVED else [order.wrong_status(_S.SENT)]


def reasons_not_to_acknowledge(order: PurchaseOrder) -> list[Problem]:
    return [] if order.is_under_way else [order.wrong_status(_S.ACKNOWLEDGED)]


def reasons_not_to_change(order: PurchaseOrder) -> list[Problem]:
    if order.is_under_way:
        return []
    message = f"{order.number} is {order.status.spoken}; what is with the supplier can be changed."
    return [Blocked(message=message, path=("id",))]


def _answer(
    inputs: Inputs,
    lines: Sequence[PurchaseOrderLine],
    answers: Sequence[Answer],
    at: datetime | None,
) -> list[PurchaseOrderLine]:
    """Let lines take what is said of them; gives those."""
    if at is not None:
        inputs.moment(at, "expectedAt")
    if at is None and not answers:
        inputs.wrong("Say when it comes, or what comes of each line.", "expectedAt")
    by_id, touched = {line.id: line for line in lines}, {}
    for n, answer in enumerate(answers):
        line = by_id.get(answer.line_id)
        if line is None or line.id in touched:
            inputs.wrong("Name each line of this order once.", "lines", n, "lineId")
            continue
        units = inputs.number(
            answer.units, "lines", n, "units", least=line.received, most=line.quantity
        )
        date = answer.at or at
        if date is not None:
            inputs.moment(date, "lines", n, "expectedAt")
        elif units > line.received:
            inputs.wrong("Say when they come.", "lines", n, "expectedAt")
        line.confirm(units, at=date)
        touched[line.id] = line
    for line in lines:
        if at is not None and line.id not in touched and line.outstanding:
            line.confirm(line.quantity - line.cancelled, at=at)
            touched[line.id] = line
    return list(touched.values())


async def _wish(
    inputs: Inputs,
    order: PurchaseOrder,
    lines: Sequence[PurchaseOrderLine],
    wishes: Sequence[Wish],
) -> None:
    by_id = {line.id: line for line in lines}
    items = {item.variant_id: item for item in await _items(order.supplier_id, lines)}
    named: set[int] = set()
    for n, wish in enumerate(wishes):
        line = by_id.get(wish.line_id)
        if line is None or line.id in named:
            inputs.wrong("Name each line of this order once.", "lines", n, "lineId")
            continue
        named.add(line.id)
        if wish.at is not None:
            line.expected_at = inputs.moment(wish.at, "lines", n, "expectedAt")
        asked = line.quantity - line.cancelled
        units = asked if wish.units is None else wish.units
        inputs.number(units, "lines", n, "units", least=line.received)
        item = items.get(line.variant_id)
        if item is not None and units > line.received and units != asked:
            purchase_lines.check_packs(inputs, item, units, "lines", n, "units")
        line.ask(units)


async def _lead_days(supplier: Supplier, lines: Sequence[PurchaseOrderLine]) -> dict[int, float]:
    """How many days each variant takes to come from a supplier, as far as that was learned."""
    items = {item.variant_id: item for item in await _items(supplier.id, lines)}
    learned = await lead_times.of_items(items.values())
    return {
        line.variant_id: learned[items[line.variant_id].id].days
        if line.variant_id in items
        else supplier.lead_days
        for line in lines
    }


async def _items(supplier_id: int, lines: Sequence[PurchaseOrderLine]) -> list[SupplierItem]:
    ids = [line.variant_id for line in lines]
    return await select(SupplierItem, supplier_id=supplier_id, variant_id__in=ids)

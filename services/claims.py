"""Claims: what customers did not get as they should have; open, approve and decline them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models import (
    CarrierEvent,
    Claim,
    ClaimKind,
    ClaimLine,
    ClaimStatus,
    FulfillmentLine,
    Mispick,
    Order,
    OrderLine,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from models.errors import Blocked, NotFound, Problem
from models.rows import store_all
from models.statements import select, select_by_id
from services import claimed_units, return_worth, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.claims import (
    ClaimApproved,
    ClaimDeclined,
    ClaimGoodsArrived,
    ClaimOpened,
    CustomerClaimFact,
)
from services.inputs import Inputs
from services.refunds import Back, Terms, reckon

MOST_TEXT = 500
MOST_LINES = 500
OF_PARCELS = {ShipmentStatus.LOST: ClaimKind.LOST, ShipmentStatus.DAMAGED: ClaimKind.DAMAGED}
MISPICKED = {ClaimKind.WRONG, ClaimKind.MISSING}


@operation
async def open(
    actor: Actor,
    order_id: int,
    *,
    kind: ClaimKind,
    lines: Sequence[tuple[int, int]],
    shipment_id: int | None = None,
    note: str = "",
) -> Claim:
    """Say that units of an order were lost, came damaged, were not in the parcel, or were others
    than those ordered: units by line, of those that left for the customer and are neither claimed
    nor asked to come back."""
    order = await scopes.take(actor, Order, order_id, "orderId")
    sold = {line.id: line for line in await select(OrderLine, order_id=order.id)}
    claimed = await claimed_units.of(sold)
    inputs = Inputs()
    note = inputs.text(note, "note", least=0, most=MOST_TEXT)
    parcels = {row.id: row for row in await select(Shipment, order_id=order.id)}
    if shipment_id is not None and shipment_id not in parcels:
        inputs.add(scopes.not_found(Shipment, ("shipmentId",)))
    _check(inputs, sold, lines, claimed)
    inputs.refuse()
    units = dict(lines)
    parcel_id = shipment_id or await _only_parcel(parcels.values(), units)
    parcel = None if parcel_id is None else parcels[parcel_id]
    return await _open(actor, order, kind, units, parcel=parcel, note=note)


async def follow_parcel(actor: Actor, order: Order, parcel: Shipment) -> None:
    """Open a claim for what is lost or damaged with a parcel, once; and tell of what came after
    all. The caller is an operation and has locked the order."""
    known = await select(Claim, shipment_id=parcel.id)
    if parcel.status is ShipmentStatus.DELIVERED:
        for row in known:
            if row.kind in OF_PARCELS.values() and row.status is not ClaimStatus.DECLINED:
                await _arrive(actor, row)
    kind = OF_PARCELS.get(parcel.status)
    if kind is None or any(row.kind is kind for row in known):
        return
    inside: Counter[int] = Counter()
    for each in await select(ShipmentLine, shipment_id=parcel.id):
        inside[each.line_id] += each.quantity
    lines = await select_by_id(OrderLine, inside)
    claimed = await claimed_units.of(lines)
    units = {
        line.id: min(inside[line.id], claimed_units.untouched(line, claimed))
        for line in lines.values()
    }
    units = {line_id: count for line_id, count in units.items() if count}
    if units:
        note = f"{parcel.number} with {parcel.carrier} is {parcel.status.spoken}."
        await _open(actor, order, kind, units, parcel=parcel, note=note)


@operation
async def approve(actor: Actor, claim_id: int) -> Claim:
    """Accept that a claim is to be made good; it is then replaced or refunded."""
    row = await scopes.take(actor, Claim, claim_id)
    row.approve(by=actor.label, at=now())
    await row.store()

    tell(actor, ClaimApproved, row)
    return row


@operation
async def decline(actor: Actor, claim_id: int, *, reason: str) -> Claim:
    """Refuse to make good for a claim, and say why; its units can be claimed again."""
    row = await scopes.take(actor, Claim, claim_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=MOST_TEXT)
    inputs.refuse()
    row.decline(reason=reason, by=actor.label, at=now())
    await row.store()

    tell(actor, ClaimDeclined, row, reason=reason)
    return row


def reasons_not_to_open(
    order: Order, lines: Iterable[OrderLine], claimed: Mapping[int, int]
) -> list[Problem]:
    if any(claimed_units.untouched(line, claimed) for line in lines):
        return []
    message = f"Every unit of {order.number} that was sent is claimed, or asked to come back."
    if not any(line.shipped for line in lines):
        message = f"Nothing of {order.number} was sent yet."
    return [Blocked(message=message, path=("orderId",))]


async def lines_of(row: Claim) -> list[ClaimLine]:
    return await select(ClaimLine, claim_id=row.id)


def tell(actor: Actor, fact: type[CustomerClaimFact], row: Claim, **details: Any) -> None:
    announce(
        actor,
        fact(
            order_id=row.order_id,
            customer_id=row.customer_id,
            claim_id=row.id,
            claim_kind=row.kind,
            **details,
        ),
    )


def _check(
    inputs: Inputs,
    sold: Mapping[int, OrderLine],
    wanted: Sequence[tuple[int, int]],
    claimed: Mapping[int, int],
) -> None:
    if not 1 <= len(wanted) <= MOST_LINES:
        inputs.wrong(f"Say which units, of at most {MOST_LINES} lines.", "lines")
        return
    seen: set[int] = set()
    for n, (line_id, count) in enumerate(wanted):
        if line_id not in sold:
            message = "The order has no such line."
            inputs.add(NotFound(message=message, path=("lines", n, "lineId")))
            continue
        if line_id in seen:
            inputs.wrong("Name each line once.", "lines", n, "lineId")
        seen.add(line_id)
        most = claimed_units.untouched(sold[line_id], claimed)
        if not 1 <= count <= most:
            message = (
                f"{most} units of {sold[line_id].sku} were sent and are neither claimed nor asked "
                f"to come back; this asks for {count}."
            )
            inputs.wrong(message, "lines", n, "units")


async def _open(
    actor: Actor,
    order: Order,
    kind: ClaimKind,
    units: Mapping[int, int],
    *,
    parcel: Shipment | None,
    note: str,
) -> Claim:
    sale = (await return_worth.sales([order]))[order.id]
    backs = [Back(line_id=line_id, units=count, ours=True) for line_id, count in units.items()]
    refund = reckon(sale, backs, Terms())
    event = None if parcel is None else await _event(parcel)
    mispick = await _mispick(order, units) if kind in MISPICKED else None
    row = await Claim.create(
        order_id=order.id,
        customer_id=order.customer_id,
        shipment_id=None if parcel is None else parcel.id,
        carrier="" if parcel is None else parcel.carrier,
        carrier_event_id=None if event is None else event.id,
        mispick_id=None if mispick is None else mispick.id,
        kind=kind,
        note=note,
        currency=order.currency,
        value=refund.amount,
        opened_by=actor.label,
    )
    await ClaimLine.bulk_create(
        ClaimLine(claim_id=row.id, line_id=back.line_id, units=back.units, value=value)
        for back, value in zip(backs, refund.values, strict=True)
    )

    tell(actor, ClaimOpened, row, units=sum(units.values()))
    return row


async def _arrive(actor: Actor, row: Claim) -> None:
    """What was written off is there after all; whether to ask for it back is for people."""
    parts = [part for part in await lines_of(row) if part.written_off]
    lines = await select_by_id(OrderLine, [part.line_id for part in parts])
    for part in parts:
        lines[part.line_id].write_off(-part.written_off)
        part.written_off = 0
    await store_all(parts, "written_off")
    await store_all(list(lines.values()), "written_off")
    row.arrived_at = now()
    await row.store()
    tell(actor, ClaimGoodsArrived, row)


async def _only_parcel(parcels: Iterable[Shipment], units: Mapping[int, int]) -> int | None:
    """The parcel the units were in, where there is no other that they can have been in."""
    sent = {row.id for row in parcels if row.shipped_at is not None}
    inside = await ShipmentLine.filter(line_id__in=list(units), shipment_id__in=list(sent))
    found = {each.shipment_id for each in inside}
    return found.pop() if len(found) == 1 else None


async def _event(parcel: Shipment) -> CarrierEvent | None:
    """The carrier's latest word that the parcel is lost or damaged."""
    events: Sequence[CarrierEvent] = await CarrierEvent.filter(
        shipment_id=parcel.id, status__in=list(OF_PARCELS)
    ).order_by("-occurred_at", "-id")
    return next(iter(events), None)


async def _mispick(order: Order, units: Mapping[int, int]) -> Mispick | None:
    """The latest scan that went wrong with these lines, else with this order."""
    rows = await Mispick.filter(order_id=order.id).order_by("-id").limit(MOST_LINES)
    work = [row.fulfillment_line_id for row in rows if row.fulfillment_line_id is not None]
    line_of = {each.id: each.line_id for each in await select(FulfillmentLine, id__in=work)}
    ours = [row for row in rows if line_of.get(row.fulfillment_line_id or 0) in units]
    return next(iter(ours or rows), None)

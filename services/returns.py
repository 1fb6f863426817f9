"""Returns: ask to send something back, decide about it, send it, settle it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models import (
    Fulfillment,
    FulfillmentStatus,
    Location,
    Order,
    OrderLine,
    Return,
    ReturnLine,
    ReturnReason,
    ReturnResolution,
    ReturnStatus,
    ReturnUnit,
)
from models.errors import Blocked, Problem, Refused, refuse_any
from models.rows import store_all
from models.statements import select, select_by_id
from services import (
    exchanges,
    policies,
    records,
    return_eligibility,
    return_refunds,
    return_worth,
    scopes,
)
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.returns import (
    ReturnApproved,
    ReturnCancelled,
    ReturnClosed,
    ReturnDeclined,
    ReturnFact,
    ReturnRequested,
    ReturnResolved,
    ReturnSent,
)
from services.inputs import Inputs, storable
from services.return_eligibility import Returnable

MOST_LINES = 200
MOST_TEXT = 500
MOST_CARRIER = 60
MOST_CODE = 120

_S = ReturnStatus
# What nobody has to look into before it comes back.
HARMLESS = {
    ReturnReason.CHANGED_MIND,
    ReturnReason.WRONG_SIZE,
    ReturnReason.NOT_AS_DESCRIBED,
    ReturnReason.TOO_LATE,
}


@dataclass(frozen=True, kw_only=True)
class ReturnLineDraft:
    """Units of an order line that somebody wants to send back, and why."""

    line_id: int
    quantity: int
    reason: ReturnReason
    comment: str = ""
    photos: Sequence[str] = ()


@operation
async def request(
    actor: Actor,
    order_id: int,
    *,
    lines: Sequence[ReturnLineDraft],
    resolution: ReturnResolution = ReturnResolution.REFUND,
    location_id: int | None = None,
    note: str = "",
) -> Return:
    """Ask to send delivered units of an order back. Refused where more are to come back than
    were delivered and are in no return yet, or the time for it is over. What is harmless is
    approved at once, where the shop wants it so."""
    order = await scopes.take(actor, Order, order_id, "orderId")
    return await begin(actor, order, lines, resolution, note, location_id=location_id)


@operation
async def approve(actor: Actor, return_id: int) -> Return:
    """Let a return be sent. It has to be sent within the days that the shop gives."""
    order, row = await scopes.take_part(actor, Return, return_id)
    await _approve(actor, order, row, automatic=False)
    return row


@operation
async def decline(actor: Actor, return_id: int, *, reason: str) -> Return:
    """Refuse to take something back, and say why; its units may be asked for again."""
    order, row = await scopes.take_part(actor, Return, return_id)
    row.decline(by=actor.label, reason=_reason(reason), at=now())
    await _let_go(row)
    await row.store()

    told(actor, ReturnDeclined, order, row, reason=row.reason)
    await follow(actor, order, row)
    return row


@operation
async def cancel(actor: Actor, return_id: int, *, reason: str = "") -> Return:
    """Give a return up before it is on its way; its units may be asked for again. Refused where
    the customer has been given something for it already."""
    order, row = await scopes.take_part(actor, Return, return_id)
    return await give_up(actor, order, row, reason)


@operation
async def send(
    actor: Actor, return_id: int, *, carrier: str = "", tracking_code: str | None = None
) -> Return:
    """Say that an approved return is on its way, with whom and under which tracking code."""
    order, row = await scopes.take_part(actor, Return, return_id)
    return await send_off(actor, order, row, carrier, tracking_code)


@operation
async def resolve(
    actor: Actor, return_id: int, *, resolution: ReturnResolution | None = None
) -> Return:
    """Give the customer what they are to get for what came back. An approved return of which
    nothing has come is resolved with the customer keeping the goods. Refused where they were
    given something else already."""
    order, row = await scopes.take_part(actor, Return, return_id)
    if row.refunded_at is not None and resolution not in (None, row.resolution):
        message = f"{row.number} was made good by {row.resolution.spoken} already."
        raise Refused(Blocked(message=message, path=("resolution",)))
    if row.refunded_at is None:
        refuse_any(await return_worth.reasons_not_to_give(order, resolution or row.resolution))
    row.resolve(resolution or row.resolution, at=now())
    await row.store()

    told(actor, ReturnResolved, order, row, resolution=row.resolution)
    await follow(actor, order, row)
    return row


@operation
async def close(actor: Actor, return_id: int) -> Return:
    """Put a resolved return away; what became of its units cannot be changed any more."""
    order, row = await scopes.take_part(actor, Return, return_id)
    row.close(at=now())
    await row.store()

    told(actor, ReturnClosed, order, row)
    return row


async def begin(
    actor: Actor,
    order: Order,
    drafts: Sequence[ReturnLineDraft],
    resolution: ReturnResolution,
    note: str,
    *,
    location_id: int | None = None,
) -> Return:
    """Enter a return that somebody asks for; the caller is an operation and has locked the
    order."""
    [found] = await return_eligibility.of_orders(actor, [order])
    refuse_any(return_eligibility.reasons_not_to_request(order, found))
    returnable = {each.line.id: each for each in found}
    inputs = Inputs()
    note = inputs.text(note, "note", least=0, most=MOST_TEXT)
    _check(inputs, drafts, returnable)
    for problem in await return_worth.reasons_not_to_give(order, resolution):
        inputs.add(problem)
    inputs.refuse()
    location = await _location(actor, order, location_id)
    row = await Return.create(
        order_id=order.id,
        customer_id=order.customer_id,
        location_id=location.id,
        resolution=resolution,
        requested_by=actor.label,
        requested_at=now(),
        note=note,
        currency=order.currency,
    )
    await ReturnLine.bulk_create([_line(row, draft, returnable[draft.line_id]) for draft in drafts])
    for draft in drafts:
        returnable[draft.line_id].line.request_return(draft.quantity)
    asked = {draft.line_id for draft in drafts}
    await store_all([returnable[each].line for each in sorted(asked)], "return_requested")

    told(actor, ReturnRequested, order, row, units=sum(draft.quantity for draft in drafts))
    if policies.current().return_auto_approve and {draft.reason for draft in drafts} <= HARMLESS:
        await _approve(SYSTEM, order, row, automatic=True)
    return row


async def give_up(actor: Actor, order: Order, row: Return, reason: str) -> Return:
    """The same as `cancel`; the caller is an operation and has locked the order."""
    refuse_any(reasons_not_to_cancel(row))
    row.cancel(reason=_reason(reason, least=0), at=now())
    await _let_go(row)
    await row.store()

    told(actor, ReturnCancelled, order, row, reason=row.reason)
    await follow(actor, order, row)
    return row


async def send_off(
    actor: Actor, order: Order, row: Return, carrier: str, tracking_code: str | None
) -> Return:
    """The same as `send`; the caller is an operation and has locked the order."""
    inputs = Inputs()
    carrier = inputs.text(carrier, "carrier", least=0, most=MOST_CARRIER)
    if tracking_code is not None:
        tracking_code = inputs.text(tracking_code, "trackingCode", most=MOST_CODE)
    inputs.refuse()
    row.send(carrier=carrier, tracking_code=tracking_code, at=now())
    if tracking_code and await select(Return, carrier=carrier, tracking_code=tracking_code):
        message = "Another return has this tracking code."
        raise Refused(Problem(code="TAKEN", message=message, path=("trackingCode",)))
    await row.store()

    told(actor, ReturnSent, order, row, carrier=carrier, tracking_code=tracking_code)
    return row


def reasons_not_to_cancel(row: Return) -> list[Problem]:
    if not row.may_become(_S.CANCELLED):
        return [row.wrong_status(_S.CANCELLED)]
    if row.refunded_at is None:
        return []
    return [Blocked(message=f"{row.number} was made good already. Resolve it.", path=("id",))]


async def follow(actor: Actor, order: Order, row: Return) -> None:
    """Let the goods that wait for a return, and the money, follow what has become of it; the
    caller has saved it."""
    await exchanges.follow(actor, row)
    if row.refunded_at is not None or _is_due(row):
        await return_refunds.make_good(actor, order, row)


async def lines_of(row: Return) -> list[ReturnLine]:
    return await select(ReturnLine, returned_id=row.id)


async def units_of(row: Return) -> list[ReturnUnit]:
    return await select(ReturnUnit, returned_id=row.id)


async def find_by_code(actor: Actor, code: str) -> Return | None:
    """The return behind what is scanned on a parcel: its number, or a carrier's tracking code, of
    several the latest. None where there is none that the actor may see."""
    visible = scopes.visible(actor, Return)
    if (row_id := Return.id_of(code)) is not None:
        return await visible.get_or_none(id=row_id)
    if not storable(code, MOST_CODE):
        return None
    return await visible.filter(tracking_code=code).order_by("-id").first()


def told(actor: Actor, fact: type[ReturnFact], order: Order, row: Return, **details: Any) -> None:
    """Announce what became of a return."""
    announce(
        actor,
        fact(
            order_id=order.id,
            customer_id=order.customer_id,
            location_id=row.location_id,
            return_id=row.id,
            **details,
        ),
    )


def _check(
    inputs: Inputs, drafts: Sequence[ReturnLineDraft], returnable: dict[int, Returnable]
) -> None:
    if not drafts:
        inputs.wrong("Say what is to come back.", "lines")
    if len(drafts) > MOST_LINES:
        inputs.wrong(f"A return has at most {MOST_LINES} lines.", "lines")
        return
    left = {line_id: each.units for line_id, each in returnable.items()}
    for n, draft in enumerate(drafts):
        units = inputs.number(draft.quantity, "lines", n, "quantity")
        inputs.text(draft.comment, "lines", n, "comment", least=0, most=MOST_TEXT)
        inputs.links(draft.photos, "lines", n, "photos")
        if (each := returnable.get(draft.line_id)) is None:
            inputs.add(scopes.not_found(OrderLine, ("lines", n, "lineId")))
            continue
        if units > left[draft.line_id]:
            message = f"{each.units} units of {each.line.sku} may be sent back."
            reasons = [problem.message for problem in each.blocked_by] or [message]
            inputs.add(Blocked(message=" ".join(reasons), path=("lines", n, "quantity")))
        left[draft.line_id] -= units


def _line(row: Return, draft: ReturnLineDraft, found: Returnable) -> ReturnLine:
    return ReturnLine(
        returned_id=row.id,
        line_id=draft.line_id,
        variant_id=found.line.variant_id,
        reason=draft.reason,
        comment=draft.comment.strip(),
        photos=list(draft.photos),
        quantity=draft.quantity,
    )


async def _location(actor: Actor, order: Order, location_id: int | None) -> Location:
    """Where a return goes: where somebody says, where all of them go, or where its goods came
    from."""
    if location_id is not None:
        location = await scopes.find(actor, Location, location_id, "locationId")
        records.refuse_archived(location, "locationId")
        return location
    code = policies.current().return_location
    central = await Location.get_or_none(code=code, archived_at=None) if code else None
    if central is not None:
        return central
    work = await select(Fulfillment, order_id=order.id)
    sent = [each for each in work if each.status is FulfillmentStatus.HANDED_OVER]
    places = await select_by_id(Location, [each.location_id for each in sent])
    for each in sent:
        if places[each.location_id].archived_at is None:
            return places[each.location_id]
    first = await Location.filter(archived_at=None).order_by("priority", "id").first()
    if first is None:
        message = "No location takes returns. Open one first."
        raise Refused(Blocked(message=message, path=("locationId",)))
    return first


def _is_due(row: Return) -> bool:
    """Whether the customer is to have something for it by now, as the shop does it."""
    if row.is_given_up or row.status is _S.REQUESTED:
        return False
    moments = {"approved": row.decided_at, "received": row.received_at}
    moment = moments.get(policies.current().return_refund)
    return moment is not None or row.resolved_at is not None


async def _approve(actor: Actor, order: Order, row: Return, *, automatic: bool) -> None:
    days = policies.current().return_send_days
    due_at = None if days is None else now() + timedelta(days=days)
    row.approve(by=actor.label, due_at=due_at, at=now())
    await row.store()

    told(actor, ReturnApproved, order, row, automatic=automatic)
    await follow(actor, order, row)


async def _let_go(row: Return) -> None:
    """Let the units of a return be asked for again."""
    units: Counter[int] = Counter()
    for each in await lines_of(row):
        units[each.line_id] += each.quantity
    lines = await select(OrderLine, id__in=sorted(units))
    for line in lines:
        line.request_return(-units[line.id])
    await store_all(lines, "return_requested")


def _reason(text: str, *, least: int = 1) -> str:
    inputs = Inputs()
    text = inputs.text(text, "reason", least=least, most=MOST_TEXT)
    inputs.refuse()
    return text

"""Remedies of claims: replace what was claimed, or refund it; never both, and never twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from models import Claim, ClaimLine, ClaimRemedy, ClaimStatus, Order, OrderLine
from models.errors import Problem, refuse_any
from models.rows import store_all
from models.statements import get, select, select_by_id
from services import (
    allowances,
    claims,
    completion,
    linked_orders,
    payment_terms,
    payments,
    policies,
    return_worth,
    scopes,
)
from services.actors import SYSTEM, Actor
from services.amounts import half_up
from services.claims import OF_PARCELS
from services.clock import now
from services.commit import operation
from services.facts.claims import ClaimRefunded, ClaimReplaced
from services.goods import LineDraft
from services.money import to_decimal
from services.refunds import Back, Refund, RefundStep, RefundStepKind, Terms, reckon
from services.return_worth import SHARES, written


@operation
async def replace(actor: Actor, claim_id: int, *, allow_backorder: bool = False) -> Claim:
    """Send what was claimed once more, with an order at no charge. What of that order is given up
    or comes back is refunded instead."""
    order, row, parts = await _take(actor, claim_id)
    lines = await select_by_id(OrderLine, [part.line_id for part in parts])
    wanted: Counter[int] = Counter()
    for part in parts:
        wanted[lines[part.line_id].variant_id] += part.units
    goods = [LineDraft(variant_id=variant, quantity=units) for variant, units in wanted.items()]
    note = f"In place of what {row.number} of {order.number} is about."
    fresh = await linked_orders.place(actor, order, goods, note=note, backorder=allow_backorder)
    await _settle(row, order, parts, ClaimRemedy.REPLACE, Terms())
    row.replacement_id, row.worth = fresh.id, fresh.total
    await row.store()
    await allowances.reckon(fresh)
    row = await get(Claim, row.id)
    row.unsettled_at = None
    await row.store()
    await payment_terms.agree(actor, fresh)
    await _write_off(actor, row, parts, order)

    claims.tell(actor, ClaimReplaced, row, into_order_id=fresh.id)
    return row


@operation
async def refund(actor: Actor, claim_id: int) -> Claim:
    """Give back what was paid for what was claimed, by the ways it was paid."""
    order, row, parts = await _take(actor, claim_id)
    found = await _settle(row, order, parts, ClaimRemedy.REFUND, terms())
    row.refund, row.explanation = found.amount, written(found)
    await row.store()
    await allowances.reckon(order)
    await _write_off(actor, row, parts, order)
    await payments.settle(actor, order)

    _tell_refunded(actor, row, row.refund)
    return row


@operation
async def settle(claim_id: int) -> None:
    """Refund what of a replacement was given up or came back, as a part of what was claimed."""
    seen = await get(Claim, claim_id)
    order = await get(Order, seen.order_id, locked=True)
    if seen.replacement_id is None:
        return
    await get(Order, seen.replacement_id, locked=True)
    row = await get(Claim, claim_id)
    due = half_up(row.value * (row.worth - row.credit), row.worth) if row.worth else 0
    more, row.refund, row.unsettled_at = due - row.refund, due, None
    step = RefundStep(
        kind=RefundStepKind.REPLACEMENT,
        description=f"Not wanted of {Order.number_of(seen.replacement_id)}",
        amount=due,
    )
    row.explanation = written(Refund(steps=[step])) if due else []
    await row.store()
    await allowances.reckon(order)
    await payments.settle(SYSTEM, order)

    if more > 0:
        _tell_refunded(SYSTEM, row, more)


async def due(at: datetime, limit: int) -> Sequence[int]:
    """Claims whose replacement has changed what it costs."""
    ids: list[Any] = (
        await Claim.filter(unsettled_at__lte=at)
        .order_by("unsettled_at", "id")
        .limit(limit)
        .values_list("id", flat=True)
    )
    return ids


def terms() -> Terms:
    """What we have to answer for costs the customer no fee."""
    return Terms(shipping=SHARES[policies.current().return_shipping])


def reasons_not_to_settle(row: Claim) -> list[Problem]:
    wanted = ClaimStatus.SETTLED
    return [] if row.may_become(wanted) else [row.wrong_status(wanted)]


async def _take(actor: Actor, claim_id: int) -> tuple[Order, Claim, list[ClaimLine]]:
    row = await scopes.take(actor, Claim, claim_id)
    refuse_any(reasons_not_to_settle(row))
    return await get(Order, row.order_id), row, await claims.lines_of(row)


async def _settle(
    row: Claim, order: Order, parts: Sequence[ClaimLine], remedy: ClaimRemedy, given: Terms
) -> Refund:
    """From here on its units are made good, at what they were sold for now."""
    sale = (await return_worth.sales([order]))[order.id]
    backs = [Back(line_id=part.line_id, units=part.units, ours=True) for part in parts]
    found = reckon(sale, backs, given)
    for part, value in zip(parts, found.values, strict=True):
        part.value = value
    await store_all(parts, "value")
    row.settle(remedy, value=sum(found.values), at=now())
    return found


async def _write_off(actor: Actor, row: Claim, parts: Sequence[ClaimLine], order: Order) -> None:
    """Give up what never came, so that the order can be over without it."""
    if row.kind not in OF_PARCELS.values():
        return
    lines = {line.id: line for line in await select(OrderLine, order_id=order.id)}
    lost = [_lose(part, lines) for part in parts]
    touched = [part for part, units in zip(parts, lost, strict=True) if units]
    await store_all(touched, "written_off")
    await store_all([lines[part.line_id] for part in touched], "written_off")
    await completion.complete_if_received(actor, order, lines.values())


def _lose(part: ClaimLine, lines: Mapping[int, OrderLine]) -> int:
    line = lines[part.line_id]
    part.written_off = max(0, min(part.units, line.shipped - line.delivered - line.written_off))
    if part.written_off:
        line.write_off(part.written_off)
    return part.written_off


def _tell_refunded(actor: Actor, row: Claim, amount: int) -> None:
    details = {"amount": to_decimal(amount, row.currency), "currency": row.currency}
    claims.tell(actor, ClaimRefunded, row, **details)

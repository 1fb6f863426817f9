"""Exchanges: other goods in place of those that come back, in an order of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models import (
    Exchange,
    ExchangeMode,
    HoldKind,
    Order,
    OrderLine,
    Return,
    ReturnResolution,
    ReturnStatus,
)
from models.errors import Blocked, Problem
from models.statements import get, select, select_one
from services import (
    allowances,
    holds,
    linked_orders,
    orders,
    payment_terms,
    payments,
    return_worth,
    scopes,
    store_credits,
)
from services.actors import SYSTEM, Actor
from services.commit import announce, operation
from services.facts.exchanges import ExchangeArranged, ExchangeBalanced
from services.goods import LineDraft
from services.inputs import Inputs
from services.money import to_decimal

_R = ReturnStatus
WAITING = {_R.APPROVED, _R.IN_TRANSIT, _R.PARTIALLY_RECEIVED}
UNDER_WAY = {*WAITING, _R.RECEIVED, _R.INSPECTED}


@operation
async def arrange(
    actor: Actor,
    return_id: int,
    *,
    mode: ExchangeMode,
    lines: Sequence[LineDraft],
    allow_backorder: bool = False,
) -> Exchange:
    """Order other goods in place of those that come back, for the same customer and address. What
    comes back pays for them; what they cost beyond is charged, and what is left over is given
    back. ON_RECEIPT they wait until the old ones are there."""
    returned = await scopes.take(actor, Return, return_id, "returnId")
    inputs = Inputs()
    known = await select_one(Exchange, returned_id=returned.id)
    for problem in reasons_not_to_arrange(returned, known):
        inputs.add(problem)
    if not lines:
        inputs.wrong("Say which goods.", "lines")
    inputs.refuse()
    order = await get(Order, returned.order_id)
    note = f"In place of what {returned.number} of {order.number} brings back."
    fresh = await linked_orders.place(actor, order, lines, note=note, backorder=allow_backorder)
    returned.resolution = ReturnResolution.EXCHANGE
    await returned.store()
    exchange = await Exchange.create(
        returned_id=returned.id,
        order_id=fresh.id,
        original_id=order.id,
        customer_id=order.customer_id,
        mode=mode,
        currency=order.currency,
        arranged_by=actor.label,
    )
    announce(
        actor,
        ExchangeArranged(**_about(exchange), into_order_id=fresh.id, mode=mode),
    )
    await balance(actor, order, returned, exchange)
    if mode is ExchangeMode.ON_RECEIPT and returned.status in WAITING:
        reason = f"{returned.number} has not come back yet."
        await holds.keep(actor, fresh, HoldKind.AWAITING_RETURN, reason)
    await payment_terms.agree(actor, await get(Order, fresh.id))
    return await get(Exchange, exchange.id)


async def follow(actor: Actor, returned: Return) -> None:
    """Let what a return is worth, or is expected to be, pay for the new goods, and let those go
    once the old ones are back. Where nothing will come back, new goods that wait for it are
    cancelled. To be called whenever a return has moved.

    The caller is an operation and has locked the order of the return.
    """
    exchange = await select_one(Exchange, returned_id=returned.id)
    if exchange is None:
        return
    fresh = await get(Order, exchange.order_id, locked=True)
    if exchange.mode is ExchangeMode.ON_RECEIPT and returned.status not in WAITING:
        lines = await select(OrderLine, order_id=fresh.id)
        is_off = returned.status in return_worth.OFF
        if is_off and not orders.reasons_not_to_cancel(fresh, lines):
            reason = f"{returned.number} is {returned.status.spoken}."
            await orders.cancel(actor, fresh.id, reason=reason)
        elif not is_off:
            await holds.keep(actor, fresh, HoldKind.AWAITING_RETURN, "")
    await balance(actor, await get(Order, returned.order_id), returned, exchange)


async def balance(actor: Actor, order: Order, returned: Return, exchange: Exchange) -> None:
    """Share what a return is worth between the new order and the one it is of, which the caller
    has locked. An exchange is only ever changed by who has locked its new order."""
    fresh = await get(Order, exchange.order_id, locked=True)
    exchange = await get(Exchange, exchange.id)
    before = (exchange.credit, exchange.rest)
    exchange.worth = await _worth(returned)
    await exchange.store()
    await allowances.reckon(fresh)
    exchange = await get(Exchange, exchange.id)
    exchange.rest = exchange.worth - exchange.credit if returned.refunded_at else 0
    exchange.unsettled_at = None
    await exchange.store()
    await allowances.reckon(order)
    # What they pay with is locked before the numbers of credit notes, as settling one order does.
    await store_credits.held(order.customer_id, order.currency)
    await payments.settle(actor, order)
    await payments.settle(actor, fresh)

    if (exchange.credit, exchange.rest) != before:
        announce(
            actor,
            ExchangeBalanced(
                **_about(exchange),
                credit=to_decimal(exchange.credit, exchange.currency),
                rest=to_decimal(exchange.rest, exchange.currency),
                currency=exchange.currency,
            ),
        )


@operation
async def settle(exchange_id: int) -> None:
    """Give back what the new order does not take any more, or take what it takes again."""
    seen = await get(Exchange, exchange_id)
    order = await get(Order, seen.original_id, locked=True)
    returned = await get(Return, seen.returned_id)
    await balance(SYSTEM, order, returned, seen)


async def due(at: datetime, limit: int) -> Sequence[int]:
    """Exchanges whose new order has changed what it costs."""
    ids: list[Any] = (
        await Exchange.filter(unsettled_at__lte=at)
        .order_by("unsettled_at", "id")
        .limit(limit)
        .values_list("id", flat=True)
    )
    return ids


async def of_orders(actor: Actor, rows: Sequence[Order]) -> list[Exchange | None]:
    """What each order is the new order of."""
    known = await select(Exchange, order_id__in=[row.id for row in rows])
    found = {each.order_id: each for each in known}
    return [found.get(row.id) for row in rows]


async def of_returns(actor: Actor, rows: Sequence[Return]) -> list[Exchange | None]:
    known = await select(Exchange, returned_id__in=[row.id for row in rows])
    found = {each.returned_id: each for each in known}
    return [found.get(row.id) for row in rows]


def reasons_not_to_arrange(returned: Return, known: Exchange | None) -> list[Problem]:
    if known is not None:
        message = f"{known.number} exchanges it already."
    elif returned.refunded_at is not None:
        message = f"What {returned.number} is worth was given already."
    elif returned.status not in UNDER_WAY:
        message = f"{returned.number} is {returned.status.spoken}; nothing of it is on its way."
    else:
        return []
    return [Blocked(message=message, path=("returnId",))]


async def _worth(returned: Return) -> int:
    if returned.refunded_at is not None:
        return returned.refund or 0
    [estimate] = await return_worth.estimates([returned])
    return estimate.amount


def _about(exchange: Exchange) -> dict[str, int]:
    return {
        "order_id": exchange.original_id,
        "customer_id": exchange.customer_id,
        "return_id": exchange.returned_id,
        "exchange_id": exchange.id,
    }

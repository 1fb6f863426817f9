"""Returns by the tracking link of an order: what customers do themselves without an account."""

from collections.abc import Sequence

from models import Order, Return, ReturnResolution
from models.errors import Refused
from models.statements import get, select_one
from services import returns, scopes, watching
from services.actors import Actor
from services.commit import operation
from services.returns import ReturnLineDraft


@operation
async def request(
    actor: Actor,
    token: str,
    *,
    lines: Sequence[ReturnLineDraft],
    resolution: ReturnResolution = ReturnResolution.REFUND,
    note: str = "",
) -> Return:
    """Ask to send delivered units back, for whoever has the order's tracking token."""
    order = await _take_order(token)
    return await returns.begin(actor, order, lines, resolution, note)


@operation
async def cancel(actor: Actor, token: str, return_id: int, *, reason: str = "") -> Return:
    """Give a return up before it is on its way, for whoever has the order's tracking token; its
    units may be asked for again. Refused where something was given for it already."""
    order, row = await _take(token, return_id)
    return await returns.give_up(actor, order, row, reason)


@operation
async def send(
    actor: Actor,
    token: str,
    return_id: int,
    *,
    carrier: str = "",
    tracking_code: str | None = None,
) -> Return:
    """Say that an approved return is on its way, with whom and under which tracking code, for
    whoever has the order's tracking token."""
    order, row = await _take(token, return_id)
    return await returns.send_off(actor, order, row, carrier, tracking_code)


async def _take_order(token: str) -> Order:
    found = await watching.find_by_token(token)
    return await get(Order, found.id, locked=True)


async def _take(token: str, return_id: int) -> tuple[Order, Return]:
    """A return of the order that a token is of, and of no other."""
    order = await _take_order(token)
    row = await select_one(Return, id=return_id, order_id=order.id)
    if row is None:
        raise Refused(scopes.not_found(Return, ("id",)))
    return order, row

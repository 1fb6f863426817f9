"""Dispatches: bring purchase orders to their suppliers, until they have them.

A supplier is told outside of any transaction, and again until it worked: whoever gets something
twice can tell by its id.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from models import PurchaseChannel, PurchaseDispatch, PurchaseMessage, PurchaseOrder, Supplier
from models.errors import Blocked, Problem, Refused, refuse_any
from models.statements import get
from services import policies, purchase_messages, scopes
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, in_background, operation
from services.facts.purchase_orders import (
    PurchaseOrderDelivered,
    PurchaseOrderUndelivered,
    PurchaseOrderUpdated,
)
from services.payment_dispatches import pause
from services.purchase_messages import Untold

_C = PurchaseChannel
# So often in vain, and somebody should know.
TOO_OFTEN = 5


@operation
async def tell_again(
    actor: Actor, order_id: int, *, channel: PurchaseChannel | None = None
) -> PurchaseOrder:
    """Tell a supplier once more what they were told last, by the same way or another: once
    whoever is responsible has seen to what was in the way."""
    order = await scopes.take(actor, PurchaseOrder, order_id)
    last = await last_of(order)
    refuse_any(reasons_not_to_tell(order, last))
    assert last is not None
    supplier = await get(Supplier, order.supplier_id)
    await forget(order)
    channel = channel_for(supplier, channel or last.channel)
    await tell(order, last.message, channel)
    await order.store()

    about = {"purchase_order_id": order.id, "location_id": order.location_id}
    announce(actor, _delivered(order) if channel is _C.HAND else PurchaseOrderUpdated(**about))
    return order


async def due(at: datetime, limit: int) -> Sequence[int]:
    ids: list[Any] = (
        await PurchaseDispatch.filter(due_at__lte=at)
        .order_by("due_at", "id")
        .limit(limit)
        .values_list("id", flat=True)
    )
    return ids


async def send(dispatch_id: int) -> None:
    """Tell a supplier. It goes its way by itself, as nothing may wait for a server that hangs."""
    if (dispatch := await _claim(dispatch_id)) is not None:
        in_background(_deliver(dispatch))


def channel_for(supplier: Supplier, wanted: PurchaseChannel | None) -> PurchaseChannel:
    """How a supplier is told: as asked for, else by their system, else by email."""
    ways = {_C.WEBHOOK: supplier.webhook_url, _C.EMAIL: supplier.email, _C.HAND: "by hand"}
    if wanted is not None and ways[wanted]:
        return wanted
    if wanted is None and (supplier.webhook_url or supplier.email):
        return _C.WEBHOOK if supplier.webhook_url else _C.EMAIL
    message = (
        f"{supplier.name} has no {'address for that' if wanted else 'email address or webhook'}. "
        "Enter one, or bring them the order yourself and send it with the channel HAND."
    )
    raise Refused(Blocked(message=message, path=("channel",)))


async def tell(
    order: PurchaseOrder, message: PurchaseMessage, channel: PurchaseChannel | None = None
) -> None:
    """Have a supplier told, the way they were told the last time where no other is said.

    The caller is an operation, which holds the order and stores it: whoever tells them does so
    after it.
    """
    before = await last_of(order)
    supplier = await get(Supplier, order.supplier_id)
    channel = channel or (before.channel if before is not None else _C.HAND)
    address = {_C.EMAIL: supplier.email, _C.WEBHOOK: supplier.webhook_url}.get(channel)
    at = now()
    dispatch = PurchaseDispatch(
        purchase_order_id=order.id, channel=channel, message=message, address=address or ""
    )
    if channel is _C.HAND:
        dispatch.deliver(at=at)
        order.problem = ""
    else:
        dispatch.due_at = at
    await dispatch.save()


async def forget(order: PurchaseOrder) -> None:
    """Tell nothing that has been overtaken by something else to be told."""
    await (
        PurchaseDispatch.filter(purchase_order_id=order.id)
        .exclude(due_at=None)
        .update(due_at=None, trouble="Overtaken by what came after it.")
    )


async def last_of(order: PurchaseOrder) -> PurchaseDispatch | None:
    return await PurchaseDispatch.filter(purchase_order_id=order.id).order_by("-id").first()


def reasons_not_to_tell(order: PurchaseOrder, last: PurchaseDispatch | None) -> list[Problem]:
    if last is not None:
        return []
    message = f"{order.number} was not sent to its supplier, who has nothing to be told of it."
    return [Blocked(message=message, path=("id",))]


@operation
async def _claim(dispatch_id: int) -> PurchaseDispatch | None:
    """Take a dispatch for as long as telling may take; None where somebody else has.

    Whoever dies meanwhile leaves it to the next.
    """
    policy, at = policies.current(), now()
    patience = max(policy.smtp_timeout_seconds, policy.supplier_timeout_seconds) * 2
    dispatch = await PurchaseDispatch.get(id=dispatch_id)
    taken = await PurchaseDispatch.filter(
        id=dispatch_id, due_at__lte=at, attempts=dispatch.attempts
    ).update(due_at=at + timedelta(seconds=patience), attempts=dispatch.attempts + 1)
    return await PurchaseDispatch.get(id=dispatch_id) if taken else None


async def _deliver(dispatch: PurchaseDispatch) -> None:
    try:
        await purchase_messages.bring(dispatch)
    except Untold as trouble:
        await _wait(dispatch.id, str(trouble))
    else:
        await _done(dispatch.id)


@operation
async def _done(dispatch_id: int) -> None:
    order, dispatch = await _taken(dispatch_id)
    if dispatch.delivered_at is not None:
        return
    dispatch.deliver(at=now())
    await dispatch.store()
    order.problem = ""
    await order.store()

    announce(SYSTEM, _delivered(order))


@operation
async def _wait(dispatch_id: int, trouble: str) -> None:
    """Try again later, unless something else is to be told by now."""
    order, dispatch = await _taken(dispatch_id)
    if dispatch.due_at is None:
        return
    dispatch.wait(until=now() + pause(dispatch.attempts), trouble=trouble)
    await dispatch.store()
    if dispatch.attempts >= TOO_OFTEN and not order.problem:
        order.problem = f"Told {dispatch.attempts} times in vain: {trouble}"[:500]
        await order.store()
        announce(
            SYSTEM,
            PurchaseOrderUndelivered(
                purchase_order_id=order.id,
                location_id=order.location_id,
                attempts=dispatch.attempts,
                trouble=dispatch.trouble,
            ),
        )


async def _taken(dispatch_id: int) -> tuple[PurchaseOrder, PurchaseDispatch]:
    """A dispatch and its order, which nobody else can change until the operation is over."""
    seen = await get(PurchaseDispatch, dispatch_id)
    order = await get(PurchaseOrder, seen.purchase_order_id, locked=True)
    return order, await get(PurchaseDispatch, dispatch_id)


def _delivered(order: PurchaseOrder) -> PurchaseOrderDelivered:
    return PurchaseOrderDelivered(
        purchase_order_id=order.id, supplier_id=order.supplier_id, location_id=order.location_id
    )

"""Approval of purchase orders: who may say that the shop spends so much."""

from collections.abc import Sequence

from models import PurchaseOrder, PurchaseOrderLine, Supplier
from models.errors import ApprovalLimit, Blocked, Problem, refuse_any
from models.lifecycle import PurchaseOrderStatus
from models.statements import get
from services import policies, purchase_arrivals, scopes
from services.actors import SYSTEM, Actor, Permission
from services.clock import now
from services.commit import announce, operation
from services.facts.purchase_orders import (
    PurchaseOrderApproved,
    PurchaseOrderRejected,
    PurchaseOrderSubmitted,
)
from services.inputs import Inputs
from services.money import rounded_to_minor_units, spoken, to_decimal

MOST_TEXT = 500
_S = PurchaseOrderStatus


@operation
async def submit(actor: Actor, order_id: int) -> PurchaseOrder:
    """Ask for a purchase order to be approved; below the shop's limit it approves itself.

    Refused without lines, below what the supplier takes an order for, or in another currency than
    the shop's without its exchange rate.
    """
    order = await scopes.take(actor, PurchaseOrder, order_id)
    lines = await purchase_arrivals.lines_of(order)
    supplier = await get(Supplier, order.supplier_id)
    refuse_any(reasons_not_to_submit(order, lines, supplier))
    at = now()
    order.submit(at=at)
    await order.store()

    announce(
        actor,
        PurchaseOrderSubmitted(
            purchase_order_id=order.id,
            location_id=order.location_id,
            total=order.total,
            currency=order.currency,
        ),
    )
    if (worth_of(order) or 0) < policies.current().auto_approval_limit:
        return await _approve(SYSTEM, order)
    return order


@operation
async def approve(actor: Actor, order_id: int) -> PurchaseOrder:
    """Say that a purchase order may be sent. Refused beyond what the caller's role may spend, and
    above the shop's limit to whoever drafted it."""
    order = await scopes.take(actor, PurchaseOrder, order_id)
    refuse_any(reasons_not_to_approve(actor, order))
    return await _approve(actor, order)


@operation
async def reject(actor: Actor, order_id: int, *, reason: str) -> PurchaseOrder:
    """Say why a purchase order may not be sent as it is; it is a draft again."""
    order = await scopes.take(actor, PurchaseOrder, order_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=MOST_TEXT)
    refuse_any([*inputs.problems, *reasons_not_to_reject(order)])
    order.reject(reason=reason)
    await order.store()

    announce(
        actor,
        PurchaseOrderRejected(
            purchase_order_id=order.id, location_id=order.location_id, reason=reason
        ),
    )
    return order


def reasons_not_to_submit(
    order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], supplier: Supplier
) -> list[Problem]:
    if not order.may_become(_S.SUBMITTED):
        return [order.wrong_status(_S.SUBMITTED)]
    problems: list[Problem] = []
    if not lines:
        problems.append(Blocked(message=f"{order.number} asks for nothing.", path=("id",)))
    if lines and order.total < supplier.minimum:
        least, worth = (spoken(each, order.currency) for each in (supplier.minimum, order.total))
        message = f"{supplier.name} takes orders from {least} on; {order.number} is worth {worth}."
        problems.append(Blocked(message=message, path=("id",)))
    if worth_of(order) is None:
        home = policies.current().home_currency
        message = f"Say what one {order.currency} is worth in {home}, as the `exchangeRate`."
        problems.append(Blocked(message=message, path=("id",)))
    return problems


def reasons_not_to_approve(actor: Actor, order: PurchaseOrder) -> list[Problem]:
    if not order.may_become(_S.APPROVED):
        return [order.wrong_status(_S.APPROVED)]
    return reasons_not_to_spend(actor, order)


def reasons_not_to_spend(actor: Actor, order: PurchaseOrder) -> list[Problem]:
    """What keeps somebody from saying yes to what an order is worth now."""
    policy, worth = policies.current(), worth_of(order) or 0
    limit, home = limit_of(actor), policy.home_currency
    if limit is not None and worth > limit:
        message = f"{order.number} is worth {spoken(worth, home)}; you may approve orders up to "
        return [
            ApprovalLimit(
                message=f"{message}{spoken(limit, home)}. Ask somebody who may.",
                path=("id",),
                limit=limit,
                worth=worth,
                currency=home,
            )
        ]
    if order.drafted_by == actor.label and worth > policy.self_approval_limit:
        most = spoken(policy.self_approval_limit, home)
        message = f"You drafted {order.number}; above {most} somebody else has to approve it."
        return [Blocked(code="SECOND_PERSON", message=message, path=("id",))]
    return []


def reasons_not_to_reject(order: PurchaseOrder) -> list[Problem]:
    return [] if order.status is _S.SUBMITTED else [order.wrong_status(_S.DRAFT)]


def limit_of(actor: Actor) -> int | None:
    """Up to which worth somebody may approve orders; None for any."""
    policy = policies.current()
    if actor.may(Permission.PURCHASES_APPROVE_MORE):
        return policy.manager_approval_limit
    return policy.buyer_approval_limit if actor.may(Permission.PURCHASES_APPROVE) else 0


def worth_of(order: PurchaseOrder) -> int | None:
    """What an order is worth in the shop's currency; None where nobody has said how much that
    is."""
    return at_home(order.total, order, policies.current().home_currency)


def at_home(amount: int, order: PurchaseOrder, currency: str) -> int | None:
    """An amount of an order's currency in another one, at the order's rate."""
    if order.currency == currency:
        return amount
    if order.rate is None or currency != policies.current().home_currency:
        return None
    return rounded_to_minor_units(
        to_decimal(amount, order.currency) * order.rate / 1_000_000, currency
    )


async def _approve(actor: Actor, order: PurchaseOrder) -> PurchaseOrder:
    order.approve(actor.label, at=now())
    await order.store()

    announce(
        actor,
        PurchaseOrderApproved(
            purchase_order_id=order.id,
            location_id=order.location_id,
            total=order.total,
            currency=order.currency,
        ),
    )
    return order

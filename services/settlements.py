"""Settlements: what money has to be moved so that it is in line with an order."""

from collections.abc import Iterator, Sequence

from models import (
    ExceptionKind,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentEvent,
    PaymentEventKind,
    Return,
)
from models import PaymentEventState as State
from models.statements import select
from services import exceptions, payment_terms, policies
from services.actors import Actor
from services.money import to_decimal
from services.payment_events import Account, record, request, store
from services.providers import Outcome

_K = PaymentEventKind
GIVEN_UP = {OrderStatus.CANCELLED, OrderStatus.EXPIRED}
LESS = "The order came to cost less."


async def follow(actor: Actor, account: Account, payment: Payment, event: PaymentEvent) -> None:
    """See what an event leads to, and store all of it.

    Money that comes in late, for an order that was given up meanwhile, is given back at once.
    """
    changed = {payment.id: payment}
    if event.state is State.SUCCEEDED and event.kind in (_K.AUTHORIZATION, _K.CAPTURE):
        more: list[Payment] = []
        if account.order.status in GIVEN_UP:
            more = await bring_in_line(actor, account)
        elif event.kind is _K.AUTHORIZATION:
            more = await collect(actor, account)
        changed |= {each.id: each for each in more}
    await store(actor, account, *changed.values())
    takes_away = event.state is State.SUCCEEDED and event.kind in (_K.VOID, _K.REFUND)
    await payment_terms.follow(actor, account.order, account.total, may_hold=takes_away)
    await _queue(actor, account, event)


async def bring_in_line(actor: Actor, account: Account) -> list[Payment]:
    """Void and refund what is beyond the price, the latest payment first."""
    total, price = account.total, account.price
    needed = max(0, price - total.paid - (total.spoken_for - total.voiding))
    voided = await _spread(actor, account, _K.VOID, total.capturable - needed)
    excess = total.overpaid(price) - total.refunding_owed
    return voided + await _spread(actor, account, _K.REFUND, excess)


async def into_credit(actor: Actor, account: Account, returned: Return) -> int:
    """Let what is beyond the price become store credit, at most what a return is worth, the latest
    payment first; says how much has."""
    total, changed, credited = account.total, [], 0
    excess = total.overpaid(account.price) - total.refunding_owed
    most = min(excess, returned.refund or 0)
    for payment, units in _shares(account, _K.REFUND, most):
        outcome = Outcome(state=State.SUCCEEDED, amount=units)
        about = {"reason": LESS, "returned_id": returned.id}
        await record(actor, account, payment, _K.REFUND, outcome, **about)
        changed.append(payment)
        credited += units
    await store(actor, account, *changed)
    return credited


async def collect(actor: Actor, account: Account) -> list[Payment]:
    """Capture what is due of what is authorized, the earliest payment first."""
    total = account.total
    if not total.capturable:
        return []
    lines = await select(OrderLine, order_id=account.order.id)
    due = due_by_now(account.order, lines) - total.paid - total.capturing
    return await _spread(actor, account, _K.CAPTURE, min(due, total.capturable))


async def _queue(actor: Actor, account: Account, event: PaymentEvent) -> None:
    """Put an order whose money went wrong into the queue of exceptions, and take it out again."""
    order, amount = account.order, to_decimal(event.amount, event.currency)
    if event.state is State.FAILED:
        said = event.failure_message or event.failure_code or "no reason given"
        reason = f"The {event.kind.spoken} of {amount} {event.currency} failed: {said}"
        await exceptions.open(actor, order, ExceptionKind.PAYMENT_FAILED, reason=reason)
    elif event.state is State.SUCCEEDED:
        await exceptions.resolve(actor, order, ExceptionKind.PAYMENT_FAILED)
    if account.total.disputed > 0:
        disputed = to_decimal(account.total.disputed, event.currency)
        reason = f"The customer's bank has taken {disputed} {event.currency} back."
        await exceptions.open(actor, order, ExceptionKind.DISPUTED, reason=reason)
    elif event.kind in (_K.CHARGEBACK, _K.CHARGEBACK_REVERSAL):
        await exceptions.resolve(actor, order, ExceptionKind.DISPUTED)


async def _spread(
    actor: Actor, account: Account, kind: PaymentEventKind, excess: int
) -> list[Payment]:
    """Ask for an amount, of as many payments as it takes."""
    changed = []
    reason = "" if kind is _K.CAPTURE else LESS
    for payment, units in _shares(account, kind, excess):
        await request(actor, account, payment, kind, units, reason=reason)
        changed.append(payment)
    return changed


def _shares(account: Account, kind: PaymentEventKind, excess: int) -> Iterator[tuple[Payment, int]]:
    """The payments that it takes, and how much of each: captured in their order, and given back
    in the opposite one."""
    is_inward = kind is _K.CAPTURE
    for payment in account.payments if is_inward else reversed(account.payments):
        sums = account.sums(payment)
        units = min(sums.refundable if kind is _K.REFUND else sums.capturable, excess)
        if units > 0:
            excess -= units
            yield payment, units


def due_by_now(order: Order, lines: Sequence[OrderLine]) -> int:
    """How much of the price is to be captured by now.

    Every parcel collects the worth of its units, and the last one what is left of the price.
    """
    if policies.current().capture == "placement" or not order.price:
        return order.price
    if all(line.shipped >= line.remaining for line in lines):
        return order.price
    worth: int = sum(line.total * line.shipped // line.remaining for line in lines if line.shipped)
    return min(order.price, worth)

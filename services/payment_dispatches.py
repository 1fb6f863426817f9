"""Dispatches: bring requests to payment providers far away, until they are answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from models import ExceptionKind, Order, Payment, PaymentDispatch, PaymentEvent
from models.errors import Refused
from services import exceptions, policies, providers
from services.actors import SYSTEM
from services.clock import now
from services.commit import in_background, operation
from services.money import to_decimal
from services.payment_reports import hear
from services.providers import Question, Unreachable

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
# A question that was taken is asked again after a while, in case the callback was lost.
ANSWER_EXPECTED = timedelta(minutes=30)
# So often in vain, and somebody should know.
TOO_OFTEN = 5


async def due(at: datetime, limit: int) -> Sequence[int]:
    if not policies.current().payment_provider_url:
        return []
    ids: list[Any] = (
        await PaymentDispatch.filter(due_at__lte=at)
        .order_by("due_at", "id")
        .limit(limit)
        .values_list("id", flat=True)
    )
    return ids


async def send(dispatch_id: int) -> None:
    """Send a request. It travels by itself, as nothing may wait for a provider that hangs."""
    if (question := await _claim(dispatch_id)) is not None:
        in_background(_ask(dispatch_id, question))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts in vain: twice as long each time, up to an hour."""
    doublings = min(attempts - 1, 20)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


@operation
async def _claim(dispatch_id: int) -> Question | None:
    """Take a dispatch for as long as the provider may take; None where somebody else has.

    Whoever dies meanwhile leaves it to the next, and the provider knows the question by its id.
    """
    at = now()
    patience = timedelta(seconds=policies.current().payment_provider_timeout_seconds * 2)
    dispatch = await PaymentDispatch.get(id=dispatch_id)
    taken = await PaymentDispatch.filter(
        id=dispatch_id, due_at__lte=at, attempts=dispatch.attempts
    ).update(due_at=at + patience, attempts=dispatch.attempts + 1)
    if not taken:
        return None
    event = await PaymentEvent.get(id=dispatch.event_id)
    payment = await Payment.get(id=event.payment_id)
    return Question(
        id=event.number,
        payment=payment.number,
        order=f"{Order.PREFIX}-{1000 + payment.order_id}",
        kind=event.kind.name,
        amount=to_decimal(event.amount, event.currency),
        currency=event.currency,
        method=payment.method.name,
        reference=payment.reference,
    )


async def _ask(dispatch_id: int, question: Question) -> None:
    dispatch = await PaymentDispatch.get(id=dispatch_id)
    event = await PaymentEvent.get(id=dispatch.event_id)
    try:
        report = await providers.of(event.provider).send(question)
        if report is not None:
            await hear(event.provider, report)
    except (Unreachable, Refused) as error:
        await _wait(dispatch_id, pause(dispatch.attempts), trouble=str(error))
    else:
        await _wait(dispatch_id, ANSWER_EXPECTED)


@operation
async def _wait(dispatch_id: int, duration: timedelta, *, trouble: str = "") -> None:
    """Ask again later, unless the answer has come meanwhile."""
    event = await PaymentEvent.get(id=(await PaymentDispatch.get(id=dispatch_id)).event_id)
    payment = await Payment.get(id=event.payment_id)
    order = await Order.select_for_update().get(id=payment.order_id)
    dispatch = await PaymentDispatch.get(id=dispatch_id)
    if dispatch.due_at is None:
        return
    dispatch.wait(until=now() + duration, trouble=trouble)
    await dispatch.save()
    if trouble and dispatch.attempts >= TOO_OFTEN:
        reason = f"{event.number} was sent {dispatch.attempts} times in vain: {trouble}"
        await exceptions.open(SYSTEM, order, ExceptionKind.PAYMENT_FAILED, reason=reason)

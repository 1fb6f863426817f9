"""What payment providers report: outcomes of what they were asked, and what they did themselves."""

import logging
from dataclasses import dataclass

from models import (
    Order,
    Payment,
    PaymentEvent,
    PaymentEventKind,
    PaymentEventState,
    PaymentProvider,
)
from models.errors import NotFound, Problem, Refused
from services import settlements
from services.actors import Actor
from services.balances import Sums
from services.commit import operation
from services.money import to_minor_units
from services.payment_events import Account, answer, record
from services.payment_inputs import limit_of
from services.providers import Outcome, Report

log = logging.getLogger(__name__)

PROVIDER = Actor(label="PROVIDER")
_K, _S = PaymentEventKind, PaymentEventState
# What a provider, or the customer's bank behind it, does without being asked.
UNASKED = {_K.CAPTURE, _K.VOID, _K.CHARGEBACK, _K.CHARGEBACK_REVERSAL}


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Whether a report was news; what was told before, or came too late, changes nothing."""

    payment: Payment
    is_news: bool


@operation
async def hear(provider: PaymentProvider, report: Report) -> Heard:
    """Take in a report, whether it is the first, a repetition or comes out of order.

    The first outcome of a request is its outcome: no later one takes money back that has moved.
    Refused where there is no such payment, or the report does not fit what was asked.
    """
    seen = await _concerned(provider, report)
    account = await Account.of(await Order.select_for_update().get(id=seen.order_id))
    payment = account.payment(seen.id)
    events = account.events[payment.id]
    if await PaymentEvent.exists(provider=provider, outside_id=report.id):
        return Heard(payment=payment, is_news=False)
    asked = next((each for each in events if each.number == report.request), None)
    outcome = _outcome(report, payment, asked, account.sums(payment))
    if asked is None:
        event = await record(PROVIDER, account, payment, _K[report.kind], outcome)
    elif asked in account.unanswered(payment):
        event = await answer(PROVIDER, account, payment, asked, outcome)
    else:
        _notice_contradiction(asked, events, outcome)
        return Heard(payment=payment, is_news=False)
    await settlements.follow(PROVIDER, account, payment, event)
    return Heard(payment=payment, is_news=True)


async def _concerned(provider: PaymentProvider, report: Report) -> Payment:
    found = Payment.filter(provider=provider)
    if report.request is not None:
        event = await PaymentEvent.get_or_none(
            id=PaymentEvent.id_of(report.request) or 0, state=_S.REQUESTED
        )
        payment = await found.get_or_none(id=event.payment_id if event else 0)
    elif report.payment is not None:
        payment = await found.get_or_none(id=Payment.id_of(report.payment) or 0)
    elif report.reference is not None:
        payment = await found.filter(reference=report.reference).order_by("id").first()
    else:
        payment = None
    if payment is None:
        message = "There is no such payment, or no such request to this provider."
        raise Refused(NotFound(message=message, path=("request",)))
    return payment


def _outcome(report: Report, payment: Payment, asked: PaymentEvent | None, sums: Sums) -> Outcome:
    """What is reported; refused where it does not fit, as what is recorded stays."""
    kind, units = _K[report.kind], to_minor_units(report.amount, payment.currency)
    if report.currency != payment.currency or units is None or units < 1:
        message = f"The amount is no positive amount of {payment.currency}."
        raise Refused(_mismatch(message, "amount"))
    if asked is not None:
        if kind is not asked.kind:
            raise Refused(_mismatch(f"{asked.number} asked for {asked.kind.name}.", "kind"))
        most = asked.amount
    else:
        if kind not in UNASKED or report.state == "FAILED":
            message = f"{report.kind} needs the `request` that it is the outcome of."
            raise Refused(_mismatch(message, "request"))
        # A reversal may come before what it reverses, and both before the money itself.
        is_bank = kind in (_K.CHARGEBACK, _K.CHARGEBACK_REVERSAL)
        most = payment.amount if is_bank else limit_of(kind, sums)
    if units > most:
        raise Refused(_mismatch("The amount is more than there can be.", "amount"))
    return Outcome(
        state=_S[report.state],
        amount=units,
        outside_id=report.id,
        reference=report.reference,
        failure_code=report.failure_code,
        failure_message=report.failure_message,
    )


def _mismatch(message: str, *path: str) -> Problem:
    return Problem(code="MISMATCH", message=message, path=path)


def _notice_contradiction(
    asked: PaymentEvent, events: list[PaymentEvent], outcome: Outcome
) -> None:
    known = next(each for each in events if each.answers_id == asked.id)
    if known.state is not outcome.state:
        log.warning("%s is %s; it was then reported %s", asked.number, known.state, outcome.state)

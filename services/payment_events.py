"""The account of an order: its payments and their events, which only ever grow.

Whoever opens one holds the order's lock, so what they count stays true until they are done.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from models import (
    Order,
    Payment,
    PaymentDispatch,
    PaymentEvent,
    PaymentEventKind,
    PaymentEventState,
    PaymentProvider,
)
from models.statements import select
from services import invoices, providers, store_credits
from services.actors import Actor
from services.balances import Sums, status_of, sums_of
from services.clock import now
from services.commit import announce
from services.facts.payments import (
    OrderPaymentStatusChanged,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentChargebackReversed,
    PaymentChargedBack,
    PaymentFact,
    PaymentFailed,
    PaymentRefunded,
    PaymentRequested,
    PaymentVoided,
)
from services.money import to_decimal
from services.providers import Outcome

_K, _S = PaymentEventKind, PaymentEventState
GIVEN_BACK = "Given back out of courtesy."
SUCCESSES: dict[PaymentEventKind, type[PaymentFact]] = {
    _K.AUTHORIZATION: PaymentAuthorized,
    _K.CAPTURE: PaymentCaptured,
    _K.VOID: PaymentVoided,
    _K.REFUND: PaymentRefunded,
    _K.CHARGEBACK: PaymentChargedBack,
    _K.CHARGEBACK_REVERSAL: PaymentChargebackReversed,
}


@dataclass(kw_only=True)
class Account:
    order: Order
    payments: list[Payment]
    events: dict[int, list[PaymentEvent]]

    @classmethod
    async def of(cls, order: Order) -> "Account":
        """The account of an order that the caller has locked."""
        payments = await select(Payment, order_id=order.id)
        return cls(order=order, payments=payments, events=await events_of(payments))

    def payment(self, payment_id: int) -> Payment:
        return next(payment for payment in self.payments if payment.id == payment_id)

    def sums(self, payment: Payment) -> Sums:
        return sums_of(self.events[payment.id])

    @property
    def total(self) -> Sums:
        return sum((self.sums(payment) for payment in self.payments), Sums())

    @property
    def price(self) -> int:
        return self.order.price

    def unanswered(self, payment: Payment) -> list[PaymentEvent]:
        return unanswered(self.events[payment.id])

    def untried(self, payment: Payment) -> list[PaymentEvent]:
        return untried(self.events[payment.id])


Events = dict[int, list[PaymentEvent]]


async def events_of(payments: Sequence[Payment]) -> Events:
    """The events of payments, by payment, in their order."""
    found: Events = defaultdict(list)
    ids = [payment.id for payment in payments]
    for event in await select(PaymentEvent, payment_id__in=ids):
        found[event.payment_id].append(event)
    return found


async def sums_of_orders(orders: Sequence[Order]) -> dict[int, Sums]:
    """What the payments of each order sum up to."""
    found = {order.id: Sums() for order in orders}
    payments = await select(Payment, order_id__in=list(found))
    events = await events_of(payments)
    for payment in payments:
        found[payment.order_id] += sums_of(events[payment.id])
    return found


def unanswered(events: Sequence[PaymentEvent]) -> list[PaymentEvent]:
    """What was asked for and has no outcome yet."""
    answered = {event.answers_id for event in events}
    return [e for e in events if e.state is _S.REQUESTED and e.id not in answered]


def untried(events: Sequence[PaymentEvent]) -> list[PaymentEvent]:
    """What failed and was not tried again."""
    retried = {event.retries_id for event in events}
    return [e for e in events if e.state is _S.FAILED and e.id not in retried]


async def request(
    actor: Actor,
    account: Account,
    payment: Payment,
    kind: PaymentEventKind,
    amount: int,
    *,
    reason: str = "",
    courtesy: int = 0,
    retries_id: int | None = None,
) -> PaymentEvent:
    """Ask for money to be moved. Where the provider is far away, the question is sent later:
    nobody may wait for a network inside a transaction."""
    event = await record(
        actor,
        account,
        payment,
        kind,
        Outcome(state=_S.REQUESTED, amount=amount),
        reason=reason,
        courtesy=courtesy,
        retries_id=retries_id,
    )
    provider = providers.of(payment.provider)
    if provider.is_remote:
        await PaymentDispatch.create(event_id=event.id, due_at=now())
    elif outcome := provider.outcome_at_once(kind, amount):
        await answer(actor, account, payment, event, outcome)
    return event


async def answer(
    actor: Actor, account: Account, payment: Payment, asked: PaymentEvent, outcome: Outcome
) -> PaymentEvent:
    """Record what became of a request, which is then over. What is owed is given back first."""
    owed = asked.amount - asked.courtesy
    event = await record(
        actor,
        account,
        payment,
        asked.kind,
        outcome,
        reason=asked.reason,
        courtesy=max(0, outcome.amount - owed),
        answers_id=asked.id,
    )
    await PaymentDispatch.filter(event_id=asked.id).update(due_at=None)
    return event


async def record(
    actor: Actor,
    account: Account,
    payment: Payment,
    kind: PaymentEventKind,
    outcome: Outcome,
    *,
    reason: str = "",
    courtesy: int = 0,
    answers_id: int | None = None,
    retries_id: int | None = None,
    returned_id: int | None = None,
) -> PaymentEvent:
    """Add an event to the account and announce it. What makes a return good becomes store credit,
    whoever has moved the money of the payment before."""
    order = account.order
    by = payment.provider if returned_id is None else PaymentProvider.STORE_CREDIT
    ours = by is PaymentProvider.STORE_CREDIT and outcome.state is _S.SUCCEEDED
    credit = await store_credits.moved_by(order, kind) if ours else None
    event = await PaymentEvent.create(
        payment_id=payment.id,
        kind=kind,
        state=outcome.state,
        amount=outcome.amount,
        courtesy=courtesy if kind is _K.REFUND else 0,
        currency=payment.currency,
        answers_id=answers_id,
        retries_id=retries_id,
        provider=by,
        outside_id=outcome.outside_id,
        reference=outcome.reference if credit is None else credit.number,
        failure_code=outcome.failure_code[:100],
        failure_message=outcome.failure_message[:500],
        reason=reason,
        actor=actor.label,
        happened_at=now(),
    )
    account.events[payment.id].append(event)
    if outcome.reference and payment.reference is None:
        payment.reference = outcome.reference
    announce(actor, fact_of(order, event))
    if credit is not None:
        await store_credits.follow(actor, credit, order, event, returned_id)
    if event.courtesy and event.state is _S.SUCCEEDED:
        await invoices.credit(actor, order, event.courtesy, reason or GIVEN_BACK)
    return event


async def store(actor: Actor, account: Account, *changed: Payment) -> None:
    """Bring the columns of the changed payments and of the order in line with the events."""
    for payment in changed:
        sums = account.sums(payment)
        payment.follow(
            status_of(payment.amount, sums),
            authorized=sums.authorized,
            captured=sums.captured,
            refunded=sums.refunded,
            disputed=sums.disputed,
        )
        await payment.store()
    order, total = account.order, account.total
    before = order.payment_status
    after = {
        "payment_status": status_of(order.price, total),
        "authorized": total.authorized,
        "captured": total.captured,
        "refunded": total.refunded,
        "courtesy": total.courtesy,
    }
    if all(getattr(order, name) == value for name, value in after.items()):
        return
    order.update_from_dict(after)
    await order.store()
    if order.payment_status is not before:
        about = {"order_id": order.id, "customer_id": order.customer_id}
        announce(actor, OrderPaymentStatusChanged(**about, payment_status=order.payment_status))


def fact_of(order: Order, event: PaymentEvent) -> PaymentFact:
    about = {
        "order_id": order.id,
        "customer_id": order.customer_id,
        "payment_id": event.payment_id,
        "amount": to_decimal(event.amount, event.currency),
        "currency": event.currency,
    }
    if event.state is _S.SUCCEEDED:
        return SUCCESSES[event.kind](**about)
    if event.state is _S.REQUESTED:
        return PaymentRequested(**about, payment_event_kind=event.kind)
    return PaymentFailed(
        **about,
        payment_event_kind=event.kind,
        failure_code=event.failure_code,
        failure_message=event.failure_message,
    )

"""Payments: authorize, capture, void, refund and take money, and keep it in line with the order."""

from typing import Any

from models import (
    Order,
    Payment,
    PaymentEvent,
    PaymentEventKind,
    PaymentEventState,
    PaymentMethod,
    PaymentProvider,
    PaymentStatus,
    Return,
)
from models.errors import Blocked, NotFound, Refused, refuse_any
from models.statements import get
from services import invoices, payment_terms, providers, scopes, settlements, store_credits
from services.actors import Actor, Permission
from services.commit import operation
from services.inputs import Inputs
from services.money import MOST_MINOR_UNITS
from services.payment_events import Account, answer, record, request, store
from services.payment_inputs import (
    SENT_BY_THE_CUSTOMER,
    Amount,
    Said,
    check,
    check_means,
    courtesy_of,
    limit_of,
    outcome_of,
    reasons_not_to,
    reasons_not_to_answer,
    reasons_not_to_pay,
    reasons_not_to_repeat,
    tendered_for,
    units_of,
)

_K, _S = PaymentEventKind, PaymentEventState


@operation
async def authorize(
    actor: Actor,
    order_id: int,
    *,
    amount: Amount | None = None,
    method: PaymentMethod = PaymentMethod.CARD,
    provider: PaymentProvider = PaymentProvider.MANUAL,
    said: Said | None = None,
) -> Payment:
    """Have money for an order set aside; left out, the amount is what is still owed, and of store
    credit no more than there is. What is set aside of store credit is taken from it at once."""
    order = await scopes.take(actor, Order, order_id, "orderId")
    account = await Account.of(order)
    owed = account.total.owed(order.price)
    said = said or Said()
    inputs = Inputs()
    credit, limit = None, owed
    if provider is PaymentProvider.STORE_CREDIT:
        credit = await store_credits.held(order.customer_id, order.currency)
        limit = min(owed, credit.balance if credit is not None else 0)
    units = units_of(inputs, amount, order.currency, otherwise=limit, most=owed)
    for problem in reasons_not_to_pay(order, account.total):
        inputs.add(problem)
    check_means(inputs, method, provider)
    check(inputs, said, provider)
    inputs.refuse()
    if provider is PaymentProvider.STORE_CREDIT:
        refuse_any(store_credits.reasons_not_to_spend(credit, units, order.currency))
    reference = said.reference if credit is None else credit.number
    payment = await _begin(account, method, provider, units, reference)
    return await _act(actor, account, payment, _K.AUTHORIZATION, units, said)


@operation
async def take(
    actor: Actor,
    order_id: int,
    *,
    method: PaymentMethod = PaymentMethod.CASH,
    amount: Amount | None = None,
    tendered: Amount | None = None,
    said: Said | None = None,
) -> Payment:
    """Record money that changes hands here and now, such as cash or a card at the counter; left
    out, the amount is what is still owed. Of the cash that is tendered, the rest is change."""
    order = await scopes.take(actor, Order, order_id, "orderId")
    account = await Account.of(order)
    owed = account.total.owed(order.price)
    said = said or Said()
    inputs = Inputs()
    # What is sent may be more than is owed; but somebody has to say how much it is.
    may_exceed = amount is not None and method in SENT_BY_THE_CUSTOMER
    most = MOST_MINOR_UNITS if may_exceed else owed
    units = units_of(inputs, amount, order.currency, otherwise=owed, most=most)
    given = tendered_for(inputs, tendered, order.currency, method, units)
    for problem in reasons_not_to_pay(order, account.total, most=most):
        inputs.add(problem)
    check_means(inputs, method, PaymentProvider.MANUAL)
    check(inputs, said, PaymentProvider.MANUAL)
    inputs.refuse()
    payment = await _begin(account, method, PaymentProvider.MANUAL, units, said.reference)
    payment.tendered = given
    return await _act(actor, account, payment, _K.CAPTURE, units, said)


@operation
async def capture(
    actor: Actor, payment_id: int, *, amount: Amount | None = None, said: Said | None = None
) -> Payment:
    """Collect what is authorized, or a part of it."""
    account, payment = await opened(actor, payment_id)
    return await _step(actor, account, payment, _K.CAPTURE, amount, said or Said())


@operation
async def void(
    actor: Actor, payment_id: int, *, amount: Amount | None = None, said: Said | None = None
) -> Payment:
    """Give up what is authorized and not captured, or a part of it."""
    account, payment = await opened(actor, payment_id)
    return await _step(actor, account, payment, _K.VOID, amount, said or Said())


@operation
async def refund(
    actor: Actor,
    payment_id: int,
    *,
    amount: Amount | None = None,
    reason: str = "",
    said: Said | None = None,
) -> Payment:
    """Give back what was captured, or a part of it: never more than that, whatever else is under
    way. What is beyond the price of the order is owed; the rest is a courtesy, and is not to be
    paid anew."""
    account, payment = await opened(actor, payment_id)
    return await _step(actor, account, payment, _K.REFUND, amount, said or Said(), reason)


@operation
async def retry(
    actor: Actor, payment_id: int, *, event_id: int, said: Said | None = None
) -> Payment:
    """Try again what failed, as a new record. Refused where it is no longer possible, or was tried
    again already."""
    account, payment = await opened(actor, payment_id)
    failed = next((each for each in account.untried(payment) if each.id == event_id), None)
    if failed is None:
        message = "Nothing failed that was not tried again."
        raise Refused(NotFound(message=message, path=("eventId",)))
    _refuse_unless_permitted(actor, failed)
    said = said or Said()
    inputs = Inputs()
    events = account.events[payment.id]
    for problem in reasons_not_to_repeat(failed, account.order, account.total, events):
        inputs.add(problem)
    check(inputs, said, payment.provider)
    inputs.refuse()
    return await _act(
        actor, account, payment, failed.kind, failed.amount, said, failed.reason, failed.id
    )


@operation
async def record_outcome(
    actor: Actor, payment_id: int, *, event_id: int, said: Said | None = None
) -> Payment:
    """Say what came of a request that waits for somebody's hands, such as a refund in cash or a
    transfer that is expected."""
    account, payment = await opened(actor, payment_id)
    said = said or Said()
    refuse_any(reasons_not_to_answer(payment, account.events[payment.id]))
    asked = next((each for each in account.unanswered(payment) if each.id == event_id), None)
    if asked is None:
        message = "This payment has no such request that waits for an outcome."
        raise Refused(NotFound(message=message, path=("eventId",)))
    _refuse_unless_permitted(actor, asked)
    inputs = Inputs()
    check(inputs, said, payment.provider)
    if said.outcome is _S.REQUESTED:
        inputs.wrong("It is requested already. Say whether it succeeded.", "outcome")
    inputs.refuse()
    event = await answer(actor, account, payment, asked, outcome_of(said, asked.amount))
    await settlements.follow(actor, account, payment, event)
    return payment


async def settle(actor: Actor, order: Order) -> None:
    """Bring the money in line with what an order has come to cost.

    Gives up what is authorized beyond need, asks for what was captured beyond the price to be
    given back, and credits what was invoiced beyond it; what is asked for already counts, so doing
    it twice does it once. The caller has locked the order, and has nothing else to lock.
    """
    if order.payment_status is not PaymentStatus.NONE:
        account = await Account.of(order)
        changed = await settlements.bring_in_line(actor, account)
        await store(actor, account, *changed)
        await payment_terms.follow(actor, order, account.total, may_hold=True)
    await invoices.follow(actor, order)


async def give_credit(actor: Actor, order: Order, returned: Return) -> int:
    """Let what a return leaves overpaid become store credit; says how much has. The caller has
    locked the order, and settles it next."""
    if order.payment_status is PaymentStatus.NONE:
        return 0
    return await settlements.into_credit(actor, await Account.of(order), returned)


async def capture_for_shipment(actor: Actor, order: Order) -> None:
    """Collect what is authorized for the parcels that have left. The caller has locked the order
    and stored its lines.

    Every parcel collects the worth of its units, and the last one the rest of the price.
    """
    if not order.authorized:
        return
    account = await Account.of(order)
    changed = await settlements.collect(actor, account)
    await store(actor, account, *changed)


def _refuse_unless_permitted(actor: Actor, event: PaymentEvent) -> None:
    """Taking and giving back are different permissions, whatever way leads to them."""
    if event.kind is _K.REFUND and not actor.may(Permission.PAYMENTS_REFUND):
        raise Refused(Blocked(message="Refunds need PAYMENTS_REFUND.", path=("eventId",)))


async def opened(actor: Actor, payment_id: int) -> tuple[Account, Payment]:
    seen = await scopes.find(actor, Payment, payment_id)
    account = await Account.of(await get(Order, seen.order_id, locked=True))
    return account, account.payment(seen.id)


async def _begin(
    account: Account,
    method: PaymentMethod,
    provider: PaymentProvider,
    units: int,
    reference: str | None,
) -> Payment:
    order = account.order
    payment = await Payment.create(
        order_id=order.id,
        method=method,
        provider=provider,
        amount=units,
        currency=order.currency,
        reference=reference,
    )
    account.payments.append(payment)
    return payment


async def _step(
    actor: Actor,
    account: Account,
    payment: Payment,
    kind: PaymentEventKind,
    amount: Amount | None,
    said: Said,
    reason: str = "",
) -> Payment:
    sums = account.sums(payment)
    limit = limit_of(kind, sums)
    inputs = Inputs()
    units = units_of(inputs, amount, payment.currency, otherwise=limit, most=limit)
    reason = inputs.text(reason, "reason", least=0, most=500)
    for problem in reasons_not_to(kind, sums):
        inputs.add(problem)
    check(inputs, said, payment.provider)
    inputs.refuse()
    return await _act(actor, account, payment, kind, units, said, reason)


async def _act(
    actor: Actor,
    account: Account,
    payment: Payment,
    kind: PaymentEventKind,
    units: int,
    said: Said,
    reason: str = "",
    retries_id: int | None = None,
) -> Payment:
    """Ask the provider or, where there is none, record what somebody says."""
    about: dict[str, Any] = {
        "reason": reason,
        "courtesy": courtesy_of(account, units) if kind is _K.REFUND else 0,
        "retries_id": retries_id,
    }
    if providers.of(payment.provider).is_remote:
        event = await request(actor, account, payment, kind, units, **about)
    else:
        event = await record(actor, account, payment, kind, outcome_of(said, units), **about)
    await settlements.follow(actor, account, payment, event)
    return payment

"""The demo shop's money: paid in believable ways, and kept as services.payments does."""

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from models import (
    ExceptionKind,
    OrderChannel,
    Payment,
    PaymentEvent,
    PaymentEventKind,
    PaymentEventState,
    PaymentMethod,
    PaymentProvider,
    Role,
)
from services.actors import SYSTEM, Actor
from services.balances import status_of, sums_of
from services.facts.payments import OrderPaymentStatusChanged
from services.payment_events import Account, fact_of
from services.seeds import exceptions
from services.settlements import LESS, due_by_now

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop

_K, _S, _M = PaymentEventKind, PaymentEventState, PaymentMethod
CARDS = (_M.CARD, _M.CARD, _M.CARD, _M.WALLET)
COUNTER = (_M.CASH, _M.CARD_PRESENT)
TIME_TO_PAY = timedelta(hours=48)
DECLINED = "Insufficient funds."
SCRATCHED = "A scratch; the customer keeps it."
UNKNOWN = "The cardholder does not recognize it."


def pay(shop: "Shop", life: "Life") -> None:
    """Customers pay when they order, at the counter at once; companies by invoice, later."""
    match life.order.channel:
        case OrderChannel.IN_PERSON:
            _take(shop, life, _dice(life).choice(COUNTER))
        case OrderChannel.MARKETPLACE:
            _take(shop, life, _M.OTHER)
        case OrderChannel.ONLINE | OrderChannel.PHONE:
            _authorize(shop, life)


def let_wait(shop: "Shop", life: "Life") -> None:
    """A transfer is announced that will not come in time."""
    life.order.payment_due_at = shop.now + TIME_TO_PAY
    payment = _begin(shop, life, _M.BANK_TRANSFER)
    _add(shop, life, payment, _K.CAPTURE, payment.amount, life.actor, state=_S.REQUESTED)


def collect(shop: "Shop", life: "Life", actor: Actor) -> None:
    """As services.settlements.collect does."""
    account = _account(life)
    total = account.total
    due = due_by_now(life.order, life.lines) - total.paid
    for payment in life.payments:
        units = min(account.sums(payment).capturable, due)
        if units > 0:
            _add(shop, life, payment, _K.CAPTURE, units, actor)
            due -= units


def settle(shop: "Shop", life: "Life", actor: Actor) -> None:
    """As services.payments.settle does; of what is to be given back, most has been."""
    account = _account(life)
    for payment in reversed(life.payments):
        units = account.sums(payment).capturable
        if units > 0:
            _add(shop, life, payment, _K.VOID, units, actor, reason=LESS)
        owed = account.sums(payment).refundable
        if owed > 0:
            _refund(shop, life, payment, owed, actor)


def give_back(shop: "Shop", life: "Life", actor: Actor) -> None:
    """As services.payments.settle does once an order has come to cost less."""
    recount(shop, life)
    account = _account(life)
    owed = account.total.paid - life.order.price
    for payment in reversed(life.payments):
        units = min(account.sums(payment).refundable, owed)
        if units > 0:
            _refund(shop, life, payment, units, actor)
            owed -= units


def _refund(shop: "Shop", life: "Life", payment: Payment, owed: int, actor: Actor) -> None:
    asked = _add(shop, life, payment, _K.REFUND, owed, actor, state=_S.REQUESTED, reason=LESS)
    if _dice(life).random() < 0.7:
        by = shop.staff[Role.ACCOUNTANT]
        told: dict[str, Any] = {"reason": LESS, "answers_id": asked.id}
        _add(shop, life, payment, _K.REFUND, owed, by, state=_S.SUCCEEDED, **told)


def give_some_back(shop: "Shop", life: "Life") -> None:
    """A tenth is given back out of courtesy."""
    payment = _paid(shop, life)
    tenth = max(1, payment.captured // 10)
    support = shop.staff[Role.SUPPORT]
    _add(shop, life, payment, _K.REFUND, tenth, support, courtesy=tenth, reason=SCRATCHED)


def dispute(shop: "Shop", life: "Life") -> None:
    """The customer's bank takes everything back."""
    payment = _paid(shop, life)
    accountant = shop.staff[Role.ACCOUNTANT]
    _add(shop, life, payment, _K.CHARGEBACK, payment.captured, accountant, reason=UNKNOWN)
    reason = f"The customer's bank has taken {payment.captured / 100:.2f} EUR back."
    exceptions.open(shop, life, ExceptionKind.DISPUTED, reason, actor=accountant)


def _authorize(shop: "Shop", life: "Life") -> None:
    dice = _dice(life)
    payment = _begin(shop, life, dice.choice(CARDS))
    retries = None
    if dice.random() < 0.08:
        told = {"failure_code": "declined", "failure_message": DECLINED}
        failed = _add(
            shop,
            life,
            payment,
            _K.AUTHORIZATION,
            payment.amount,
            life.actor,
            state=_S.FAILED,
            **told,
        )
        retries = failed.id
    payment.reference = f"ch_{dice.randrange(16**12):012x}"
    _add(
        shop,
        life,
        payment,
        _K.AUTHORIZATION,
        payment.amount,
        life.actor,
        retries_id=retries,
        reference=payment.reference,
    )


def _take(shop: "Shop", life: "Life", method: PaymentMethod) -> Payment:
    payment = _begin(shop, life, method)
    if method is _M.CASH:
        # With the next larger note.
        payment.tendered = -(-payment.amount // 1000) * 1000
    _add(shop, life, payment, _K.CAPTURE, payment.amount, life.actor)
    return payment


def _paid(shop: "Shop", life: "Life") -> Payment:
    """A payment with money in it; who was sent an invoice has paid by now."""
    found = next((each for each in life.payments if each.captured), None)
    return found or _take(shop, life, _M.BANK_TRANSFER)


def _begin(shop: "Shop", life: "Life", method: PaymentMethod) -> Payment:
    payment = shop.rows.make(
        Payment,
        order_id=life.order.id,
        method=method,
        provider=PaymentProvider.MANUAL,
        amount=life.order.total,
        currency=life.order.currency,
    )
    life.payments.append(payment)
    return payment


def _add(
    shop: "Shop",
    life: "Life",
    payment: Payment,
    kind: PaymentEventKind,
    amount: int,
    actor: Actor,
    *,
    state: PaymentEventState = _S.SUCCEEDED,
    **more: Any,
) -> PaymentEvent:
    """As services.payment_events.record and store do."""
    event = shop.rows.make(
        PaymentEvent,
        payment_id=payment.id,
        kind=kind,
        state=state,
        amount=amount,
        currency=payment.currency,
        provider=payment.provider,
        actor=actor.label,
        happened_at=shop.now,
        **more,
    )
    life.money[payment.id].append(event)
    shop.rows.tell(actor, fact_of(life.order, event))
    _recount(shop, life, payment, actor)
    return event


def _recount(shop: "Shop", life: "Life", payment: Payment, actor: Actor) -> None:
    sums = sums_of(life.money[payment.id])
    payment.follow(
        status_of(payment.amount, sums),
        authorized=sums.authorized,
        captured=sums.captured,
        refunded=sums.refunded,
        disputed=sums.disputed,
    )
    order, total = life.order, _account(life).total
    before = order.payment_status
    order.payment_status = status_of(order.price, total)
    order.authorized, order.captured = total.authorized, total.captured
    order.refunded, order.courtesy = total.refunded, total.courtesy
    shop.rows.change(payment, order)
    if order.payment_status is not before:
        about = {"order_id": order.id, "customer_id": order.customer_id}
        told = OrderPaymentStatusChanged(**about, payment_status=order.payment_status)
        shop.rows.tell(actor, told)


def recount(shop: "Shop", life: "Life") -> None:
    """Bring an order that has come to cost less in line with its payments."""
    for payment in life.payments:
        _recount(shop, life, payment, SYSTEM)


def _account(life: "Life") -> Account:
    return Account(order=life.order, payments=life.payments, events=life.money)


def _dice(life: "Life") -> Random:
    """Chance of its own, so that paying changes nothing else in the shop's history."""
    return Random(life.order.id * 7919)

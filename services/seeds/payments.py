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
    Return,
    ReturnResolution,
    Role,
)
from services.actors import SYSTEM, Actor
from services.balances import status_of, sums_of
from services.facts.payments import OrderPaymentStatusChanged
from services.payment_events import Account, fact_of
from services.seeds import exceptions, store_credits
from services.settlements import LESS, due_by_now
from services.store_credits import MOVES

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop

_K, _S, _M = PaymentEventKind, PaymentEventState, PaymentMethod
_P = PaymentProvider
CARDS = (_M.CARD, _M.CARD, _M.CARD, _M.WALLET)
COUNTER = (_M.CASH, _M.CARD_PRESENT)
TIME_TO_PAY = timedelta(hours=48)
# Of so many orders, customers think of their store credit with one.
FORGETFUL = 3
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
            _authorize(shop, life, life.order.price - _spend(shop, life))


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


def give_back(shop: "Shop", life: "Life", actor: Actor, returned: Return | None = None) -> None:
    """As services.payments.settle does once an order has come to cost less; what a return is worth
    becomes store credit, where that was wanted."""
    recount(shop, life)
    account = _account(life)
    owed = account.total.paid - life.order.price
    for payment in reversed(life.payments):
        units = min(account.sums(payment).refundable, owed)
        if units <= 0:
            continue
        owed -= units
        if returned is not None and returned.resolution is ReturnResolution.STORE_CREDIT:
            returned.credited += units
            about: dict[str, Any] = {"reason": LESS, "returned_id": returned.id}
            _add(shop, life, payment, _K.REFUND, units, actor, **about)
        else:
            _refund(shop, life, payment, units, actor)


def _refund(shop: "Shop", life: "Life", payment: Payment, owed: int, actor: Actor) -> None:
    asked = _add(shop, life, payment, _K.REFUND, owed, actor, state=_S.REQUESTED, reason=LESS)
    if payment.provider is _P.STORE_CREDIT or _dice(life).random() < 0.7:
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


def _spend(shop: "Shop", life: "Life") -> int:
    """Have what there is of store credit set aside, where the order costs more than that, and the
    customer thinks of it."""
    units = store_credits.balance(shop, life)
    if life.order.id % FORGETFUL or not 0 < units < life.order.price:
        return 0
    payment = _begin(shop, life, _M.STORE_CREDIT, units, _P.STORE_CREDIT)
    payment.reference = store_credits.opened(shop, life).number
    _add(shop, life, payment, _K.AUTHORIZATION, units, life.actor)
    return units


def _authorize(shop: "Shop", life: "Life", units: int) -> None:
    dice = _dice(life)
    payment = _begin(shop, life, dice.choice(CARDS), units)
    retries = None
    if dice.random() < 0.08:
        told: dict[str, Any] = {"failure_code": "declined", "failure_message": DECLINED}
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
    others = (each for each in life.payments if each.provider is not _P.STORE_CREDIT)
    found = next((each for each in others if each.captured), None)
    return found or _take(shop, life, _M.BANK_TRANSFER)


def _begin(
    shop: "Shop",
    life: "Life",
    method: PaymentMethod,
    units: int | None = None,
    provider: PaymentProvider = _P.MANUAL,
) -> Payment:
    """A means of payment for so much of an order, or for all of it."""
    payment = shop.rows.make(
        Payment,
        order_id=life.order.id,
        method=method,
        provider=provider,
        amount=life.order.price if units is None else units,
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
    returned_id: int | None = None,
    **more: Any,
) -> PaymentEvent:
    """As services.payment_events.record and store do."""
    by = payment.provider if returned_id is None else _P.STORE_CREDIT
    is_credit = by is _P.STORE_CREDIT and state is _S.SUCCEEDED and kind in MOVES
    if is_credit:
        more["reference"] = store_credits.opened(shop, life).number
    event = shop.rows.make(
        PaymentEvent,
        payment_id=payment.id,
        kind=kind,
        state=state,
        amount=amount,
        currency=payment.currency,
        provider=by,
        actor=actor.label,
        happened_at=shop.now,
        **more,
    )
    life.money[payment.id].append(event)
    shop.rows.tell(actor, fact_of(life.order, event))
    if is_credit:
        store_credits.follow(shop, life, actor, event, returned_id)
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
    shop.rows.change(payment)
    _follow(shop, life, actor)


def _follow(shop: "Shop", life: "Life", actor: Actor) -> None:
    order, total = life.order, _account(life).total
    before = order.payment_status
    order.payment_status = status_of(order.price, total)
    order.authorized, order.captured = total.authorized, total.captured
    order.refunded, order.courtesy = total.refunded, total.courtesy
    shop.rows.change(order)
    if order.payment_status is not before:
        about = {"order_id": order.id, "customer_id": order.customer_id}
        told = OrderPaymentStatusChanged(**about, payment_status=order.payment_status)
        shop.rows.tell(actor, told)


def recount(shop: "Shop", life: "Life") -> None:
    """Bring an order that has come to cost less in line with its payments."""
    for payment in life.payments:
        _recount(shop, life, payment, SYSTEM)
    if not life.payments:
        _follow(shop, life, SYSTEM)


def _account(life: "Life") -> Account:
    return Account(order=life.order, payments=life.payments, events=life.money)


def _dice(life: "Life") -> Random:
    """Chance of its own, so that paying changes nothing else in the shop's history."""
    return Random(life.order.id * 7919)

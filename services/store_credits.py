"""Store credit: what customers have with the shop, to pay later orders with.

A balance moves only together with a movement, by one conditional update, and never below nothing.
Who moves one has locked the orders it is about before, and locks nothing after it, so that nobody
waits for another in a circle.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TypedDict, Unpack

from tortoise.expressions import F

from models import (
    Customer,
    Order,
    PaymentEvent,
    PaymentEventKind,
    StoreCredit,
    StoreCreditMovement,
    StoreCreditReason,
)
from models.errors import AmountExceeded, Blocked, Problem, Refused, refuse_any
from models.statements import get, select, select_one
from services import records, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.store_credits import StoreCreditMoved
from services.inputs import Inputs
from services.money import MOST_MINOR_UNITS, spoken, to_decimal

# In units of its currency.
Amount = tuple[Decimal, str]

MOST_LATEST = 50
MOST_REASON = 500

_K, _R = PaymentEventKind, StoreCreditReason
# Which way credit moves with what becomes of a payment; to capture what is set aside moves none.
MOVES: dict[PaymentEventKind, tuple[int, StoreCreditReason]] = {
    _K.AUTHORIZATION: (-1, _R.PAYMENT),
    _K.VOID: (1, _R.PAYMENT_BACK),
    _K.REFUND: (1, _R.PAYMENT_BACK),
}


class Cause(TypedDict, total=False):
    payment_event_id: int
    order_id: int
    returned_id: int | None
    note: str


@operation
async def grant(actor: Actor, customer_id: int, *, amount: Amount, reason: str) -> StoreCredit:
    """Give a customer store credit, and say why. They have one account in each currency, which
    opens with the first of it."""
    # Whoever merges them with another one meanwhile would miss it.
    customer = await scopes.keep(actor, Customer, customer_id, "customerId")
    records.refuse_archived(customer, "customerId")
    inputs = Inputs()
    units, code = inputs.money(*amount, "amount", least=1)
    reason = inputs.text(reason, "reason", most=MOST_REASON)
    inputs.refuse()
    credit = await opened(customer.id, code)
    if credit.balance + units > MOST_MINOR_UNITS:
        message = f"{credit.number} cannot hold more than {spoken(MOST_MINOR_UNITS, code)}."
        raise Refused(Blocked(message=message, path=("amount",)))
    return await _move(actor, credit, _R.GRANT, units, note=reason)


@operation
async def revoke(
    actor: Actor, store_credit_id: int, *, amount: Amount | None = None, reason: str
) -> StoreCredit:
    """Take store credit back, all of it or a part, and say why; never more than there is."""
    credit = await scopes.take(actor, StoreCredit, store_credit_id)
    inputs = Inputs()
    units = credit.balance
    if amount is not None:
        units, code = inputs.money(*amount, "amount", least=1)
        if code != credit.currency:
            inputs.wrong(f"{credit.number} is in {credit.currency}.", "amount", "currency")
    reason = inputs.text(reason, "reason", most=MOST_REASON)
    inputs.refuse()
    refuse_any(reasons_not_to_spend(credit, units, credit.currency))
    return await _move(actor, credit, _R.REVOKE, -units, note=reason)


async def held(customer_id: int, currency: str) -> StoreCredit | None:
    """What a customer has in a currency, which nobody else can change until the operation is
    over."""
    return await select_one(StoreCredit, locked=True, customer_id=customer_id, currency=currency)


async def opened(customer_id: int, currency: str) -> StoreCredit:
    """The same, and where they had nothing, there is an empty account now."""
    if (known := await held(customer_id, currency)) is not None:
        return known
    # Of many who open it at once, all but one wait here and then find it.
    fresh = StoreCredit(customer_id=customer_id, currency=currency)
    await StoreCredit.bulk_create([fresh], ignore_conflicts=True)
    return await StoreCredit.select_for_update().get(customer_id=customer_id, currency=currency)


def reasons_not_to_spend(credit: StoreCredit | None, units: int, currency: str) -> list[Problem]:
    """Why so much cannot be taken from what a customer has; of nothing, nothing can."""
    balance = 0 if credit is None else credit.balance
    if 0 < units <= balance:
        return []
    message = f"There is store credit of {spoken(balance, currency)}."
    return [AmountExceeded(message=message, path=("amount",), available=balance, currency=currency)]


async def moved_by(order: Order, kind: PaymentEventKind) -> StoreCredit | None:
    """The store credit that moves with something that becomes of a payment of an order, if any
    does. The caller has locked the order."""
    return await opened(order.customer_id, order.currency) if kind in MOVES else None


async def follow(
    actor: Actor,
    credit: StoreCredit,
    order: Order,
    event: PaymentEvent,
    returned_id: int | None = None,
) -> None:
    """Let store credit move with what has become of a payment; each event moves it once."""
    sign, reason = MOVES[event.kind]
    await _move(
        actor,
        credit,
        reason if returned_id is None else _R.RETURN,
        sign * event.amount,
        payment_event_id=event.id,
        order_id=order.id,
        returned_id=returned_id,
        note=event.reason,
    )


async def merge(actor: Actor, gone: Customer, kept: Customer) -> None:
    """Let one customer have what another had, which is nobody's afterwards. Both are locked, and
    so are the orders of the one."""
    note = f"{gone.number} turned out to be {kept.number}."
    for row in await select(StoreCredit, locked=True, customer_id=gone.id):
        if amount := row.balance:
            into = await opened(kept.id, row.currency)
            await _move(actor, row, _R.MERGE, -amount, note=note)
            await _move(actor, into, _R.MERGE, amount, note=note)


async def latest(actor: Actor, rows: Sequence[StoreCredit]) -> list[list[StoreCreditMovement]]:
    """The latest movements of each store credit, in one query for all of them."""
    ids = ", ".join(f"{row.id:d}" for row in rows)
    found: dict[int, list[StoreCreditMovement]] = defaultdict(list)
    known: list[StoreCreditMovement] = await StoreCreditMovement.raw(f"""
        SELECT * FROM (
          SELECT store_credit_movements.*,
                 ROW_NUMBER() OVER (PARTITION BY store_credit_id ORDER BY id DESC) AS place
          FROM store_credit_movements WHERE store_credit_id IN ({ids})
        ) AS latest WHERE place <= {MOST_LATEST:d} ORDER BY id DESC
    """)
    for each in known:
        found[each.store_credit_id].append(each)
    return [found[row.id] for row in rows]


async def _move(
    actor: Actor,
    credit: StoreCredit,
    reason: StoreCreditReason,
    amount: int,
    **cause: Unpack[Cause],
) -> StoreCredit:
    """Change a balance by a signed amount and write down why. Refused where that would leave less
    than nothing, however many callers try at the same moment."""
    changed = await StoreCredit.filter(id=credit.id, balance__gte=-amount).update(
        balance=F("balance") + amount, version=F("version") + 1, updated_at=now()
    )
    credit = await get(StoreCredit, credit.id)
    if not changed:
        refuse_any(reasons_not_to_spend(credit, -amount, credit.currency))
    await StoreCreditMovement.create(
        store_credit_id=credit.id,
        reason=reason,
        amount=amount,
        balance=credit.balance,
        currency=credit.currency,
        actor=actor.label,
        happened_at=now(),
        **cause,
    )
    announce(
        actor,
        StoreCreditMoved(
            customer_id=credit.customer_id,
            order_id=cause.get("order_id"),
            store_credit_id=credit.id,
            credit_reason=reason,
            amount=to_decimal(amount, credit.currency),
            balance=to_decimal(credit.balance, credit.currency),
            currency=credit.currency,
        ),
    )
    return credit

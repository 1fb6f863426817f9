"""The demo shop's store credit: it moves as services.store_credits moves it."""

from typing import TYPE_CHECKING, Any

from models import PaymentEvent, StoreCredit, StoreCreditMovement, StoreCreditReason
from services.actors import Actor
from services.facts.store_credits import StoreCreditMoved
from services.money import to_decimal
from services.seeds.catalog import CURRENCY
from services.store_credits import MOVES

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop

SORRY = "We cannot take it back, and hope for another chance."
GOODWILL = 500


def opened(shop: "Shop", life: "Life") -> StoreCredit:
    """What a customer has with the shop; one who had nothing has an account now."""
    if life.customer_id not in shop.credits:
        shop.credits[life.customer_id] = shop.rows.make(
            StoreCredit, customer_id=life.customer_id, currency=CURRENCY
        )
    return shop.credits[life.customer_id]


def balance(shop: "Shop", life: "Life") -> int:
    credit = shop.credits.get(life.customer_id)
    return 0 if credit is None else int(credit.balance)


def grant(shop: "Shop", life: "Life", actor: Actor) -> None:
    _move(shop, opened(shop, life), actor, StoreCreditReason.GRANT, GOODWILL, note=SORRY)


def follow(
    shop: "Shop", life: "Life", actor: Actor, event: PaymentEvent, returned_id: int | None
) -> None:
    """Let it move with what has become of a payment that the shop itself moves."""
    sign, reason = MOVES[event.kind]
    _move(
        shop,
        opened(shop, life),
        actor,
        reason if returned_id is None else StoreCreditReason.RETURN,
        sign * event.amount,
        payment_event_id=event.id,
        order_id=life.order.id,
        returned_id=returned_id,
        note=event.reason,
    )


def _move(
    shop: "Shop",
    credit: StoreCredit,
    actor: Actor,
    reason: StoreCreditReason,
    amount: int,
    **cause: Any,
) -> None:
    credit.balance += amount
    shop.rows.change(credit)
    shop.credit_movements.append(
        shop.rows.make(
            StoreCreditMovement,
            store_credit_id=credit.id,
            reason=reason,
            amount=amount,
            balance=credit.balance,
            currency=CURRENCY,
            actor=actor.label,
            happened_at=shop.now,
            **cause,
        )
    )
    shop.rows.tell(
        actor,
        StoreCreditMoved(
            customer_id=credit.customer_id,
            order_id=cause.get("order_id"),
            store_credit_id=credit.id,
            credit_reason=reason,
            amount=to_decimal(amount, CURRENCY),
            balance=to_decimal(credit.balance, CURRENCY),
            currency=CURRENCY,
        ),
    )

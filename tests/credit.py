"""How store credit comes about in the tests, and what there is of it."""

from decimal import Decimal
from typing import Any

from models import (
    Customer,
    Order,
    Payment,
    PaymentMethod,
    PaymentProvider,
    Return,
    ReturnResolution,
    StoreCredit,
)
from services import orders, payments, store_credits
from services.actors import SYSTEM, Actor
from tests.cast import Shop
from tests.remedies import paid
from tests.returning import requested, take

BY_CREDIT: dict[str, Any] = {
    "method": PaymentMethod.STORE_CREDIT,
    "provider": PaymentProvider.STORE_CREDIT,
}


def eur(minor: int) -> tuple[Decimal, str]:
    return Decimal(minor) / 100, "EUR"


async def granted(
    shop: Shop, minor: int = 2000, currency: str = "EUR", *, reason: str = "It was late."
) -> StoreCredit:
    """So much given to the shop's customer."""
    amount = (Decimal(minor) / 100, currency)
    return await store_credits.grant(SYSTEM, shop.customer.id, amount=amount, reason=reason)


async def spent(order: Order, minor: int | None = None, *, actor: Actor = SYSTEM) -> Payment:
    """So much of an order, or as much as there is, paid with store credit."""
    amount = None if minor is None else eur(minor)
    return await payments.authorize(actor, order.id, amount=amount, **BY_CREDIT)


async def credited(shop: Shop, *, mug: int = 2, back: int = 1) -> Return:
    """Of so many mugs that were paid in cash, some sent back for store credit."""
    order = await paid(shop, mug=mug)
    row = await requested(order, back, resolution=ReturnResolution.STORE_CREDIT)
    return await take(row, "resolved", shop.mug)


async def balance_of(customer: Customer, currency: str = "EUR") -> int:
    row = await StoreCredit.get_or_none(customer_id=customer.id, currency=currency)
    return 0 if row is None else row.balance


async def use(shop: Shop) -> None:
    """Let all happen to store credit that can: given and taken back, for a return, to pay with,
    given up, captured and given back."""
    account = await granted(shop)
    await store_credits.revoke(SYSTEM, account.id, amount=eur(100), reason="A mistake.")
    await credited(shop)
    given_up, kept = [await shop.order("placed", mug=1) for _ in range(2)]
    await spent(given_up, 500)
    await orders.cancel(SYSTEM, given_up.id, reason="Not wanted.")
    payment = await spent(kept)
    await payments.capture(SYSTEM, payment.id, amount=eur(600))
    await payments.refund(SYSTEM, payment.id, amount=eur(200))

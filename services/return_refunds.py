"""Refunds of returns: allow what a return is worth on its order, once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from models import Exchange, Order, Return, ReturnLine, ReturnResolution
from models.rows import store_all
from models.statements import select, select_one
from services import allowances, exchanges, payments
from services.actors import Actor
from services.clock import now
from services.commit import announce
from services.facts.refunds import ReturnMadeGood, ReturnMadeGoodInExcess, ReturnRefundFact
from services.money import to_decimal
from services.return_worth import good_units, sales, worth, written


async def make_good(actor: Actor, order: Order, returned: Return) -> None:
    """Give the customer what a return is worth: once, whatever is found of its units afterwards,
    and never more than was paid. What they did not pay yet can become no store credit.

    What turns out missing or rejected after that is kept as `in_excess`, for people to clear up.
    The caller is an operation and has locked the order.
    """
    lines = await select(ReturnLine, returned_id=returned.id)
    if returned.refunded_at is not None:
        await _compare(actor, order, returned, lines)
        return
    refund = worth(returned, lines, (await sales([order]))[order.id])
    for line, value in zip(lines, refund.values, strict=True):
        line.made_good, line.value = good_units(line), value
    await store_all(lines, "made_good", "value")
    returned.refund, returned.refunded_at = refund.amount, now()
    returned.explanation = written(refund)
    await returned.store()
    exchange = await select_one(Exchange, returned_id=returned.id)
    if exchange is not None:
        await exchanges.balance(actor, order, returned, exchange)
    else:
        await allowances.reckon(order)
        if returned.resolution is ReturnResolution.STORE_CREDIT:
            returned.credited = await payments.give_credit(actor, order, returned)
            await returned.store()
        await payments.settle(actor, order)

    amount = to_decimal(refund.amount, returned.currency)
    _announce(actor, ReturnMadeGood, returned, amount, resolution=returned.resolution)


async def _compare(
    actor: Actor, order: Order, returned: Return, lines: Sequence[ReturnLine]
) -> None:
    """See what was made good for units that did not come, or were rejected."""
    excess = sum(
        line.value - line.value * good_units(line) // line.made_good
        for line in lines
        if line.made_good > good_units(line)
    )
    if excess != returned.in_excess:
        returned.in_excess = excess
        await returned.store()
        if excess:
            amount = to_decimal(excess, returned.currency)
            _announce(actor, ReturnMadeGoodInExcess, returned, amount)


def _announce(
    actor: Actor, fact: type[ReturnRefundFact], returned: Return, amount: Decimal, **details: Any
) -> None:
    announce(
        actor,
        fact(
            order_id=returned.order_id,
            customer_id=returned.customer_id,
            return_id=returned.id,
            amount=amount,
            currency=returned.currency,
            **details,
        ),
    )

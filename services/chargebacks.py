"""Chargebacks: a customer's bank takes money back, and perhaps gives it to us again."""

from models import Payment, PaymentEventKind, PaymentEventState
from services import payments, settlements
from services.actors import Actor
from services.commit import operation
from services.inputs import Inputs
from services.payment_events import record as add
from services.payment_inputs import Amount, limit_of, reasons_not_to_dispute, units_of
from services.providers import Outcome


@operation
async def record(
    actor: Actor, payment_id: int, *, amount: Amount | None = None, reason: str = ""
) -> Payment:
    """Record that the customer's bank has taken money back. The order is held until it is over."""
    kind = PaymentEventKind.CHARGEBACK
    return await _record(actor, payment_id, kind, amount=amount, reason=reason)


@operation
async def reverse(
    actor: Actor, payment_id: int, *, amount: Amount | None = None, reason: str = ""
) -> Payment:
    """Record that money which was taken back is ours again. The order goes on."""
    kind = PaymentEventKind.CHARGEBACK_REVERSAL
    return await _record(actor, payment_id, kind, amount=amount, reason=reason)


async def _record(
    actor: Actor, payment_id: int, kind: PaymentEventKind, *, amount: Amount | None, reason: str
) -> Payment:
    account, payment = await payments.opened(actor, payment_id)
    sums = account.sums(payment)
    limit = limit_of(kind, sums)
    inputs = Inputs()
    units = units_of(inputs, amount, payment.currency, otherwise=limit, most=limit)
    reason = inputs.text(reason, "reason", least=0, most=500)
    for problem in reasons_not_to_dispute(payment, kind, sums):
        inputs.add(problem)
    inputs.refuse()
    outcome = Outcome(state=PaymentEventState.SUCCEEDED, amount=units)
    event = await add(actor, account, payment, kind, outcome, reason=reason)
    await settlements.follow(actor, account, payment, event)
    return payment

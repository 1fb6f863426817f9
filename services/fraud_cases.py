"""Fraud cases: what is known of an order at placement, gathered in one statement, and its score
kept with it."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from tortoise.connection import get_connection

from models import HoldKind, Order, OrderLine
from models.payments import PaymentEventKind, PaymentEventState
from services import fraud, holds, policies
from services.actors import Actor
from services.clock import now
from services.commit import announce
from services.facts.fraud import OrderFraudFlagged
from services.fraud import Case

# So many of the latest orders of a customer are looked at, however many there are.
LOOKED_AT = 50
LATELY = timedelta(hours=24)


async def assess(actor: Actor, order: Order, lines: Sequence[OrderLine]) -> None:
    """Score an order that is being placed, and hold it where somebody has to look at it first.

    The order is the caller's to save.
    """
    threshold = policies.current().fraud_review_score
    if not threshold:
        return
    score, signals = fraud.score(await _case(order, lines))
    is_risky = score >= threshold
    order.assess(score=score, signals=signals, review=is_risky)
    if is_risky:
        reason = f"Its risk score is {score} of 100: somebody has to look at it first."
        await holds.keep(actor, order, HoldKind.FRAUD_REVIEW, reason)
        announce(
            actor,
            OrderFraudFlagged(order_id=order.id, customer_id=order.customer_id, fraud_score=score),
        )


async def _case(order: Order, lines: Sequence[OrderLine]) -> Case:
    units: Counter[str] = Counter()
    for line in lines:
        units[line.sku] += line.remaining
    [(most_sku, most_units)] = units.most_common(1) or [("", 0)]
    [history] = await get_connection("default").execute_query_dict(_history(order))
    return Case(
        total=order.total,
        currency=order.currency,
        large=policies.current().fraud_large_amount,
        most_units=most_units,
        most_sku=most_sku,
        ship_country=(order.ship_to or {}).get("country_code", ""),
        bill_country=(order.bill_to or {}).get("country_code", ""),
        email=history["email"] or "",
        past_orders=history["past_orders"],
        typical=int(history["typical"]),
        orders_lately=history["orders_lately"],
        others_lately=history["others_lately"],
        chargebacks=history["chargebacks"],
    )


def _history(order: Order) -> str:
    since = now() - LATELY
    return f"""
    WITH past AS (
      SELECT id, total, currency, placed_at FROM orders
      WHERE customer_id = {order.customer_id:d} AND id <> {order.id:d}
        AND placed_at IS NOT NULL
      ORDER BY id DESC LIMIT {LOOKED_AT}
    )
    SELECT customers.email,
      (SELECT COUNT(*) FROM past) AS past_orders,
      (SELECT COALESCE(AVG(total), 0) FROM past
       WHERE currency = '{order.currency}') AS typical,
      (SELECT COUNT(*) FROM past WHERE placed_at >= '{since}') AS orders_lately,
      (SELECT COUNT(*) FROM orders AS other
       WHERE other.place_digest = '{order.place_digest or "nowhere"}'
         AND other.placed_at >= '{since}'
         AND other.customer_id <> {order.customer_id:d}) AS others_lately,
      (SELECT COUNT(*) FROM past JOIN payments ON payments.order_id = past.id
       JOIN payment_events AS taken ON taken.payment_id = payments.id
       WHERE taken.kind = '{PaymentEventKind.CHARGEBACK}'
         AND taken.state = '{PaymentEventState.SUCCEEDED}') AS chargebacks
    FROM customers WHERE customers.id = {order.customer_id:d}
    """

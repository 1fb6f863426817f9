"""What must hold of payments: every sum is that of the events, and nothing is given back twice."""

from models import OrderStatus, PaymentEventKind, PaymentEventState, PaymentProvider, PaymentStatus
from services.checks.rules import Rule, one_of

_K, _E, _O, _P = PaymentEventKind, PaymentEventState, OrderStatus, PaymentStatus
_M = PaymentProvider
COSTS_NOTHING = one_of({_O.DRAFT, _O.CANCELLED, _O.EXPIRED})


def _done(kind: PaymentEventKind) -> str:
    return f"SUM(CASE WHEN kind = '{kind}' AND state = '{_E.SUCCEEDED}' THEN amount ELSE 0 END)"


def _waiting(kind: PaymentEventKind) -> str:
    return f"SUM(CASE WHEN kind = '{kind}' AND is_waiting = 1 THEN amount ELSE 0 END)"


# The events of each payment, added up.
_SUMS = f"""
    SELECT payment_id,
           {_done(_K.AUTHORIZATION)} AS authorized, {_done(_K.CAPTURE)} AS captured,
           {_done(_K.REFUND)} AS refunded, {_done(_K.VOID)} AS voided,
           {_done(_K.CHARGEBACK)} - {_done(_K.CHARGEBACK_REVERSAL)} AS disputed,
           {_waiting(_K.AUTHORIZATION)} AS authorizing, {_waiting(_K.CAPTURE)} AS capturing,
           {_waiting(_K.REFUND)} AS refunding, {_waiting(_K.VOID)} AS voiding,
           SUM(CASE WHEN state = '{_E.SUCCEEDED}' THEN courtesy ELSE 0 END) AS courtesy,
           SUM(CASE WHEN state = '{_E.FAILED}' AND kind IN ('{_K.AUTHORIZATION}', '{_K.CAPTURE}')
               THEN 1 ELSE 0 END) AS failures
    FROM (
      SELECT event.*, CASE WHEN event.state = '{_E.REQUESTED}' AND outcome.id IS NULL
                      THEN 1 ELSE 0 END AS is_waiting
      FROM payment_events AS event
      LEFT JOIN payment_events AS outcome ON outcome.answers_id = event.id
    ) AS events
    GROUP BY payment_id
"""
_OPEN = """
    CASE WHEN sums.authorized > sums.voided + sums.captured
         THEN sums.authorized - sums.voided - sums.captured ELSE 0 END
"""
_DISPUTED = "CASE WHEN sums.disputed > 0 THEN sums.disputed ELSE 0 END"
_STATUS = f"""
    CASE WHEN disputed > 0 THEN '{_P.DISPUTED}'
         WHEN captured > 0 AND captured <= refunded THEN '{_P.REFUNDED}'
         WHEN captured > 0 AND captured - refunded + courtesy > price THEN '{_P.OVERPAID}'
         WHEN captured > 0 AND captured - refunded + courtesy < price THEN '{_P.PARTIALLY_PAID}'
         WHEN captured > 0 AND refunded > 0 THEN '{_P.PARTIALLY_REFUNDED}'
         WHEN captured > 0 THEN '{_P.PAID}'
         WHEN authorized > 0 AND authorized >= price THEN '{_P.AUTHORIZED}'
         WHEN authorized > 0 OR authorizing > 0 OR capturing > 0 THEN '{_P.PENDING}'
         WHEN voided > 0 THEN '{_P.VOIDED}'
         WHEN failures > 0 THEN '{_P.FAILED}'
         ELSE '{_P.NONE}' END
"""

RULES = (
    Rule(
        name="payment-sums",
        description="What a payment has authorized, captured, refunded and disputed, and its "
        "status, is what its events say.",
        says="{payment_id} of {order_id} is {status}; its events make it {derived}, with "
        "{authorized} authorized, {captured} captured, {refunded} refunded, {disputed} disputed.",
        broken=f"""
            SELECT * FROM (
              SELECT told.*, {_STATUS} AS derived FROM (
                SELECT payment.id AS payment_id, payment.order_id, payment.status,
                       payment.amount AS price, payment.authorized AS kept_authorized,
                       payment.captured AS kept_captured, payment.refunded AS kept_refunded,
                       payment.disputed AS kept_disputed, {_OPEN} AS authorized, sums.captured,
                       sums.refunded, {_DISPUTED} AS disputed, sums.authorizing, sums.capturing,
                       sums.voided, sums.courtesy, sums.failures
                FROM payments AS payment LEFT JOIN ({_SUMS}) AS sums
                  ON sums.payment_id = payment.id
              ) AS told
            ) AS compared
            WHERE captured IS NULL OR status <> derived
               OR kept_authorized <> authorized OR kept_captured <> captured
               OR kept_refunded <> refunded OR kept_disputed <> disputed
        """,
    ),
    Rule(
        name="payment-orders",
        description="What an order has authorized, captured and refunded is the sum of its "
        "payments, and its payment status is what they say of its price.",
        says="{order_id} costs {price} and is {payment_status}; its payments make it {derived}, "
        "with {authorized} authorized, {captured} captured and {refunded} refunded.",
        broken=f"""
            SELECT * FROM (
              SELECT told.*, {_STATUS} AS derived FROM (
                SELECT orders.id AS order_id, orders.payment_status,
                       orders.authorized AS kept_authorized, orders.captured AS kept_captured,
                       orders.refunded AS kept_refunded, orders.courtesy AS kept_courtesy,
                       CASE WHEN orders.status IN {COSTS_NOTHING} THEN 0
                            ELSE orders.total - orders.allowance END AS price,
                       COALESCE(paid.authorized, 0) AS authorized,
                       COALESCE(paid.captured, 0) AS captured,
                       COALESCE(paid.refunded, 0) AS refunded,
                       COALESCE(paid.disputed, 0) AS disputed,
                       COALESCE(paid.authorizing, 0) AS authorizing,
                       COALESCE(paid.capturing, 0) AS capturing,
                       COALESCE(paid.voided, 0) AS voided, COALESCE(paid.courtesy, 0) AS courtesy,
                       COALESCE(paid.failures, 0) AS failures
                FROM orders LEFT JOIN (
                  SELECT payment.order_id, SUM({_OPEN}) AS authorized,
                         SUM(sums.captured) AS captured, SUM(sums.refunded) AS refunded,
                         SUM({_DISPUTED}) AS disputed, SUM(sums.authorizing) AS authorizing,
                         SUM(sums.capturing) AS capturing, SUM(sums.voided) AS voided,
                         SUM(sums.courtesy) AS courtesy, SUM(sums.failures) AS failures
                  FROM payments AS payment JOIN ({_SUMS}) AS sums ON sums.payment_id = payment.id
                  GROUP BY payment.order_id
                ) AS paid ON paid.order_id = orders.id
              ) AS told
            ) AS compared
            WHERE payment_status <> derived OR kept_authorized <> authorized
               OR kept_captured <> captured OR kept_refunded <> refunded
               OR kept_courtesy <> courtesy
        """,
    ),
    Rule(
        name="payment-bounds",
        description="Of a payment no more is refunded, or asked to be, than was captured and, "
        "where it was authorized, no more captured, voided, or asked to be, than was authorized.",
        says="{payment_id}: {authorized} authorized, {captured} captured (and {capturing} asked "
        "for), {voided} voided ({voiding}), {refunded} refunded ({refunding}).",
        broken=f"""
            SELECT * FROM ({_SUMS}) AS sums
            WHERE refunded + refunding > captured
               OR (authorized > 0 AND captured + capturing + voided + voiding > authorized)
               OR (authorized = 0 AND voided + voiding > 0)
        """,
    ),
    Rule(
        name="payment-answers",
        description="An outcome that answers a request is of its payment and kind, and of no more "
        "than was asked for; one that tries again follows a failure.",
        says="{event_id} of {payment_id} does not fit the request or failure it refers to.",
        broken=f"""
            SELECT event.id AS event_id, event.payment_id
            FROM payment_events AS event
            LEFT JOIN payment_events AS asked ON asked.id = event.answers_id
            LEFT JOIN payment_events AS failed ON failed.id = event.retries_id
            WHERE event.amount < 1 OR event.courtesy < 0 OR event.courtesy > event.amount
               OR (event.answers_id IS NOT NULL AND (
                 asked.id IS NULL OR asked.payment_id <> event.payment_id
                 OR asked.kind <> event.kind OR asked.state <> '{_E.REQUESTED}'
                 OR event.state = '{_E.REQUESTED}' OR event.amount > asked.amount
                 OR event.courtesy > asked.courtesy))
               OR (event.retries_id IS NOT NULL AND (
                 failed.id IS NULL OR failed.payment_id <> event.payment_id
                 OR failed.kind <> event.kind OR failed.state <> '{_E.FAILED}'))
        """,
    ),
    Rule(
        name="payment-copies",
        description="A payment is in the currency of its order, and an event in that of its "
        "payment and with its provider; only refunds may become store credit instead.",
        says="{payment_id} of {order_id} is in another currency than its order or its events, or "
        "has another provider.",
        broken=f"""
            SELECT payment.id AS payment_id, payment.order_id
            FROM payments AS payment JOIN orders ON orders.id = payment.order_id
            WHERE payment.currency <> orders.currency
            UNION ALL
            SELECT payment.id AS payment_id, payment.order_id
            FROM payments AS payment JOIN payment_events AS event ON event.payment_id = payment.id
            WHERE payment.currency <> event.currency
               OR (payment.provider <> event.provider
                   AND (event.kind <> '{_K.REFUND}' OR event.provider <> '{_M.STORE_CREDIT}'))
        """,
    ),
    Rule(
        name="payment-dispatches",
        description="Every request to a remote provider is sent until it is answered, and no "
        "longer.",
        says="{event_id} of {payment_id}: it is not the case that it is unanswered and will be "
        "sent, or is answered and will not.",
        broken=f"""
            SELECT event.id AS event_id, event.payment_id
            FROM payment_events AS event
            LEFT JOIN payment_events AS outcome ON outcome.answers_id = event.id
            LEFT JOIN payment_dispatches AS sending ON sending.event_id = event.id
            WHERE event.state = '{_E.REQUESTED}' AND event.provider = '{_M.HTTP}'
              AND (outcome.id IS NULL) <> (sending.due_at IS NOT NULL)
        """,
    ),
    Rule(
        name="order-expired",
        description="An order has expired when, and only when, it has the time of it, which is "
        "after it was to be paid.",
        says="{order_id} is {status}, which does not fit when it was to be paid and expired.",
        broken=f"""
            SELECT id AS order_id, status FROM orders
            WHERE (status = '{_O.EXPIRED}') <> (expired_at IS NOT NULL)
               OR (status = '{_O.EXPIRED}'
                   AND (payment_due_at IS NULL OR payment_due_at > expired_at))
        """,
    ),
)

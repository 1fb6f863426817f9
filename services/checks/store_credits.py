"""What must hold of store credit: every balance is what has moved, and it moves with payments."""

from models import (
    PaymentEventKind,
    PaymentEventState,
    PaymentProvider,
    ReturnResolution,
    StoreCreditReason,
)
from services.checks.rules import Rule, one_of

_K, _R = PaymentEventKind, StoreCreditReason
_DONE = (
    f"event.provider = '{PaymentProvider.STORE_CREDIT}' "
    f"AND event.state = '{PaymentEventState.SUCCEEDED}'"
)
# Credit that is set aside is gone; to capture it then moves none.
_MOVING = one_of({_K.AUTHORIZATION, _K.VOID, _K.REFUND})
_OF_PAYMENTS = one_of({_R.PAYMENT, _R.PAYMENT_BACK, _R.RETURN})

RULES = (
    Rule(
        name="store-credit-balance",
        description="What a customer has with the shop is the sum of what has moved, in its "
        "currency.",
        says="{store_credit_id} holds {balance} minor units; what has moved sums to {moved}.",
        broken="""
            SELECT credit.id AS store_credit_id, credit.balance,
                   COALESCE(SUM(movement.amount), 0) AS moved
            FROM store_credits AS credit
            LEFT JOIN store_credit_movements AS movement
              ON movement.store_credit_id = credit.id AND movement.currency = credit.currency
            GROUP BY credit.id, credit.balance
            HAVING credit.balance <> COALESCE(SUM(movement.amount), 0)
        """,
    ),
    Rule(
        name="store-credit-movements",
        description="Each movement leaves what the one before it left, plus its amount, which is "
        "never less than nothing.",
        says="{credit_movement_id} of {store_credit_id} says that {balance} minor units were left; "
        "until then {moved} had moved.",
        broken="""
            SELECT * FROM (
              SELECT id AS credit_movement_id, store_credit_id, amount, balance,
                     SUM(amount) OVER (PARTITION BY store_credit_id ORDER BY id) AS moved
              FROM store_credit_movements
            ) AS told
            WHERE balance <> moved OR balance < 0 OR amount = 0
        """,
    ),
    Rule(
        name="store-credit-payments",
        description="Whatever the shop itself did with a payment moved store credit once, by as "
        "much and in the right direction, and nothing else moved it for a payment.",
        says="{event_id} and {credit_movement_id} do not tell the same of store credit.",
        broken=f"""
            SELECT event.id AS event_id, movement.id AS credit_movement_id
            FROM payment_events AS event
            LEFT JOIN store_credit_movements AS movement ON movement.payment_event_id = event.id
            LEFT JOIN payments AS payment ON payment.id = event.payment_id
            WHERE {_DONE} AND event.kind IN {_MOVING}
              AND (movement.id IS NULL OR movement.currency <> event.currency
                   OR movement.order_id IS NULL OR movement.order_id <> payment.order_id
                   OR (movement.reason = '{_R.PAYMENT}') <> (event.kind = '{_K.AUTHORIZATION}')
                   OR movement.amount <> CASE WHEN event.kind = '{_K.AUTHORIZATION}'
                                         THEN -event.amount ELSE event.amount END)
            UNION ALL
            SELECT movement.payment_event_id, movement.id
            FROM store_credit_movements AS movement
            LEFT JOIN payment_events AS event
              ON event.id = movement.payment_event_id AND {_DONE} AND event.kind IN {_MOVING}
            WHERE (movement.reason IN {_OF_PAYMENTS}) <> (event.id IS NOT NULL)
               OR (movement.payment_event_id IS NOT NULL AND event.id IS NULL)
        """,
    ),
    Rule(
        name="store-credit-returns",
        description="What of a return became store credit is what has moved for it: no more than "
        "it is worth, and only where that was wanted.",
        says="Of {return_id}, worth {refund} minor units, {credited} became store credit by what "
        "it says, and {moved} by what has moved.",
        broken=f"""
            SELECT * FROM (
              SELECT returned.id AS return_id, returned.resolution, returned.refund,
                     returned.credited, COALESCE(given.moved, 0) AS moved
              FROM returns AS returned
              LEFT JOIN (
                SELECT returned_id, SUM(amount) AS moved FROM store_credit_movements
                WHERE reason = '{_R.RETURN}' GROUP BY returned_id
              ) AS given ON given.returned_id = returned.id
            ) AS compared
            WHERE credited <> moved
               OR (credited <> 0 AND (refund IS NULL OR credited > refund
                   OR resolution <> '{ReturnResolution.STORE_CREDIT}'))
        """,
    ),
    Rule(
        name="store-credit-owners",
        description="Who was merged into another customer has nothing with the shop any more.",
        says="{store_credit_id} holds {balance} minor units, and its customer was merged.",
        broken="""
            SELECT credit.id AS store_credit_id, credit.balance
            FROM store_credits AS credit LEFT JOIN customers ON customers.id = credit.customer_id
            WHERE customers.id IS NULL
               OR (customers.merged_into_id IS NOT NULL AND credit.balance <> 0)
        """,
    ),
)

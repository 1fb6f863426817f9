"""What must hold of what is given back: allowances, exchanges, claims, and their explanations."""

from orjson import loads

from models import ClaimStatus, RecoveryStatus
from services.checks.rules import Rule, one_of

_C, _V = ClaimStatus, RecoveryStatus
_ENDED = one_of({_V.RECOVERED, _V.REFUSED})

# What each order allows: what is given back of it, and what pays for it in place of money.
_ALLOWED = """
    SELECT order_id, SUM(amount) AS amount FROM (
      SELECT returned.order_id, CASE WHEN exchange.id IS NULL
               THEN returned.refund ELSE exchange.rest END AS amount
      FROM returns AS returned LEFT JOIN exchanges AS exchange ON exchange.returned_id = returned.id
      WHERE returned.refunded_at IS NOT NULL
      UNION ALL
      SELECT order_id, refund AS amount FROM claims
      UNION ALL
      SELECT order_id, credit AS amount FROM exchanges
      UNION ALL
      SELECT replacement_id AS order_id, credit AS amount FROM claims
      WHERE replacement_id IS NOT NULL
    ) AS parts
    GROUP BY order_id
"""

RULES = (
    Rule(
        name="order-allowance",
        description="What is allowed on an order is what its returns and claims give back, and "
        "what goods that came back pay for it; never more than its total.",
        says="{order_id} allows {allowance} minor units of {total}; what is given sums to {due}.",
        broken=f"""
            SELECT * FROM (
              SELECT orders.id AS order_id, orders.allowance, orders.total,
                     COALESCE(allowed.amount, 0) AS due
              FROM orders LEFT JOIN ({_ALLOWED}) AS allowed ON allowed.order_id = orders.id
            ) AS summed
            WHERE allowance <> CASE WHEN due < total THEN due ELSE total END
        """,
    ),
    Rule(
        name="exchange-shares",
        description="What comes back of an exchange is shared between the new order and the old "
        "one, all of it once it is made good, unless that is due to be reckoned anew.",
        says="{exchange_id}: of {worth} minor units {credit} pay for {order_id}, {rest} are given "
        "back.",
        broken="""
            SELECT exchange.id AS exchange_id, exchange.order_id, exchange.worth, exchange.credit,
                   exchange.rest
            FROM exchanges AS exchange
            JOIN returns AS returned ON returned.id = exchange.returned_id
            JOIN orders AS fresh ON fresh.id = exchange.order_id
            WHERE exchange.credit < 0 OR exchange.rest < 0 OR exchange.credit > exchange.worth
               OR returned.order_id <> exchange.original_id
               OR fresh.origin_id IS NULL OR fresh.origin_id <> exchange.original_id
               OR (exchange.unsettled_at IS NULL AND returned.refunded_at IS NOT NULL
                   AND (exchange.worth <> returned.refund
                        OR exchange.credit + exchange.rest <> exchange.worth))
        """,
    ),
    Rule(
        name="return-explained",
        description="The steps that explain what a return is worth sum to it.",
        says="{return_id} is worth {refund} minor units, which its explanation does not sum to.",
        broken="SELECT id AS return_id, refund, explanation FROM returns "
        "WHERE refunded_at IS NOT NULL",
        key="return_id",
        holds=lambda row: (
            sum(step["amount"] for step in loads(row["explanation"])) == row["refund"]
        ),
    ),
    Rule(
        name="claim-explained",
        description="The steps that explain what is given back for a claim sum to it.",
        says="{customer_claim_id} gives {refund} minor units, which its explanation does not sum "
        "to.",
        broken="SELECT id AS customer_claim_id, refund, explanation FROM claims",
        key="customer_claim_id",
        holds=lambda row: (
            sum(step["amount"] for step in loads(row["explanation"])) == row["refund"]
        ),
    ),
    Rule(
        name="line-made-good",
        description="Of a line no more units are claimed and asked to come back than were sent, "
        "and no more is given for them than it cost.",
        says="{line_id} of {order_id}: {shipped} sent, {claimed} claimed, {return_requested} asked "
        "to come back.",
        broken=f"""
            SELECT line.id AS line_id, line.order_id, line.shipped, line.return_requested,
                   claims.units AS claimed
            FROM order_lines AS line JOIN (
              SELECT part.line_id, SUM(part.units) AS units
              FROM claim_lines AS part JOIN claims ON claims.id = part.claim_id
              WHERE claims.status <> '{_C.DECLINED}'
              GROUP BY part.line_id
            ) AS claims ON claims.line_id = line.id
            WHERE claims.units + line.return_requested > line.shipped
        """,
    ),
    Rule(
        name="line-written-off",
        description="What is written off on a line are the units of its claims that never came.",
        says="{line_id} of {order_id} has {written_off} units written off, its claims {lost}.",
        broken="""
            SELECT * FROM (
              SELECT line.id AS line_id, line.order_id, line.written_off,
                     COALESCE(parts.lost, 0) AS lost
              FROM order_lines AS line LEFT JOIN (
                SELECT line_id, SUM(written_off) AS lost FROM claim_lines GROUP BY line_id
              ) AS parts ON parts.line_id = line.id
            ) AS counted
            WHERE written_off <> lost
        """,
    ),
    Rule(
        name="claim-settled",
        description="A claim is made good when, and only when, it is settled: by a remedy that "
        "fits what was given, and for what its units were sold for.",
        says="{customer_claim_id} of {order_id} is {status}, which does not fit what was given.",
        broken=f"""
            SELECT claims.id AS customer_claim_id, claims.order_id, claims.status
            FROM claims JOIN (
              SELECT claim_id, SUM(value) AS value FROM claim_lines GROUP BY claim_id
            ) AS parts ON parts.claim_id = claims.id
            WHERE (claims.status = '{_C.SETTLED}') <> (claims.settled_at IS NOT NULL)
               OR (claims.status = '{_C.SETTLED}') <> (claims.remedy IS NOT NULL)
               OR (claims.status = '{_C.OPEN}') <> (claims.decided_at IS NULL)
               OR (claims.replacement_id IS NOT NULL) <> (COALESCE(claims.remedy, '') = 'replace')
               OR claims.value <> parts.value
               OR (claims.status <> '{_C.SETTLED}' AND claims.refund <> 0)
               OR claims.credit > claims.worth
        """,
    ),
    Rule(
        name="claim-recovery",
        description="What a carrier or a supplier bears of a claim is at most what they were "
        "asked for.",
        says="{customer_claim_id} of {order_id} is {recovery}: {asked} asked for, {recovered} "
        "borne.",
        broken=f"""
            SELECT id AS customer_claim_id, order_id, recovery, asked, recovered FROM claims
            WHERE (recovery = '{_V.RECOVERED}') <> (recovered IS NOT NULL)
               OR (recovery <> '{_V.NONE}') <> (asked IS NOT NULL)
               OR (recovery IN {_ENDED}) <> (recovery_ended_at IS NOT NULL)
               OR recovered > asked
        """,
    ),
)

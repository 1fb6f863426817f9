"""What must hold of the entry of orders: what was found wrong holds them, and is cleared up."""

from models import DataIssueKind, FraudReview, HoldKind, OrderStatus
from models.data_issues import OF_ADDRESSES
from services.checks.rules import Rule, one_of

_O = OrderStatus
OPEN = one_of({_O.PLACED, _O.CONFIRMED, _O.IN_PROGRESS})
OVER = one_of({_O.CANCELLED, _O.EXPIRED})

RULES = (
    Rule(
        name="issue-holds",
        description="A placed order has an open data issue of an address when, and only when, an "
        "automatic hold for it, and the same of the other issues.",
        says="{order_id} is {status} and has {issues} open issues, but {holds} automatic holds of "
        "kind {kind}.",
        broken=f"""
            SELECT * FROM (
              SELECT orders.id AS order_id, orders.status, behind.kind,
                     SUM(behind.issues) AS issues, SUM(behind.holds) AS holds
              FROM (
                SELECT order_id, 1 AS issues, 0 AS holds,
                       CASE WHEN kind IN {one_of(OF_ADDRESSES)}
                            THEN '{HoldKind.ADDRESS}' ELSE '{HoldKind.DATA_ISSUE}' END AS kind
                FROM data_issues WHERE resolved_at IS NULL
                UNION ALL
                SELECT order_id, 0, 1, kind FROM order_holds
                WHERE automatic AND released_at IS NULL
                  AND kind IN {one_of({HoldKind.ADDRESS, HoldKind.DATA_ISSUE})}
              ) AS behind JOIN orders ON orders.id = behind.order_id
              WHERE orders.status IN {OPEN}
              GROUP BY orders.id, orders.status, behind.kind
            ) AS counted
            WHERE holds <> 1 OR issues = 0
        """,
    ),
    Rule(
        name="issue-times",
        description="A data issue that was resolved says by whom; one of an unknown SKU says how "
        "many units are wanted.",
        says="{number} of {order_id} ({kind}) is not whole.",
        broken=f"""
            SELECT id AS number, order_id, kind FROM data_issues
            WHERE (resolved_at IS NULL) <> (resolved_by IS NULL)
               OR (accepted AND resolved_at IS NULL)
               OR (kind = '{DataIssueKind.UNKNOWN_SKU}' AND (sku = '' OR quantity IS NULL))
        """,
    ),
    Rule(
        name="hold-ended",
        description="An order that was given up is not held.",
        says="{order_id} is {status}, but held ({kind}).",
        broken=f"""
            SELECT hold.order_id, orders.status, hold.kind
            FROM order_holds AS hold JOIN orders ON orders.id = hold.order_id
            WHERE hold.released_at IS NULL AND orders.status IN {OVER}
        """,
    ),
    Rule(
        name="fraud-review",
        description="An order waits for its fraud review when, and only when, it is held for it, "
        "and what was decided says by whom.",
        says="The fraud review of {order_id} ({status}) is {fraud_review}, which does not fit its "
        "holds or who decided.",
        broken=f"""
            SELECT orders.id AS order_id, orders.status, orders.fraud_review
            FROM orders
            LEFT JOIN order_holds AS hold ON hold.order_id = orders.id AND hold.automatic
                 AND hold.kind = '{HoldKind.FRAUD_REVIEW}' AND hold.released_at IS NULL
            WHERE COALESCE(fraud_review = '{FraudReview.PENDING}', FALSE) <> (hold.id IS NOT NULL)
               OR COALESCE(fraud_review NOT IN {one_of({FraudReview.PENDING, FraudReview.CLEARED})},
                           FALSE) <> (fraud_decided_by IS NOT NULL)
               OR (fraud_review IS NULL) <> (fraud_score IS NULL)
        """,
    ),
)

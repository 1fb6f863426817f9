"""What must hold of purchase orders: their sums, their dates, and what is expected of them."""

from models import ArrivalStatus, PurchaseOrderStatus
from models.purchase_orders import UNDER_WAY
from services.checks.rules import Rule, one_of

_S = PurchaseOrderStatus
_OUTSTANDING = """CASE WHEN line.quantity - line.cancelled > line.received
                       THEN line.quantity - line.cancelled - line.received ELSE 0 END"""
_UNDER_WAY = one_of(UNDER_WAY)
_NOT_SENT = one_of([_S.DRAFT, _S.SUBMITTED, _S.APPROVED])
_NOT_APPROVED = one_of([_S.DRAFT, _S.SUBMITTED])
_NOTHING_CAME = one_of(set(_S) - {_S.PARTIALLY_RECEIVED, _S.RECEIVED, _S.CLOSED})

RULES = (
    Rule(
        name="purchase-lines",
        description="Of a line of a purchase order no more is cancelled or confirmed than was "
        "ordered, and no more damaged than came.",
        says="Of {purchase_order_line_id} {quantity} units are ordered, {cancelled} cancelled, "
        "{confirmed} confirmed, {received} received, {damaged} of them damaged.",
        broken="""
            SELECT id AS purchase_order_line_id, quantity, cancelled, confirmed, received, damaged
            FROM purchase_order_lines
            WHERE quantity < 1 OR price < 0 OR landed < 0 OR cancelled < 0
               OR damaged < 0 OR damaged > received OR confirmed < 0 OR confirmed > quantity
               OR (cancelled > 0 AND cancelled > quantity - received)
        """,
    ),
    Rule(
        name="purchase-sums",
        description="A purchase order is worth what is still wanted of its lines, and costs "
        "besides what was entered, all of it dealt out to them.",
        says="{purchase_order_id} is worth {total}, its lines {lines}; it costs {landed} besides, "
        "its lines {dealt}, as entered {entered}.",
        broken="""
            SELECT * FROM (
              SELECT row.id AS purchase_order_id, row.total, row.landed,
                     COALESCE(line.worth, 0) AS lines, COALESCE(line.dealt, 0) AS dealt,
                     COALESCE(cost.entered, 0) AS entered
              FROM purchase_orders AS row
              LEFT JOIN (
                SELECT purchase_order_id, SUM(price * (quantity - cancelled)) AS worth,
                       SUM(landed) AS dealt
                FROM purchase_order_lines GROUP BY purchase_order_id
              ) AS line ON line.purchase_order_id = row.id
              LEFT JOIN (
                SELECT purchase_order_id, SUM(amount) AS entered
                FROM landed_costs GROUP BY purchase_order_id
              ) AS cost ON cost.purchase_order_id = row.id
            ) AS compared
            WHERE total <> lines OR landed <> dealt OR landed <> entered
        """,
    ),
    Rule(
        name="purchase-arrivals",
        description="What is expected of a purchase order is what is still to come of its lines, "
        "once the supplier has it and until it ends.",
        says="Of {purchase_order_line_id} {outstanding} units are to come; {expected} are "
        "expected, in {arrivals} arrivals.",
        broken=f"""
            SELECT * FROM (
              SELECT line.id AS purchase_order_line_id,
                     CASE WHEN row.status IN {_UNDER_WAY} THEN {_OUTSTANDING} ELSE 0 END
                       AS outstanding,
                     COALESCE(open.expected, 0) AS expected, COALESCE(open.arrivals, 0) AS arrivals
              FROM purchase_order_lines AS line
              JOIN purchase_orders AS row ON row.id = line.purchase_order_id
              LEFT JOIN (
                SELECT purchase_order_line_id, SUM(quantity - arrived) AS expected,
                       COUNT(*) AS arrivals
                FROM arrivals
                WHERE status = '{ArrivalStatus.EXPECTED}' AND purchase_order_line_id IS NOT NULL
                GROUP BY purchase_order_line_id
              ) AS open ON open.purchase_order_line_id = line.id
            ) AS compared
            WHERE outstanding <> expected OR arrivals > 1
        """,
    ),
    Rule(
        name="purchase-arrived",
        description="No more has come of the arrivals of a line than of the line, and an arrival "
        "names the order of its line.",
        says="Of {purchase_order_line_id} {received} units came; of its arrivals {arrived}.",
        broken="""
            SELECT line.id AS purchase_order_line_id, line.received,
                   SUM(arrival.arrived) AS arrived
            FROM purchase_order_lines AS line
            JOIN arrivals AS arrival ON arrival.purchase_order_line_id = line.id
            GROUP BY line.id, line.received
            HAVING SUM(arrival.arrived) > line.received
                OR SUM(CASE WHEN arrival.purchase_order_id = line.purchase_order_id
                             AND arrival.variant_id = line.variant_id THEN 0 ELSE 1 END) > 0
        """,
    ),
    Rule(
        name="purchase-status",
        description="A purchase order says when it came to where it stands, and its lines agree.",
        says="{purchase_order_id} is {status}, but its times or its lines say something else: "
        "{came} units came, {missing} are missing.",
        broken=f"""
            SELECT purchase_order_id, status, came, missing FROM (
              SELECT row.id AS purchase_order_id, row.status, row.sent_at, row.approved_at,
                     row.acknowledged_at, row.received_at, row.closed_at, row.cancelled_at,
                     COALESCE(line.came, 0) AS came,
                     COALESCE(line.missing, 0) AS missing
              FROM purchase_orders AS row
              LEFT JOIN (
                SELECT line.purchase_order_id, SUM(line.received) AS came,
                       SUM({_OUTSTANDING}) AS missing
                FROM purchase_order_lines AS line GROUP BY line.purchase_order_id
              ) AS line ON line.purchase_order_id = row.id
            ) AS counted
            WHERE (status = '{_S.CLOSED}') <> (closed_at IS NOT NULL)
               OR (status = '{_S.CANCELLED}') <> (cancelled_at IS NOT NULL)
               OR (status IN {_NOT_SENT} AND sent_at IS NOT NULL)
               OR (status NOT IN {_NOT_SENT} AND status <> '{_S.CANCELLED}' AND sent_at IS NULL)
               OR (status IN {_NOT_APPROVED}) <> (approved_at IS NULL)
                  AND status <> '{_S.CANCELLED}'
               OR (status = '{_S.ACKNOWLEDGED}' AND acknowledged_at IS NULL)
               OR (status IN {_NOTHING_CAME} AND came > 0)
               OR (status = '{_S.PARTIALLY_RECEIVED}' AND (came = 0 OR missing = 0))
               OR (status = '{_S.RECEIVED}' AND (missing > 0 OR received_at IS NULL))
        """,
    ),
    Rule(
        name="purchase-dates",
        description="A purchase order is due when the next of its lines is, is looked at again "
        "when the next of its arrivals should come, and is late only while something is due.",
        says="{purchase_order_id} is due {due_at}, its lines {line_due}; it is looked at "
        "{review_at}, its arrivals come from {first} to {last}.",
        broken=f"""
            SELECT purchase_order_id, due_at, line_due, review_at, first, last FROM (
              SELECT row.id AS purchase_order_id, row.due_at, row.review_at, row.expected_at,
                     row.late_since, line.line_due, coming.first, coming.last
              FROM purchase_orders AS row
              LEFT JOIN (
                SELECT line.purchase_order_id,
                       MIN(COALESCE(line.confirmed_at, line.expected_at)) AS line_due
                FROM purchase_order_lines AS line
                WHERE {_OUTSTANDING} > 0 GROUP BY line.purchase_order_id
              ) AS line ON line.purchase_order_id = row.id AND row.status IN {_UNDER_WAY}
              LEFT JOIN (
                SELECT purchase_order_id, MIN(expected_at) AS first, MAX(expected_at) AS last
                FROM arrivals WHERE status = '{ArrivalStatus.EXPECTED}'
                GROUP BY purchase_order_id
              ) AS coming ON coming.purchase_order_id = row.id
            ) AS compared
            WHERE due_at IS DISTINCT FROM line_due OR review_at IS DISTINCT FROM first
               OR expected_at IS DISTINCT FROM last
               OR (late_since IS NOT NULL AND due_at IS NULL)
        """,
    ),
    Rule(
        name="purchase-told",
        description="What a supplier has, or need not be told any more, is told no further.",
        says="{dispatch_id} was delivered {delivered_at} and is due {due_at}.",
        broken="""
            SELECT id AS dispatch_id, delivered_at, due_at FROM purchase_dispatches
            WHERE delivered_at IS NOT NULL AND due_at IS NOT NULL
        """,
    ),
)

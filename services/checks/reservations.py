"""What must hold of the queue for stock, of how long reservations last, and of arrivals."""

from models import ArrivalStatus, OrderStatus, ReservationStatus
from services.checks.rules import Rule

_A, _R = ArrivalStatus, ReservationStatus

RULES = (
    Rule(
        name="line-waiting",
        description="A line has its place in the queue for stock, and a time since when it waits, "
        "while and only while units of it wait; only then more are expected for it.",
        says="{backordered} units of {line_id} of {order_id} wait, which does not fit its place in "
        "the queue.",
        broken="""
            SELECT id AS line_id, order_id, backordered FROM order_lines
            WHERE (backordered > 0) <> (queue_key IS NOT NULL)
               OR (backordered > 0) <> (waiting_since IS NOT NULL)
               OR (backordered = 0 AND expected_at IS NOT NULL)
        """,
    ),
    Rule(
        name="reservation-expiry",
        description="Only reservations of orders that are not confirmed yet can run out, and none "
        "expires that has no time to.",
        says="{reservation_id} of {order_id} ({status}) is {reservation_status}, which does not "
        "fit the time it lasts.",
        broken=f"""
            SELECT kept.id AS reservation_id, orders.id AS order_id, orders.status,
                   kept.status AS reservation_status
            FROM reservations AS kept JOIN orders ON orders.id = kept.order_id
            WHERE (kept.status = '{_R.EXPIRED}' AND kept.expires_at IS NULL)
               OR (kept.status = '{_R.ACTIVE}' AND kept.expires_at IS NOT NULL
                   AND orders.status <> '{OrderStatus.PLACED}')
        """,
    ),
    Rule(
        name="arrival-counts",
        description="An arrival is expected until as much has come as was, or it is called off.",
        says="{arrival_id} is {status}; {arrived} of {quantity} units have come.",
        broken=f"""
            SELECT id AS arrival_id, status, arrived, quantity FROM arrivals
            WHERE quantity < 1 OR arrived < 0
               OR (status = '{_A.ARRIVED}') <> (arrived >= quantity)
               OR (status = '{_A.EXPECTED}') <> (ended_at IS NULL)
        """,
    ),
    Rule(
        name="arrival-movements",
        description="What has come of an arrival that stands for itself is the sum of the "
        "movements it came with.",
        says="Of {arrival_id} {arrived} units have come; its movements sum to {moved}.",
        broken="""
            SELECT * FROM (
              SELECT arrival.id AS arrival_id, arrival.arrived, COALESCE(moved.units, 0) AS moved
              FROM arrivals AS arrival
              LEFT JOIN (
                SELECT arrival_id, SUM(on_hand_change) AS units FROM stock_movements
                WHERE arrival_id IS NOT NULL GROUP BY arrival_id
              ) AS moved ON moved.arrival_id = arrival.id
              WHERE arrival.purchase_order_id IS NULL AND arrival.transfer_line_id IS NULL
            ) AS compared
            WHERE arrived <> moved
        """,
    ),
)

"""What must hold of fulfillments: planned for orders that wait for them, and counted right."""

from models import FulfillmentStatus, OrderStatus, ReservationStatus
from services.checks.rules import Rule, one_of

_F, _O, _R = FulfillmentStatus, OrderStatus, ReservationStatus
OVER = one_of({_F.HANDED_OVER, _F.CANCELLED})
UNPICKED = one_of({_F.PENDING, _F.RELEASED, _F.PICKING})
WAITING = one_of({_F.PENDING, _F.RELEASED})
UNPACKED = one_of({_F.PENDING, _F.RELEASED, _F.PICKING, _F.PICKED})
PACKED = one_of({_F.PACKED, _F.HANDED_OVER})
SPENT = one_of({_R.RELEASED, _R.EXPIRED})

RULES = (
    Rule(
        name="fulfillment-order",
        description="Work is planned from confirming an order on, but where all that is left of it "
        "waits for stock; it is under way only in progress, handed over once completed, and given "
        "up with the order.",
        says="{order_id} is {status}; {released} of its {planned} fulfillments were released, "
        "{handed_over} handed over and {cancelled} cancelled.",
        broken=f"""
            SELECT * FROM (
              SELECT orders.id AS order_id, orders.status,
                     COUNT(waiting.order_id) AS waits,
                     COUNT(work.id) AS planned,
                     COUNT(work.released_at) AS released,
                     COUNT(work.handed_over_at) AS handed_over,
                     COUNT(work.cancelled_at) AS cancelled
              FROM orders LEFT JOIN fulfillments AS work ON work.order_id = orders.id
              LEFT JOIN (
                SELECT DISTINCT order_id FROM order_lines WHERE backordered > 0
              ) AS waiting ON waiting.order_id = orders.id
              GROUP BY orders.id, orders.status
            ) AS counted
            WHERE NOT CASE
              WHEN status IN {one_of({_O.DRAFT, _O.PLACED, _O.EXPIRED})} THEN planned = 0
              WHEN status = '{_O.CONFIRMED}' THEN
                (planned > cancelled OR waits > 0) AND released = 0
              WHEN status = '{_O.IN_PROGRESS}' THEN
                (planned > cancelled OR waits > 0) AND released > 0
              WHEN status = '{_O.CANCELLED}' THEN planned = cancelled
              ELSE handed_over > 0 AND planned = handed_over + cancelled
            END
        """,
    ),
    Rule(
        name="fulfillment-times",
        description="A fulfillment has the times of the steps it took, and of no others.",
        says="{fulfillment_id} is {status}, which does not fit the times it has.",
        broken=f"""
            SELECT id AS fulfillment_id, status FROM fulfillments
            WHERE (status = '{_F.CANCELLED}') <> (cancelled_at IS NOT NULL)
               OR (status = '{_F.HANDED_OVER}') <> (handed_over_at IS NOT NULL)
               OR (status <> '{_F.CANCELLED}' AND (
                 (status = '{_F.PENDING}') <> (released_at IS NULL)
                 OR (status IN {one_of({_F.PENDING, _F.RELEASED})}) <> (picker IS NULL)
                 OR (status IN {UNPICKED}) <> (picked_at IS NULL)
                 OR (status NOT IN {PACKED}) <> (packed_at IS NULL)
               ))
        """,
    ),
    Rule(
        name="fulfillment-counts",
        description="On every fulfillment line, 0 ≤ packed ≤ picked ≤ quantity, as far as its "
        "fulfillment is.",
        says="A line of {fulfillment_id} ({status}) wants {quantity} units; {picked} are picked "
        "and {packed} packed.",
        broken=f"""
            SELECT work.id AS fulfillment_id, work.status, each.quantity, each.picked, each.packed
            FROM fulfillment_lines AS each
            JOIN fulfillments AS work ON work.id = each.fulfillment_id
            WHERE NOT (quantity >= 1 AND 0 <= packed AND packed <= picked AND picked <= quantity)
               OR (work.status IN {WAITING} AND picked <> 0)
               OR (work.status IN {UNPACKED} AND packed <> 0)
               OR (work.status IN {PACKED} AND packed <> picked)
        """,
    ),
    Rule(
        name="fulfillment-sums",
        description="What is picked and packed of an order line is the sum of its fulfillments "
        "that were not cancelled.",
        says="Of {line_id} of {order_id} {picked} units are picked and {packed} packed; its "
        "fulfillments sum to {worked_picked} and {worked_packed}.",
        broken=f"""
            SELECT * FROM (
              SELECT line.id AS line_id, line.order_id, line.picked, line.packed,
                     COALESCE(worked.picked, 0) AS worked_picked,
                     COALESCE(worked.packed, 0) AS worked_packed
              FROM order_lines AS line
              LEFT JOIN (
                SELECT each.line_id, SUM(each.picked) AS picked, SUM(each.packed) AS packed
                FROM fulfillment_lines AS each
                JOIN fulfillments AS work ON work.id = each.fulfillment_id
                WHERE work.status <> '{_F.CANCELLED}'
                GROUP BY each.line_id
              ) AS worked ON worked.line_id = line.id
            ) AS compared
            WHERE picked <> worked_picked OR packed <> worked_packed
        """,
    ),
    Rule(
        name="fulfillment-reservations",
        description="The reservation behind a fulfillment line keeps its units until they leave, "
        "and is released where they were not found or the work was given up.",
        says="A line of {fulfillment_id} ({status}) wants {quantity} units and has {picked}; its "
        "reservation {reservation_id} of {kept} is {reservation_status}.",
        broken=f"""
            SELECT work.id AS fulfillment_id, work.status, each.quantity, each.picked,
                   kept.id AS reservation_id, kept.quantity AS kept,
                   kept.status AS reservation_status
            FROM fulfillment_lines AS each
            JOIN fulfillments AS work ON work.id = each.fulfillment_id
            JOIN reservations AS kept ON kept.id = each.reservation_id
            WHERE NOT CASE
              WHEN work.status IN {UNPICKED} THEN
                kept.status = '{_R.ACTIVE}' AND kept.quantity = each.quantity
              WHEN work.status = '{_F.CANCELLED}' OR each.picked = 0 THEN
                kept.status IN {SPENT}
              WHEN work.status = '{_F.HANDED_OVER}' THEN
                kept.status = '{_R.CONSUMED}' AND kept.quantity = each.picked
              ELSE kept.status = '{_R.ACTIVE}' AND kept.quantity = each.picked
            END
        """,
    ),
    Rule(
        name="fulfillment-missing",
        description="From confirming an order on, each of its active reservations is in one open "
        "fulfillment.",
        says="{reservation_id} of {order_id} ({status}) is in {open_fulfillments} open "
        "fulfillments.",
        broken=f"""
            SELECT * FROM (
              SELECT kept.id AS reservation_id, orders.id AS order_id, orders.status,
                     COALESCE(planned.lines, 0) AS open_fulfillments
              FROM reservations AS kept
              JOIN order_lines AS line ON line.id = kept.line_id
              JOIN orders ON orders.id = line.order_id
              LEFT JOIN (
                SELECT each.reservation_id, COUNT(*) AS lines
                FROM fulfillment_lines AS each
                JOIN fulfillments AS work ON work.id = each.fulfillment_id
                WHERE work.status NOT IN {OVER}
                GROUP BY each.reservation_id
              ) AS planned ON planned.reservation_id = kept.id
              WHERE kept.status = '{_R.ACTIVE}'
                AND orders.status IN {one_of({_O.CONFIRMED, _O.IN_PROGRESS})}
            ) AS counted
            WHERE open_fulfillments <> 1
        """,
    ),
    Rule(
        name="order-copies",
        description="Reservations, fulfillments and shipments name the order, the line and the "
        "location of what they belong to.",
        says="The {what} {id} belongs to {order_id} and to something of another.",
        broken="""
            SELECT 'reservation' AS what, copy.id, copy.order_id
            FROM reservations AS copy JOIN order_lines AS line ON line.id = copy.line_id
            WHERE copy.order_id <> line.order_id
            UNION ALL
            SELECT 'fulfillment line', copy.id, work.order_id
            FROM fulfillment_lines AS copy
            JOIN fulfillments AS work ON work.id = copy.fulfillment_id
            JOIN order_lines AS line ON line.id = copy.line_id
            JOIN reservations AS kept ON kept.id = copy.reservation_id
            WHERE work.order_id <> line.order_id OR kept.line_id <> copy.line_id
               OR kept.location_id <> work.location_id
            UNION ALL
            SELECT 'shipment', copy.id, copy.order_id
            FROM shipments AS copy JOIN fulfillments AS work ON work.id = copy.fulfillment_id
            WHERE copy.order_id <> work.order_id
            UNION ALL
            SELECT 'shipment line', copy.id, parcel.order_id
            FROM shipment_lines AS copy
            JOIN shipments AS parcel ON parcel.id = copy.shipment_id
            JOIN fulfillment_lines AS each ON each.id = copy.fulfillment_line_id
            WHERE copy.line_id <> each.line_id OR parcel.fulfillment_id <> each.fulfillment_id
        """,
    ),
)

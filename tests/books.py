"""Whether everything adds up, said once more and independently of the code that is proven."""

from tortoise.connection import get_connection

# Each query finds the rows for which its sentence is not true.
TRUTHS = {
    "A level is the sum of its movements.": """
        SELECT level.id, level.on_hand, level.reserved,
               SUM(moved.on_hand_change) AS moved, SUM(moved.reserved_change) AS moved_reserved
        FROM stock_levels AS level LEFT JOIN stock_movements AS moved ON moved.level_id = level.id
        GROUP BY level.id, level.on_hand, level.reserved
        HAVING level.on_hand <> COALESCE(SUM(moved.on_hand_change), 0)
            OR level.reserved <> COALESCE(SUM(moved.reserved_change), 0)
    """,
    "A movement says what its level was afterwards.": """
        SELECT * FROM (
          SELECT id, on_hand_after, reserved_after,
                 SUM(on_hand_change) OVER (PARTITION BY level_id ORDER BY id) AS on_hand,
                 SUM(reserved_change) OVER (PARTITION BY level_id ORDER BY id) AS reserved
          FROM stock_movements
        ) AS told WHERE on_hand <> on_hand_after OR reserved <> reserved_after
    """,
    "No more is reserved than is on hand.": """
        SELECT * FROM stock_levels WHERE NOT (0 <= reserved AND reserved <= on_hand)
    """,
    "What a level has reserved is what its active reservations keep.": """
        SELECT level.id, level.reserved, SUM(kept.quantity) AS kept
        FROM stock_levels AS level
        LEFT JOIN reservations AS kept ON kept.level_id = level.id AND kept.status = 'active'
        GROUP BY level.id, level.reserved HAVING level.reserved <> COALESCE(SUM(kept.quantity), 0)
    """,
    "A line has delivered ≤ shipped ≤ packed ≤ picked ≤ ordered − cancelled.": """
        SELECT * FROM order_lines
        WHERE NOT (0 <= delivered AND delivered <= shipped AND shipped <= packed
               AND packed <= picked AND picked <= ordered - cancelled)
    """,
    "From placing on, every unit of a line that is not cancelled is somewhere; before, none.": """
        SELECT line.*, orders.status FROM order_lines AS line
        JOIN orders ON orders.id = line.order_id
        WHERE line.reserved + line.backordered + line.picked
              <> CASE WHEN orders.status = 'draft' THEN 0 ELSE line.ordered - line.cancelled END
    """,
    "A line's reservations keep what is reserved for it, and what is picked until shipped.": """
        SELECT line.id, line.reserved, line.picked, line.shipped, SUM(kept.quantity) AS kept
        FROM order_lines AS line
        LEFT JOIN reservations AS kept ON kept.line_id = line.id AND kept.status = 'active'
        GROUP BY line.id, line.reserved, line.picked, line.shipped
        HAVING line.reserved + line.picked - line.shipped <> COALESCE(SUM(kept.quantity), 0)
    """,
    "What was consumed was shipped.": """
        SELECT line.id, line.shipped, SUM(gone.quantity) AS gone
        FROM order_lines AS line
        LEFT JOIN reservations AS gone ON gone.line_id = line.id AND gone.status = 'consumed'
        GROUP BY line.id, line.shipped HAVING line.shipped <> COALESCE(SUM(gone.quantity), 0)
    """,
    "A line's units were picked, packed and shipped by fulfillments that were not given up.": """
        SELECT line.id, line.picked, line.packed, line.shipped
        FROM order_lines AS line
        LEFT JOIN (
          SELECT each.line_id, each.picked, each.packed,
                 CASE work.status WHEN 'handed_over' THEN each.packed ELSE 0 END AS shipped
          FROM fulfillment_lines AS each JOIN fulfillments AS work ON work.id = each.fulfillment_id
          WHERE work.status <> 'cancelled'
        ) AS done ON done.line_id = line.id
        GROUP BY line.id, line.picked, line.packed, line.shipped
        HAVING line.picked <> COALESCE(SUM(done.picked), 0)
            OR line.packed <> COALESCE(SUM(done.packed), 0)
            OR line.shipped <> COALESCE(SUM(done.shipped), 0)
    """,
    "What is kept for a confirmed order is one location's work, once.": """
        SELECT kept.id, orders.status, COUNT(work.id) AS planned
        FROM reservations AS kept
        JOIN orders ON orders.id = kept.order_id
        LEFT JOIN fulfillment_lines AS each ON each.reservation_id = kept.id
        LEFT JOIN fulfillments AS work ON work.id = each.fulfillment_id
             AND work.status NOT IN ('cancelled', 'handed_over')
             AND work.location_id = kept.location_id
        WHERE kept.status = 'active' AND orders.status NOT IN ('draft', 'placed')
        GROUP BY kept.id, orders.status HAVING COUNT(work.id) <> 1
    """,
    "No unit is in two parcels, and what was handed over is in one.": """
        SELECT each.id, each.packed, work.status, SUM(boxed.quantity) AS boxed
        FROM fulfillment_lines AS each
        JOIN fulfillments AS work ON work.id = each.fulfillment_id
        LEFT JOIN (
          SELECT content.fulfillment_line_id, content.quantity
          FROM shipment_lines AS content JOIN shipments ON shipments.id = content.shipment_id
          WHERE shipments.status <> 'voided'
        ) AS boxed ON boxed.fulfillment_line_id = each.id
        GROUP BY each.id, each.packed, work.status
        HAVING COALESCE(SUM(boxed.quantity), 0) > each.packed
            OR (work.status = 'handed_over' AND COALESCE(SUM(boxed.quantity), 0) < each.packed)
    """,
    "What was delivered is what the parcels that arrived carried.": """
        SELECT line.id, line.delivered FROM order_lines AS line
        LEFT JOIN (
          SELECT content.line_id, content.quantity
          FROM shipment_lines AS content JOIN shipments ON shipments.id = content.shipment_id
          WHERE shipments.status = 'delivered'
        ) AS arrived ON arrived.line_id = line.id
        GROUP BY line.id, line.delivered HAVING line.delivered <> COALESCE(SUM(arrived.quantity), 0)
    """,
}


async def assert_balanced() -> None:
    for truth, broken in TRUTHS.items():
        assert await get_connection("default").execute_query_dict(broken) == [], truth

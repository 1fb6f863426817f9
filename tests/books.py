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
        LEFT JOIN (
          SELECT level_id, quantity FROM reservations WHERE status = 'active'
          UNION ALL
          SELECT line.level_id, line.allocated FROM transfer_lines AS line
          JOIN transfers ON transfers.id = line.transfer_id AND transfers.status = 'allocated'
        ) AS kept ON kept.level_id = level.id
        GROUP BY level.id, level.reserved HAVING level.reserved <> COALESCE(SUM(kept.quantity), 0)
    """,
    "What lies in bins and lots is the level, and what moved in and out of them.": """
        SELECT level_id, bin_id, lot_id, SUM(good), SUM(bad), SUM(held) FROM (
          SELECT level_id, bin_id, lot_id, on_hand AS good, damaged AS bad, quarantined AS held
          FROM stock_quants
          UNION ALL SELECT level_id, bin_id, lot_id, -on_hand_change, -damaged_change,
                           -quarantined_change FROM stock_movements
        ) AS both_sides
        GROUP BY level_id, bin_id, lot_id HAVING SUM(good) <> 0 OR SUM(bad) <> 0 OR SUM(held) <> 0
    """,
    "No bin holds less than nothing of anything.": """
        SELECT * FROM stock_quants WHERE on_hand < 0 OR damaged < 0 OR quarantined < 0
    """,
    "Damaged and quarantined units are those that moved.": """
        SELECT level.id, level.damaged, level.quarantined,
               SUM(moved.damaged_change) AS bad, SUM(moved.quarantined_change) AS held
        FROM stock_levels AS level LEFT JOIN stock_movements AS moved ON moved.level_id = level.id
        GROUP BY level.id, level.damaged, level.quarantined
        HAVING level.damaged <> COALESCE(SUM(moved.damaged_change), 0)
            OR level.quarantined <> COALESCE(SUM(moved.quarantined_change), 0)
    """,
    "What left for another location has come, is missing, or is expected there.": """
        SELECT line.id, line.sent, line.received, line.missing, coming.units
        FROM transfer_lines AS line
        JOIN transfers AS row ON row.id = line.transfer_id
        LEFT JOIN (
          SELECT transfer_line_id, location_id, SUM(quantity - arrived) AS units
          FROM arrivals WHERE status = 'expected' GROUP BY transfer_line_id, location_id
        ) AS coming ON coming.transfer_line_id = line.id
                   AND coming.location_id = row.destination_id
        WHERE line.sent <> line.received + line.missing + COALESCE(coming.units, 0)
    """,
    "Nothing is lost or made on its way, of any lot.": """
        SELECT transfer_id, variant_id, lot_id, SUM(units) FROM (
          SELECT transfer_id, variant_id, lot_id,
                 on_hand_change + damaged_change + quarantined_change AS units
          FROM stock_movements WHERE reason IN ('sent', 'transferred')
          UNION ALL
          SELECT transfer_id, variant_id, lot_id, sent - received FROM transfer_lines
        ) AS both_sides
        GROUP BY transfer_id, variant_id, lot_id HAVING SUM(units) <> 0
    """,
    "What a receipt took of a variant, in each state, is what came into stock with it.": """
        SELECT receipt_id, variant_id, SUM(bad), SUM(good) FROM (
          SELECT receipt_id, variant_id, damaged AS bad, accepted + over AS good FROM receipt_lines
          UNION ALL
          SELECT receipt_id, variant_id, -damaged_change, -on_hand_change - quarantined_change
          FROM stock_movements WHERE reason = 'received' AND receipt_id IS NOT NULL
        ) AS both_sides
        GROUP BY receipt_id, variant_id HAVING SUM(bad) <> 0 OR SUM(good) <> 0
    """,
    "What waits to be judged lies in quarantine.": """
        SELECT line.variant_id, row.location_id, SUM(line.inspecting + line.held), level.quarantined
        FROM receipt_lines AS line
        JOIN receipts AS row ON row.id = line.receipt_id
        JOIN stock_levels AS level
          ON level.variant_id = line.variant_id AND level.location_id = row.location_id
        GROUP BY line.variant_id, row.location_id, level.quarantined
        HAVING SUM(line.inspecting + line.held) > level.quarantined
    """,
    "What came of a line of a purchase order is what its receipts took.": """
        SELECT line.id, line.received, SUM(came.accepted + came.damaged)
        FROM purchase_order_lines AS line
        JOIN receipt_lines AS came ON came.purchase_order_line_id = line.id
        GROUP BY line.id, line.received
        HAVING line.received <> SUM(came.accepted + came.damaged)
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

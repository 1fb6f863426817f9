"""What must hold of stock: levels, movements, reservations and alerts agree."""

from models import MovementReason, ReservationStatus, StockAlertKind, StockAlertStatus
from services.checks.rules import Rule

_R = MovementReason

_LEVEL_RULES = (
    Rule(
        name="level-bounds",
        description="At every level, 0 ≤ reserved ≤ on hand.",
        says="{level_id} has {reserved} units reserved and {on_hand} on hand.",
        broken="""
            SELECT id AS level_id, on_hand, reserved FROM stock_levels
            WHERE reserved < 0 OR reserved > on_hand
        """,
    ),
    Rule(
        name="level-ledger",
        description="Every level is the sum of its movements.",
        says="{level_id} has {on_hand} on hand and {reserved} reserved; its movements sum to "
        "{moved_on_hand} and {moved_reserved}.",
        broken="""
            SELECT * FROM (
              SELECT level.id AS level_id, level.on_hand, level.reserved,
                     COALESCE(moved.on_hand, 0) AS moved_on_hand,
                     COALESCE(moved.reserved, 0) AS moved_reserved
              FROM stock_levels AS level
              LEFT JOIN (
                SELECT level_id, SUM(on_hand_change) AS on_hand, SUM(reserved_change) AS reserved
                FROM stock_movements GROUP BY level_id
              ) AS moved ON moved.level_id = level.id
            ) AS compared
            WHERE on_hand <> moved_on_hand OR reserved <> moved_reserved
        """,
    ),
    # With the rule above this also says that the newest movement left the level as it is.
    Rule(
        name="movement-balance",
        description="Every movement leaves what the one before it left, plus its change.",
        says="Movement {movement_id} of {level_id} changes {was_on_hand} on hand and "
        "{was_reserved} reserved by {on_hand_change} and {reserved_change}, but leaves "
        "{on_hand_after} and {reserved_after}.",
        broken="""
            SELECT * FROM (
              SELECT id AS movement_id, level_id, on_hand_change, reserved_change,
                     on_hand_after, reserved_after,
                     COALESCE(LAG(on_hand_after) OVER history, 0) AS was_on_hand,
                     COALESCE(LAG(reserved_after) OVER history, 0) AS was_reserved
              FROM stock_movements
              WINDOW history AS (PARTITION BY level_id ORDER BY id)
            ) AS chained
            WHERE on_hand_after <> was_on_hand + on_hand_change
               OR reserved_after <> was_reserved + reserved_change
        """,
    ),
    Rule(
        name="movement-reason",
        description="Every movement changes what its reason says, and for an order where it must.",
        says="Movement {movement_id} of {level_id} is {reason}, but changes on hand by "
        "{on_hand_change} and reserved by {reserved_change}.",
        broken=f"""
            SELECT id AS movement_id, level_id, reason, on_hand_change, reserved_change
            FROM stock_movements
            WHERE NOT CASE reason
              WHEN '{_R.RECEIVED}' THEN
                on_hand_change > 0 AND reserved_change = 0 AND order_id IS NULL
              WHEN '{_R.ADJUSTED}' THEN
                on_hand_change <> 0 AND reserved_change = 0 AND order_id IS NULL
              WHEN '{_R.RESERVED}' THEN
                on_hand_change = 0 AND reserved_change > 0 AND order_id IS NOT NULL
              WHEN '{_R.RELEASED}' THEN
                on_hand_change = 0 AND reserved_change < 0 AND order_id IS NOT NULL
              WHEN '{_R.SHIPPED}' THEN
                on_hand_change < 0 AND reserved_change = on_hand_change AND order_id IS NOT NULL
              ELSE FALSE
            END
        """,
    ),
    Rule(
        name="level-reservations",
        description="What a level has reserved is the sum of its active reservations.",
        says="{level_id} has {reserved} units reserved; its active reservations sum to {kept}.",
        broken=f"""
            SELECT * FROM (
              SELECT level.id AS level_id, level.reserved, COALESCE(kept.units, 0) AS kept
              FROM stock_levels AS level
              LEFT JOIN (
                SELECT level_id, SUM(quantity) AS units FROM reservations
                WHERE status = '{ReservationStatus.ACTIVE}' GROUP BY level_id
              ) AS kept ON kept.level_id = level.id
            ) AS compared
            WHERE reserved <> kept
        """,
    ),
    Rule(
        name="stock-copies",
        description="Movements, alerts and reservations name their level's variant and location.",
        says="The {what} {id} names another variant or location than its {level_id}.",
        broken="""
            SELECT 'movement' AS what, copy.id, level.id AS level_id
            FROM stock_movements AS copy JOIN stock_levels AS level ON level.id = copy.level_id
            WHERE (copy.variant_id, copy.location_id) <> (level.variant_id, level.location_id)
            UNION ALL
            SELECT 'alert', copy.id, level.id
            FROM stock_alerts AS copy JOIN stock_levels AS level ON level.id = copy.level_id
            WHERE (copy.variant_id, copy.location_id) <> (level.variant_id, level.location_id)
            UNION ALL
            SELECT 'reservation', copy.id, level.id
            FROM reservations AS copy
            JOIN stock_levels AS level ON level.id = copy.level_id
            JOIN order_lines AS line ON line.id = copy.line_id
            WHERE (line.variant_id, copy.location_id) <> (level.variant_id, level.location_id)
        """,
    ),
    Rule(
        name="alert-status",
        description="An alert is marked as open until it is resolved.",
        says="{alert_id} is {status}, but is not marked as such.",
        broken=f"""
            SELECT id AS alert_id, status FROM stock_alerts
            WHERE (status = '{StockAlertStatus.RESOLVED}') <> (is_open IS NULL)
               OR (status = '{StockAlertStatus.RESOLVED}') <> (resolved_at IS NOT NULL)
               OR is_open = FALSE
        """,
    ),
    Rule(
        name="alert-single",
        description="A level has at most one open alert of a kind.",
        says="{level_id} has {open_alerts} open alerts of kind {kind}.",
        broken=f"""
            SELECT level_id, kind, COUNT(*) AS open_alerts FROM stock_alerts
            WHERE status <> '{StockAlertStatus.RESOLVED}'
            GROUP BY level_id, kind HAVING COUNT(*) > 1
        """,
    ),
)

# Mirrors services.alerts: what a level must have fallen to, and what it must rise above, for an
# alert of each kind to open and to end. Integers, so the division rounds down as it does there.
_WATCHED = f"""
    SELECT id, on_hand - reserved AS available, '{StockAlertKind.OUT_OF_STOCK}' AS kind,
           0 AS threshold, 1 AS margin
    FROM stock_levels
    UNION ALL
    SELECT id, on_hand - reserved, '{StockAlertKind.LOW_STOCK}', reorder_point,
           CASE WHEN reorder_point >= 10 THEN reorder_point / 10 ELSE 1 END
    FROM stock_levels
"""

_WATCH_RULES = (
    Rule(
        name="alert-over",
        description="An open alert is about a level that has not risen past its margin.",
        says="{alert_id} ({kind}) is open, but {level_id} has {available} units available.",
        broken=f"""
            SELECT alert.id AS alert_id, alert.kind, alert.level_id, level.available
            FROM stock_alerts AS alert
            JOIN ({_WATCHED}) AS level ON level.id = alert.level_id AND level.kind = alert.kind
            WHERE alert.status <> '{StockAlertStatus.RESOLVED}'
              AND (level.threshold IS NULL OR level.available > level.threshold + level.margin)
        """,
    ),
    Rule(
        name="alert-missing",
        description="A level at or below its threshold has an open alert.",
        says="{level_id} has {available} units available and no open alert of kind {kind}.",
        broken=f"""
            SELECT level.id AS level_id, level.kind, level.available
            FROM ({_WATCHED}) AS level
            LEFT JOIN stock_alerts AS alert ON alert.level_id = level.id
              AND alert.kind = level.kind AND alert.status <> '{StockAlertStatus.RESOLVED}'
            WHERE level.available <= level.threshold AND alert.id IS NULL
        """,
    ),
)

RULES = (*_LEVEL_RULES, *_WATCH_RULES)

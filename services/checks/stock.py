"""What must hold of stock: levels, movements, reservations and alerts agree."""

from models import (
    MovementReason,
    ReservationStatus,
    TransferStatus,
)
from services.checks.rules import Rule

_R = MovementReason
COUNTS = ("on_hand", "reserved", "damaged", "quarantined")


def _named(table: str, *, zero: bool = False) -> str:
    """The counts of a table, as columns that say whose they are."""
    value = "COALESCE({}.{}, 0)" if zero else "{}.{}"
    return ", ".join(f"{value.format(table, name)} AS {table}_{name}" for name in COUNTS)


def _sums(suffix: str) -> str:
    return ", ".join(f"SUM({name}{suffix}) AS {name}" for name in COUNTS)


def _due(window: str) -> str:
    """What each movement has to leave: what the one before it left, plus its change."""
    return ", ".join(
        f"COALESCE(LAG({name}_after) OVER {window}, 0) + {name}_change AS due_{name}"
        for name in COUNTS
    )


def _listed(table: str) -> str:
    return " || ', ' || ".join(f"{table}_{name}" for name in COUNTS)


def _differ(one: str, other: str) -> str:
    return " OR ".join(f"{one}_{name} <> {other}_{name}" for name in COUNTS)


_LEVEL_RULES = (
    Rule(
        name="level-bounds",
        description="At every level, 0 ≤ reserved ≤ on hand, and no state is below 0.",
        says="{level_id} has {reserved} units reserved, {on_hand} on hand, {damaged} damaged and "
        "{quarantined} in quarantine.",
        broken="""
            SELECT id AS level_id, on_hand, reserved, damaged, quarantined FROM stock_levels
            WHERE reserved < 0 OR reserved > on_hand OR damaged < 0 OR quarantined < 0
        """,
    ),
    Rule(
        name="level-ledger",
        description="Every level is the sum of its movements.",
        says="{level_id} has {held}; its movements sum to {moved}: on hand, reserved, damaged, "
        "in quarantine.",
        broken=f"""
            SELECT level_id, {_listed("level")} AS held, {_listed("moved")} AS moved FROM (
              SELECT level.id AS level_id, {_named("level")}, {_named("moved", zero=True)}
              FROM stock_levels AS level
              LEFT JOIN (
                SELECT level_id, {_sums("_change")}
                FROM stock_movements GROUP BY level_id
              ) AS moved ON moved.level_id = level.id
            ) AS compared
            WHERE {_differ("level", "moved")}
        """,
    ),
    Rule(
        name="level-quants",
        description="Every level is the sum of what lies in its bins, of each lot.",
        says="{level_id} has {on_hand} on hand, {damaged} damaged, {quarantined} in quarantine; "
        "its bins hold {bins_on_hand}, {bins_damaged} and {bins_quarantined}.",
        broken="""
            SELECT * FROM (
              SELECT level.id AS level_id, level.on_hand, level.damaged, level.quarantined,
                     COALESCE(held.on_hand, 0) AS bins_on_hand,
                     COALESCE(held.damaged, 0) AS bins_damaged,
                     COALESCE(held.quarantined, 0) AS bins_quarantined
              FROM stock_levels AS level
              LEFT JOIN (
                SELECT level_id, SUM(on_hand) AS on_hand, SUM(damaged) AS damaged,
                       SUM(quarantined) AS quarantined
                FROM stock_quants GROUP BY level_id
              ) AS held ON held.level_id = level.id
            ) AS compared
            WHERE (on_hand, damaged, quarantined) <> (bins_on_hand, bins_damaged, bins_quarantined)
        """,
    ),
    Rule(
        name="quant-bounds",
        description="No bin holds less than nothing, and one that holds nothing is not kept.",
        says="Quant {quant_id} of {level_id} has {on_hand} on hand, {damaged} damaged and "
        "{quarantined} in quarantine.",
        broken="""
            SELECT id AS quant_id, level_id, on_hand, damaged, quarantined FROM stock_quants
            WHERE on_hand < 0 OR damaged < 0 OR quarantined < 0
               OR (on_hand = 0 AND damaged = 0 AND quarantined = 0)
        """,
    ),
    Rule(
        name="quant-ledger",
        description="What lies in a bin, of a lot, is the sum of the movements there.",
        says="At {level_id}, bin {bin} and lot {lot} differ from their movements by {on_hand} on "
        "hand, {damaged} damaged and {quarantined} in quarantine.",
        broken="""
            SELECT * FROM (
              SELECT level_id, bin, lot, SUM(on_hand) AS on_hand, SUM(damaged) AS damaged,
                     SUM(quarantined) AS quarantined
              FROM (
                SELECT level_id, COALESCE(bin_id, 0) AS bin, COALESCE(lot_id, 0) AS lot,
                       on_hand, damaged, quarantined
                FROM stock_quants
                UNION ALL
                SELECT level_id, COALESCE(bin_id, 0), COALESCE(lot_id, 0),
                       -on_hand_change, -damaged_change, -quarantined_change
                FROM stock_movements
              ) AS both_sides
              GROUP BY level_id, bin, lot
            ) AS compared
            WHERE on_hand <> 0 OR damaged <> 0 OR quarantined <> 0
        """,
    ),
    Rule(
        name="quant-places",
        description="What lies in a bin lies at its location, as the bin and the lot say it can.",
        says="Quant {quant_id} of {level_id} lies in {bin_id}, of lot {lot}, where it cannot.",
        broken="""
            SELECT quant.id AS quant_id, level.id AS level_id, bin.id AS bin_id, lot.code AS lot
            FROM stock_quants AS quant
            JOIN stock_levels AS level ON level.id = quant.level_id
            JOIN variants AS variant ON variant.id = level.variant_id
            LEFT JOIN bins AS bin ON bin.id = quant.bin_id
            LEFT JOIN lots AS lot ON lot.id = quant.lot_id
            WHERE bin.location_id <> level.location_id OR bin.storage <> variant.storage
               OR bin.archived_at IS NOT NULL OR lot.variant_id <> level.variant_id
               OR (bin.id IS NOT NULL AND NOT level.in_bins)
        """,
    ),
    # With the rule above this also says that the newest movement left the level as it is.
    Rule(
        name="movement-balance",
        description="Every movement leaves what the one before it left, plus its change.",
        says="Movement {movement_id} of {level_id} leaves {held}, not {due}: on hand, reserved, "
        "damaged, in quarantine.",
        broken=f"""
            SELECT movement_id, level_id, {_listed("left")} AS held, {_listed("due")} AS due FROM (
              SELECT id AS movement_id, level_id,
                     {", ".join(f"{name}_after AS left_{name}" for name in COUNTS)},
                     {_due("history")}
              FROM stock_movements
              WINDOW history AS (PARTITION BY level_id ORDER BY id)
            ) AS chained
            WHERE {_differ("left", "due")}
        """,
    ),
    Rule(
        name="movement-reason",
        description="Every movement changes what its reason says, and for whom it must.",
        says="Movement {movement_id} of {level_id} is {reason}, but changes on hand by {on_hand}, "
        "reserved by {reserved}, damaged by {damaged} and quarantined by {quarantined}.",
        broken=f"""
            SELECT movement_id, level_id, reason, on_hand, reserved, damaged, quarantined FROM (
              SELECT id AS movement_id, level_id, reason, on_hand_change AS on_hand,
                     reserved_change AS reserved, damaged_change AS damaged,
                     quarantined_change AS quarantined, order_id, transfer_id,
                     return_id,
                     on_hand_change + damaged_change + quarantined_change AS there
              FROM stock_movements
            ) AS told
            WHERE NOT CASE reason
              WHEN '{_R.RECEIVED}' THEN there > 0 AND reserved = 0 AND order_id IS NULL
                AND on_hand >= 0 AND damaged >= 0 AND quarantined >= 0
              WHEN '{_R.ADJUSTED}' THEN there <> 0 AND reserved = 0 AND order_id IS NULL
              WHEN '{_R.COUNTED}' THEN there <> 0 AND reserved = 0 AND order_id IS NULL
              WHEN '{_R.RESERVED}' THEN there = 0 AND on_hand = 0 AND reserved > 0
                AND (order_id IS NOT NULL OR transfer_id IS NOT NULL)
              WHEN '{_R.RELEASED}' THEN there = 0 AND on_hand = 0 AND reserved < 0
                AND (order_id IS NOT NULL OR transfer_id IS NOT NULL)
              WHEN '{_R.SHIPPED}' THEN there = on_hand AND on_hand < 0 AND reserved = on_hand
                AND order_id IS NOT NULL
              WHEN '{_R.SENT}' THEN there = on_hand AND on_hand < 0 AND reserved = on_hand
                AND transfer_id IS NOT NULL
              WHEN '{_R.TRANSFERRED}' THEN there > 0 AND reserved = 0 AND transfer_id IS NOT NULL
              WHEN '{_R.MOVED}' THEN there <> 0 AND reserved = 0
              WHEN '{_R.DAMAGED}' THEN there = 0 AND reserved = 0 AND damaged > 0
              WHEN '{_R.QUARANTINED}' THEN there = 0 AND reserved = 0 AND quarantined > 0
              -- What was decided about a return can be undone.
              WHEN '{_R.RESTORED}' THEN there = 0 AND reserved = 0 AND on_hand <> 0
                AND (on_hand > 0 OR return_id IS NOT NULL)
              WHEN '{_R.WRITTEN_OFF}' THEN there <> 0 AND reserved = 0
                AND (there < 0 OR return_id IS NOT NULL)
              WHEN '{_R.RETURNED_TO_SUPPLIER}' THEN there <> 0 AND reserved = 0
                AND (there < 0 OR return_id IS NOT NULL)
              WHEN '{_R.RETURNED}' THEN there <> 0 AND there = quarantined AND reserved = 0
                AND order_id IS NOT NULL AND return_id IS NOT NULL
              WHEN '{_R.RETURNED_TO_CUSTOMER}' THEN there <> 0 AND there = quarantined
                AND reserved = 0 AND order_id IS NOT NULL AND return_id IS NOT NULL
              ELSE FALSE
            END
        """,
    ),
    Rule(
        name="level-reservations",
        description="What a level has reserved is kept by active reservations and transfers.",
        says="{level_id} has {reserved} units reserved; what is kept there sums to {kept}.",
        broken=f"""
            SELECT * FROM (
              SELECT level.id AS level_id, level.reserved, COALESCE(kept.units, 0) AS kept
              FROM stock_levels AS level
              LEFT JOIN (
                SELECT level_id, SUM(quantity) AS units FROM (
                  SELECT level_id, quantity FROM reservations
                  WHERE status = '{ReservationStatus.ACTIVE}'
                  UNION ALL
                  SELECT line.level_id, line.allocated FROM transfer_lines AS line
                  JOIN transfers ON transfers.id = line.transfer_id
                  WHERE transfers.status = '{TransferStatus.ALLOCATED}'
                ) AS each_one GROUP BY level_id
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
)

RULES = _LEVEL_RULES

"""What must hold of transfers: what left, what came, and what is expected of the rest."""

from models import ArrivalStatus, MovementReason, TransferStatus
from services.checks.rules import Rule, one_of

_T = TransferStatus
_LEFT = one_of([_T.IN_TRANSIT, _T.PARTIALLY_RECEIVED, _T.RECEIVED])
_BEFORE = one_of([_T.DRAFT, _T.CANCELLED])

RULES = (
    Rule(
        name="transfer-units",
        description="A transfer sets aside and sends all of its units, and each of them comes "
        "once, or is missing.",
        says="{transfer_line_id} of {transfer_id}, which is {status}, has {quantity} units, "
        "{allocated} set aside, {sent} sent, {received} received ({damaged} damaged) and "
        "{missing} missing.",
        broken=f"""
            SELECT line.id AS transfer_line_id, row.id AS transfer_id, row.status, line.quantity,
                   line.allocated, line.sent, line.received, line.damaged, line.missing
            FROM transfer_lines AS line JOIN transfers AS row ON row.id = line.transfer_id
            WHERE line.allocated <> CASE WHEN row.status IN {_BEFORE} THEN 0 ELSE line.quantity END
               OR line.sent <> CASE WHEN row.status IN {_LEFT} THEN line.allocated ELSE 0 END
               OR line.damaged < 0 OR line.received < line.damaged OR line.missing < 0
               OR line.received + line.missing > line.sent
        """,
    ),
    Rule(
        name="transfer-status",
        description="A transfer is received once nothing of it is on its way, and partly received "
        "once something came.",
        says="{transfer_id} is {status}; {came} units came and {outstanding} are on their way.",
        broken=f"""
            SELECT * FROM (
              SELECT row.id AS transfer_id, row.status, SUM(line.received) AS came,
                     SUM(line.sent - line.received - line.missing) AS outstanding
              FROM transfers AS row JOIN transfer_lines AS line ON line.transfer_id = row.id
              WHERE row.status IN {_LEFT}
              GROUP BY row.id, row.status
            ) AS counted
            WHERE (status = '{_T.RECEIVED}') <> (outstanding = 0)
               OR (status = '{_T.PARTIALLY_RECEIVED}') <> (outstanding > 0 AND came > 0)
        """,
    ),
    Rule(
        name="transfer-movements",
        description="What a transfer has sent and received of each lot is what moved for it.",
        says="Of variant {variant} and lot {lot} in {transfer_id}, lines and movements differ by "
        "{sent} units sent, {good} good and {damaged} damaged ones received.",
        broken=f"""
            SELECT * FROM (
              SELECT transfer_id, variant_id AS variant, lot, SUM(sent) AS sent,
                     SUM(good) AS good, SUM(damaged) AS damaged
              FROM (
                SELECT line.transfer_id, line.variant_id, COALESCE(line.lot_id, 0) AS lot,
                       line.sent AS sent, line.received - line.damaged AS good,
                       line.damaged AS damaged
                FROM transfer_lines AS line
                UNION ALL
                SELECT transfer_id, variant_id, COALESCE(lot_id, 0),
                       CASE WHEN reason = '{MovementReason.SENT}' THEN on_hand_change ELSE 0 END,
                       CASE WHEN reason = '{MovementReason.SENT}' THEN 0
                            ELSE -on_hand_change - quarantined_change END,
                       -damaged_change
                FROM stock_movements WHERE transfer_id IS NOT NULL
              ) AS both_sides
              GROUP BY transfer_id, variant_id, lot
            ) AS compared
            WHERE sent <> 0 OR good <> 0 OR damaged <> 0
        """,
    ),
    Rule(
        name="transfer-arrivals",
        description="What is expected of a line of a transfer is what of it is on its way, where "
        "it goes.",
        says="{transfer_line_id} has {outstanding} units on their way; {expected} are expected.",
        broken=f"""
            SELECT * FROM (
              SELECT line.id AS transfer_line_id,
                     line.sent - line.received - line.missing AS outstanding,
                     COALESCE(coming.units, 0) AS expected
              FROM transfer_lines AS line
              JOIN transfers AS row ON row.id = line.transfer_id
              LEFT JOIN (
                SELECT transfer_line_id, variant_id, location_id, SUM(quantity - arrived) AS units
                FROM arrivals
                WHERE status = '{ArrivalStatus.EXPECTED}' AND transfer_line_id IS NOT NULL
                GROUP BY transfer_line_id, variant_id, location_id
              ) AS coming ON coming.transfer_line_id = line.id
                AND coming.variant_id = line.variant_id
                AND coming.location_id = row.destination_id
            ) AS compared
            WHERE outstanding <> expected
        """,
    ),
)

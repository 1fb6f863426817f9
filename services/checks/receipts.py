"""What must hold of receipts: what was counted is what moved, and what the order says came."""

from models import (
    MovementReason,
    PurchaseOrderStatus,
    ReceiptStatus,
    ScanResult,
    SupplierClaimStatus,
)
from services.checks.rules import Rule, one_of

_C = SupplierClaimStatus
_BEFORE_SENT = one_of(
    [PurchaseOrderStatus.DRAFT, PurchaseOrderStatus.SUBMITTED, PurchaseOrderStatus.APPROVED]
)
_TAKEN = one_of([ScanResult.ACCEPTED, ScanResult.INSPECTION, ScanResult.DAMAGED, ScanResult.OVER])

RULES = (
    Rule(
        name="receipt-units",
        description="No count of a receipt is below 0, and what waits is among what came.",
        says="{receipt_line_id} has {accepted} units accepted ({inspecting} waiting, {rejected} "
        "rejected), {damaged} damaged, {over} over ({held} held), {wrong} wrong, {short} short.",
        broken="""
            SELECT id AS receipt_line_id, accepted, damaged, over, held, wrong, short, inspecting,
                   rejected
            FROM receipt_lines
            WHERE accepted < 0 OR damaged < 0 OR wrong < 0 OR short < 0
               OR inspecting < 0 OR rejected < 0 OR inspecting + rejected > accepted
               OR held < 0 OR held > over
        """,
    ),
    Rule(
        name="receipt-movements",
        description="What a receipt has taken of a variant is what moved for it.",
        says="{receipt_id} has taken {taken} units of variant {variant}; {moved} moved.",
        broken=f"""
            SELECT * FROM (
              SELECT receipt_id, variant, SUM(taken) AS taken, SUM(moved) AS moved FROM (
                SELECT receipt_id, variant_id AS variant, accepted + damaged + over AS taken,
                       0 AS moved
                FROM receipt_lines
                UNION ALL
                SELECT receipt_id, variant_id, 0,
                       on_hand_change + damaged_change + quarantined_change
                FROM stock_movements
                WHERE receipt_id IS NOT NULL AND reason = '{MovementReason.RECEIVED}'
              ) AS both_sides
              GROUP BY receipt_id, variant
            ) AS compared
            WHERE taken <> moved
        """,
    ),
    Rule(
        name="receipt-scans",
        description="What a line of a receipt has taken is what was scanned of it.",
        says="{receipt_line_id} has taken {taken} units; {scanned} were scanned.",
        broken=f"""
            SELECT * FROM (
              SELECT line.id AS receipt_line_id, line.accepted + line.damaged + line.over AS taken,
                     COALESCE(scans.units, 0) AS scanned
              FROM receipt_lines AS line
              LEFT JOIN (
                SELECT line_id, SUM(quantity) AS units FROM receipt_scans
                WHERE result IN {_TAKEN} GROUP BY line_id
              ) AS scans ON scans.line_id = line.id
            ) AS compared
            WHERE taken <> scanned
        """,
    ),
    Rule(
        name="receipt-orders",
        description="What came of a line of a purchase order is what its receipts have counted.",
        says="Of {purchase_order_line_id} {received} units came, {damaged} of them damaged; its "
        "receipts count {counted} and {broken}.",
        broken="""
            SELECT * FROM (
              SELECT line.id AS purchase_order_line_id, line.received, line.damaged,
                     SUM(came.accepted + came.damaged) AS counted, SUM(came.damaged) AS broken
              FROM purchase_order_lines AS line
              JOIN receipt_lines AS came ON came.purchase_order_line_id = line.id
              GROUP BY line.id, line.received, line.damaged
            ) AS compared
            WHERE received <> counted OR damaged <> broken
        """,
    ),
    Rule(
        name="receipt-status",
        description="A receipt that was cancelled has counted nothing, and only what was sent is "
        "received.",
        says="{receipt_id} is {status} and of {purchase_order_id}, which is {order_status}; it "
        "has {came} units.",
        broken=f"""
            SELECT * FROM (
              SELECT row.id AS receipt_id, row.status, row.purchase_order_id,
                     bought.status AS order_status, COALESCE(lines.came, 0) AS came
              FROM receipts AS row
              JOIN purchase_orders AS bought ON bought.id = row.purchase_order_id
              LEFT JOIN (
                SELECT receipt_id, SUM(accepted + damaged + over + wrong) AS came
                FROM receipt_lines GROUP BY receipt_id
              ) AS lines ON lines.receipt_id = row.id
            ) AS counted
            WHERE (status = '{ReceiptStatus.CANCELLED}' AND came > 0)
               OR order_status IN {_BEFORE_SENT}
        """,
    ),
    Rule(
        name="claim-status",
        description="A claim says when it was sent, settled or dropped, and what came of it.",
        says="{claim_id} is {status}, but does not say so.",
        broken=f"""
            SELECT id AS claim_id, status FROM supplier_claims
            WHERE (status = '{_C.SETTLED}') <> (settled_at IS NOT NULL)
               OR (status = '{_C.SETTLED}') <> (settlement IS NOT NULL)
               OR (status = '{_C.DROPPED}') <> (dropped_at IS NOT NULL)
               OR (status IN {one_of([_C.SENT, _C.SETTLED])} AND sent_at IS NULL)
               OR (status = '{_C.OPEN}' AND sent_at IS NOT NULL)
               OR units <= 0 OR amount < 0 OR settled_amount > amount
        """,
    ),
)

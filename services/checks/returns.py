"""What must hold of returns: what was asked for, what came, and what became of each unit."""

from models import Disposition, MovementReason, ReturnStatus
from services.checks.rules import Rule, one_of

_S, _D, _M = ReturnStatus, Disposition, MovementReason
_GIVEN_UP = one_of([_S.DECLINED, _S.CANCELLED])
_BEFORE = one_of([_S.REQUESTED, _S.APPROVED, _S.IN_TRANSIT, _S.DECLINED, _S.CANCELLED])
_DECIDED = one_of([_S.INSPECTED, _S.RESOLVED, _S.CLOSED])
_GONE = one_of([_D.WRITE_OFF, _D.RETURN_TO_SUPPLIER, _D.RETURN_TO_CUSTOMER, _D.MISSING])

RULES = (
    Rule(
        name="return-counts",
        description="What of an order line is to come back, has come and is not made good is what "
        "its returns say together.",
        says="{line_id} of {order_id}: {return_requested} to be returned, {return_received} came "
        "and {return_rejected} are rejected; its returns say {asked}, {came} and {rejected}.",
        broken=f"""
            SELECT * FROM (
              SELECT line.id AS line_id, line.order_id, line.return_requested,
                     line.return_received, line.return_rejected,
                     COALESCE(back.asked, 0) AS asked, COALESCE(back.came, 0) AS came,
                     COALESCE(back.rejected, 0) AS rejected
              FROM order_lines AS line
              LEFT JOIN (
                SELECT each.line_id,
                       SUM(CASE WHEN row.status IN {_GIVEN_UP} THEN 0
                                ELSE each.quantity - each.missing END) AS asked,
                       SUM(each.received - each.rejected) AS came,
                       SUM(each.rejected) AS rejected
                FROM return_lines AS each JOIN returns AS row ON row.id = each.returned_id
                GROUP BY each.line_id
              ) AS back ON back.line_id = line.id
            ) AS compared
            WHERE return_requested <> asked OR return_received <> came
               OR return_rejected <> rejected
        """,
    ),
    Rule(
        name="return-delivered",
        description="Nothing is in an open return that was never delivered, and a return is of "
        "one order.",
        says="{return_line_id} of {return_id} is about {quantity} units of {line_id}, of which "
        "{delivered} were delivered.",
        broken=f"""
            SELECT each.id AS return_line_id, row.id AS return_id, each.quantity,
                   line.id AS line_id, line.delivered
            FROM return_lines AS each
            JOIN returns AS row ON row.id = each.returned_id
            JOIN order_lines AS line ON line.id = each.line_id
            WHERE line.order_id <> row.order_id OR line.variant_id <> each.variant_id
               OR (row.status NOT IN {_GIVEN_UP} AND each.quantity - each.missing > line.delivered)
        """,
    ),
    Rule(
        name="return-units",
        description="What of a line of a return came, is missing and is not made good is what its "
        "units say.",
        says="{return_line_id} of {return_id} has {received} of {quantity} units received, "
        "{missing} missing and {rejected} rejected; its units say {came}, {absent}, {sent_back}.",
        broken=f"""
            SELECT * FROM (
              SELECT each.id AS return_line_id, each.returned_id AS return_id, each.quantity,
                     each.received, each.missing, each.rejected,
                     COALESCE(unit.came, 0) AS came, COALESCE(unit.absent, 0) AS absent,
                     COALESCE(unit.sent_back, 0) AS sent_back
              FROM return_lines AS each
              LEFT JOIN (
                SELECT line_id,
                       SUM(CASE WHEN disposition = '{_D.MISSING}' THEN 0 ELSE units END) AS came,
                       SUM(CASE WHEN disposition = '{_D.MISSING}' THEN units ELSE 0 END) AS absent,
                       SUM(CASE WHEN disposition = '{_D.RETURN_TO_CUSTOMER}' THEN units
                                ELSE 0 END) AS sent_back
                FROM return_units WHERE line_id IS NOT NULL GROUP BY line_id
              ) AS unit ON unit.line_id = each.id
            ) AS counted
            WHERE received <> came OR missing <> absent OR rejected <> sent_back
               OR received + missing > quantity
        """,
    ),
    Rule(
        name="return-status",
        description="Nothing of a return has come before it is received; once it is, each unit "
        "has come or is missing, and once it is inspected, it is decided what becomes of each.",
        says="{return_id} is {status}; {outstanding} units are to come, {units} are known and "
        "{undecided} of them are not judged.",
        broken=f"""
            SELECT * FROM (
              SELECT row.id AS return_id, row.status, row.received_at,
                     COALESCE(asked.outstanding, 0) AS outstanding,
                     COALESCE(unit.units, 0) AS units, COALESCE(unit.undecided, 0) AS undecided
              FROM returns AS row
              LEFT JOIN (
                SELECT returned_id, SUM(quantity - received - missing) AS outstanding
                FROM return_lines GROUP BY returned_id
              ) AS asked ON asked.returned_id = row.id
              LEFT JOIN (
                SELECT returned_id, SUM(units) AS units,
                       SUM(CASE WHEN disposition IS NULL THEN units ELSE 0 END) AS undecided
                FROM return_units GROUP BY returned_id
              ) AS unit ON unit.returned_id = row.id
            ) AS counted
            WHERE (status IN {_BEFORE} AND units <> 0)
               OR (received_at IS NOT NULL AND outstanding <> 0)
               OR (status IN {_DECIDED} AND undecided <> 0)
               OR (status = '{_S.RECEIVED}' AND received_at IS NULL)
        """,
    ),
    Rule(
        name="return-movements",
        description="What a return moved of each lot is what its units say: in quarantine, good "
        "again, or gone.",
        says="Of variant {variant} and lot {lot} in {return_id}, units and movements differ by "
        "{good} good ones, {held} in quarantine and {came} that came.",
        broken=f"""
            SELECT * FROM (
              SELECT return_id, variant_id AS variant, lot, SUM(good) AS good, SUM(held) AS held,
                     SUM(came) AS came, SUM(lost) AS lost, SUM(back) AS back, SUM(sent) AS sent
              FROM (
                SELECT returned_id AS return_id, variant_id, COALESCE(lot_id, 0) AS lot,
                       CASE WHEN disposition = '{_D.RESTOCK}' THEN units ELSE 0 END AS good,
                       CASE WHEN disposition = '{_D.RESTOCK}' OR disposition IN {_GONE} THEN 0
                            ELSE units END AS held,
                       CASE WHEN disposition = '{_D.MISSING}' THEN 0 ELSE units END AS came,
                       CASE WHEN disposition = '{_D.WRITE_OFF}' THEN units ELSE 0 END AS lost,
                       CASE WHEN disposition = '{_D.RETURN_TO_SUPPLIER}' THEN units
                            ELSE 0 END AS back,
                       CASE WHEN disposition = '{_D.RETURN_TO_CUSTOMER}' THEN units
                            ELSE 0 END AS sent
                FROM return_units
                UNION ALL
                SELECT return_id, variant_id, COALESCE(lot_id, 0),
                       -on_hand_change, -quarantined_change,
                       CASE WHEN reason = '{_M.RETURNED}' THEN -quarantined_change ELSE 0 END,
                       CASE WHEN reason = '{_M.WRITTEN_OFF}' THEN quarantined_change ELSE 0 END,
                       CASE WHEN reason = '{_M.RETURNED_TO_SUPPLIER}' THEN quarantined_change
                            ELSE 0 END,
                       CASE WHEN reason = '{_M.RETURNED_TO_CUSTOMER}' THEN quarantined_change
                            ELSE 0 END
                FROM stock_movements WHERE return_id IS NOT NULL
              ) AS both_sides
              GROUP BY return_id, variant_id, lot
            ) AS compared
            WHERE good <> 0 OR held <> 0 OR came <> 0 OR lost <> 0 OR back <> 0 OR sent <> 0
        """,
    ),
)

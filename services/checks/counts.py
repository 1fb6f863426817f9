"""What must hold of stock counts: their lines, variances and what was posted agree."""

from models import StockCountStatus, VarianceStatus
from models.counts import UNDER_WAY
from services.checks.rules import Rule

_S = StockCountStatus
_UNDER_WAY = ", ".join(f"'{status}'" for status in sorted(UNDER_WAY))
_COUNTED = f"'{_S.COUNTED}', '{_S.REVIEW}', '{_S.APPROVED}', '{_S.POSTED}'"

RULES = (
    Rule(
        name="count-progress",
        description="A count knows how many lines it has, and how many are counted.",
        says="{stock_count_id} says {lines_counted} of {lines_total} lines are counted; {counted} "
        "of {lines} are.",
        broken="""
            SELECT * FROM (
              SELECT stock.id AS stock_count_id, stock.lines_total, stock.lines_counted,
                     COUNT(line.id) AS lines, COUNT(line.counted) AS counted
              FROM stock_counts AS stock
              LEFT JOIN stock_count_lines AS line ON line.count_id = stock.id
              GROUP BY stock.id, stock.lines_total, stock.lines_counted
            ) AS compared
            WHERE lines_total <> lines OR lines_counted <> counted
        """,
    ),
    Rule(
        name="count-status",
        description="From COUNTED on every line is counted; APPROVED and POSTED say who did it.",
        says="{stock_count_id} is {status} with {lines_counted} of {lines_total} lines counted.",
        broken=f"""
            SELECT id AS stock_count_id, status, lines_counted, lines_total FROM stock_counts
            WHERE (status IN ({_COUNTED}) AND lines_counted < lines_total)
               OR (status IN ('{_S.APPROVED}', '{_S.POSTED}')) <> (approved_by IS NOT NULL)
                  AND status <> '{_S.CANCELLED}'
               OR (status = '{_S.POSTED}') <> (posted_by IS NOT NULL)
        """,
    ),
    Rule(
        name="count-place",
        description="Only one count under way counts a place.",
        says="{count_line_id} of {stock_count_id}, which is {status}, is marked as {open_key}.",
        broken=f"""
            SELECT line.id AS count_line_id, line.count_id AS stock_count_id, stock.status,
                   COALESCE(line.open_key, 'open to others') AS open_key
            FROM stock_count_lines AS line JOIN stock_counts AS stock ON stock.id = line.count_id
            WHERE (stock.status IN ({_UNDER_WAY})) <> (line.open_key IS NOT NULL)
               OR line.open_key <> CASE WHEN line.level_id IS NULL THEN 'bin:' || line.bin_id
                    ELSE line.level_id || ':' || COALESCE(line.bin_id, 0) || ':'
                         || COALESCE(line.lot_id, 0) END
        """,
    ),
    Rule(
        name="count-scans",
        description="A line has what its last scan of this round has counted, and else nothing.",
        says="{count_line_id} has {counted}, its last scan {scanned}.",
        broken="""
            SELECT line.id AS count_line_id, line.counted, last.counted AS scanned
            FROM stock_count_lines AS line
            JOIN stock_counts AS stock ON stock.id = line.count_id AND stock.reverses_id IS NULL
            LEFT JOIN (
              SELECT line_id, round, MAX(id) AS id FROM stock_count_scans GROUP BY line_id, round
            ) AS newest ON newest.line_id = line.id AND newest.round = line.round
            LEFT JOIN stock_count_scans AS last ON last.id = newest.id
            WHERE line.level_id IS NOT NULL
              AND COALESCE(line.counted, -1) <> COALESCE(last.counted, -1)
        """,
    ),
    Rule(
        name="variance-units",
        description="A variance is what was counted less what was expected, and is posted but for "
        "what was corrected.",
        says="{variance_id} has {counted} counted, {expected} expected, a difference of "
        "{quantity}, {corrected} corrected and {posted} posted.",
        broken="""
            SELECT id AS variance_id, counted, expected, quantity, corrected,
                   COALESCE(posted, 0) AS posted
            FROM stock_variances
            WHERE quantity <> counted - expected OR posted <> quantity - corrected
        """,
    ),
    Rule(
        name="variance-status",
        description="What is approved or posted is accepted, and what is posted says how much.",
        says="{variance_id} is {status}, {posted} of it posted, in {stock_count_id}, which is "
        "{count_status}.",
        broken=f"""
            SELECT variance.id AS variance_id, variance.status, stock.id AS stock_count_id,
                   stock.status AS count_status,
                   COALESCE(CAST(variance.posted AS TEXT), 'nothing') AS posted
            FROM stock_variances AS variance
            JOIN stock_counts AS stock ON stock.id = variance.count_id
            WHERE variance.is_current
              AND ((stock.status IN ('{_S.APPROVED}', '{_S.POSTED}')
                    AND variance.status <> '{VarianceStatus.ACCEPTED}')
                OR (stock.status = '{_S.POSTED}') <> (variance.posted IS NOT NULL))
        """,
    ),
    Rule(
        name="count-movements",
        description="The movements of a count are what its accepted variances have posted.",
        says="{stock_count_id} has posted {posted} units in all; its movements sum to {moved}.",
        broken="""
            SELECT count_id AS stock_count_id, SUM(posted) AS posted, SUM(moved) AS moved FROM (
              SELECT count_id, level_id, COALESCE(bin_id, 0) AS bin, COALESCE(lot_id, 0) AS lot,
                     posted, 0 AS moved
              FROM stock_variances WHERE posted <> 0 AND is_current
              UNION ALL
              SELECT count_id, level_id, COALESCE(bin_id, 0), COALESCE(lot_id, 0), 0,
                     on_hand_change
              FROM stock_movements WHERE count_id IS NOT NULL
            ) AS both_sides
            GROUP BY count_id, level_id, bin, lot HAVING SUM(posted) <> SUM(moved)
        """,
    ),
)

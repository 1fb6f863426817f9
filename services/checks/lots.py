"""What must hold of lots: units with lots are of them, and none is set aside twice."""

from models import ReservationStatus, Tracking, TransferStatus
from services.checks.rules import Rule

_A = ReservationStatus.ACTIVE
_NONE = Tracking.NONE


def _fits(lot: str, variant: str) -> str:
    """What is tracked is of a lot of its own, and what is not is of none."""
    return (
        f"NOT CASE {variant}.tracking WHEN '{_NONE}' THEN {lot}.id IS NULL "
        f"ELSE {lot}.id IS NOT NULL AND {lot}.variant_id = {variant}.id END"
    )


RULES = (
    Rule(
        name="lot-quants",
        description="Units of a variant with lots are of one of its lots, and those of any other "
        "are of none.",
        says="{units} units at {level_id} are of lot {lot_id}, which does not fit {sku}.",
        broken=f"""
            SELECT quant.level_id, lot.id AS lot_id, variant.sku,
                   quant.on_hand + quant.damaged + quant.quarantined AS units
            FROM stock_quants AS quant
            JOIN stock_levels AS level ON level.id = quant.level_id
            JOIN variants AS variant ON variant.id = level.variant_id
            LEFT JOIN lots AS lot ON lot.id = quant.lot_id
            WHERE {_fits("lot", "variant")}
              AND quant.on_hand + quant.damaged + quant.quarantined > 0
        """,
    ),
    Rule(
        name="lot-reservations",
        description="What is set aside of a variant with lots is of one of its lots, and of any "
        "other of none.",
        says="{reservation_id} is of lot {lot_id}, which does not fit {sku}.",
        broken=f"""
            SELECT kept.id AS reservation_id, lot.id AS lot_id, variant.sku
            FROM reservations AS kept
            JOIN stock_levels AS level ON level.id = kept.level_id
            JOIN variants AS variant ON variant.id = level.variant_id
            LEFT JOIN lots AS lot ON lot.id = kept.lot_id
            WHERE kept.status = '{_A}' AND {_fits("lot", "variant")}
        """,
    ),
    Rule(
        name="lot-kept",
        description="No more units of a lot are set aside at a level than lie there.",
        says="{kept} units of lot {lot_id} are set aside at {level_id}, where {there} lie.",
        broken=f"""
            SELECT kept.level_id, kept.lot_id, kept.units AS kept,
                   COALESCE(held.units, 0) AS there
            FROM (
              SELECT level_id, lot_id, SUM(quantity) AS units FROM (
                SELECT level_id, lot_id, quantity FROM reservations
                WHERE status = '{_A}' AND lot_id IS NOT NULL
                UNION ALL
                SELECT line.level_id, line.lot_id, line.allocated FROM transfer_lines AS line
                JOIN transfers ON transfers.id = line.transfer_id
                 AND transfers.status = '{TransferStatus.ALLOCATED}'
                WHERE line.allocated > 0 AND line.lot_id IS NOT NULL
              ) AS each_one GROUP BY level_id, lot_id
            ) AS kept
            LEFT JOIN (
              SELECT level_id, lot_id, SUM(on_hand) AS units FROM stock_quants
              WHERE lot_id IS NOT NULL GROUP BY level_id, lot_id
            ) AS held ON held.level_id = kept.level_id AND held.lot_id = kept.lot_id
            WHERE kept.units > COALESCE(held.units, 0)
        """,
    ),
    Rule(
        name="lot-serials",
        description="There is one unit at most of each serial number, wherever it lies.",
        says="There are {units} units with the serial number {code} of {sku}.",
        broken=f"""
            SELECT variant.sku, lot.code, held.units
            FROM variants AS variant
            JOIN lots AS lot ON lot.variant_id = variant.id
            JOIN (
              SELECT lot_id, SUM(on_hand + damaged + quarantined) AS units FROM stock_quants
              WHERE lot_id IS NOT NULL GROUP BY lot_id
            ) AS held ON held.lot_id = lot.id
            WHERE variant.tracking = '{Tracking.SERIAL}' AND held.units > 1
        """,
    ),
    Rule(
        name="lot-recalls",
        description="A lot is called back while and only while one of its recalls is open.",
        says="Lot {lot_id} and its recalls do not agree whether it is called back.",
        broken="""
            SELECT lot.id AS lot_id FROM lots AS lot
            LEFT JOIN recalls AS row ON row.lot_id = lot.id AND row.is_open
            WHERE (lot.recalled_at IS NULL) <> (row.id IS NULL)
               OR lot.recall_reason <> COALESCE(row.reason, '')
            UNION ALL
            SELECT lot_id FROM recalls
            WHERE (is_open IS NULL) <> (ended_at IS NOT NULL)
               OR (ended_at IS NULL) <> (ended_by IS NULL)
        """,
    ),
)

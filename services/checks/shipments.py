"""What must hold of shipments: parcels hold what was packed and are where their carriers say."""

from models import FulfillmentStatus, ShipmentStatus
from models.shipments import CARRIER_STATUSES
from services.checks.rules import Rule, one_of

_F, _S = FulfillmentStatus, ShipmentStatus
HERE = one_of({_S.CREATED, _S.LABELLED})
UNSHIPPED = one_of({_S.CREATED, _S.LABELLED, _S.VOIDED})
REPORTED = one_of(CARRIER_STATUSES)

RULES = (
    Rule(
        name="shipment-fulfillment",
        description="Parcels are made of packed work, leave when it is handed over, and are "
        "voided with it.",
        says="{shipment_id} is {status}, but {fulfillment_id} is {fulfillment_status}.",
        broken=f"""
            SELECT parcel.id AS shipment_id, parcel.status, work.id AS fulfillment_id,
                   work.status AS fulfillment_status
            FROM shipments AS parcel JOIN fulfillments AS work ON work.id = parcel.fulfillment_id
            WHERE work.status <> CASE
              WHEN parcel.status = '{_S.VOIDED}' THEN '{_F.CANCELLED}'
              WHEN parcel.status IN {HERE} THEN '{_F.PACKED}'
              ELSE '{_F.HANDED_OVER}'
            END
        """,
    ),
    Rule(
        name="shipment-times",
        description="A shipment has the times and the tracking code of the steps it took.",
        says="{shipment_id} is {status}, which does not fit the times or the code it has.",
        broken=f"""
            SELECT id AS shipment_id, status FROM shipments
            WHERE (status NOT IN {UNSHIPPED}) <> (shipped_at IS NOT NULL)
               OR (status = '{_S.DELIVERED}') <> (delivered_at IS NOT NULL)
               OR (status = '{_S.LABELLED}' AND tracking_code IS NULL)
               OR (status = '{_S.CREATED}' AND tracking_code IS NOT NULL)
        """,
    ),
    Rule(
        name="shipment-contents",
        description="No unit is in two parcels, and work is handed over with every packed unit "
        "in one.",
        says="Of a line of {fulfillment_id} ({status}) {packed} units are packed and {boxed} are "
        "in parcels.",
        broken=f"""
            SELECT * FROM (
              SELECT work.id AS fulfillment_id, work.status, each.packed,
                     COALESCE(parcels.units, 0) AS boxed
              FROM fulfillment_lines AS each
              JOIN fulfillments AS work ON work.id = each.fulfillment_id
              LEFT JOIN (
                SELECT content.fulfillment_line_id, SUM(content.quantity) AS units
                FROM shipment_lines AS content
                JOIN shipments AS parcel ON parcel.id = content.shipment_id
                WHERE parcel.status <> '{_S.VOIDED}'
                GROUP BY content.fulfillment_line_id
              ) AS parcels ON parcels.fulfillment_line_id = each.id
            ) AS counted
            WHERE boxed > packed OR (status = '{_F.HANDED_OVER}' AND boxed <> packed)
        """,
    ),
    Rule(
        name="shipment-sums",
        description="What is shipped and delivered of an order line is the sum of its parcels "
        "that were.",
        says="Of {line_id} of {order_id} {shipped} units are shipped and {delivered} delivered; "
        "its parcels sum to {sent} and {arrived}.",
        broken=f"""
            SELECT * FROM (
              SELECT line.id AS line_id, line.order_id, line.shipped, line.delivered,
                     COALESCE(parcels.sent, 0) AS sent, COALESCE(parcels.arrived, 0) AS arrived
              FROM order_lines AS line
              LEFT JOIN (
                SELECT content.line_id, SUM(content.quantity) AS sent,
                       SUM(CASE WHEN parcel.status = '{_S.DELIVERED}' THEN content.quantity
                           ELSE 0 END) AS arrived
                FROM shipment_lines AS content
                JOIN shipments AS parcel ON parcel.id = content.shipment_id
                WHERE parcel.status NOT IN {UNSHIPPED}
                GROUP BY content.line_id
              ) AS parcels ON parcels.line_id = line.id
            ) AS compared
            WHERE shipped <> sent OR delivered <> arrived
        """,
    ),
    Rule(
        name="shipment-reports",
        description="A parcel is where a report of its carrier says, and there are no reports "
        "before it has left.",
        says="{shipment_id} is {status}, which is not what its carrier's reports say.",
        broken=f"""
            SELECT parcel.id AS shipment_id, parcel.status
            FROM shipments AS parcel
            LEFT JOIN carrier_events AS report
              ON report.shipment_id = parcel.id AND report.status = parcel.status
            WHERE parcel.status IN {REPORTED} AND report.id IS NULL
            UNION ALL
            SELECT parcel.id, parcel.status FROM shipments AS parcel
            WHERE parcel.status NOT IN {REPORTED}
              AND EXISTS (SELECT 1 FROM carrier_events WHERE shipment_id = parcel.id)
        """,
    ),
)

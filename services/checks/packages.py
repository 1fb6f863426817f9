"""What must hold of packages: every unit scanned into one is packed, once."""

from models import FulfillmentStatus, PackageStatus
from services.checks.rules import Rule, one_of

_F, _P = FulfillmentStatus, PackageStatus
AFTER_PICKING = one_of({_F.PICKED, _F.PACKING, _F.PACKED, _F.HANDED_OVER})
PACKED = one_of({_F.PACKED, _F.HANDED_OVER})

RULES = (
    Rule(
        name="package-status",
        description="A package is open only while its work is packed, closed afterwards, and "
        "voided with it.",
        says="{package_id} is {status}, but {fulfillment_id} is {fulfillment_status}.",
        broken=f"""
            SELECT box.id AS package_id, box.status, work.id AS fulfillment_id,
                   work.status AS fulfillment_status
            FROM packages AS box JOIN fulfillments AS work ON work.id = box.fulfillment_id
            WHERE (box.status = '{_P.VOIDED}') <> (box.in_use IS NULL)
               OR (box.status = '{_P.OPEN}' AND work.status IN {PACKED})
               OR (box.status = '{_P.CLOSED}' AND box.closed_at IS NULL)
               OR (box.status <> '{_P.VOIDED}' AND work.status NOT IN {AFTER_PICKING})
        """,
    ),
    Rule(
        name="package-contents",
        description="Of work that was scanned into packages, every packed unit is in one.",
        says="Of a line of {fulfillment_id} ({status}) {packed} units are packed and {boxed} are "
        "in packages.",
        broken=f"""
            SELECT * FROM (
              SELECT work.id AS fulfillment_id, work.status, each.packed,
                     COALESCE(boxes.units, 0) AS boxed,
                     SUM(COALESCE(boxes.units, 0)) OVER (PARTITION BY work.id) AS any_boxed
              FROM fulfillment_lines AS each
              JOIN fulfillments AS work ON work.id = each.fulfillment_id
              LEFT JOIN (
                SELECT content.fulfillment_line_id, SUM(content.quantity) AS units
                FROM package_lines AS content JOIN packages AS box ON box.id = content.package_id
                WHERE box.status <> '{_P.VOIDED}'
                GROUP BY content.fulfillment_line_id
              ) AS boxes ON boxes.fulfillment_line_id = each.id
            ) AS counted
            WHERE boxed <> packed AND (any_boxed > 0 OR status = '{_F.PACKING}')
        """,
    ),
    Rule(
        name="package-parcel",
        description="A parcel made of a package holds what the package holds.",
        says="{shipment_id} holds {sent} units of a line of which {package_id} holds {boxed}.",
        broken="""
            SELECT * FROM (
              SELECT parcel.id AS shipment_id, parcel.package_id,
                     COALESCE(travels.quantity, 0) AS sent, content.quantity AS boxed
              FROM shipments AS parcel
              JOIN package_lines AS content ON content.package_id = parcel.package_id
              LEFT JOIN shipment_lines AS travels ON travels.shipment_id = parcel.id
                AND travels.fulfillment_line_id = content.fulfillment_line_id
            ) AS compared
            WHERE sent <> boxed
        """,
    ),
    Rule(
        name="package-copies",
        description="Packages name the order and the lines of their fulfillment.",
        says="{package_id} belongs to {order_id} and to something of another.",
        broken="""
            SELECT box.id AS package_id, box.order_id
            FROM packages AS box JOIN fulfillments AS work ON work.id = box.fulfillment_id
            WHERE box.order_id <> work.order_id
            UNION ALL
            SELECT box.id, box.order_id
            FROM package_lines AS content
            JOIN packages AS box ON box.id = content.package_id
            JOIN fulfillment_lines AS each ON each.id = content.fulfillment_line_id
            WHERE content.line_id <> each.line_id OR box.fulfillment_id <> each.fulfillment_id
        """,
    ),
)

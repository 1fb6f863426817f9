"""What must hold of suppliers: their prices, their people, and what is known of deliveries."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import orjson

from services.checks.rules import Rule


def _is_sorted(row: Mapping[str, Any]) -> bool:
    """Whether prices are in the order of their quantities, each once and none dearer for more."""
    found = row["breaks"]
    pairs = orjson.loads(found) if isinstance(found, str | bytes) else found
    return (
        bool(pairs)
        and all(least >= 1 and price >= 1 for least, price in pairs)
        and all(one[0] < next[0] and one[1] >= next[1] for one, next in pairwise(pairs))
    )


RULES = (
    Rule(
        name="item-prices",
        description="The prices of what a supplier sells are in the order of their quantities, "
        "none is dearer for more, and it is bought in packs of one unit or more.",
        says="The prices {breaks} of {supplier_item_id} are in no order, or its packs are empty.",
        broken="SELECT id AS supplier_item_id, breaks, pack_size, minimum FROM supplier_items",
        key="supplier_item_id",
        holds=lambda row: row["pack_size"] >= 1 and row["minimum"] >= 1 and _is_sorted(row),
    ),
    Rule(
        name="item-currency",
        description="What a supplier sells is paid in the supplier's currency.",
        says="{supplier_item_id} costs {currency}; {supplier_id} is paid in {paid_in}.",
        broken="""
            SELECT item.id AS supplier_item_id, item.currency, supplier.id AS supplier_id,
                   supplier.currency AS paid_in
            FROM supplier_items AS item JOIN suppliers AS supplier ON supplier.id = item.supplier_id
            WHERE item.archived_at IS NULL AND item.currency <> supplier.currency
        """,
    ),
    Rule(
        name="people-suppliers",
        description="Somebody acts for a supplier when, and only when, their role is supplier.",
        says="{person_id} is here as {role}, which does not fit whom they act for.",
        broken="""
            SELECT id AS person_id, role FROM people
            WHERE (role = 'supplier') <> (supplier_id IS NOT NULL)
        """,
    ),
    Rule(
        name="delivery-units",
        description="What came of a line of a purchase order, and what of that was damaged, is the "
        "sum of its deliveries.",
        says="{purchase_order_line_id} has {received} units, {damaged} of them damaged; its "
        "deliveries have {came} and {came_damaged}.",
        broken="""
            SELECT * FROM (
              SELECT line.id AS purchase_order_line_id, line.received, line.damaged,
                     COALESCE(SUM(delivery.units), 0) AS came,
                     COALESCE(SUM(delivery.damaged), 0) AS came_damaged
              FROM purchase_order_lines AS line
              LEFT JOIN supplier_deliveries AS delivery ON delivery.line_id = line.id
              GROUP BY line.id, line.received, line.damaged
            ) AS counted
            WHERE received <> came OR damaged <> came_damaged
        """,
    ),
)

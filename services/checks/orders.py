"""What must hold of orders: the ledger of every line, the money, and what each status means."""

from orjson import loads

from models import OrderStatus, ReservationStatus
from services.checks.rules import Rule, one_of

_O, _R = OrderStatus, ReservationStatus
GIVEN_UP = one_of({_O.CANCELLED, _O.EXPIRED})
KEPT = one_of({_O.PLACED, _O.CONFIRMED, _O.IN_PROGRESS, _O.COMPLETED, _O.CLOSED})
RESERVING = one_of({_O.PLACED, _O.CONFIRMED, _O.IN_PROGRESS})
RECEIVED = one_of({_O.COMPLETED, _O.CLOSED})

_LINE_RULES = (
    Rule(
        name="line-chain",
        description="On every line, 0 ≤ delivered ≤ shipped ≤ packed ≤ picked ≤ ordered − "
        "cancelled, and no count is negative.",
        says="{line_id} of {order_id}: {ordered} ordered, {cancelled} cancelled, {reserved} "
        "reserved, {backordered} backordered, {picked} picked, {packed} packed, {shipped} "
        "shipped, {delivered} delivered.",
        broken="""
            SELECT id AS line_id, order_id, ordered, cancelled, reserved, backordered,
                   picked, packed, shipped, delivered
            FROM order_lines
            WHERE NOT (
              ordered >= 1 AND cancelled >= 0 AND reserved >= 0 AND backordered >= 0
              AND 0 <= delivered AND delivered <= shipped AND shipped <= packed
              AND packed <= picked AND picked <= ordered - cancelled
            )
        """,
    ),
    Rule(
        name="line-demand",
        description="On every line that is not given up, reserved + backordered + picked is "
        "ordered − cancelled; in a draft it is 0.",
        says="{line_id} of {order_id} ({status}) wants {remaining} units, but {spoken_for} are "
        "reserved, backordered or picked.",
        broken=f"""
            SELECT * FROM (
              SELECT line.id AS line_id, line.order_id, orders.status,
                     line.ordered - line.cancelled AS remaining,
                     line.reserved + line.backordered + line.picked AS spoken_for
              FROM order_lines AS line JOIN orders ON orders.id = line.order_id
              WHERE orders.status NOT IN {GIVEN_UP}
            ) AS counted
            WHERE spoken_for <> CASE WHEN status = '{_O.DRAFT}' THEN 0 ELSE remaining END
        """,
    ),
    Rule(
        name="line-given-up",
        description="Every unit of a cancelled or expired order is cancelled.",
        says="{order_id} is {status}, but of {line_id} {cancelled} of {ordered} units are "
        "cancelled and {spoken_for} are reserved, backordered or picked.",
        broken=f"""
            SELECT line.id AS line_id, line.order_id, orders.status, line.ordered, line.cancelled,
                   line.reserved + line.backordered + line.picked AS spoken_for
            FROM order_lines AS line JOIN orders ON orders.id = line.order_id
            WHERE orders.status IN {GIVEN_UP}
              AND (line.cancelled <> line.ordered
                   OR line.reserved <> 0 OR line.backordered <> 0 OR line.picked <> 0)
        """,
    ),
    Rule(
        name="line-returns",
        description="On every line, 0 ≤ returned ≤ return requested ≤ delivered, and no more is "
        "delivered and written off than was shipped.",
        says="{line_id} of {order_id}: {delivered} delivered, {return_requested} to be returned, "
        "{return_received} received back, {return_rejected} rejected, {written_off} written off.",
        broken="""
            SELECT id AS line_id, order_id, delivered, return_requested, return_received,
                   return_rejected, written_off
            FROM order_lines
            WHERE NOT (
              return_received >= 0 AND return_rejected >= 0 AND written_off >= 0
              AND return_received + return_rejected <= return_requested
              AND return_requested <= delivered AND delivered + written_off <= shipped
            )
        """,
    ),
    Rule(
        name="line-reservations",
        description="The active reservations of a line are its reserved and its picked units "
        "that have not been shipped; the consumed ones are those that have.",
        says="{line_id} of {order_id} has to keep {due} units and has shipped {shipped}; its "
        "active reservations sum to {kept}, its consumed ones to {consumed}.",
        broken=f"""
            SELECT * FROM (
              SELECT line.id AS line_id, line.order_id, line.shipped,
                     line.reserved + line.picked - line.shipped AS due,
                     COALESCE(reservations.kept, 0) AS kept,
                     COALESCE(reservations.consumed, 0) AS consumed
              FROM order_lines AS line
              LEFT JOIN (
                SELECT line_id,
                       SUM(CASE WHEN status = '{_R.ACTIVE}' THEN quantity END) AS kept,
                       SUM(CASE WHEN status = '{_R.CONSUMED}' THEN quantity END) AS consumed
                FROM reservations GROUP BY line_id
              ) AS reservations ON reservations.line_id = line.id
            ) AS compared
            WHERE kept <> due OR consumed <> shipped
        """,
    ),
    Rule(
        name="order-movements",
        description="The movements for an order, at every level, add up to its active and its "
        "consumed reservations there; those of returns are apart.",
        says="For {order_id} the movements of {level_id} and its reservations differ by "
        "{reserved} reserved and {shipped} shipped units.",
        broken=f"""
            SELECT order_id, level_id, SUM(reserved) AS reserved, SUM(shipped) AS shipped
            FROM (
              SELECT order_id, level_id, reserved_change AS reserved, -on_hand_change AS shipped
              FROM stock_movements WHERE order_id IS NOT NULL AND return_id IS NULL
              UNION ALL
              SELECT order_id, level_id,
                     CASE WHEN status = '{_R.ACTIVE}' THEN -quantity ELSE 0 END,
                     CASE WHEN status = '{_R.CONSUMED}' THEN -quantity ELSE 0 END
              FROM reservations
            ) AS units
            GROUP BY order_id, level_id HAVING SUM(reserved) <> 0 OR SUM(shipped) <> 0
        """,
    ),
)

_LINK_RULES = (
    Rule(
        name="line-moved",
        description="Of the cancelled units of a line no more than all live on in another order.",
        says="{line_id} of {order_id}: {moved} units were moved, {cancelled} cancelled.",
        broken="""
            SELECT id AS line_id, order_id, moved, cancelled FROM order_lines
            WHERE NOT (0 <= moved AND moved <= cancelled)
        """,
    ),
    Rule(
        name="order-links",
        description="Orders are split from and merged into orders of the same customer, and what "
        "was merged is cancelled.",
        says="{order_id} ({status}) is linked to what it cannot come from or have gone into.",
        broken=f"""
            SELECT orders.id AS order_id, orders.status
            FROM orders
            LEFT JOIN orders AS origin ON origin.id = orders.split_from_id
            LEFT JOIN orders AS target ON target.id = orders.merged_into_id
            WHERE (orders.split_from_id IS NOT NULL
                   AND COALESCE(origin.customer_id, 0) <> orders.customer_id)
               OR (orders.merged_into_id IS NOT NULL
                   AND (COALESCE(target.customer_id, 0) <> orders.customer_id
                        OR orders.status <> '{_O.CANCELLED}'))
        """,
    ),
)

_MONEY_RULES = (
    Rule(
        name="line-currency",
        description="Every line is in the currency of its order.",
        says="{line_id} is in {line_currency}, but {order_id} is in {order_currency}.",
        broken="""
            SELECT line.id AS line_id, line.order_id, line.currency AS line_currency,
                   orders.currency AS order_currency
            FROM order_lines AS line JOIN orders ON orders.id = line.order_id
            WHERE line.currency <> orders.currency
        """,
    ),
    Rule(
        name="line-total",
        # Giving an order up does not rewrite what it was about.
        description="On every line that is not given up, the total is unit price × remaining "
        "units − discount, and tax where that comes on top; nothing is negative.",
        says="{line_id} of {order_id}: {remaining} units at {unit_price} less {discount}, with "
        "{tax} tax, are not {total} minor units.",
        broken=f"""
            SELECT * FROM (
              SELECT line.id AS line_id, line.order_id, line.ordered - line.cancelled AS remaining,
                     line.unit_price, line.discount, line.tax, line.total,
                     CASE WHEN orders.prices_include_tax THEN 0 ELSE line.tax END AS added
              FROM order_lines AS line JOIN orders ON orders.id = line.order_id
              WHERE orders.status NOT IN {GIVEN_UP}
            ) AS priced
            WHERE total <> unit_price * remaining - discount + added
               OR unit_price < 0 OR discount < 0 OR tax < 0 OR total < 0
        """,
    ),
    Rule(
        name="order-total",
        description="The total of an order is the sum of its lines and its shipping, and so are "
        "its discounts and its tax; it is also the subtotal less discounts, with shipping and "
        "what tax comes on top.",
        says="{order_id} totals {total} minor units; its lines sum to {summed}, with shipping.",
        broken="""
            SELECT * FROM (
              SELECT orders.id AS order_id, orders.total, orders.tax_total, orders.discount_total,
                     orders.subtotal - orders.discount_total + orders.shipping_total
                     + CASE WHEN orders.prices_include_tax THEN 0
                       ELSE orders.tax_total - orders.shipping_tax END AS worked_out,
                     COALESCE(priced.total, 0) + orders.shipping_total AS summed,
                     COALESCE(priced.tax, 0) + orders.shipping_tax AS taxes,
                     COALESCE(priced.discount, 0) AS discounts
              FROM orders
              LEFT JOIN (
                SELECT order_id, SUM(total) AS total, SUM(tax) AS tax, SUM(discount) AS discount
                FROM order_lines GROUP BY order_id
              ) AS priced ON priced.order_id = orders.id
            ) AS compared
            WHERE total <> summed OR total <> worked_out
               OR tax_total <> taxes OR discount_total <> discounts
        """,
    ),
)

_EXPLAINED = Rule(
    name="order-explained",
    description="The steps that explain an order's total sum to it.",
    says="{order_id} totals {total} minor units, which its explanation does not.",
    broken="SELECT id AS order_id, total, price_steps FROM orders",
    key="order_id",
    holds=lambda row: sum(step["amount"] for step in loads(row["price_steps"])) == row["total"],
)

_STATUS_RULES = (
    Rule(
        name="order-times",
        description="An order has the times of the steps it took, and of no others.",
        says="{order_id} is {status}, which does not fit the times it has.",
        broken=f"""
            SELECT id AS order_id, status FROM orders
            WHERE NOT CASE
              WHEN status = '{_O.DRAFT}' THEN
                placed_at IS NULL AND confirmed_at IS NULL
              WHEN status = '{_O.PLACED}' THEN
                placed_at IS NOT NULL AND confirmed_at IS NULL
              WHEN status IN {KEPT} THEN
                placed_at IS NOT NULL AND confirmed_at IS NOT NULL
              ELSE confirmed_at IS NULL OR placed_at IS NOT NULL
            END
            OR (status IN {RECEIVED}) <> (completed_at IS NOT NULL)
            OR (status = '{_O.CANCELLED}') <> (cancelled_at IS NOT NULL)
            OR (status = '{_O.CLOSED}') <> (closed_at IS NOT NULL)
        """,
    ),
    Rule(
        name="order-lines",
        description="An order that was placed has lines.",
        says="{order_id} is {status} and has no lines.",
        broken=f"""
            SELECT orders.id AS order_id, orders.status FROM orders
            WHERE orders.status IN {KEPT}
              AND NOT EXISTS (SELECT 1 FROM order_lines WHERE order_id = orders.id)
        """,
    ),
    Rule(
        name="order-received",
        description="An order is completed when, and only when, every remaining unit is delivered "
        "or written off.",
        says="{order_id} is {status}; {delivered} of {remaining} units are delivered or written "
        "off.",
        broken=f"""
            SELECT * FROM (
              SELECT orders.id AS order_id, orders.status,
                     SUM(line.delivered + line.written_off) AS delivered,
                     SUM(line.ordered - line.cancelled) AS remaining
              FROM orders JOIN order_lines AS line ON line.order_id = orders.id
              WHERE orders.status NOT IN {GIVEN_UP}
              GROUP BY orders.id, orders.status
            ) AS counted
            WHERE (status IN {RECEIVED}) <> (delivered = remaining)
        """,
    ),
    Rule(
        name="order-reservations",
        description="Only an order that is placed, confirmed or in progress keeps units reserved.",
        says="{reservation_id} is active, but its order {order_id} is {status}.",
        broken=f"""
            SELECT kept.id AS reservation_id, orders.id AS order_id, orders.status
            FROM reservations AS kept
            JOIN order_lines AS line ON line.id = kept.line_id
            JOIN orders ON orders.id = line.order_id
            WHERE kept.status = '{_R.ACTIVE}' AND orders.status NOT IN {RESERVING}
        """,
    ),
)

RULES = (*_LINE_RULES, *_LINK_RULES, *_MONEY_RULES, _EXPLAINED, *_STATUS_RULES)

"""What must hold of the figures of customers, and of those who were merged or erased.

The figures follow the event log at a short distance, so the share of an order is compared with its
rows only where no event of that order is waiting to be read; every change of an order announces
one. The sums are compared with the shares, and change together with them. Before the reader has
read for the first time there is nothing to compare.
"""

from services.checks.rules import Rule
from services.customer_figures import MONTHLY, READER, SUMS, shares

_READ = f"SELECT COALESCE(MAX(position), 0) FROM log_cursors WHERE reader = '{READER}'"
_UNREAD = (
    "SELECT DISTINCT order_id FROM events WHERE order_id IS NOT NULL "
    f"AND (position IS NULL OR position > ({_READ}))"
)


def _columns(names: tuple[str, ...], pattern: str) -> str:
    return ", ".join(pattern.format(name=name) for name in names)


def _differ(names: tuple[str, ...]) -> str:
    return " OR ".join(f"SUM({name}) <> 0" for name in names)


RULES = (
    Rule(
        name="order-shares",
        description="What an order contributes to its customer's figures is what its rows say, "
        "once its events are read.",
        says="The share of {order_id} in the figures of its customer does not fit the order.",
        broken=f"""
            SELECT compared.order_id FROM (
              SELECT order_id, customer_id, currency, {_columns(SUMS, "{name}")}
              FROM ({shares()}) AS reckoned WHERE ({_READ}) > 0
              UNION ALL
              SELECT order_id, customer_id, currency, {_columns(SUMS, "-{name}")}
              FROM order_shares
            ) AS compared
            LEFT JOIN ({_UNREAD}) AS unread ON unread.order_id = compared.order_id
            WHERE unread.order_id IS NULL
            GROUP BY compared.order_id
            HAVING COUNT(*) <> 2 OR COUNT(DISTINCT customer_id) <> 1
                OR COUNT(DISTINCT currency) <> 1 OR {_differ(SUMS)}
        """,
    ),
    Rule(
        name="customer-figures",
        description="The figures of a customer are the sums of what their orders contribute.",
        says="The figures of customer {customer_id} in {currency} are not the sums of the orders.",
        broken=f"""
            SELECT customer_id, currency FROM (
              SELECT customer_id, currency, first_order_at, last_order_at,
                     {_columns(SUMS, "{name}")}
              FROM customer_figures
              UNION ALL
              SELECT customer_id, currency, MIN(placed_at), MAX(placed_at),
                     {_columns(SUMS, "-SUM({name})")}
              FROM order_shares GROUP BY customer_id, currency
            ) AS compared
            GROUP BY customer_id, currency
            HAVING COUNT(*) <> 2 OR MIN(first_order_at) <> MAX(first_order_at)
                OR MIN(last_order_at) <> MAX(last_order_at) OR {_differ(SUMS)}
        """,
    ),
    Rule(
        name="customer-months",
        description="The figures of a customer's month are the sums of what its orders contribute.",
        says="The figures of customer {customer_id} in {currency} for {month} are not the sums of "
        "the orders.",
        broken=f"""
            SELECT customer_id, currency, month FROM (
              SELECT customer_id, currency, month, {_columns(MONTHLY, "{name}")}
              FROM customer_months
              UNION ALL
              SELECT customer_id, currency, month, {_columns(MONTHLY, "-{name}")}
              FROM order_shares
            ) AS compared
            GROUP BY customer_id, currency, month HAVING {_differ(MONTHLY)}
        """,
    ),
    Rule(
        name="customer-segments",
        description="Whoever is in a segment has an order that stands, and fifths from 1 to 5.",
        says="{figure_id} is in {segment} by fifths {recency}, {frequency} and {monetary}.",
        broken="""
            SELECT id AS figure_id, segment, recency, frequency, monetary FROM customer_figures
            WHERE (segment IS NULL) <> (recency IS NULL)
               OR (segment IS NULL) <> (frequency IS NULL)
               OR (segment IS NULL) <> (monetary IS NULL)
               OR recency NOT BETWEEN 1 AND 5 OR frequency NOT BETWEEN 1 AND 5
               OR monetary NOT BETWEEN 1 AND 5
        """,
    ),
    Rule(
        name="customer-ended",
        description="Whoever was merged or erased is archived, and no order is left with somebody "
        "who was merged.",
        says="Customer {customer} was merged or erased, but is not archived or has orders.",
        broken="""
            SELECT id AS customer FROM customers
            WHERE archived_at IS NULL AND (merged_into_id IS NOT NULL OR erased_at IS NOT NULL)
            UNION
            SELECT customers.id FROM customers JOIN orders ON orders.customer_id = customers.id
            WHERE customers.merged_into_id IS NOT NULL
        """,
    ),
)

"""Indexes for the texts that lists are searched for, on PostgreSQL.

They are trigram indexes (pg_trgm), which find a text anywhere in a column. The extension has to be
made by somebody who may; without it a search reads tables from their newest row on.
"""

import logging

import asyncpg
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

log = logging.getLogger(__name__)

# Of the tables that grow with a shop's history, and of customers.
SOUGHT = {
    "arrivals": ("reference",),
    "carriers": ("code", "name"),
    "claims": ("note",),
    "credit_notes": ("reason",),
    "customers": ("name", "email", "phone"),
    "data_issues": ("message",),
    "discounts": ("reason",),
    "lots": ("code",),
    "mispicks": ("barcode", "found"),
    "order_exceptions": ("reason", "note"),
    "order_holds": ("reason",),
    "order_lines": ("name", "sku"),
    "orders": ("external_reference", "note"),
    "packages": ("box",),
    "payment_events": ("reference", "reason", "failure_message"),
    "payments": ("reference",),
    "purchase_orders": ("reference", "supplier_reference"),
    "recalls": ("reason",),
    "receipts": ("reference",),
    "return_lines": ("comment",),
    "return_units": ("note",),
    "returns": ("note", "tracking_code"),
    "service_cases": ("subject", "resolution"),
    "shipments": ("tracking_code",),
    "shipping_methods": ("code", "name"),
    "stock_counts": ("note",),
    "stock_movements": ("note",),
    "stock_variances": ("note",),
    "store_credit_movements": ("note",),
    "store_credits": ("currency",),
    "supplier_claims": ("note", "reference"),
    "surveys": ("comment",),
    "transfers": ("note",),
}


async def make_indexes() -> None:
    """Make those that are not there yet, where this database can have any."""
    connection = get_connection("default")
    if connection.capabilities.dialect != "postgres":
        return
    try:
        await connection.execute_query("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except (OperationalError, asyncpg.PostgresError) as error:
        log.warning(
            "Searches read whole tables, as the extension pg_trgm cannot be made: %s. Have it made "
            "by somebody who may, then migrate again.",
            error,
        )
        return
    for table, columns in SOUGHT.items():
        for column in columns:
            # The words of Tortoise's `icontains`, as the index has to be of what is compared.
            text = f'UPPER(CAST("{column}" AS VARCHAR))'
            await connection.execute_query(
                f"CREATE INDEX IF NOT EXISTS sought_{table}_{column} "
                f"ON {table} USING gin ({text} gin_trgm_ops)"
            )

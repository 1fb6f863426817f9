"""Rows made in memory with the ids they will have, and written many at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.fields import JSONField
from tortoise.models import Model

from models import (
    Address,
    Arrival,
    Bin,
    Carrier,
    CarrierEvent,
    CaseMessage,
    Claim,
    ClaimLine,
    CreditNote,
    Customer,
    DataIssue,
    Discount,
    Event,
    Exchange,
    Fulfillment,
    FulfillmentLine,
    Hold,
    Invoice,
    LandedCost,
    Level,
    Location,
    Lot,
    Mispick,
    Movement,
    Order,
    OrderException,
    OrderLine,
    Package,
    PackageLine,
    Payment,
    PaymentEvent,
    Person,
    Price,
    PriceList,
    Product,
    Promise,
    PurchaseDispatch,
    PurchaseOrder,
    PurchaseOrderLine,
    Quant,
    ReplenishmentPolicy,
    Reservation,
    Return,
    ReturnLine,
    ReturnUnit,
    Row,
    ServiceCase,
    Shipment,
    ShipmentLine,
    ShippingMethod,
    ShippingZone,
    StockAlert,
    StoreCredit,
    StoreCreditMovement,
    Supplier,
    SupplierContact,
    SupplierItem,
    Survey,
    TaxRate,
    Variant,
    Wave,
)
from services.actors import Actor
from services.facts.fact import Fact

M = TypeVar("M", bound=Model)

# A row refers only to rows of kinds before its own, so this is the order to write them in.
KINDS: Sequence[type[Model]] = (
    Product,
    Variant,
    PriceList,
    Price,
    TaxRate,
    Location,
    Bin,
    Wave,
    Carrier,
    ShippingMethod,
    ShippingZone,
    Customer,
    Address,
    Supplier,
    SupplierContact,
    SupplierItem,
    Person,
    Lot,
    Level,
    Quant,
    ReplenishmentPolicy,
    Arrival,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseDispatch,
    LandedCost,
    Order,
    OrderLine,
    Payment,
    PaymentEvent,
    DataIssue,
    Discount,
    Invoice,
    CreditNote,
    Hold,
    OrderException,
    Promise,
    Reservation,
    Fulfillment,
    FulfillmentLine,
    Mispick,
    Package,
    PackageLine,
    Shipment,
    ShipmentLine,
    CarrierEvent,
    ServiceCase,
    CaseMessage,
    Survey,
    Claim,
    ClaimLine,
    Return,
    ReturnLine,
    ReturnUnit,
    StoreCredit,
    StoreCreditMovement,
    Exchange,
    Movement,
    StockAlert,
    Event,
)


class Rows:
    """Makes rows as they would be at the moment `at`, and keeps them until they are written."""

    def __init__(self, at: datetime, last_ids: dict[type[Model], int], last_position: int) -> None:
        self.at = at
        self._last_ids = Counter(last_ids)
        self._last_position = last_position
        self._waiting: dict[type[Model], list[Model]] = defaultdict(list)
        self.waiting = 0
        # What Tortoise sets in a new row: to copy that takes a tenth of the time it takes itself.
        self._blanks = {kind: vars(kind()) for kind in KINDS}

    def make(self, kind: type[M], /, **values: Any) -> M:
        row = kind.__new__(kind)
        self._last_ids[kind] += 1
        vars(row).update(
            self._blanks[kind],
            id=self._last_ids[kind],
            created_at=self.at,
            updated_at=self.at,
            **values,
        )
        return row

    def change(self, *rows: Row) -> None:
        """Note that these rows have been changed now."""
        for row in rows:
            vars(row).update(version=row.version + 1, updated_at=self.at)

    def keep(self, *rows: Model) -> None:
        """Rows that are as they will be, to be written next."""
        self.waiting += len(rows)
        for row in rows:
            self._waiting[type(row)].append(row)

    def tell(self, actor: Actor, fact: Fact) -> None:
        """Put a fact into the event log, right behind the one before."""
        self._last_position += 1
        self.keep(
            self.make(
                Event,
                position=self._last_position,
                kind=fact.kind,
                actor=actor.label,
                details=fact.details(),
                at=self.at,
                **fact.columns(),
            )
        )

    async def write(self, connection: BaseDBAsyncClient) -> None:
        waiting, self._waiting, self.waiting = self._waiting, defaultdict(list), 0
        for kind in KINDS:
            if rows := waiting.get(kind):
                await _insert(connection, kind, rows)


async def _insert(connection: BaseDBAsyncClient, kind: type[Model], rows: Iterable[Model]) -> None:
    # Tortoise's own bulk_create would set every updated_at to the time of writing, and takes
    # three times as long.
    table, columns = kind._meta.db_table, list(kind._meta.fields_db_projection)
    json = {name for name in columns if isinstance(kind._meta.fields_map[name], JSONField)}
    records = [_record(vars(row), columns, json) for row in rows]
    if connection.capabilities.dialect == "postgres":
        async with connection.acquire_connection() as postgres:
            await postgres.copy_records_to_table(table, records=records, columns=columns)
    else:
        places = ", ".join("?" * len(columns))
        await connection.execute_many(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", records
        )


def _record(values: dict[str, Any], columns: Sequence[str], json: set[str]) -> list[Any]:
    if json:
        values = values | {
            name: None if values[name] is None else orjson.dumps(values[name]).decode()
            for name in json
        }
    return [values[name] for name in columns]


async def last_ids(connection: BaseDBAsyncClient) -> dict[type[Model], int]:
    found = {}
    for kind in KINDS:
        [row] = await connection.execute_query_dict(
            f"SELECT COALESCE(MAX(id), 0) AS last FROM {kind._meta.db_table}"
        )
        found[kind] = row["last"]
    return found


async def lock(connection: BaseDBAsyncClient) -> None:
    """Let nobody else write until the transaction ends: the ids are given out here meanwhile.

    SQLite's transactions begin with such a lock.
    """
    if connection.capabilities.dialect == "postgres":
        tables = ", ".join(kind._meta.db_table for kind in KINDS)
        await connection.execute_query(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")


async def number(connection: BaseDBAsyncClient) -> None:
    """Let the next invoice and credit note have the numbers that come next."""
    for kind in (Invoice, CreditNote):
        await connection.execute_query(
            "INSERT INTO counters (id, name, value) "
            f"SELECT {kind.COUNTER}, '{kind.PREFIX}', COUNT(*) "
            f"FROM {kind._meta.db_table} HAVING COUNT(*) > 0"
        )


async def settle(connection: BaseDBAsyncClient) -> None:
    """Let the database give out the ids that come next, and know how full its tables are now.

    SQLite has noticed by itself; PostgreSQL would plan for empty tables for another minute.
    """
    if connection.capabilities.dialect == "postgres":
        for kind in KINDS:
            table = kind._meta.db_table
            await connection.execute_query(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"
            )
            await connection.execute_query(f"ANALYZE {table}")

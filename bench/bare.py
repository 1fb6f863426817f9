"""The baseline in process: the least SQL that does the same, written by hand for the driver.

No rows are made into objects and nothing is looked up that is not needed, but no promise is
dropped either: the levels are locked, the update is conditional, and movements, reservations and
events are written in the same transaction. What it writes is checked by Waybill's own rules.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from secrets import token_urlsafe
from typing import Any

import orjson
from tortoise.models import Model

from bench.drivers import Driver, Reader, insert
from models import Movement, Order, OrderLine
from services.money import to_decimal
from services.orders import Draft

ACTOR = "SYSTEM"


@cache
def untouched(kind: type[Model]) -> dict[str, Any]:
    """What the columns of a new row hold where nothing else is said."""
    found = {}
    for name, field in kind._meta.fields_map.items():
        if field.default in (None, list) or callable(field.default):
            value = "[]" if field.default is list else None
        else:
            value = field.default
        if value is not None and name in kind._meta.db_fields:
            found[name] = str(value) if isinstance(value, StrEnum) else value
    return found


async def place(db: Driver, draft: Draft) -> None:
    """Place an order of three lines at once, all of it from one location."""
    async with db.transaction():
        await _place(db, draft)


async def _place(db: Driver, draft: Draft) -> None:
    at = datetime.now(UTC)
    row = {"version": 1, "created_at": at, "updated_at": at}
    wanted = {line.variant_id: line.quantity for line in draft.lines}
    [customer] = await db.rows(
        "SELECT id FROM customers WHERE id = $1 AND archived_at IS NULL", draft.customer_id
    )
    found = await db.rows(
        "SELECT id, sku, name, price, currency FROM variants "
        "WHERE id IN ($1, $2, $3) AND archived_at IS NULL",
        *wanted,
    )
    variants = {each[0]: each for each in found}
    total = sum(variants[variant][3] * units for variant, units in wanted.items())
    order = (
        untouched(Order)
        | row
        | {
            "customer_id": customer[0],
            "channel": draft.channel.value,
            "keyed_by": ACTOR,
            "status": "placed",
            "currency": found[0][4],
            "subtotal": total,
            "total": total,
            "price_steps": orjson.dumps([{"amount": total}]).decode(),
            "ship_to": orjson.dumps(draft.shipping_address).decode(),
            "note": draft.note,
            "tracking_token": token_urlsafe(24),
            "placed_at": at,
            "cancel_reason": "",
        }
    )
    [order_id] = await insert(db, "orders", [order])
    lines = [
        untouched(OrderLine)
        | row
        | {
            "order_id": order_id,
            "variant_id": variant,
            "sku": variants[variant][1],
            "name": variants[variant][2],
            "unit_price": variants[variant][3],
            "currency": variants[variant][4],
            "total": variants[variant][3] * units,
            "ordered": units,
            "reserved": units,
        }
        for variant, units in wanted.items()
    ]
    line_ids = dict(zip(wanted, await insert(db, "order_lines", lines), strict=True))
    levels = await _reserve(db, wanted, at)
    movements = [
        untouched(Movement)
        | {
            "level_id": level,
            "variant_id": variant,
            "location_id": location,
            "reason": "reserved",
            "on_hand_change": 0,
            "reserved_change": wanted[variant],
            "on_hand_after": on_hand,
            "reserved_after": reserved,
            "order_id": order_id,
            "note": "",
            "actor": ACTOR,
            "at": at,
        }
        for level, variant, location, on_hand, reserved, _ in levels
    ]
    await insert(db, "stock_movements", movements)
    await _look_for_alerts(db, levels)
    reservations = [
        row
        | {
            "line_id": line_ids[variant],
            "order_id": order_id,
            "level_id": level,
            "location_id": location,
            "quantity": wanted[variant],
            "status": "active",
        }
        for level, variant, location, *_ in levels
    ]
    await insert(db, "reservations", reservations)
    ours = {"order_id": order_id, "customer_id": customer[0]}
    events = [
        _event("OrderDrafted", at, ours, {}),
        *(_moved(level, wanted[level[1]], at) for level in levels),
        _event("OrderPlaced", at, ours, {}),
    ]
    await insert(db, "events", events)


async def _reserve(db: Driver, wanted: dict[int, int], at: datetime) -> list[Any]:
    """The changed levels: id, variant, location, on hand, reserved, reorder point."""
    supplies = await db.rows(
        "SELECT s.id, s.variant_id, s.location_id, s.on_hand - s.reserved, l.priority "
        "FROM stock_levels s JOIN locations l ON l.id = s.location_id "
        "WHERE s.variant_id IN ($1, $2, $3) AND l.archived_at IS NULL "
        f"ORDER BY s.id{db.lock}",
        *wanted,
    )
    first = min(supplies, key=lambda row: row[4])[2]
    chosen = [row for row in supplies if row[2] == first and row[3] >= wanted[row[1]]]
    changes = [value for row in chosen for value in (row[0], wanted[row[1]])]
    changed = await db.rows(
        "WITH change(id, units) AS (VALUES "
        "(CAST($2 AS BIGINT), CAST($3 AS INT)), ($4, $5), ($6, $7)) "
        "UPDATE stock_levels SET reserved = reserved + change.units, version = version + 1, "
        "updated_at = $1 FROM change WHERE stock_levels.id = change.id "
        "AND on_hand >= reserved + change.units "
        "RETURNING stock_levels.id, variant_id, location_id, on_hand, reserved, reorder_point",
        at,
        *changes,
    )
    if len(changed) != len(wanted):
        raise RuntimeError("The bench has run out of stock.")
    return sorted(changed, key=lambda row: row[0])


async def _look_for_alerts(db: Driver, levels: Sequence[Any]) -> None:
    # Alerts neither open nor end in this shop, but whoever moves stock has to look.
    open_alerts = await db.rows(
        "SELECT id, level_id, kind, threshold FROM stock_alerts "
        "WHERE level_id IN ($1, $2, $3) AND is_open",
        *(level[0] for level in levels),
    )
    if open_alerts or any(level[3] - level[4] <= (level[5] or 0) for level in levels):
        raise RuntimeError("The bench has an alert.")


def _moved(level: Sequence[Any], units: int, at: datetime) -> dict[str, Any]:
    _, variant, location, on_hand, reserved, _ = level
    details = {
        "reason": "reserved",
        "on_hand_change": 0,
        "reserved_change": units,
        "on_hand": on_hand,
        "reserved": reserved,
        "available": on_hand - reserved,
    }
    return _event("StockMoved", at, {"variant_id": variant, "location_id": location}, details)


def _event(
    kind: str, at: datetime, about: dict[str, int], details: dict[str, Any]
) -> dict[str, Any]:
    names = ("order_id", "customer_id", "variant_id", "location_id")
    whom = {name: about.get(name) for name in names}
    text = orjson.dumps(details).decode()
    return {"kind": kind, "actor": ACTOR} | whom | {"details": text, "at": at}


COLUMNS = "id, status, total, currency, placed_at, customer_id"


async def nothing(db: Reader, given: dict[str, Any]) -> bytes:
    return orjson.dumps({"data": {"__typename": "Query"}})


async def list_orders(db: Reader, given: dict[str, Any]) -> bytes:
    """The newest orders with their lines, variants and customers, as Waybill answers."""
    newest = f"SELECT {COLUMNS} FROM orders ORDER BY id DESC LIMIT $1"
    found = await db.rows(newest, given["first"])
    return orjson.dumps({"data": {"orders": {"nodes": await _orders(db, found)}}})


async def one_order(db: Reader, given: dict[str, Any]) -> bytes:
    order_id = int(given["number"].removeprefix("ORD-")) - 1000
    found = await db.rows(f"SELECT {COLUMNS} FROM orders WHERE id = $1", order_id)
    [order] = await _orders(db, found)
    return orjson.dumps({"data": {"order": order}})


async def tree(db: Reader, given: dict[str, Any]) -> bytes:
    """The newest orders, their lines, the variants of these and the products of those."""
    newest = "SELECT id FROM orders ORDER BY id DESC LIMIT $1"
    found = await db.rows(newest, given["first"])
    lines = await _lines(db, "order_id, ordered, variant_id", found)
    variants = await _by_id(db, "variants", "id, sku, product_id", {row[2] for row in lines})
    products = await _by_id(db, "products", "id, name", {row[2] for row in variants.values()})
    of_order: dict[int, list[Any]] = {row[0]: [] for row in found}
    for order, ordered, variant in lines:
        _, sku, product = variants[variant]
        goods = {"sku": sku, "product": {"name": products[product][1]}}
        of_order[order].append({"ordered": ordered, "variant": goods})
    nodes = [{"number": f"ORD-{1000 + row[0]}", "lines": of_order[row[0]]} for row in found]
    return orjson.dumps({"data": {"orders": {"nodes": nodes}}})


async def _orders(db: Reader, found: Sequence[Any]) -> list[dict[str, Any]]:
    customers = await _by_id(db, "customers", "id, name, email", {row[5] for row in found})
    lines = await _lines(db, "order_id, ordered, total, currency, variant_id", found)
    variants = await _by_id(db, "variants", "id, sku, name", {row[4] for row in lines})
    of_order: dict[int, list[Any]] = {row[0]: [] for row in found}
    for order, ordered, total, currency, variant in lines:
        of_order[order].append(
            {
                "ordered": ordered,
                "total": _money(total, currency),
                "variant": {"sku": variants[variant][1], "name": variants[variant][2]},
            }
        )
    return [
        {
            "number": f"ORD-{1000 + order}",
            "status": status.upper(),
            "total": _money(total, currency),
            "placedAt": str(at).replace(" ", "T").replace("+00:00", "Z"),
            "customer": {"name": customers[customer][1], "email": customers[customer][2]},
            "lines": of_order[order],
        }
        for order, status, total, currency, at, customer in found
    ]


async def _lines(db: Reader, columns: str, orders: Sequence[Any]) -> Sequence[Any]:
    ids = ", ".join(str(row[0]) for row in orders)
    return await db.rows(f"SELECT {columns} FROM order_lines WHERE order_id IN ({ids}) ORDER BY id")


async def _by_id(db: Reader, table: str, columns: str, ids: set[int]) -> dict[int, Any]:
    among = ", ".join(map(str, sorted(ids)))
    rows = await db.rows(f"SELECT {columns} FROM {table} WHERE id IN ({among})")
    return {row[0]: row for row in rows}


def _money(minor_units: int, currency: str) -> dict[str, str]:
    return {"amount": str(to_decimal(minor_units, currency)), "currency": currency}

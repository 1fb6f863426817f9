"""Stories: all that the figures look at of some orders, in as many queries for many as for one."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection
from tortoise.models import Model

from models import (
    Claim,
    DataIssue,
    Fulfillment,
    KpiSource,
    Mispick,
    Order,
    OrderLine,
    OrderStatus,
    Return,
    ReturnLine,
    ServiceCase,
    Shipment,
    Survey,
)
from models.lifecycle import FulfillmentStatus, ShipmentStatus
from models.statements import bare_rows
from services import policies

M = TypeVar("M", bound=Model)
# Runs a query; the rows are those of either driver, which both turn into dictionaries.
Ask = Callable[[str], Awaitable[Iterable[Any]]]

# What is read of each kind of row, and so all that measures may look at.
ORDER = (
    "id",
    "channel",
    "status",
    "placed_at",
    "confirmed_at",
    "first_promised_at",
    "completed_at",
    "cancelled_at",
    "cancelled_by_customer",
    "merged_into_id",
    "note",
)
READ: Mapping[type[Model], tuple[str, ...]] = {
    OrderLine: (
        *("id", "order_id", "variant_id", "ordered", "cancelled", "moved", "waited", "delivered"),
        *("return_requested", "return_received", "return_rejected"),
    ),
    Fulfillment: (
        *("id", "order_id", "location_id", "status", "picker", "created_at"),
        *("released_at", "picked_at", "packed_at", "handed_over_at"),
    ),
    Shipment: ("id", "order_id", "fulfillment_id", "status", "shipped_at", "delivered_at"),
    Mispick: ("id", "order_id", "location_id", "kind", "picker", "created_at"),
    Claim: ("id", "order_id", "kind", "status", "created_at"),
    DataIssue: ("id", "order_id", "created_at"),
    Return: (
        *("id", "order_id", "status", "location_id"),
        *("requested_at", "received_at", "inspected_at", "resolved_at"),
    ),
    KpiSource: ("id", "order_id", "line_id", "supplier_id"),
    ServiceCase: (
        *("id", "order_id", "kind"),
        *("opened_at", "first_responded_at", "resolved_at"),
    ),
}
RETURN_LINE = ("id", "returned_id", "line_id", "variant_id", "reason", "quantity", "received")
SURVEY = ("id", "order_id", "case_id", "status", "asked_at", "answered_at", "score")
_GIVEN_UP = {OrderStatus.CANCELLED, OrderStatus.EXPIRED}


@dataclass(frozen=True, kw_only=True)
class Story:
    """An order and all that has become of it. Days are those of the shop's `zone`."""

    zone: ZoneInfo
    order: Order
    lines: Sequence[OrderLine] = ()
    fulfillments: Sequence[Fulfillment] = ()
    shipments: Sequence[Shipment] = ()
    mispicks: Sequence[Mispick] = ()
    claims: Sequence[Claim] = ()
    data_issues: Sequence[DataIssue] = ()
    returns: Sequence[Return] = ()
    return_lines: Sequence[ReturnLine] = ()
    sources: Sequence[KpiSource] = ()
    cases: Sequence[ServiceCase] = ()
    surveys: Sequence[Survey] = field(default=())

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    @property
    def is_placed(self) -> bool:
        """Whether it ever counted, and does not live on in another order."""
        return self.order.placed_at is not None and self.order.merged_into_id is None

    @property
    def placed_at(self) -> datetime:
        """Of an order that was placed."""
        return self.order.placed_at or self.order.created_at

    @property
    def delivered_at(self) -> datetime | None:
        """When the customer had everything: as the last of its parcels came by the carrier's
        clock, or when it was completed without any."""
        if self.order.status not in (OrderStatus.COMPLETED, OrderStatus.CLOSED):
            return None
        return self.last_delivered_at or self.order.completed_at

    @property
    def last_delivered_at(self) -> datetime | None:
        """When the last of those parcels came that did, whatever is still to come."""
        times = [
            each.delivered_at
            for each in self.shipments
            if each.status == ShipmentStatus.DELIVERED and each.delivered_at is not None
        ]
        return max(times, default=None)

    @property
    def work(self) -> Sequence[Fulfillment]:
        """What was worked on for it; what was given up only where it was given up altogether."""
        kept = [each for each in self.fulfillments if each.status != FulfillmentStatus.CANCELLED]
        return kept or (self.fulfillments if self.order.status in _GIVEN_UP else [])


def zone() -> ZoneInfo:
    return ZoneInfo(policies.current().time_zone)


async def ask(sql: str) -> Iterable[Any]:
    """Run a query in the transaction under way."""
    _, found = await get_connection("default").execute_query(sql)
    rows: Iterable[Any] = found
    return rows


async def told(ask: Ask, order_ids: Iterable[int]) -> list[Story]:
    """The stories of those of some orders that there are."""
    ids = sorted(set(order_ids))
    orders = await _of(ask, Order, ORDER, "id", ids)
    rows: dict[type[Model], dict[int, list[Any]]] = {
        kind: _by("order_id", await _of(ask, kind, columns, "order_id", ids))
        for kind, columns in READ.items()
    }
    whose = {row.id: key for key, found in rows[Return].items() for row in found}
    return_lines: dict[int, list[ReturnLine]] = defaultdict(list)
    for each in await _of(ask, ReturnLine, RETURN_LINE, "returned_id", whose):
        return_lines[whose[each.returned_id]].append(each)
    surveys = await _surveys(ask, ids, rows[ServiceCase])
    where = zone()
    return [
        Story(
            zone=where,
            order=order,
            lines=rows[OrderLine][order.id],
            fulfillments=rows[Fulfillment][order.id],
            shipments=rows[Shipment][order.id],
            mispicks=rows[Mispick][order.id],
            claims=rows[Claim][order.id],
            data_issues=rows[DataIssue][order.id],
            returns=rows[Return][order.id],
            return_lines=return_lines[order.id],
            sources=rows[KpiSource][order.id],
            cases=rows[ServiceCase][order.id],
            surveys=surveys[order.id],
        )
        for order in orders
    ]


async def _surveys(
    ask: Ask, order_ids: Sequence[int], cases: Mapping[int, Sequence[ServiceCase]]
) -> dict[int, list[Survey]]:
    """What customers were asked about each order, or about a case of it."""
    whose = {case.id: order_id for order_id, found in cases.items() for case in found}
    found: dict[int, list[Survey]] = defaultdict(list)
    for row in await _of(ask, Survey, SURVEY, "order_id", order_ids):
        found[row.order_id or 0].append(row)
    for row in await _of(ask, Survey, SURVEY, "case_id", whose):
        if row.order_id is None:
            found[whose[row.case_id or 0]].append(row)
    return found


async def _of(
    ask: Ask, kind: type[M], columns: tuple[str, ...], column: str, ids: Iterable[int]
) -> list[M]:
    wanted = ", ".join(f"{each:d}" for each in ids)
    if not wanted:
        return []
    found = await ask(
        f"SELECT {', '.join(columns)} FROM {kind._meta.db_table} "
        f"WHERE {column} IN ({wanted}) ORDER BY id"
    )
    return bare_rows(kind, columns, plain(found))


def plain(found: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Rows by place, whether they came as those of a driver or as dictionaries."""
    return [tuple(dict(row).values()) for row in found]


def _by(column: str, rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found

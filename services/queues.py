"""What waits where in the life of orders, returns and cases, right now.

Each queue is the rows of a few statuses, found by an index of the status. What is finished is in
none of them, so this takes as long as the work there is, however much was done before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.connection import get_connection

from models import (
    CaseStatus,
    Fulfillment,
    FulfillmentStatus,
    Order,
    OrderStatus,
    Return,
    ReturnStatus,
    ServiceCase,
    Shipment,
    ShipmentStatus,
)
from models.lifecycle import Status
from models.rows import Row

_O, _F, _S, _R, _C = OrderStatus, FulfillmentStatus, ShipmentStatus, ReturnStatus, CaseStatus


class Stage(Status):
    ENTRY = "entry", "Placed, and not confirmed yet."
    WAITING = "waiting", "Confirmed and planned at a location, and not released to it."
    PICKING = "picking", "Released, and not picked yet."
    PACKING = "packing", "Picked, and not packed yet."
    HANDOVER = "handover", "Packed, and not with the carrier yet."
    TRANSIT = "transit", "With the carrier, and not delivered yet."
    RETURN_RECEIPT = "return_receipt", "A return was asked for, and has not come in full."
    RETURN_INSPECTION = "return_inspection", "A return has come, and is not inspected yet."
    RETURN_RESOLUTION = "return_resolution", "A return is inspected, and not resolved yet."
    CASE_RESPONSE = "case_response", "A service case nobody has answered yet."
    CASE_RESOLUTION = "case_resolution", "A service case that was answered, and is not resolved."


@dataclass(frozen=True, kw_only=True)
class Source:
    """Which rows are in a queue, since which of their times, and whether they are at a location."""

    kind: type[Row]
    statuses: tuple[Status, ...]
    since: str
    location: bool = False
    where: str = ""


_RETURN_COMING = (_R.REQUESTED, _R.APPROVED, _R.IN_TRANSIT, _R.PARTIALLY_RECEIVED)
_CASE_OPEN = (
    _C.OPEN,
    _C.IN_PROGRESS,
    _C.WAITING_CUSTOMER,
    _C.WAITING_SUPPLIER,
    _C.WAITING_WAREHOUSE,
)
_G = Stage
SOURCES: Mapping[Stage, Source] = {
    _G.ENTRY: Source(kind=Order, statuses=(_O.PLACED,), since="placed_at"),
    _G.WAITING: Source(kind=Fulfillment, statuses=(_F.PENDING,), since="created_at", location=True),
    _G.PICKING: Source(
        kind=Fulfillment, statuses=(_F.RELEASED, _F.PICKING), since="released_at", location=True
    ),
    _G.PACKING: Source(
        kind=Fulfillment, statuses=(_F.PICKED, _F.PACKING), since="picked_at", location=True
    ),
    _G.HANDOVER: Source(kind=Fulfillment, statuses=(_F.PACKED,), since="packed_at", location=True),
    _G.TRANSIT: Source(
        kind=Shipment,
        statuses=(_S.SHIPPED, _S.IN_TRANSIT, _S.OUT_FOR_DELIVERY, _S.DELIVERY_FAILED),
        since="shipped_at",
    ),
    _G.RETURN_RECEIPT: Source(
        kind=Return, statuses=_RETURN_COMING, since="requested_at", location=True
    ),
    _G.RETURN_INSPECTION: Source(
        kind=Return, statuses=(_R.RECEIVED,), since="received_at", location=True
    ),
    _G.RETURN_RESOLUTION: Source(
        kind=Return, statuses=(_R.INSPECTED,), since="inspected_at", location=True
    ),
    _G.CASE_RESPONSE: Source(
        kind=ServiceCase,
        statuses=_CASE_OPEN,
        since="opened_at",
        where="AND first_responded_at IS NULL",
    ),
    _G.CASE_RESOLUTION: Source(
        kind=ServiceCase,
        statuses=_CASE_OPEN,
        since="first_responded_at",
        where="AND first_responded_at IS NOT NULL",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Queue:
    """How many wait, and since when the first and the middle one of them do; of an even number
    the elder of the two in the middle."""

    waiting: int
    oldest_at: datetime
    median_at: datetime


Place = tuple[Stage, int | None]


async def read(location_id: int | None = None) -> dict[Place, Queue]:
    """What waits in each stage at each location, or in stages that are at none; a location alone
    has only its own."""
    stages = [stage for stage, source in SOURCES.items() if location_id is None or source.location]
    rows = await get_connection("default").execute_query_dict(_sql(stages, location_id))
    return {
        (Stage(row["stage"]), row["location_id"]): Queue(  # type: ignore[call-arg]
            waiting=int(row["waiting"]),
            oldest_at=_moment(row["oldest"]),
            median_at=_moment(row["middle"]),
        )
        for row in rows
    }


def _sql(stages: Sequence[Stage], location_id: int | None) -> str:
    each = " UNION ALL ".join(_rows(stage, SOURCES[stage], location_id) for stage in stages)
    return f"""
        SELECT stage, location_id, COUNT(*) AS waiting, MIN(since) AS oldest,
               MIN(CASE WHEN place = (size + 1) / 2 THEN since END) AS middle
        FROM (
          SELECT stage, location_id, since,
                 ROW_NUMBER() OVER (PARTITION BY stage, location_id ORDER BY since) AS place,
                 COUNT(*) OVER (PARTITION BY stage, location_id) AS size
          FROM ({each}) AS waiting
        ) AS placed
        GROUP BY stage, location_id
    """


def _rows(stage: Stage, source: Source, location_id: int | None) -> str:
    location = "location_id" if source.location else "CAST(NULL AS BIGINT)"
    there = "" if location_id is None else f"AND location_id = {location_id:d}"
    among = ", ".join(f"'{each}'" for each in source.statuses)
    return f"""
        SELECT '{stage}' AS stage, {location} AS location_id,
               COALESCE({source.since}, created_at) AS since
        FROM {source.kind._meta.db_table} WHERE status IN ({among}) {there} {source.where}
    """


def _moment(value: Any) -> datetime:
    """SQLite keeps times as texts."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)

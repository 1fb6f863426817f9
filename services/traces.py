"""Traces of lots: where their units came from, where they lie, and who was sent them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tortoise.queryset import QuerySet

from models import (
    FulfillmentLine,
    Lot,
    Movement,
    MovementReason,
    Reservation,
    ReservationStatus,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from models.statements import select, select_by_id
from services import scopes
from services.actors import Actor
from services.listing import Sort

CAME_IN = (MovementReason.RECEIVED, MovementReason.TRANSFERRED)
MOST_SOURCES = 100
BY_ORDER = Sort(column="order_id", descending=False)


async def of_fulfillment_lines(actor: Actor, rows: Sequence[FulfillmentLine]) -> list[Lot | None]:
    """The lot that each line is picked from."""
    found = await _lots_of(row.reservation_id for row in rows)
    return [found[row.reservation_id] for row in rows]


async def of_shipment_lines(actor: Actor, rows: Sequence[ShipmentLine]) -> list[Lot | None]:
    """The lot that the units of each line of a parcel are of."""
    work = await select_by_id(FulfillmentLine, [row.fulfillment_line_id for row in rows])
    found = await _lots_of(each.reservation_id for each in work.values())
    return [found[work[row.fulfillment_line_id].reservation_id] for row in rows]


async def sources(actor: Actor, lot: Lot) -> list[Movement]:
    """The movements with which units of a lot came in, the first ones."""
    return (
        await scopes.visible(actor, Movement)
        .filter(lot_id=lot.id, reason__in=CAME_IN)
        .order_by("id")
        .limit(MOST_SOURCES)
    )


def deliveries(lot: Lot) -> QuerySet[Reservation]:
    """The reservations of a lot whose units have left with an order."""
    return Reservation.filter(lot_id=lot.id, status=ReservationStatus.CONSUMED)


async def of_deliveries(actor: Actor, rows: Sequence[Reservation]) -> list[list[Shipment]]:
    """The parcels that the units of each reservation travelled in."""
    work = await select(FulfillmentLine, reservation_id__in=[row.id for row in rows])
    reservation_of = {each.id: each.reservation_id for each in work}
    boxed = await select(ShipmentLine, fulfillment_line_id__in=list(reservation_of))
    parcels = await select_by_id(Shipment, [each.shipment_id for each in boxed])
    found: dict[int, dict[int, Shipment]] = defaultdict(dict)
    for each in boxed:
        parcel = parcels[each.shipment_id]
        if parcel.status is not ShipmentStatus.VOIDED:
            found[reservation_of[each.fulfillment_line_id]][parcel.id] = parcel
    return [list(found[row.id].values()) for row in rows]


async def _lots_of(reservation_ids: Iterable[int]) -> dict[int, Lot | None]:
    """The lot of each reservation, where it has one."""
    rows = await select_by_id(Reservation, reservation_ids)
    lots = await select_by_id(Lot, [row.lot_id for row in rows.values() if row.lot_id is not None])
    return {row.id: lots.get(row.lot_id or 0) for row in rows.values()}

"""Care for lots that are past their date or were called back: put their units aside, and find
others for whoever was to have them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from models import (
    ExceptionKind,
    Fulfillment,
    FulfillmentStatus,
    Level,
    Lot,
    MovementReason,
    Order,
    OrderLine,
    OrderStatus,
    Quant,
    Reservation,
    ReservationStatus,
)
from models.statements import get, select, select_by_id
from services import (
    exceptions,
    fulfillments,
    ledger,
    lot_units,
    lots,
    order_units,
    reservation_terms,
    reservations,
)
from services.actors import SYSTEM
from services.clock import now
from services.commit import announce, operation
from services.facts.lots import LotPutAside
from services.ledger import Change

# What is left of a lot, as it is set aside for somebody, is looked at again after a while.
LOOKS_AGAIN_AFTER = timedelta(hours=1)


async def due(at: datetime, limit: int) -> list[int]:
    """Lots that are to be looked at, the longest due first."""
    rows = await Lot.filter(attend_at__lte=at).order_by("attend_at", "id").limit(limit)
    return [row.id for row in rows]


@operation
async def attend(lot_id: int) -> None:
    """Put what is free of a lot into quarantine at each level, if it may be sent to nobody any
    more."""
    places = {quant.level_id for quant in await select(Quant, lot_id=lot_id)}
    await select(Level, locked=True, id__in=sorted(places))
    lot = await get(Lot, lot_id, locked=True)
    if lot.attend_at is None or lot.attend_at > now():
        return
    if lot.is_good(now().date()):
        await _look(lot, lots.attend_when(lot))
        return
    good: Counter[int] = Counter()
    for quant in await select(Quant, lot_id=lot.id, level_id__in=sorted(places)):
        good[quant.level_id] += quant.on_hand
    kept = await lot_units.kept_at(good, [lot.id])
    free = {level: units - kept[level, lot.id] for level, units in good.items()}
    await _put_aside(lot, free)
    left = sum(kept.values())
    await _look(lot, now() + LOOKS_AGAIN_AFTER if left else None)
    if moved := sum(free.values()):
        announce(
            SYSTEM,
            LotPutAside(
                variant_id=lot.variant_id,
                lot_id=lot.id,
                code=lot.code,
                quantity=moved,
                still_reserved=left,
            ),
        )


async def reserved(at: datetime, limit: int) -> list[int]:
    """Orders for which units are set aside of lots that may be sent to nobody any more.

    Those that somebody has been handed to pick, and was told of, wait for that somebody.
    """
    soon = (at + LOOKS_AGAIN_AFTER).isoformat(sep=" ")
    rows = await get_connection("default").execute_query_dict(
        "SELECT DISTINCT row.order_id FROM lots AS lot "
        "JOIN reservations AS row ON row.lot_id = lot.id "
        f"AND row.status = '{ReservationStatus.ACTIVE}' "
        f"WHERE lot.attend_at <= '{soon}' "
        f"AND (lot.recalled_at IS NOT NULL OR lot.expires_on < '{at.date()}') "
        "AND NOT EXISTS (SELECT 1 FROM order_exceptions AS told "
        f"WHERE told.order_id = row.order_id AND told.kind = '{ExceptionKind.EXPIRED}' "
        "AND lot.recalled_at IS NULL AND told.opened_at >= lot.expires_on) "
        f"ORDER BY row.order_id LIMIT {limit:d}"
    )
    return [row["order_id"] for row in rows]


@operation
async def renew(order_id: int) -> None:
    """Set units of other lots aside for an order in place of those that may not be sent. What is
    nowhere waits for stock.

    Work that somebody has been handed is given up where its lot was called back; where it merely
    expired, the order goes into the queue of exceptions.
    """
    order = await get(Order, order_id, locked=True)
    rows, unfit = await _unfit(order)
    work = await reservation_terms.work_on(rows)
    handed = {
        row.id: work[row.id]
        for row in rows
        if row.id in work and work[row.id].status is not FulfillmentStatus.PENDING
    }
    given_up = {
        handed[row.id].id
        for row in rows
        if row.id in handed and unfit[row.lot_id or 0].recalled_at is not None
    }
    for fulfillment_id in sorted(given_up):
        await fulfillments.cancel(SYSTEM, fulfillment_id)
    if loose := [row for row in rows if row.id not in handed]:
        await _renew(await get(Order, order_id), loose)
    stay = [row for row in rows if row.id in handed and handed[row.id].id not in given_up]
    for lot in unfit.values():
        gone = [row for row in rows if row not in stay and row.lot_id == lot.id]
        await _put_aside(lot, _by_level(gone))
    if stay:
        await _tell(await get(Order, order_id), handed[stay[0].id], unfit[stay[0].lot_id or 0])


async def _unfit(order: Order) -> tuple[list[Reservation], dict[int, Lot]]:
    """What an order has set aside of lots that may not be sent, and those lots."""
    rows = await select(Reservation, order_id=order.id, status=ReservationStatus.ACTIVE)
    found = await select_by_id(Lot, [row.lot_id for row in rows if row.lot_id is not None])
    unfit = {lot.id: lot for lot in found.values() if not lot.is_good(now().date())}
    return [row for row in rows if row.lot_id in unfit], unfit


async def _renew(order: Order, rows: Sequence[Reservation]) -> None:
    units: Counter[int] = Counter()
    for row in rows:
        units[row.line_id] += row.quantity
    lines = await select(OrderLine, id__in=sorted(units))
    await fulfillments.leave_out(SYSTEM, order, rows)
    wanted = [(line, units[line.id]) for line in lines]
    await reservations.renew(SYSTEM, order, rows, wanted, avoid=None)
    if order.status is not OrderStatus.PLACED:
        await order_units.join_work(SYSTEM, order)


async def _put_aside(lot: Lot, free: Mapping[int, int]) -> None:
    """Move so many good units of a lot into quarantine, by level."""
    why = "was called back" if lot.recalled_at is not None else "is past its date"
    changes = [
        Change(level_id=level, on_hand=-units, quarantined=units, lot_id=lot.id)
        for level, units in sorted(free.items())
        if units > 0
    ]
    note = f"Lot {lot.code} {why}."
    await ledger.move(SYSTEM, MovementReason.QUARANTINED, changes, note=note)


async def _look(lot: Lot, at: datetime | None) -> None:
    """Say when to look again, which outdates nobody's view of the lot."""
    lot.attend_at = at
    await lot.save(update_fields=["attend_at"])


async def _tell(order: Order, work: Fulfillment, lot: Lot) -> None:
    reason = f"Lot {lot.code} in {work.number} was good until {lot.expires_on}."
    await exceptions.open(SYSTEM, order, ExceptionKind.EXPIRED, reason=reason)


def _by_level(rows: Sequence[Reservation]) -> Counter[int]:
    units: Counter[int] = Counter()
    for row in rows:
        units[row.level_id] += row.quantity
    return units

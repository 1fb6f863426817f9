"""Shortfalls: a count found fewer units than are set aside. Those that are not there are given
back, and others set aside for them, or waited for."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models import (
    ExceptionKind,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Level,
    Order,
    OrderLine,
    Quant,
    Reservation,
    ReservationStatus,
    StockCount,
    Variance,
)
from models.errors import Blocked, Refused
from models.statements import select, select_by_id
from services import exceptions, fulfillments, lot_units, order_units, reservations
from services.actors import Actor
from services.order_units import Kept

_F = FulfillmentStatus
# The further the work on units has come, the later they are taken from an order.
_PROGRESS = {None: 0, _F.PENDING: 1, _F.RELEASED: 2, _F.PICKING: 3}


@dataclass(frozen=True, kw_only=True)
class Loose:
    """Units that an order no longer has, and what to look for in their place."""

    order: Order
    rows: Sequence[Reservation]


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    kept: Kept
    order: Order
    free: int
    status: FulfillmentStatus | None

    @property
    def rank(self) -> tuple[int, float, int]:
        """Who loses units first: whose work has come least far, who was promised the latest."""
        promised = self.order.first_promised_at
        late = promised.timestamp() if promised else float("inf")
        return _PROGRESS[self.status], -late, -self.kept.reservation.id


async def lock_orders(variances: Sequence[Variance]) -> dict[int, Order]:
    """The orders that have units set aside where some are missing, locked. Orders are locked
    before anything of stock is, so this has to be the first thing that posting does."""
    levels = sorted({each.level_id for each in variances if each.quantity < 0})
    if not levels:
        return {}
    rows = await select(Reservation, level_id__in=levels, status=ReservationStatus.ACTIVE)
    orders = await select(Order, locked=True, id__in=sorted({row.order_id for row in rows}))
    return {order.id: order for order in orders}


async def free(
    actor: Actor,
    changes: Mapping[tuple[int, int | None], int],
    levels: Mapping[int, Level],
    orders: Mapping[int, Order],
) -> list[Loose]:
    """Give back what would be set aside beyond what is there, once units of levels and lots have
    changed by so much. The levels and the orders are locked.

    Refused where too few of those units can be given back, as they are picked or go elsewhere.
    """
    missing = await _missing(changes, levels)
    if not missing:
        return []
    candidates = await _candidates({level for level, _ in missing}, orders)
    taken: Counter[int] = Counter()
    # What is short of a lot is short of its level as well, and counts for both.
    for (level_id, lot_id), units in sorted(missing.items(), key=lambda each: each[0][1] is None):
        mine = [
            each
            for each in candidates
            if each.kept.reservation.level_id == level_id
            and lot_id in (None, each.kept.reservation.lot_id)
        ]
        left = units - sum(taken[each.kept.reservation.id] for each in mine)
        for each in mine:
            spare = each.free - taken[each.kept.reservation.id]
            if left > 0 and spare > 0:
                taken[each.kept.reservation.id] += min(left, spare)
                left -= min(left, spare)
        if left > 0:
            raise Refused(_none_to_give_back(left))
    return await _give_back(actor, candidates, taken)


async def find_others(actor: Actor, count: StockCount, loose: Sequence[Loose]) -> None:
    """Set other units aside for what orders have lost, or let them wait, and tell people."""
    for each in loose:
        lines = await select_by_id(OrderLine, [row.line_id for row in each.rows])
        wanted = [(lines[row.line_id], row.quantity) for row in each.rows]
        await reservations.find_anew(actor, each.order, wanted, avoid=count.location_id)
        if each.order.status in order_units.PLANNED:
            await fulfillments.plan(actor, each.order)
        units = sum(row.quantity for row in each.rows)
        reason = f"{count.number} found {units} units fewer than were set aside."
        await exceptions.open(actor, each.order, ExceptionKind.SHORT_PICK, reason=reason)


async def _missing(
    changes: Mapping[tuple[int, int | None], int], levels: Mapping[int, Level]
) -> Counter[tuple[int, int | None]]:
    """Units set aside that would not be there, by level, and by level and lot."""
    missing: Counter[tuple[int, int | None]] = Counter()
    by_level: Counter[int] = Counter()
    for (level_id, _), units in changes.items():
        by_level[level_id] += units
    for level_id, units in by_level.items():
        level = levels[level_id]
        missing[level_id, None] = level.reserved - level.on_hand - units
    of_lots = {(level, lot): n for (level, lot), n in changes.items() if lot is not None}
    kept = await lot_units.kept_at(
        {level for level, _ in of_lots}, {lot for _, lot in of_lots if lot is not None}
    )
    there: Counter[tuple[int, int]] = Counter()
    for quant in await select(Quant, level_id__in=sorted({level for level, _ in kept})):
        there[quant.level_id, quant.lot_id or 0] += quant.on_hand
    for (level_id, lot_id), units in kept.items():
        missing[level_id, lot_id] = units - there[level_id, lot_id] - of_lots[level_id, lot_id]
    return +missing


async def _candidates(level_ids: set[int], orders: Mapping[int, Order]) -> list[_Candidate]:
    """What may be given back at levels, in the order of giving it back."""
    rows = await select(
        Reservation, level_id__in=sorted(level_ids), status=ReservationStatus.ACTIVE
    )
    work = {
        each.reservation_id: each
        for each in await FulfillmentLine.filter(reservation_id__in=[row.id for row in rows])
        .exclude(fulfillment__status=_F.CANCELLED)
        .select_related("fulfillment")
    }
    found = []
    for row in rows:
        piece = work.get(row.id)
        status = piece.fulfillment.status if piece else None
        # Who ordered while this was being posted is not locked, and would wait for us in turn.
        if row.order_id in orders and status in _PROGRESS:
            found.append(
                _Candidate(
                    kept=Kept(reservation=row, work=piece),
                    order=orders[row.order_id],
                    free=row.quantity - (piece.picked if piece else 0),
                    status=status,
                )
            )
    return sorted(found, key=lambda each: each.rank)


async def _give_back(
    actor: Actor, candidates: Sequence[_Candidate], taken: Mapping[int, int]
) -> list[Loose]:
    lost: dict[int, list[Reservation]] = defaultdict(list)
    touched: dict[int, set[int]] = defaultdict(set)
    orders: dict[int, Order] = {}
    for each in candidates:
        if units := taken[each.kept.reservation.id]:
            orders[each.order.id] = each.order
            if each.kept.work is not None:
                touched[each.order.id].add(each.kept.work.fulfillment_id)
            lost[each.order.id].append(await order_units.cut_off(each.kept, units))
    for order_id in sorted(lost):
        await _give_up_empty(actor, orders[order_id], touched[order_id])
        await reservations.release(actor, orders[order_id], lost[order_id])
    return [Loose(order=orders[each], rows=lost[each]) for each in sorted(lost)]


async def _give_up_empty(actor: Actor, order: Order, work_ids: set[int]) -> None:
    """Cancel work that has nothing left to pick."""
    left = await select(FulfillmentLine, fulfillment_id__in=sorted(work_ids))
    empty = work_ids - {each.fulfillment_id for each in left}
    if empty:
        work = await select(Fulfillment, id__in=sorted(empty))
        await fulfillments.give_up(actor, order, work, [])


def _none_to_give_back(units: int) -> Blocked:
    message = (
        f"{units} units that are missing are picked, go to another location, or were ordered just "
        "now. Cancel that, or count again."
    )
    return Blocked(message=message, path=("id",))

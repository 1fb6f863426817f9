"""Reservations: set units aside for an order, give them back, let them go."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, RawSQL

from models import (
    ExceptionKind,
    Level,
    MovementReason,
    Order,
    OrderLine,
    Reservation,
    ReservationStatus,
    Tracking,
)
from models.errors import Refused
from models.order_lines import OUTSIDE
from models.rows import store_all
from services import backlog, exceptions, ledger, lot_supplies, policies, promises, shortages
from services.actors import Actor
from services.allocation import Share, Supply, allocate, explain
from services.allocation import shortages as shortages_of
from services.clock import now
from services.commit import announce
from services.distances import Distance, Spot, distance
from services.facts.reservations import OrderBackordered
from services.ledger import Change
from services.lot_supplies import LotSupply

LineUnits = Sequence[tuple[OrderLine, int]]

WAITING = ("reserved", "backordered", "waited", "queue_key", "waiting_since", "expected_at")
# So many of the last times that units were taken for an order are told of.
MOST_ALLOCATIONS = 10


@dataclass(frozen=True, kw_only=True)
class Stock:
    """What lies where of some variants, in the order of asking, and how many units of each the
    queue for it waits for."""

    supplies: Sequence[Supply]
    spots: Mapping[int, Spot]
    queued: Mapping[int, int]

    @property
    def available(self) -> Counter[int]:
        units: Counter[int] = Counter()
        for supply in self.supplies:
            units[supply.variant_id] += max(0, supply.available)
        return units

    @property
    def spare(self) -> Counter[int]:
        """What is available and nobody waits for."""
        return Counter(self.available - Counter(self.queued))


async def reserve(
    actor: Actor, order: Order, wanted: LineUnits, *, backorder: bool = False
) -> LineUnits:
    """Reserve units of lines across locations, all of them or, with `backorder`, what there is.

    Units that somebody waits for already are not there for others. Gives the units that are
    missing. Refused with one OutOfStock per variant of which too few units are available, unless
    every such variant may be waited for.
    """
    demand = demand_of(wanted)
    stock = await stock_of(demand, order)
    if not (short := shortages_of(demand, stock.spare)):
        await set_aside(actor, order, wanted, stock)
        return []
    answers = await shortages.answers(short)
    if final := [each for each in answers if not (backorder and each.backorderable)]:
        raise Refused(*final)
    there, missing = divided(wanted, stock.spare)
    await set_aside(actor, order, there, stock)
    return missing


async def renew(
    actor: Actor, order: Order, rows: Sequence[Reservation], wanted: LineUnits, *, avoid: int | None
) -> None:
    """Give reservations back and set their units aside afresh, elsewhere where possible. What is
    nowhere waits for stock."""
    # Every level that may be asked is locked before the first is given back: else an order placed
    # meanwhile could hold one of them and wait for another.
    await stock_of(demand_of(wanted), order)
    await release(actor, order, rows)
    await find_anew(actor, order, wanted, avoid)


async def replace(
    actor: Actor,
    order: Order,
    rows: Sequence[Reservation],
    wanted: LineUnits,
    *,
    avoid: int,
    note: str,
) -> None:
    """Take units that are not where they were reserved off the books, and set others aside for
    them, elsewhere where possible. What is nowhere waits for stock."""
    await stock_of(demand_of(wanted), order)
    await release(actor, order, rows)
    lost = [
        Change(level_id=level, on_hand=-units, lot_id=lot or ledger.ANY)
        for (level, lot), units in by_place(rows).items()
    ]
    await ledger.move(actor, MovementReason.ADJUSTED, lost, note=note)
    await find_anew(actor, order, wanted, avoid)


async def find_anew(actor: Actor, order: Order, wanted: LineUnits, avoid: int | None) -> None:
    """Set units aside whose reservations were given back, elsewhere where possible. What is
    nowhere waits for stock. The order is saved."""
    stock = await stock_of(demand_of(wanted), order)
    there, missing = divided(wanted, stock.available)
    await set_aside(actor, order, there, stock, avoid=avoid)
    await order.store()
    await backorder(
        actor,
        order,
        missing,
        reason="No other location has these units.",
        promised_at=order.first_promised_at,
    )
    if missing:
        await promises.revise(actor, order, "Units of it wait for stock.")


async def backorder(
    actor: Actor,
    order: Order,
    wanted: LineUnits,
    *,
    reason: str,
    promised_at: datetime | None = None,
    outside: bool = False,
) -> None:
    """Let reserved units of lines wait for stock, in the queue or, for now, outside of it.

    Their reservations have been given back, or never were. The lines are saved. `promised_at` is
    what the order was promised before it had to wait: it puts its lines before those of others.
    """
    if not wanted:
        return
    expedited = await backlog.is_expedited(order)
    how = {"expedited": expedited, "outside": outside}
    for line, units in wanted:
        key = backlog.place(order, line, promised_at=promised_at, **how).key
        if line.queue_key is not None and line.is_queued and not outside:
            # More units of a line that waits already do so at its place.
            key = min(key, line.queue_key)
        line.backorder(units, queue_key=key, at=now())
        line.expected_at = None if outside else line.expected_at
    lines = [line for line, _ in wanted]
    await store_all(lines, *WAITING)
    if not outside:
        outlooks = await backlog.outlooks(line.variant_id for line in lines)
        for line in lines:
            line.expected_at = outlooks[line.variant_id].deal.lines[line.id].expected_at
        await store_all([line for line in lines if line.expected_at], "expected_at")
    for line, units in wanted:
        announce(
            actor,
            OrderBackordered(
                order_id=order.id,
                customer_id=order.customer_id,
                variant_id=line.variant_id,
                sku=line.sku,
                quantity=units,
                reason=reason,
            ),
        )
    await exceptions.open(actor, order, ExceptionKind.BACKORDERED, reason=reason)


async def release(actor: Actor, order: Order, rows: Iterable[Reservation]) -> None:
    """Give reservations back."""
    rows = list(rows)
    await free(actor, order, rows)
    for row in rows:
        row.release()
    await store_all(rows, "status")


async def free(actor: Actor, order: Order, rows: Sequence[Reservation]) -> None:
    """Make the units of reservations free to be sold again."""
    changes = _changes(rows, on_hand=False)
    await ledger.move(actor, MovementReason.RELEASED, changes, order_id=order.id)


async def keep(order: Order) -> None:
    """Let the reservations of an order that has been confirmed last until their units leave."""
    await Reservation.filter(
        order_id=order.id, status=ReservationStatus.ACTIVE, expires_at__isnull=False
    ).update(expires_at=None, version=F("version") + 1)


async def consume(actor: Actor, order: Order, rows: Iterable[Reservation]) -> None:
    """Let the units of reservations leave the building."""
    rows = list(rows)
    await ledger.move(
        actor, MovementReason.SHIPPED, _changes(rows, on_hand=True), order_id=order.id
    )
    for row in rows:
        row.consume()
    await store_all(rows, "status")


async def set_aside(
    actor: Actor, order: Order, wanted: LineUnits, stock: Stock, *, avoid: int | None = None
) -> None:
    """Reserve units that are there, by the order's policy, and note on it why from where.

    The location to `avoid` gives only what no other can. The order is the caller's to save.
    """
    demand = demand_of(wanted)
    if not demand:
        return
    policy = order.allocation_policy or policies.current().allocation
    distances = _distances(order, stock)
    shares, _ = allocate(demand, stock.supplies, policy=policy, distances=distances, avoid=avoid)
    changes = [
        Change(
            level_id=share.supply.level_id,
            reserved=share.units,
            lot_id=share.supply.lot_id or ledger.ANY,
        )
        for share in shares
    ]
    await ledger.move(actor, MovementReason.RESERVED, changes, order_id=order.id)
    expires_at = expiry_of(order)
    await Reservation.bulk_create(
        Reservation(**each, expires_at=expires_at) for each in split(order, wanted, shares)
    )
    considered = explain(
        demand, stock.supplies, shares, policy=policy, distances=distances, avoid=avoid
    )
    told = {"at": now().isoformat(), "policy": policy, "locations": [*map(asdict, considered)]}
    order.allocations = [*(order.allocations or []), told][-MOST_ALLOCATIONS:]


def expiry_of(order: Order) -> datetime | None:
    """Until when an order keeps what is reserved for it now; confirmed ones do for ever."""
    hours = policies.current().reservation_hours
    if hours is None or order.confirmed_at is not None:
        return None
    return now() + timedelta(hours=hours)


def demand_of(wanted: LineUnits) -> Counter[int]:
    """Units by variant."""
    demand: Counter[int] = Counter()
    for line, units in wanted:
        demand[line.variant_id] += units
    return demand


def divided(wanted: LineUnits, there: Mapping[int, int]) -> tuple[LineUnits, LineUnits]:
    """What of lines' units is there, the first lines first, and what is missing."""
    left = Counter(there)
    found, missing = [], []
    for line, units in wanted:
        taken = max(0, min(units, left[line.variant_id]))
        left[line.variant_id] -= taken
        if taken:
            found.append((line, taken))
        if taken < units:
            missing.append((line, units - taken))
    return found, missing


# Asked in the same statement as the levels, as placing an order must not take another one.
_QUEUED = RawSQL(
    "(SELECT COALESCE(SUM(waiting.backordered), 0) FROM order_lines AS waiting "
    "WHERE waiting.variant_id = stock_levels.variant_id "
    f"AND waiting.queue_key < '{OUTSIDE}')"
)


_TRACKING = RawSQL(
    "(SELECT variants.tracking FROM variants WHERE variants.id = stock_levels.variant_id)"
)


async def stock_of(variant_ids: Iterable[int], order: Order) -> Stock:
    """What lies where that an order can have. The rows are locked, in the order of their ids, from
    the look to the reservation: nobody can take in between what is about to be promised."""
    # Tortoise locks nothing for .values().
    levels: list[Any] = await (
        Level.filter(variant_id__in=set(variant_ids), location__archived_at=None)
        .annotate(queued=_QUEUED, tracking=_TRACKING)
        .select_related("location")
        .select_for_update(of=("stock_levels",))
        .order_by("id")
    )
    levels.sort(key=lambda level: level.location.priority)
    return Stock(
        supplies=await _supplies(order, levels),
        spots={level.location_id: _spot(vars(level.location)) for level in levels},
        queued={level.variant_id: int(level.queued) for level in levels},
    )


async def _supplies(order: Order, levels: Sequence[Any]) -> list[Supply]:
    """What levels have to give: those with lots give these one by one, in the order in which they
    leave, and only what still keeps long enough when the order is delivered."""
    tracked = {each.variant_id for each in levels if each.tracking != Tracking.NONE}
    lots: dict[int, list[LotSupply]] = defaultdict(list)
    if tracked:
        found = await lot_supplies.of_variants(tracked)
        dated = any(each.expires_on for each in found)
        day = await promises.delivery_day(order) if dated else lot_supplies.soonest()
        for each in found:
            if each.is_good(day):
                lots[each.level_id].append(each)
    supplies = []
    for level in levels:
        offers: list[tuple[int | None, int]] = [(None, level.available)]
        if level.variant_id in tracked:
            offers = [(each.lot_id, each.units) for each in lots[level.id]]
        for lot_id, units in offers:
            supplies.append(
                Supply(
                    level_id=level.id,
                    location_id=level.location_id,
                    variant_id=level.variant_id,
                    available=units,
                    lot_id=lot_id,
                )
            )
    return supplies


def _distances(order: Order, stock: Stock) -> dict[int, Distance]:
    if not order.ship_to:
        return {}
    there = _spot(order.ship_to)
    return {place: distance(spot, there) for place, spot in stock.spots.items()}


def _spot(values: Mapping[str, Any]) -> Spot:
    known = {name: values.get(name) for name in Spot.__dataclass_fields__}
    return Spot(**{name: value for name, value in known.items() if value is not None})


def _changes(rows: Iterable[Reservation], *, on_hand: bool) -> list[Change]:
    return [
        Change(
            level_id=level,
            reserved=-units,
            on_hand=-units if on_hand else 0,
            lot_id=lot or ledger.ANY,
        )
        for (level, lot), units in by_place(rows).items()
    ]


def by_place(rows: Iterable[Reservation]) -> Counter[tuple[int, int | None]]:
    """Units of reservations by their level and lot."""
    units: Counter[tuple[int, int | None]] = Counter()
    for row in rows:
        units[row.level_id, row.lot_id] += row.quantity
    return units


def split(order: Order, wanted: LineUnits, shares: Sequence[Share]) -> list[dict[str, Any]]:
    """Deal the shares of each variant out to the lines that want it: what to reserve for each."""
    left = [share.units for share in shares]
    rows = []
    for line, units in wanted:
        for n, share in enumerate(shares):
            supply = share.supply
            taken = min(left[n], units) if supply.variant_id == line.variant_id else 0
            if taken:
                rows.append(
                    {
                        "line_id": line.id,
                        "order_id": order.id,
                        "level_id": supply.level_id,
                        "location_id": supply.location_id,
                        "lot_id": supply.lot_id,
                        "quantity": taken,
                    }
                )
                left[n], units = left[n] - taken, units - taken
    return rows

"""Reservations: set units aside for an order, give them back, let them go."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from models import Level, MovementReason, Order, OrderLine, Reservation
from models.errors import OutOfStock, Refused
from models.rows import store_all
from services import ledger
from services.actors import Actor
from services.allocation import Share, Supply, allocate
from services.ledger import Change

LineUnits = Sequence[tuple[OrderLine, int]]


async def reserve(
    actor: Actor, order: Order, wanted: LineUnits, *, avoid: int | None = None
) -> None:
    """Reserve units of lines across locations, all of them or none.

    The location to `avoid` gives only what no other can. Refused with one OutOfStock per variant
    of which too few units are available.
    """
    demand: Counter[int] = Counter()
    for line, units in wanted:
        demand[line.variant_id] += units
    shares, shortages = allocate(demand, await _supplies(demand), avoid=avoid)
    if shortages:
        skus = {line.variant_id: line.sku for line, _ in wanted}
        raise Refused(
            *(
                OutOfStock(
                    message=f"Only {short.available} of {short.requested} units of "
                    f"{skus[short.variant_id]} are available.",
                    variant_id=short.variant_id,
                    requested=short.requested,
                    available=short.available,
                )
                for short in shortages
            )
        )
    changes = [Change(level_id=share.supply.level_id, reserved=share.units) for share in shares]
    await ledger.move(actor, MovementReason.RESERVED, changes, order_id=order.id)
    await Reservation.bulk_create(Reservation(**each) for each in split(order, wanted, shares))


async def renew(
    actor: Actor, order: Order, rows: Sequence[Reservation], wanted: LineUnits, *, avoid: int
) -> None:
    """Give reservations back and set their units aside afresh, elsewhere where possible."""
    # Every level that may be asked is locked before the first is given back: else an order placed
    # meanwhile could hold one of them and wait for another.
    await _supplies(line.variant_id for line, _ in wanted)
    await release(actor, order, rows)
    await reserve(actor, order, wanted, avoid=avoid)


async def release(actor: Actor, order: Order, rows: Iterable[Reservation]) -> None:
    """Make the units of reservations free to be sold again."""
    rows = list(rows)
    await ledger.move(
        actor, MovementReason.RELEASED, _changes(rows, on_hand=False), order_id=order.id
    )
    for row in rows:
        row.release()
    await store_all(rows, "status")


async def consume(actor: Actor, order: Order, rows: Iterable[Reservation]) -> None:
    """Let the units of reservations leave the building."""
    rows = list(rows)
    await ledger.move(
        actor, MovementReason.SHIPPED, _changes(rows, on_hand=True), order_id=order.id
    )
    for row in rows:
        row.consume()
    await store_all(rows, "status")


async def _supplies(variant_ids: Iterable[int]) -> list[Supply]:
    # The rows are locked, in the order of their ids, from the look to the reservation: nobody
    # can take in between what is about to be promised. Tortoise locks nothing for .values().
    levels = await (
        Level.filter(variant_id__in=set(variant_ids), location__archived_at=None)
        .select_related("location")
        .select_for_update(of=("stock_levels",))
        .order_by("id")
    )
    levels.sort(key=lambda level: level.location.priority)
    return [
        Supply(
            level_id=level.id,
            location_id=level.location_id,
            variant_id=level.variant_id,
            available=level.available,
        )
        for level in levels
    ]


def _changes(rows: Iterable[Reservation], *, on_hand: bool) -> list[Change]:
    units: Counter[int] = Counter()
    for row in rows:
        units[row.level_id] += row.quantity
    return [
        Change(level_id=level, reserved=-count, on_hand=-count if on_hand else 0)
        for level, count in units.items()
    ]


def split(order: Order, wanted: LineUnits, shares: Sequence[Share]) -> list[dict[str, Any]]:
    """Deal the shares of each variant out to the lines that want it: what to reserve for each."""
    offers: dict[int, list[list[int]]] = defaultdict(list)
    for share in shares:
        supply = share.supply
        offers[supply.variant_id].append([supply.level_id, supply.location_id, share.units])
    rows = []
    for line, units in wanted:
        for offer in offers[line.variant_id]:
            level_id, location_id, left = offer
            taken = min(left, units)
            if taken:
                rows.append(
                    {
                        "line_id": line.id,
                        "order_id": order.id,
                        "level_id": level_id,
                        "location_id": location_id,
                        "quantity": taken,
                    }
                )
                offer[2], units = left - taken, units - taken
    return rows

"""The stock ledger: the only code that changes a level, always together with its movement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tortoise.connection import get_connection

from models import Level, Movement, MovementReason
from models.statements import select
from services import alerts
from services.actors import Actor
from services.clock import now
from services.commit import announce
from services.facts.stock import StockMoved


@dataclass(frozen=True, kw_only=True)
class Change:
    """Units to add to what a level has on hand and to what it has reserved."""

    level_id: int
    on_hand: int = 0
    reserved: int = 0


class NotEnough(Exception):
    """A level would have fallen below what is reserved there, or below nothing."""


async def move(
    actor: Actor,
    reason: MovementReason,
    changes: Sequence[Change],
    *,
    order_id: int | None = None,
    arrival_id: int | None = None,
    note: str = "",
) -> list[Level]:
    """Change levels in one conditional update, write their movements, raise or end alerts.

    One change per level. All of it or none: raises NotEnough where a level would be left with
    less on hand than reserved, however many callers try at the same moment.
    """
    if not changes:
        return []
    levels = await _update(sorted(changes, key=lambda change: change.level_id))
    if len(levels) != len(changes):
        raise NotEnough
    asked = {change.level_id: change for change in changes}
    await Movement.bulk_create(
        Movement(
            level_id=level.id,
            variant_id=level.variant_id,
            location_id=level.location_id,
            reason=reason,
            on_hand_change=asked[level.id].on_hand,
            reserved_change=asked[level.id].reserved,
            on_hand_after=level.on_hand,
            reserved_after=level.reserved,
            order_id=order_id,
            arrival_id=arrival_id,
            note=note,
            actor=actor.label,
            at=now(),
        )
        for level in levels
    )
    for level in levels:
        announce(
            actor,
            StockMoved(
                variant_id=level.variant_id,
                location_id=level.location_id,
                reason=reason,
                on_hand_change=asked[level.id].on_hand,
                reserved_change=asked[level.id].reserved,
                on_hand=level.on_hand,
                reserved=level.reserved,
                available=level.available,
            ),
        )
    await alerts.follow(actor, levels)
    return levels


async def hand_on(
    actor: Actor, units: Mapping[int, int], *, giver: int, taker: int, note: str
) -> None:
    """Let reserved units of levels belong to another order. What the levels have stays as it is,
    and they are locked, so nobody else gets at the units in between."""
    movements = []
    for level in await select(Level, locked=True, id__in=sorted(units)):
        for order_id, reason, change in (
            (giver, MovementReason.RELEASED, -units[level.id]),
            (taker, MovementReason.RESERVED, units[level.id]),
        ):
            movements.append(
                Movement(
                    level_id=level.id,
                    variant_id=level.variant_id,
                    location_id=level.location_id,
                    reason=reason,
                    reserved_change=change,
                    on_hand_after=level.on_hand,
                    reserved_after=level.reserved + min(0, change),
                    order_id=order_id,
                    note=note,
                    actor=actor.label,
                    at=now(),
                )
            )
    await Movement.bulk_create(movements)


async def _update(changes: Sequence[Change]) -> list[Level]:
    connection = get_connection("default")
    rows = ", ".join(f"({c.level_id:d}, {c.on_hand:d}, {c.reserved:d})" for c in changes)
    # Rows are locked in the order of their ids, or two orders for the same two variants could
    # each hold one and wait for the other. SQLite has a single writer, and no such lock.
    lock = " FOR UPDATE" if connection.capabilities.dialect == "postgres" else ""
    ids = ", ".join(f"{change.level_id:d}" for change in changes)
    columns = ", ".join(
        f"stock_levels.{name}" for name in Level._meta.fields_db_projection.values()
    )
    sql = f"""
    WITH locked AS (SELECT id FROM stock_levels WHERE id IN ({ids}) ORDER BY id{lock}),
         change(id, on_hand, reserved) AS (VALUES {rows})
    UPDATE stock_levels SET
      on_hand = stock_levels.on_hand + change.on_hand,
      reserved = stock_levels.reserved + change.reserved,
      version = stock_levels.version + 1,
      updated_at = '{now()}'
    FROM change JOIN locked ON locked.id = change.id
    WHERE stock_levels.id = change.id
      AND stock_levels.reserved + change.reserved >= 0
      AND stock_levels.on_hand + change.on_hand >= stock_levels.reserved + change.reserved
    RETURNING {columns}
    """
    return sorted(await Level.raw(sql), key=lambda level: level.id)

"""The stock ledger: the only code that changes a level, always together with its movements."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypedDict, Unpack

from tortoise.connection import get_connection

from models import Level, Movement, MovementReason, Order
from models.statements import select
from services import alerts, lot_units, quants
from services.actors import Actor
from services.clock import now
from services.commit import announce
from services.facts.stock import StockMoved
from services.quants import ANY, STATES, Change, NotEnough, Part

__all__ = ["ANY", "Change", "NotEnough", "hand_on", "move"]

COUNTS = (*STATES, "reserved")
# Movements come in swarms; one look serves all of them.
GATHER = timedelta(seconds=10)


class Cause(TypedDict, total=False):
    """What a movement was part of, and what somebody said about it."""

    order_id: int | None
    arrival_id: int | None
    transfer_id: int | None
    receipt_id: int | None
    count_id: int | None
    return_id: int | None
    note: str


async def move(
    actor: Actor, reason: MovementReason, changes: Sequence[Change], **cause: Unpack[Cause]
) -> list[Level]:
    """Change levels in one conditional update, and their quants; write the movements, raise or
    end alerts.

    All of it or none: raises NotEnough where a level would be left with less on hand than
    reserved, of a level or of a lot, or a bin or a lot with less than nothing, however many
    callers try at the same moment. A change has no effect but where it says so: an on_hand of -2
    with a damaged of 2 makes two good units damaged ones.
    """
    if not changes:
        return []
    asked = _by_level(changes)
    levels = {level.id: level for level in await _update(asked)}
    if len(levels) != len(asked):
        raise NotEnough
    parts = await quants.apply(reason, changes, levels)
    await lot_units.refuse_taking_kept(parts)
    await Movement.bulk_create(_movements(actor, reason, parts, levels, asked, cause))
    for level in levels.values():
        announce(
            actor,
            StockMoved(
                variant_id=level.variant_id,
                location_id=level.location_id,
                reason=reason,
                **{f"{name}_change": asked[level.id][name] for name in COUNTS},
                **{name: getattr(level, name) for name in COUNTS},
                available=level.available,
            ),
        )
    await alerts.follow(actor, list(levels.values()), _told(reason, cause))
    return list(levels.values())


def _told(reason: MovementReason, cause: Cause) -> str:
    """What happened, as it is told of an alert that it caused."""
    order_id, note = cause.get("order_id"), cause.get("note")
    whose = f" for {Order.number_of(order_id)}" if order_id is not None else ""
    return f"{reason.capitalize().replace('_', ' ')}{whose}{': ' if note else '.'}{note or ''}"


def _by_level(changes: Sequence[Change]) -> dict[int, Counter[str]]:
    """What becomes of each level in all, in the order of their ids."""
    asked: dict[int, Counter[str]] = {level: Counter() for level in _ids(changes)}
    for change in changes:
        for name in COUNTS:
            asked[change.level_id][name] += getattr(change, name)
    return asked


def _ids(changes: Sequence[Change]) -> list[int]:
    return sorted({change.level_id for change in changes})


def _movements(
    actor: Actor,
    reason: MovementReason,
    parts: Sequence[Part],
    levels: Mapping[int, Level],
    asked: Mapping[int, Counter[str]],
    cause: Cause,
) -> list[Movement]:
    """A movement for each part, each leaving what the one before it left, plus its change."""
    left = {
        level.id: {name: getattr(level, name) - asked[level.id][name] for name in COUNTS}
        for level in levels.values()
    }
    movements = []
    for part in sorted(parts, key=lambda part: part.change.level_id):
        level = levels[part.change.level_id]
        for name in COUNTS:
            left[level.id][name] += getattr(part, name)
        movements.append(
            Movement(
                level_id=level.id,
                variant_id=level.variant_id,
                location_id=level.location_id,
                bin_id=part.bin_id,
                lot_id=part.lot_id,
                reason=reason,
                **{f"{name}_change": getattr(part, name) for name in COUNTS},
                **{f"{name}_after": left[level.id][name] for name in COUNTS},
                actor=actor.label,
                at=now(),
                **cause,
            )
        )
    return movements


async def hand_on(
    actor: Actor,
    units: Mapping[tuple[int, int | None], int],
    *,
    giver: int,
    taker: int,
    note: str,
) -> None:
    """Let reserved units, by level and lot, belong to another order. What the levels have stays
    as it is, and they are locked, so nobody else gets at the units in between."""
    movements = []
    levels = {level for level, _ in units}
    rows = {row.id: row for row in await select(Level, locked=True, id__in=sorted(levels))}
    for (level_id, lot_id), reserved in units.items():
        level = rows[level_id]
        for order_id, reason, change in (
            (giver, MovementReason.RELEASED, -reserved),
            (taker, MovementReason.RESERVED, reserved),
        ):
            movements.append(
                Movement(
                    level_id=level.id,
                    variant_id=level.variant_id,
                    location_id=level.location_id,
                    lot_id=lot_id,
                    reason=reason,
                    reserved_change=change,
                    on_hand_after=level.on_hand,
                    damaged_after=level.damaged,
                    quarantined_after=level.quarantined,
                    reserved_after=level.reserved + min(0, change),
                    order_id=order_id,
                    note=note,
                    actor=actor.label,
                    at=now(),
                )
            )
    await Movement.bulk_create(movements)


async def _update(asked: Mapping[int, Counter[str]]) -> list[Level]:
    connection = get_connection("default")
    names = ", ".join(COUNTS)
    rows = ", ".join(
        f"({level:d}, {', '.join(f'{change[name]:d}' for name in COUNTS)})"
        for level, change in asked.items()
    )
    # Rows are locked in the order of their ids, or two orders for the same two variants could
    # each hold one and wait for the other. SQLite has a single writer, and no such lock.
    lock = " FOR UPDATE" if connection.capabilities.dialect == "postgres" else ""
    ids = ", ".join(f"{level:d}" for level in asked)
    columns = ", ".join(
        f"stock_levels.{name}" for name in Level._meta.fields_db_projection.values()
    )
    judge_at = now() + GATHER
    sums = ", ".join(f"{name} = stock_levels.{name} + change.{name}" for name in COUNTS)
    sql = f"""
    WITH locked AS (SELECT id FROM stock_levels WHERE id IN ({ids}) ORDER BY id{lock}),
         change(id, {names}) AS (VALUES {rows})
    UPDATE stock_levels SET
      {sums},
      version = stock_levels.version + 1,
      updated_at = '{now()}',
      judge_at = CASE WHEN stock_levels.judge_at <= '{judge_at}'
                      THEN stock_levels.judge_at ELSE '{judge_at}' END
    FROM change JOIN locked ON locked.id = change.id
    WHERE stock_levels.id = change.id
      AND stock_levels.reserved + change.reserved >= 0
      AND stock_levels.on_hand + change.on_hand >= stock_levels.reserved + change.reserved
      AND stock_levels.damaged + change.damaged >= 0
      AND stock_levels.quarantined + change.quarantined >= 0
    RETURNING {columns}
    """
    return sorted(await Level.raw(sql), key=lambda level: level.id)

"""What stock levels were at a moment in the past, as their movements tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import Level, Movement
from models.statements import select_last
from services.actors import Actor
from services.inputs import Inputs


@dataclass(frozen=True, kw_only=True)
class PastLevel:
    """The counts of a level at a moment; nothing where it had not begun by then."""

    at: datetime
    on_hand: int = 0
    reserved: int = 0
    damaged: int = 0
    quarantined: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


async def of_levels(actor: Actor, levels: Sequence[Level], at: datetime) -> list[PastLevel]:
    """Each level as it was at a moment, with all that had happened until then."""
    inputs = Inputs()
    inputs.moment(at, "at")
    inputs.refuse()
    ids = [level.id for level in levels]
    rows = await select_last(Movement, "level_id", ids, time="at", at=at)
    last = {row.level_id: row for row in rows}
    return [_past(last.get(level.id), at) for level in levels]


def _past(row: Movement | None, at: datetime) -> PastLevel:
    if row is None:
        return PastLevel(at=at)
    return PastLevel(
        at=at,
        on_hand=row.on_hand_after,
        reserved=row.reserved_after,
        damaged=row.damaged_after,
        quarantined=row.quarantined_after,
    )

"""Records that are entered, changed and put away, and have no further life of their own."""

from collections.abc import Mapping
from typing import Any

from tortoise.exceptions import IntegrityError

from models import Row
from models.errors import Blocked, Problem, Refused
from services.clock import now

Changes = Mapping[str, Any]


async def enter(row: Row, *, unique: str = "") -> None:
    """Save a new record; refused where another one already has what is `unique`."""
    try:
        await row.save()
    except IntegrityError as error:
        raise _taken(unique) from error


async def revise(row: Row, changes: Changes, *, unique: str = "") -> None:
    """Save a changed record; refused where it is archived or a unique value is taken."""
    refuse_archived(row)
    row.update_from_dict(dict(changes))
    try:
        await row.store()
    except IntegrityError as error:
        raise _taken(unique) from error


async def archive(row: Row) -> None:
    """Put a record away: it stays readable, and nothing new may refer to it."""
    refuse_archived(row)
    row.update_from_dict({"archived_at": now()})
    await row.store()


def refuse_archived(row: Row, *path: str | int) -> None:
    if getattr(row, "archived_at", None) is not None:
        raise Refused(Blocked(message=f"{row.number} is archived.", path=path or ("id",)))


def _taken(unique: str) -> Refused:
    return Refused(Problem(code="TAKEN", message=f"Another record already has this {unique}."))

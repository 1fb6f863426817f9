"""Where units may be put: a bin of their location that keeps them as they have to be kept."""

from collections.abc import Iterable

from models import Bin, Level, Variant
from models.errors import Blocked, Problem
from models.statements import get, select
from services import scopes
from services.actors import Actor


async def take(actor: Actor, bin_id: int | None, *path: str | int) -> Bin | None:
    """The locked bin that units are to be put into; None for none in particular. To be called
    before their level is locked, as who takes a bin down looks for levels afterwards."""
    return None if bin_id is None else await scopes.take(actor, Bin, bin_id, *path)


async def take_all(bin_ids: Iterable[int]) -> dict[int, Bin]:
    """Those of some bins that there are, locked in the order of their ids, by id."""
    wanted = sorted(set(bin_ids))
    return {row.id: row for row in await select(Bin, locked=True, id__in=wanted)} if wanted else {}


async def reasons_not_to_put(level: Level, target: Bin | None, *path: str | int) -> list[Problem]:
    """Why units of a level cannot lie in a bin, which the caller has locked."""
    if target is None:
        return []
    variant = await get(Variant, level.variant_id)
    return reasons_not_to_keep(variant, level.location_id, target, *path)


def reasons_not_to_keep(
    variant: Variant, location_id: int, target: Bin, *path: str | int
) -> list[Problem]:
    """Why units of a variant at a location cannot lie in a bin."""
    if target.location_id != location_id:
        message = f"{target.code} is a bin of another location. Choose one of this location."
        return [Problem(message=message, path=path)]
    if target.archived_at is not None:
        return [Blocked(message=f"{target.code} is archived. Choose another bin.", path=path)]
    if variant.storage is not target.storage:
        message = f"{variant.sku} has to lie {variant.storage}, and {target.code} is not so."
        return [Blocked(message=message, path=path)]
    return []

"""Stock levels of several variants at one place, found or made, and locked in one order."""

from collections.abc import Iterable

from models import Level, Location
from models.statements import get, select
from services import records


async def at(location_id: int, variant_ids: Iterable[int], *path: str | int) -> dict[int, Level]:
    """The locked level of each variant at a location, by variant; made where there is none yet.

    Refused where the location is archived.
    """
    wanted = sorted(set(variant_ids))
    found = await select(Level, location_id=location_id, variant_id__in=wanted)
    if missing := set(wanted) - {level.variant_id for level in found}:
        # All in one order, so that two who make the same ones wait for each other in a row.
        rows = [Level(variant_id=each, location_id=location_id) for each in sorted(missing)]
        await Level.bulk_create(rows, ignore_conflicts=True)
    levels = await select(Level, locked=True, location_id=location_id, variant_id__in=wanted)
    # Who archives the location locks its levels first, so from here on it stays as it is.
    records.refuse_archived(await get(Location, location_id), *path)
    return {level.variant_id: level for level in levels}

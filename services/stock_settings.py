"""How a stock level is to be kept: when it is low, how far it is filled, and what is too much."""

from collections.abc import Mapping
from itertools import pairwise

from models import Level
from models.errors import Problem, refuse_any
from services import alerts, requests
from services.actors import Actor
from services.commit import announce, operation
from services.facts.stock import StockLevelSet
from services.inputs import Inputs
from services.stock import level_of

SETTINGS = {
    "reorder_point": "reorderPoint",
    "safety_stock": "safetyStock",
    "target": "target",
    "maximum": "maximum",
}
# Each of these is no more than those after it.
_RISING = ("safety_stock", "reorder_point", "target", "maximum")


@operation
async def set_level(
    actor: Actor,
    *,
    variant_id: int,
    location_id: int,
    settings: Mapping[str, int | None],
    expected_version: int | None = None,
) -> Level:
    """Say at how many available units a level is low, how many are kept for what nobody foresees,
    up to how many it is filled and how many are too many; null says never. What is left out stays.

    Refused where they contradict one another.
    """
    inputs = Inputs()
    for name, value in settings.items():
        if value is not None:
            inputs.number(value, SETTINGS[name], least=0)
    inputs.refuse()
    level = await level_of(actor, variant_id, location_id)
    requests.expect_version(level, expected_version)
    level.update_from_dict(dict(settings))
    refuse_any(contradictions(level))
    await level.store()

    announce(
        actor,
        StockLevelSet(
            variant_id=level.variant_id,
            location_id=level.location_id,
            **{name: getattr(level, name) for name in SETTINGS},
        ),
    )
    await alerts.follow(actor, [level], "It was said how the level is to be kept.")
    return level


def contradictions(level: Level) -> list[Problem]:
    """What of a level's settings cannot be at once, of those that are set."""
    problems = []
    known = [(name, value) for name in _RISING if (value := getattr(level, name)) is not None]
    for (less, few), (more, many) in pairwise(known):
        if few > many:
            message = f"{SETTINGS[less]} is {few}, which is more than {SETTINGS[more]}, {many}."
            problems.append(Problem(message=message, path=(SETTINGS[more],)))
    return problems

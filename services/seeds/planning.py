"""By which rule the demo shop fills its shelves up again."""

from models import Level, ReplenishmentMethod, ReplenishmentPolicy
from services.actors import Actor
from services.facts.replenishment import ReplenishmentPolicySet
from services.seeds.rows import Rows

COVER_DAYS = 14


def plan(rows: Rows, buyer: Actor, level: Level) -> None:
    """Buy for so many days as the forecast says; the clockwork looks at it as soon as it runs."""
    policy = rows.make(
        ReplenishmentPolicy,
        level_id=level.id,
        variant_id=level.variant_id,
        location_id=level.location_id,
        method=ReplenishmentMethod.FORECAST,
        cover_days=COVER_DAYS,
        due_at=rows.at,
    )
    rows.keep(policy)
    rows.tell(
        buyer,
        ReplenishmentPolicySet(
            variant_id=level.variant_id,
            location_id=level.location_id,
            replenishment_policy_id=policy.id,
            replenishment_method=policy.method,
        ),
    )

"""What can be had now, and what is to come."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import Arrival, ArrivalStatus, Level, Variant
from services import backlog
from services.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Units of a variant that a new order can have, those the queue waits for, and those that are
    expected and that nobody waits for."""

    available: int
    waiting: int
    incoming: int
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """Units that are expected at a level, and when the first of them should come."""

    units: int
    next_at: datetime | None


async def of_variants(actor: Actor, variants: Sequence[Variant]) -> list[Availability]:
    outlooks = await backlog.outlooks(variant.id for variant in variants)
    found = []
    for variant in variants:
        outlook = outlooks[variant.id]
        coming = outlook.deal.coming
        found.append(
            Availability(
                available=outlook.deal.spare,
                waiting=sum(each.units for each in outlook.queue),
                incoming=sum(each.units for each in coming),
                next_at=coming[0].at if coming else None,
            )
        )
    return found


async def of_levels(actor: Actor, levels: Sequence[Level]) -> list[Incoming]:
    units: Counter[tuple[int, int]] = Counter()
    first: dict[tuple[int, int], datetime] = {}
    for row in await Arrival.filter(
        variant_id__in={level.variant_id for level in levels}, status=ArrivalStatus.EXPECTED
    ).order_by("expected_at"):
        at = (row.variant_id, row.location_id)
        units[at] += row.outstanding
        first.setdefault(at, row.expected_at)
    places = [(level.variant_id, level.location_id) for level in levels]
    return [Incoming(units=units[place], next_at=first.get(place)) for place in places]

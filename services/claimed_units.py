"""Claimed units: what customers say they did not get as they should have cannot come back too."""

from collections import Counter
from collections.abc import Iterable, Mapping

from models import ClaimLine, ClaimStatus, OrderLine


async def of(line_ids: Iterable[int]) -> Counter[int]:
    """How many units of each order line are claimed, but for what was declined."""
    rows = ClaimLine.filter(line_id__in=list(line_ids)).exclude(claim__status=ClaimStatus.DECLINED)
    found: Counter[int] = Counter()
    for line_id, units in await rows.values_list("line_id", "units"):
        found[line_id] += units
    return found


def untouched(line: OrderLine, claimed: Mapping[int, int]) -> int:
    """Units that left for the customer and are neither claimed nor asked to come back."""
    units: int = line.shipped - line.return_requested - claimed.get(line.id, 0)
    return max(0, units)


def returnable(line: OrderLine, claimed: Mapping[int, int]) -> int:
    """Units that the customer has and that can be asked to come back."""
    return max(0, min(line.delivered - line.return_requested, untouched(line, claimed)))

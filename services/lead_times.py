"""How long suppliers take: what they state, corrected by what was seen, the more the more was seen.

Seen is the time from sending an order to the units of a line coming in. Newer lines weigh more,
each line a tenth more than the one before it (exponential smoothing with a factor of 0.1), and
what came in parts counts by its parts. Of these weights

- the centre is the weighted median, and the spread the weighted median absolute deviation from it,
  times 1.4826 to stand for a standard deviation: both stay put when some of the lines are far off
  (Rousseeuw and Croux 1993, Alternatives to the Median Absolute Deviation, JASA 88);
- the number of observations is Kish's effective one, the square of the sum of weights by the sum
  of their squares (Kish 1965, Survey Sampling).

With n of them, what was seen has the credibility z = n / (n + 4), and what was stated the rest
(Bühlmann 1967, Experience Rating and Credibility, ASTIN Bulletin 4): days = z · seen + (1 − z) ·
stated. The variance is that of such a mixture, z · seen² + (1 − z) · prior² + z · (1 − z) · (seen −
stated)², and what is merely stated is taken to spread by a quarter of itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import NamedTuple

from tortoise.connection import get_connection

from models import LeadObservation, PurchaseOrder, PurchaseOrderLine, Supplier, SupplierItem
from models.statements import select, select_by_id, update
from services.actors import Actor

KEPT = 30
FADING = 0.9
PRIOR = 4.0
PRIOR_SPREAD = 0.25
TO_DEVIATION = 1.4826
# The quantile of a standard normal variable at nine tenths.
NINE_TENTHS = 1.2816
DAY_SECONDS = 86_400.0
# What is counted of a line within so many days came at once.
ONE_DELIVERY_DAYS = 0.5

Weighted = Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class LeadTime:
    """Days from sending an order to its units: what to reckon with, and how far they spread.

    `median_days` is what was seen alone, None where nothing was. Nine in ten come in `p90_days`.
    """

    days: float
    spread_days: float
    observations: int
    stated_days: int
    median_days: float | None
    p90_days: float


class Seen(NamedTuple):
    """How many days some of a line took, and which part of the line that was."""

    line_id: int
    days: float
    share: float


async def observe(
    order: PurchaseOrder,
    came: Sequence[tuple[PurchaseOrderLine, int]],
    items: Mapping[int, SupplierItem],
    at: datetime,
) -> None:
    """Learn from units that came of lines of an order; `items` are its supplier's, by variant."""
    came = [(line, units) for line, units in came if line.variant_id in items]
    ids = sorted({items[line.variant_id].id for line, _ in came})
    known = {each.line_id: each for each in await select(LeadObservation, item_id__in=ids)}
    days = days_from(order.sent_at, at)
    seen, more = [], []
    for line, units in came:
        share = units / max(1, line.quantity)
        latest = known.get(line.id)
        if latest is not None and days - latest.days <= ONE_DELIVERY_DAYS:
            latest.share = min(1.0, latest.share + share)
            more.append(latest)
        else:
            item_id, share = items[line.variant_id].id, min(1.0, share)
            seen.append(LeadObservation(item_id=item_id, line_id=line.id, days=days, share=share))
    if more:
        await update(more, ("share",))
    if seen:
        await LeadObservation.bulk_create(seen)
        await _keep_latest(each.item_id for each in seen)


async def _keep_latest(item_ids: Iterable[int]) -> None:
    ids = ", ".join(f"{each:d}" for each in item_ids)
    await get_connection("default").execute_query(f"""
        DELETE FROM lead_observations WHERE id IN (
          SELECT id FROM (
            SELECT id, ROW_NUMBER() OVER (PARTITION BY item_id ORDER BY id DESC) AS place
            FROM lead_observations WHERE item_id IN ({ids})
          ) AS ranked WHERE place > {KEPT:d}
        )
    """)


def days_from(sent_at: datetime | None, at: datetime) -> float:
    """Days between the two; none where the clocks of those who say so disagree."""
    return max(0.0, (at - (sent_at or at)).total_seconds() / DAY_SECONDS)


async def of_items(items: Iterable[SupplierItem]) -> dict[int, LeadTime]:
    """What to reckon with for each item, by its id."""
    rows = list(items)
    if not rows:
        return {}
    suppliers = await select_by_id(Supplier, {row.supplier_id for row in rows})
    seen = await _seen({row.id for row in rows})
    found = {}
    for row in rows:
        own = row.lead_days
        stated = suppliers[row.supplier_id].lead_days if own is None else own
        found[row.id] = learned(stated, seen[row.id])
    return found


async def _seen(item_ids: Iterable[int]) -> dict[int, list[Seen]]:
    """What is kept of these items, the oldest first."""
    ids = ", ".join(f"{each:d}" for each in item_ids)
    # Of ten thousand items these are many, too many to make rows of.
    found = await get_connection("default").execute_query_dict(
        f"SELECT item_id, line_id, days, share FROM lead_observations WHERE item_id IN ({ids}) "
        "ORDER BY id"
    )
    seen: dict[int, list[Seen]] = defaultdict(list)
    for each in found:
        seen[each["item_id"]].append(Seen(each["line_id"], each["days"], each["share"]))
    return seen


async def shown(actor: Actor, rows: Sequence[SupplierItem]) -> list[LeadTime]:
    """What to reckon with for each of these items."""
    found = await of_items(rows)
    return [found[row.id] for row in rows]


def learned(stated: int, seen: Sequence[Seen]) -> LeadTime:
    """What was stated, blended with what was seen, the oldest first."""
    prior_spread = stated * PRIOR_SPREAD
    prior_p90 = stated + NINE_TENTHS * prior_spread
    if not seen:
        return LeadTime(
            days=float(stated),
            spread_days=prior_spread,
            observations=0,
            stated_days=stated,
            median_days=None,
            p90_days=prior_p90,
        )
    weighted = _weighted(seen)
    median = quantile(weighted, 0.5)
    spread = TO_DEVIATION * quantile([(abs(days - median), w) for days, w in weighted], 0.5)
    total = sum(weight for _, weight in weighted)
    effective = total**2 / sum(weight**2 for weight in _by_line(seen, weighted))
    z = effective / (effective + PRIOR)
    variance = z * spread**2 + (1 - z) * prior_spread**2 + z * (1 - z) * (median - stated) ** 2
    return LeadTime(
        days=z * median + (1 - z) * stated,
        spread_days=sqrt(variance),
        observations=len(seen),
        stated_days=stated,
        median_days=median,
        p90_days=z * quantile(weighted, 0.9) + (1 - z) * prior_p90,
    )


def quantile(weighted: Weighted, part: float) -> float:
    """The smallest value that has at least this part of all weight at or below it."""
    ordered = sorted(weighted)
    needed = part * sum(weight for _, weight in ordered)
    reached = 0.0
    for value, weight in ordered:
        reached += weight
        # As often as it is added up in another order, a sum may fall short by a hair.
        if reached >= needed - 1e-12:
            return value
    return ordered[-1][0]


def _weighted(seen: Sequence[Seen]) -> list[tuple[float, float]]:
    """The days of each observation and what it weighs."""
    lines = list(dict.fromkeys(each.line_id for each in reversed(seen)))
    ages = {line_id: age for age, line_id in enumerate(lines)}
    return [(each.days, each.share * FADING ** ages[each.line_id]) for each in seen]


def _by_line(seen: Sequence[Seen], weighted: Weighted) -> list[float]:
    """What each line weighs, however many parts it came in."""
    sums: dict[int, float] = defaultdict(float)
    for each, (_, weight) in zip(seen, weighted, strict=True):
        sums[each.line_id] += weight
    return list(sums.values())

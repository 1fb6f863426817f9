"""Dwell times: how long orders, returns and service cases stayed in each stage of their lives.

Read from the cells of the journal of figures (`services/kpis/`), so what a question costs depends
on the days it is about. Service cases about no order are in no journal: those that were answered or
resolved in the period are read themselves. The mean is exact; p50 and p90 are right to 2%, as the
buckets are.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models import KpiDimension, Location, OrderChannel, ServiceCase
from models.lifecycle import Status
from services.actors import Actor
from services.clock import now
from services.inputs import Inputs
from services.kpis.buckets import ERROR, bucket_of, quantile
from services.kpis.stays import name_of
from services.kpis.stories import ask, zone
from services.queues import Stage

__all__ = ["ERROR", "DwellBy", "DwellTime", "days", "read"]

USUAL_DAYS = 30
MOST_DAYS = 3 * 366
YEARS = range(1970, 2200)


class DwellBy(Status):
    """By what dwell times are told apart, beside their stage."""

    NOTHING = "nothing", "All together."
    LOCATION = "location", "By location; stages that are at none are left out."
    CHANNEL = "channel", "By how the order came in."


@dataclass(frozen=True, kw_only=True)
class DwellTime:
    """How long stays in a stage took that ended in a period, in seconds."""

    stage: Stage
    location_id: int | None
    channel: OrderChannel | None
    stays: int
    mean: float
    p50: float
    p90: float


def days(since: date | None, until: date | None) -> tuple[date, date]:
    """A period with both its days in it: the last thirty days unless others are given."""
    end = until or now().astimezone(zone()).date()
    begin = since or max(end - timedelta(days=USUAL_DAYS - 1), date(YEARS.start, 1, 1))
    inputs = Inputs()
    if end.year not in YEARS or begin.year not in YEARS:
        inputs.wrong(f"Give days from {YEARS.start} to {YEARS.stop - 1}.", "from")
    elif not 0 <= (end - begin).days < MOST_DAYS:
        inputs.wrong(f"Give a period of 1 to {MOST_DAYS} days.", "from")
    inputs.refuse()
    return begin, end


async def read(
    actor: Actor,
    *,
    since: date | None = None,
    until: date | None = None,
    channel: OrderChannel | None = None,
    location_id: int | None = None,
    by: DwellBy = DwellBy.NOTHING,
) -> list[DwellTime]:
    """How long stays in each stage took that ended in a period, of those there were any."""
    begin, end = days(since, until)
    keys = await _keys(location_id, by)
    group = {DwellBy.LOCATION: "dimension_key", DwellBy.CHANNEL: "channel"}.get(by, "''")
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    counts: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for kpi, own, bucket, above, below in await ask(f"""
        SELECT kpi, {group} AS own, bucket, SUM(numerator), SUM(denominator) FROM kpi_cells
        WHERE {_among("kpi", [name_of(stage) for stage in Stage])}
          AND {_among("channel", [channel] if channel else ["", *OrderChannel])}
          AND {keys} AND day >= '{begin}' AND day <= '{end}'
        GROUP BY kpi, {group + ", " if group != "''" else ""}bucket
    """):
        sums[kpi, own][0] += int(above)
        sums[kpi, own][1] += int(below)
        counts[kpi, own][bucket] = int(below)
    if by is DwellBy.NOTHING and channel is None and location_id is None:
        # They came by no order's channel, and are at no location.
        for stage, seconds in await _stays_of_cases_alone(begin, end):
            kpi, bucket = name_of(stage), bucket_of(seconds)
            sums[kpi, ""][0] += round(seconds)
            sums[kpi, ""][1] += 1
            counts[kpi, ""][bucket] = counts[kpi, ""].get(bucket, 0) + 1
    return [
        DwellTime(
            stage=stage,
            location_id=int(own) if by is DwellBy.LOCATION else location_id,
            channel=_channel(own) if by is DwellBy.CHANNEL else channel,
            stays=stays,
            mean=round(seconds / stays, 3),
            p50=round(quantile(counts[kpi, own], 0.5) or 0.0, 3),
            p90=round(quantile(counts[kpi, own], 0.9) or 0.0, 3),
        )
        for stage in Stage
        for (kpi, own), (seconds, stays) in sorted(sums.items())
        if kpi == name_of(stage) and stays > 0
    ]


async def _stays_of_cases_alone(begin: date, end: date) -> list[tuple[Stage, float]]:
    """The stays that ended in a period, in seconds, of service cases about no order."""
    midnight = datetime.min.time()
    span = [
        datetime.combine(day, midnight, zone()).astimezone(UTC)
        for day in (begin, end + timedelta(days=1))
    ]
    alone = ServiceCase.filter(order_id=None)
    found = []
    for opened_at, answered_at in await alone.filter(
        first_responded_at__gte=span[0], first_responded_at__lt=span[1]
    ).values_list("opened_at", "first_responded_at"):
        found.append((Stage.CASE_RESPONSE, (answered_at - opened_at).total_seconds()))
    for opened_at, answered_at, resolved_at in await alone.filter(
        resolved_at__gte=span[0], resolved_at__lt=span[1]
    ).values_list("opened_at", "first_responded_at", "resolved_at"):
        since = answered_at or opened_at
        found.append((Stage.CASE_RESOLUTION, (resolved_at - since).total_seconds()))
    return [(stage, max(0.0, seconds)) for stage, seconds in found]


async def _keys(location_id: int | None, by: DwellBy) -> str:
    """Which cells are looked at: those of all, of one location, or of each."""
    if location_id is None and by is not DwellBy.LOCATION:
        return f"dimension = '{KpiDimension.ALL}' AND dimension_key = ''"
    ids: list[Any] = [location_id]
    if location_id is None:
        ids = list(await Location.all().values_list("id", flat=True))
    return f"dimension = '{KpiDimension.LOCATION}' AND {_among('dimension_key', ids)}"


def _among(column: str, values: Sequence[Any]) -> str:
    return f"{column} IN ({', '.join(repr(str(each)) for each in values) or 'NULL'})"


def _channel(value: str) -> OrderChannel:
    return OrderChannel(value)  # type: ignore[call-arg]

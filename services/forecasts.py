"""Forecasts of demand: computed again as demand changes, and how right they were."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q
from tortoise.functions import Count, Sum

from models import Forecast, Level, Location, Variant
from models.lifecycle import Status
from models.rows import store_all
from models.statements import select, select_by_id
from services import demand, event_log, forecasting, scopes
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, operation
from services.demand import History
from services.facts.forecasts import ForecastChanged
from services.forecasting import Estimate

# A batch keeps the database and, in a thread of its own, the processor for a tenth of a second.
BATCH = 100
MOST_BATCHES = 5
# What one worker has taken on, another takes over when it was not done by then.
LEASE = timedelta(minutes=10)
# Days on which nobody asked are news as well, if slow ones.
REVIEW = timedelta(days=7)
# A change by less than this share, and than so many units a day, is not worth telling.
SLIGHT, LEAST = 0.1, 0.05
# More of them would be those of floating point.
DIGITS = 6

_RESULTS = (
    *("demand_class", "method", "mean", "spread", "horizon_days", "history_days"),
    *("mase", "naive_mase", "bias", "computed_at", "due_at"),
)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Units per day, and the standard deviation of a day."""

    mean: float
    spread: float


class ForecastGroup(Status):
    DEMAND_CLASS = "demand_class", "By kind of demand."
    VARIANT = "variant_id", "By variant."
    LOCATION = "location_id", "By location."


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """How right the forecasts of a group were, each weighted by its demand."""

    key: Any
    levels: int
    mean: float
    mase: float | None
    naive_mase: float | None
    bias: float | None


async def daily_demand(level_ids: Collection[int]) -> dict[int, Demand]:
    """What is expected to be asked for of levels; those without a forecast are left out."""
    rows = await select(Forecast, level_id__in=list(level_ids)) if level_ids else []
    return {
        row.level_id: Demand(mean=row.mean, spread=row.spread)
        for row in rows
        if row.computed_at is not None
    }


async def due(at: datetime, limit: int) -> list[int]:
    """The forecasts that have been due for longest, one for each batch: those that are due with it
    are computed together, as that takes little longer."""
    rows = Forecast.filter(due_at__lte=at).order_by("due_at", "id").limit(MOST_BATCHES * BATCH)
    ids: list[int] = list(await rows.values_list("id", flat=True))  # type: ignore[arg-type]
    return ids[::BATCH]


async def compute(_: int) -> None:
    """Compute what is due, a batch of it. Nothing is locked meanwhile, and other workers take
    other forecasts."""
    if not (claimed := await _claim()):
        return
    places = await select_by_id(Location, {row.location_id for row in claimed})
    zones = {key: place.time_zone for key, place in places.items()}
    past = await demand.histories(claimed, zones, now())
    waiting = await _where_orders_wait(claimed)
    # What may be waited for is asked for even where there is none.
    seen_whole = [row.variant_id in waiting for row in claimed]
    estimates = await asyncio.to_thread(_estimates, past, seen_whole)
    await _publish({row.id: (row, each) for row, each in zip(claimed, estimates, strict=True)})


async def of_levels(actor: Actor, levels: Sequence[Level]) -> list[Forecast | None]:
    """The forecast of each level, where there is one."""
    rows = await select(Forecast, level_id__in=[level.id for level in levels])
    found = {row.level_id: row for row in rows if row.computed_at is not None}
    return [found.get(level.id) for level in levels]


async def accuracy(
    actor: Actor,
    by: ForecastGroup,
    *,
    variant_id: int | None = None,
    location_id: int | None = None,
    limit: int = 100,
) -> list[Accuracy]:
    """How right forecasts were, by group, those of most demand first. Levels whose forecasts
    cannot be judged yet are left out of the errors."""
    where = {"variant_id": variant_id, "location_id": location_id}
    known = {name: value for name, value in where.items() if value is not None}
    judged = Q(mase__isnull=False)
    rows: list[dict[str, Any]] = await (
        scopes.visible(actor, Forecast)
        .filter(computed_at__isnull=False, **known)
        .annotate(
            levels=Count("id"),
            units=Sum("mean"),
            judged_units=Sum("mean", _filter=judged),
            # What is not known adds nothing to a sum.
            errors=Sum(F("mean") * F("mase")),
            naive_errors=Sum(F("mean") * F("naive_mase")),
            offs=Sum(F("mean") * F("bias")),
        )
        .group_by(by.value)
        .order_by("-units")
        .limit(limit)
        .values(by.value, "levels", "units", "judged_units", "errors", "naive_errors", "offs")
    )
    return [_accuracy(row, by) for row in rows]


def _accuracy(row: Mapping[str, Any], by: ForecastGroup) -> Accuracy:
    weight = row["judged_units"] or 0.0

    def mean(name: str) -> float | None:
        return round(row[name] / weight, DIGITS) if weight else None

    return Accuracy(
        key=row[by.value],
        levels=row["levels"],
        mean=row["units"],
        mase=mean("errors"),
        naive_mase=mean("naive_errors"),
        bias=mean("offs"),
    )


@operation
async def _claim() -> list[Forecast]:
    """Take on a batch of what is due, which no other worker then finds."""
    rows = await (
        Forecast.filter(due_at__lte=now())
        .order_by("due_at", "id")
        .limit(BATCH)
        .select_for_update(skip_locked=True)
    )
    for row in rows:
        row.due_at = now() + LEASE
    await store_all(rows, "due_at")
    return rows


async def _where_orders_wait(rows: Iterable[Forecast]) -> set[int]:
    """The variants that are asked for even where there are none, so their demand is seen whole."""
    variants = await select_by_id(Variant, {row.variant_id for row in rows})
    return {key for key, variant in variants.items() if variant.backorderable}


def _estimates(past: Sequence[History], seen_whole: Sequence[bool]) -> list[Estimate]:
    return forecasting.estimate(
        [
            each.units if whole else forecasting.uncensored(each.units, each.out)
            for each, whole in zip(past, seen_whole, strict=True)
        ]
    )


@operation
async def _publish(computed: Mapping[int, tuple[Forecast, Estimate]]) -> None:
    # Who reads demand locks forecasts too, in the order of events; the two would wait in a circle.
    await event_log.hold(demand.READER)
    rows = await select(Forecast, locked=True, id__in=list(computed))
    for row in rows:
        claimed, found = computed[row.id]
        # What was asked for meanwhile is not in it.
        row.due_at = now() + REVIEW if row.version == claimed.version else now()
        before, was_known = row.mean, row.computed_at is not None
        row.demand_class, row.method = found.demand_class, found.method
        row.mean, row.spread = found.mean, found.spread
        row.horizon_days, row.history_days = forecasting.HORIZON, found.days
        row.mase, row.naive_mase, row.bias = found.mase, found.naive_mase, found.bias
        row.computed_at = now()
        if not was_known or abs(row.mean - before) > max(SLIGHT * before, LEAST):
            _announce(row, before)
    await store_all(rows, *_RESULTS)


def _announce(row: Forecast, before: float) -> None:
    announce(
        SYSTEM,
        ForecastChanged(
            variant_id=row.variant_id,
            location_id=row.location_id,
            mean_before=round(before, 4),
            mean=round(row.mean, 4),
        ),
    )

"""Rounds: what alerts need beside the counts of a level is looked at soon after it changed, and
each day, as lots come closer to their end and demand goes on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tortoise.expressions import Q

from models import Level, Lot, Quant, StockAlertKind
from models.statements import select_by_id, update
from services import event_log, policies, stock_outlooks
from services.actors import SYSTEM
from services.alert_rules import ROUNDS, Sight, Verdict, judge
from services.alerts import open_of, settle
from services.clock import now
from services.commit import operation
from services.stock_outlooks import StockOutlook

BATCH = 100
READER = "alerts"
# What changes an outlook without moving a unit.
NEWS = (
    *("ForecastChanged", "LotUpdated"),
    *("ArrivalExpected", "ArrivalUpdated", "ArrivalCancelled", "ArrivalReceived"),
)


@dataclass(frozen=True, kw_only=True)
class Ripe:
    """Good units of a level that are of one lot with an end."""

    lot: Lot
    units: int


async def unread(at: datetime, limit: int) -> list[int]:
    """1 where something was announced that changes outlooks, and that was not read yet."""
    return [1] if await event_log.unread_of(READER, NEWS) else []


@operation
async def read_on(_: int) -> None:
    """Have the levels judged that the next announcements are about."""
    places = {
        (event.variant_id, event.location_id)
        for event in await event_log.read_on(READER, BATCH, NEWS)
    }
    about = Q(id__in=[])
    for variant_id, location_id in places:
        there = {} if location_id is None else {"location_id": location_id}
        about |= Q(variant_id=variant_id, **there)
    await Level.filter(about).update(judge_at=now())


async def due(at: datetime, limit: int) -> list[int]:
    """The level whose round has been due for longest, if there is one. All that are due with it
    are judged together."""
    first = await Level.filter(judge_at__lte=at).order_by("judge_at", "id").first()
    return [] if first is None else [first.id]


@operation
async def make(_: int) -> None:
    """Judge the levels that are due, a batch of them. What others are busy with is left to the
    next round."""
    levels = (
        await Level.filter(judge_at__lte=now())
        .order_by("judge_at", "id")
        .limit(BATCH)
        .select_for_update(skip_locked=True)
    )
    if not levels:
        return
    outlooks = await stock_outlooks.of_levels(SYSTEM, levels)
    ripe = await _ripe(levels)
    opened = await open_of(levels, ROUNDS)
    for level, outlook in zip(levels, outlooks, strict=True):
        sight = sight_of(level, outlook, ripe[level.id])
        for kind in ROUNDS:
            verdict = judge(kind, sight)
            cause = _cause(kind, outlook, ripe[level.id], verdict) if verdict.opens else ""
            await settle(SYSTEM, level, kind, verdict, opened.get((level.id, kind)), cause)
        level.judged_at = outlook.at
        level.judge_at = _next(outlook, ripe[level.id])
    # Not a change anybody has to know of, so the version stays.
    await update(levels, ["judged_at", "judge_at"])


def sight_of(level: Level, outlook: StockOutlook, ripe: Sequence[Ripe]) -> Sight:
    """All that is known of a level."""
    days = policies.current().expiry_alert_days
    today = _today(outlook)
    return Sight(
        available=level.available,
        on_hand=level.on_hand,
        reorder_point=level.reorder_point,
        maximum=level.maximum,
        wanted=outlook.wanted,
        coming=outlook.in_time,
        expiring=_within(ripe, today, days),
        ripening=_within(ripe, today, days + max(1, days // 10)),
        expiry_days=days,
    )


async def _ripe(levels: Sequence[Level]) -> Mapping[int, list[Ripe]]:
    """The good units of levels that are of lots with an end."""
    quants = await Quant.filter(
        level_id__in=[level.id for level in levels], lot_id__isnull=False, on_hand__gt=0
    )
    lots = await select_by_id(Lot, {quant.lot_id for quant in quants if quant.lot_id is not None})
    found: dict[int, list[Ripe]] = defaultdict(list)
    for quant in quants:
        lot = lots[quant.lot_id or 0]
        if lot.expires_on is not None:
            found[quant.level_id].append(Ripe(lot=lot, units=quant.on_hand))
    return found


def _within(ripe: Sequence[Ripe], today: date, days: int) -> int:
    return sum(each.units for each in ripe if _end(each) <= today + timedelta(days=days))


def _end(each: Ripe) -> date:
    end: date = each.lot.expires_on  # type: ignore[assignment]
    return end


def _today(outlook: StockOutlook) -> date:
    return outlook.at.astimezone(outlook.zone).date()


def _next(outlook: StockOutlook, ripe: Sequence[Ripe]) -> datetime | None:
    """When time alone may change what was found: tomorrow, where something is asked for every
    day; else when the next lot comes close to its end."""
    days = timedelta(days=policies.current().expiry_alert_days)
    today = _today(outlook)
    ahead = [day for each in ripe if (day := _end(each) - days) > today]
    if outlook.demand_per_day:
        ahead.append(today + timedelta(days=1))
    if not ahead:
        return None
    return _morning(min(ahead), outlook.zone)


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _cause(
    kind: StockAlertKind, outlook: StockOutlook, ripe: Sequence[Ripe], verdict: Verdict
) -> str:
    if kind is StockAlertKind.EXPIRING:
        first = min(ripe, key=lambda each: (_end(each), each.lot.id)).lot
        return f"{verdict.units} units, of lot {first.code} first, expire from {first.expires_on}."
    return (
        f"{outlook.wanted} units will probably be asked for within {outlook.lead_days:g} days; "
        f"{outlook.available} are available and {outlook.in_time} should come by then."
    )

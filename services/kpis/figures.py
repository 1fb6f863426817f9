"""Figures as they are asked for: of a period, beside the period before, at a position of the log.

What a question costs depends on the days it is about. The cells are what is true now, so what was
true at a position is their sum less the entries that came after it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from models import KpiDimension, KpiName, Location, LogCursor, OrderChannel, Supplier
from models.errors import Problem, Refused
from models.lifecycle import Status
from models.statements import select_one
from services import event_log, scopes, timeline
from services.actors import Actor
from services.clock import now
from services.inputs import Inputs
from services.kpis.buckets import quantile
from services.kpis.definitions import DEFINITIONS, ONLY_BY, Definition, KpiUnit
from services.kpis.journal import as_day
from services.kpis.reader import READER
from services.kpis.stories import ask, zone

ONE_DAY = timedelta(days=1)
USUAL_DAYS = 30
MOST_DAYS = 3 * 366
YEARS = range(1970, 2200)
DAYS_OF_YEAR = 365
_EXACT = Decimal("0.000001")


class KpiStep(Status):
    DAY = "day", "Day by day."
    WEEK = "week", "By weeks, which begin on Monday."
    MONTH = "month", "By months."


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which orders are asked about: all, or those of one channel, and of one location, supplier
    or picker. The period has both its days in it."""

    since: date | None = None
    until: date | None = None
    channel: OrderChannel | None = None
    location_id: int | None = None
    supplier_id: int | None = None
    picker: str | None = None
    at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Where figures are looked up, as the SQL of it has it."""

    dimension: KpiDimension
    key: str
    channel: OrderChannel | None
    since: date
    until: date
    position: int

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def before(self) -> date:
        """The first day of the period before, which is as long."""
        return self.since - self.days * ONE_DAY


# The numerator and the denominator of each day.
Days = Mapping[date, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """A figure over some days. Durations are in seconds."""

    since: date
    until: date
    numerator: Decimal
    denominator: Decimal
    value: Decimal | None
    p50: Decimal | None = None
    p90: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure, and what is needed to look closer at it."""

    definition: Definition
    cut: Cut
    now: Result
    before: Result
    days: Days
    # What stock was worth before the first of those days.
    opening: int = 0

    @property
    def change(self) -> Decimal | None:
        if self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value


async def figures(
    actor: Actor, names: Sequence[KpiName] | None, question: Question
) -> list[Figure]:
    """Some figures, or all that can be told apart as asked, in a constant number of queries."""
    cut = await cut_of(actor, question)
    wanted = _answerable(names, cut)
    days = await _days(wanted, cut)
    counts = await _counts([name for name in wanted if _is_duration(name)], cut)
    opening = await _opening(cut) if KpiName.STOCK_TURNOVER in wanted else 0
    return [_figure(name, cut, days[name], counts, opening) for name in wanted]


def series(figure: Figure, step: KpiStep) -> list[Result]:
    """A figure by days, weeks or months of its period, those cut off at its ends included."""
    return [
        _result(figure.definition, figure.days, since, until, figure.opening)
        for since, until in _steps(figure.cut.since, figure.cut.until, step)
    ]


async def cut_of(actor: Actor, question: Question) -> Cut:
    """Where to look up what is asked; refused where the question makes no sense."""
    inputs = Inputs()
    since, until = _period(question, inputs)
    dimension, key = _dimension(question, inputs)
    inputs.refuse()
    if question.location_id is not None:
        await scopes.find(actor, Location, question.location_id, "locationId")
    if question.supplier_id is not None:
        await scopes.find(actor, Supplier, question.supplier_id, "supplierId")
    return Cut(
        dimension=dimension,
        key=key,
        channel=question.channel,
        since=since,
        until=until,
        position=await _position(question.at),
    )


def where(names: Iterable[str], cut: Cut) -> str:
    """The places of figures, as a condition that an index over them answers."""
    return f"{_figures(names, cut)} AND channel IN ({_channels(cut)})"


def later(names: Iterable[str], cut: Cut, position: str, since: date | None, until: date) -> str:
    """The same places as they were changed at some positions, for the index over these.

    Days and channels are wrapped, as SQLite would look into all entries of those days instead.
    """
    begin = f"AND COALESCE(day, day) >= '{since}' " if since else ""
    return (
        f"{_figures(names, cut)} AND position {position} "
        f"AND COALESCE(day, day) <= '{until}' {begin}"
        f"AND COALESCE(channel, channel) IN ({_channels(cut)})"
    )


def _figures(names: Iterable[str], cut: Cut) -> str:
    kpis = ", ".join(f"'{name}'" for name in names)
    key = cut.key.replace("'", "''")
    return f"kpi IN ({kpis}) AND dimension = '{cut.dimension}' AND dimension_key = '{key}'"


def _channels(cut: Cut) -> str:
    channels = [cut.channel] if cut.channel is not None else ["", *OrderChannel]
    return ", ".join(f"'{each}'" for each in channels)


def _period(question: Question, inputs: Inputs) -> tuple[date, date]:
    until = question.until or now().astimezone(zone()).date()
    if until.year not in YEARS or (question.since or until).year not in YEARS:
        inputs.wrong(f"Give days from {YEARS.start} to {YEARS.stop - 1}.", "from")
        return until, until
    since = question.since or until - (USUAL_DAYS - 1) * ONE_DAY
    if not 0 <= (until - since).days < MOST_DAYS:
        inputs.wrong(f"Give a period of 1 to {MOST_DAYS} days.", "from")
    return since, until


def _dimension(question: Question, inputs: Inputs) -> tuple[KpiDimension, str]:
    given = {
        "locationId": (KpiDimension.LOCATION, question.location_id),
        "supplierId": (KpiDimension.SUPPLIER, question.supplier_id),
        "picker": (KpiDimension.PICKER, question.picker),
    }
    chosen = [(path, kind, key) for path, (kind, key) in given.items() if key is not None]
    for path, _, _ in chosen[1:]:
        inputs.wrong(f"Give `{path}` or `{chosen[0][0]}`, not both.", path)
    if not chosen:
        return KpiDimension.ALL, ""
    path, kind, key = chosen[0]
    return kind, inputs.text(str(key), path, most=60)


def _answerable(names: Sequence[KpiName] | None, cut: Cut) -> list[KpiName]:
    """The figures asked for, in the order of their definitions."""
    unfit = {
        name
        for name, dimensions in ONLY_BY.items()
        if cut.dimension not in dimensions or cut.channel is not None
    }
    if names is None:
        return [name for name in DEFINITIONS if name not in unfit]
    inputs = Inputs()
    for n, name in enumerate(names):
        if name in unfit:
            message = f"{name.name} can be told apart by location only."
            inputs.wrong(message, "names", n)
    inputs.refuse()
    return [name for name in DEFINITIONS if name in names]


async def _position(at: str | None) -> int:
    cursor = await select_one(LogCursor, reader=READER)
    last = cursor.position if cursor is not None else 0
    if at is None:
        return last
    position = timeline.position(at, "at")
    # After a restore the log goes on where nobody has heard of, and what was before is not there.
    if position > last or position // event_log.EPOCH < last // event_log.EPOCH:
        message = f"Key figures are not known at this position; they are up to {last}."
        raise Refused(Problem(code="CURSOR_LOST", message=message, path=("at",)))
    return position


async def _days(names: Sequence[str], cut: Cut) -> dict[str, dict[date, tuple[int, int]]]:
    found: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
    if names:
        for kpi, day, above, below in await _sums("kpi, day", names, cut, cut.before):
            found[kpi][as_day(day)] = int(above), int(below)
    return found


async def _counts(names: Sequence[str], cut: Cut) -> dict[tuple[str, bool], dict[int, int]]:
    """How many durations lie in each bucket, in the period and in the one before."""
    found: dict[tuple[str, bool], dict[int, int]] = defaultdict(dict)
    if names:
        is_now = f"CASE WHEN day >= '{cut.since}' THEN 1 ELSE 0 END"
        for kpi, now_, bucket, _, below in await _sums(
            f"kpi, {is_now}, bucket", names, cut, cut.before
        ):
            found[kpi, bool(now_)][bucket] = int(below)
    return found


async def _opening(cut: Cut) -> int:
    rows = await _sums("kpi", [KpiName.STOCK_TURNOVER], cut, None, until=cut.before - ONE_DAY)
    return sum(int(below) for _, _, below in rows)


async def _sums(
    by: str, names: Sequence[str], cut: Cut, since: date | None, *, until: date | None = None
) -> Iterable[Any]:
    """What cells come to, less the entries that came after the position, in one statement."""
    last = until or cut.until
    days = f"day <= '{last}'" + (f" AND day >= '{since}'" if since else "")
    gone = later(names, cut, f"> {cut.position:d}", since, last)
    return await ask(
        f"SELECT {by}, SUM(numerator), SUM(denominator) FROM ("
        "SELECT kpi, day, bucket, numerator, denominator FROM kpi_cells "
        f"WHERE {where(names, cut)} AND {days} "
        "UNION ALL SELECT kpi, day, bucket, -numerator, -denominator FROM kpi_entries "
        f"WHERE {gone}) AS told GROUP BY {by}"
    )


def _figure(
    name: KpiName,
    cut: Cut,
    days: Days,
    counts: Mapping[tuple[str, bool], Mapping[int, int]],
    opening: int,
) -> Figure:
    definition = DEFINITIONS[name]
    last = cut.since - ONE_DAY
    return Figure(
        definition=definition,
        cut=cut,
        now=_result(
            definition, days, cut.since, cut.until, opening, counts.get((name, True)) or {}
        ),
        before=_result(
            definition, days, cut.before, last, opening, counts.get((name, False)) or {}
        ),
        days=days,
        opening=opening,
    )


def _result(
    definition: Definition,
    days: Days,
    since: date,
    until: date,
    opening: int,
    counts: Mapping[int, int] | None = None,
) -> Result:
    above = Decimal(sum(n for day, (n, _) in days.items() if since <= day <= until))
    below, times = Decimal(sum(d for day, (_, d) in days.items() if since <= day <= until)), 1.0
    if definition.unit is KpiUnit.TIMES_A_YEAR:
        length = (until - since).days + 1
        below, times = _mean_worth(days, since, until, opening), DAYS_OF_YEAR / length
    value = (above / below * Decimal(times)).quantize(_EXACT) if below > 0 else None
    return Result(
        since=since,
        until=until,
        numerator=above,
        denominator=below,
        value=value,
        p50=_rounded(quantile(counts or {}, 0.5)),
        p90=_rounded(quantile(counts or {}, 0.9)),
    )


def _mean_worth(days: Days, since: date, until: date, opening: int) -> Decimal:
    """What stock was worth at the ends of days, on average: each change counts from its day on."""
    length = (until - since).days + 1
    changes = [(day, below) for day, (_, below) in days.items() if day <= until]
    worth = sum(
        below * (length if day < since else (until - day).days + 1) for day, below in changes
    )
    return (opening + Decimal(worth) / length).quantize(Decimal("0.01"))


def _steps(since: date, until: date, step: KpiStep) -> Iterator[tuple[date, date]]:
    while since <= until:
        last = min(until, _end(since, step))
        yield since, last
        since = last + ONE_DAY


def _end(day: date, step: KpiStep) -> date:
    if step is KpiStep.WEEK:
        return day + (6 - day.weekday()) * ONE_DAY
    if step is KpiStep.MONTH:
        following = (day.replace(day=1) + 32 * ONE_DAY).replace(day=1)
        return following - ONE_DAY
    return day


def _is_duration(name: KpiName) -> bool:
    return DEFINITIONS[name].unit is KpiUnit.SECONDS


def _rounded(seconds: float | None) -> Decimal | None:
    return None if seconds is None else Decimal(round(seconds))

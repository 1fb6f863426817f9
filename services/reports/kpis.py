"""Reports of key figures."""

from datetime import timedelta
from typing import Any

from services.actors import Actor, Permission
from services.kpis import figures
from services.kpis.figures import KpiStep, Question
from services.kpis.stories import zone
from services.reports.report import Column, Given, Pages, Parameter, Report

_P = Parameter


async def _days(actor: Actor, given: Given) -> Pages:
    last = given.until and given.until - timedelta(microseconds=1)
    question = Question(
        since=given.since and given.since.astimezone(zone()).date(),
        until=last and last.astimezone(zone()).date(),
        channel=given.channel,
        location_id=given.location_id,
        supplier_id=given.supplier_id,
    )
    for figure in await figures.figures(actor, None, question):
        yield [(figure, None, figure.now)]
        yield [(figure, day.since, day) for day in figures.series(figure, KpiStep.DAY)]


def _of(name: str, description: str) -> Column:
    return Column(name=name, description=description, of=lambda item: getattr(item[2], name))


def _column(name: str, description: str, of: Any) -> Column:
    return Column(name=name, description=description, of=of)


KPIS = Report(
    name="kpis",
    description="Key figures of a period of whole days of the shop, the last thirty unless others "
    "are given: each in all, and day by day.",
    needs=frozenset({Permission.KPIS_READ}),
    parameters=(_P.FROM, _P.TO, _P.CHANNEL, _P.LOCATION, _P.SUPPLIER),
    pages=_days,
    columns=(
        _column("name", "Which figure.", lambda item: item[0].definition.name.name),
        _column("unit", "What it is in.", lambda item: item[0].definition.unit.name),
        _column("day", "The day; empty for the whole period.", lambda item: item[1]),
        _of("numerator", "What is above the line."),
        _of("denominator", "What is below the line."),
        _of("value", "The figure; of a duration on average."),
        _column(
            "p50",
            "Of a duration over the whole period, what half took no longer than.",
            lambda item: None if item[1] else item[2].p50,
        ),
        _column("p90", "The same for nine of ten.", lambda item: None if item[1] else item[2].p90),
    ),
)

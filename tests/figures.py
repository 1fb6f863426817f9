"""Key figures in the tests: read on, asked for, and held against the rows."""

from datetime import UTC, date, datetime
from typing import Any

from models import KpiName
from services import checks, event_log
from services.checks.kpis import RULES
from services.kpis import figures, reader, stories
from services.kpis.figures import Question
from tests.cast import MANAGER

YEAR = {"since": date(2025, 12, 1), "until": date(2026, 12, 31)}


async def read() -> None:
    """Have everything read that has happened."""
    await event_log.take_in()
    while await reader.due(datetime.now(UTC), 1):
        await reader.read_on(0)
        await event_log.take_in()


async def broken() -> list[checks.Result]:
    """What does not hold of key figures. What else may not is none of theirs."""
    found = await checks.run()
    return [each for each in found if each.broken and each.name.startswith("kpi")]


async def unlike() -> list[dict[str, Any]]:
    """What orders add to the figures that the journal does not say, all of them counted once more:
    the one rule of the check that costs little enough to be asked again and again."""
    [found] = [rule.found for rule in RULES if rule.found is not None]
    return [dict(row) async for row in found(stories.ask)]


async def told(question: Question, names=None) -> dict[KpiName, tuple]:
    """What figures come to, without how far they were read."""
    found = await figures.figures(MANAGER, names, question)
    return {each.definition.name: (each.now, each.before, each.change) for each in found}


async def value(name: KpiName, **given) -> tuple[int, int]:
    [figure] = await figures.figures(MANAGER, [name], Question(**YEAR, **given))
    return int(figure.now.numerator), int(figure.now.denominator)

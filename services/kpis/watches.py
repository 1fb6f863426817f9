"""Key figures, live: as they are, then again whenever an entry changes one of them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from models import Event, KpiName
from models.errors import Problem, Refused
from services.actors import Actor
from services.facts.kpis import KpisUpdated
from services.kpis.figures import Cut, Figure, Question, cut_of, figures, later
from services.kpis.stories import ask
from services.live import Interest, Reset, live


@dataclass(frozen=True, kw_only=True)
class Update:
    """The figures as they are now, and the event that told of a change; without, a snapshot."""

    position: int
    figures: Sequence[Figure]
    event: Event | None = None


async def watch(
    actor: Actor, names: Sequence[KpiName] | None, question: Question, after: int | None
) -> AsyncGenerator[Update, None]:
    """Some figures now, and from a cursor only what changed after it."""
    start = live.position if after is None else after
    # Asked even where nothing is told of it, so that what makes no sense is refused at once.
    found = await figures(actor, names, question)
    if after is None:
        yield Update(position=start, figures=found)
    interest = Interest(kinds=frozenset({KpisUpdated.__name__}))
    async with aclosing(live.watch(interest, start)) as watched:
        async for tidings in watched:
            if isinstance(tidings, Reset):
                message = "This cursor lies outside the event log, so changes are missing."
                raise Refused(Problem(code="CURSOR_LOST", message=message, path=("after",)))
            if isinstance(tidings, Event) and await _concerns(
                [figure.definition.name for figure in found], await cut_of(actor, question), tidings
            ):
                found = await figures(actor, names, question)
                yield Update(position=tidings.position or 0, figures=found, event=tidings)


async def _concerns(names: Sequence[KpiName], cut: Cut, event: Event) -> bool:
    """Whether what an event tells of has changed any of the figures, or what they compare with."""
    concerned = [name for name in names if name in event.details["kpis"]]
    if not concerned:
        return False
    at = f"= {int(event.details['read_to']):d}"
    changed = later(concerned, cut, at, cut.before, cut.until)
    rows = await ask(f"SELECT 1 FROM kpi_entries WHERE {changed} LIMIT 1")
    return any(True for _ in rows)

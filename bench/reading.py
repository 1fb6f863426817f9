"""Reading in process: the same bytes by hand, by plans, and by graphql-core alone."""

from collections.abc import Awaitable, Callable
from statistics import median

import orjson

from api.context import Context
from api.execution import Engine, Rejected, Request
from bench.measure import Side, side_by_side
from bench.questions import QUESTIONS, TITLES, Question
from bench.site import Site
from bench.table import Row, rows_of
from services.actors import Actor, Permission

READER = Actor(label="PER-1001", permissions=frozenset(Permission), person_id=1)


async def answered(site: Site) -> list[Row]:
    """Each question by plans against by hand; the remark says what graphql-core alone takes."""
    rows = []
    for name, question in QUESTIONS.items():
        rows += await _compared(site, TITLES[name], question)
    return rows


async def _compared(site: Site, what: str, question: Question) -> list[Row]:
    effort = site.effort
    plans, core = (asking(question, compiled=compiled) for compiled in (True, False))

    async def by_hand() -> bytes:
        return await question.by_hand(site.bare, question.variables)

    if orjson.loads(await by_hand()) != orjson.loads(await plans()):
        raise RuntimeError(f"The baseline answers {what} otherwise than Waybill.")
    if await plans() != await core():
        raise RuntimeError(f"Plans answer {what} otherwise than graphql-core.")
    costs = await side_by_side(effort.rounds, effort.lists, Side(work=plans), Side(work=by_hand))
    slow, fast = await side_by_side(effort.rounds, effort.lists, Side(work=core), Side(work=plans))
    times = median(one.cpu / other.cpu for one, other in zip(slow, fast, strict=True))
    remark = f"without plans {median(each.cpu for each in slow):.1f} ms CPU, {times:.1f} × as much"
    return rows_of(f"{what}, in process", site.on, costs, remark)


def asking(question: Question, *, compiled: bool) -> Callable[[], Awaitable[bytes]]:
    engine = Engine(introspection=False, compiled=compiled)
    request = Request(query=question.document, variables=question.variables)

    async def ask() -> bytes:
        operation = engine.prepare(request)
        if isinstance(operation, Rejected):
            raise RuntimeError(str(operation.errors))
        result = await engine.run(operation, Context(actor=READER))
        return orjson.dumps(result.formatted)

    return ask

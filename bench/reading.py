"""Reading in process: the same bytes by hand, by plans, and by graphql-core alone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median

import orjson

from api.context import Context
from api.execution import Engine, Rejected, Request
from bench import bare, growing
from bench.drivers import Driver
from bench.listing import LIST
from bench.measure import Side, side_by_side
from bench.shop import LISTED
from bench.site import Site
from bench.table import Row, rows_of
from services.actors import Actor, Permission

READER = Actor(label="PER-1001", permissions=frozenset(Permission), person_id=1)

ONE = """
query One($number: String!) {
  order(number: $number) {
    number status total { amount currency } placedAt
    customer { name email }
    lines { ordered total { amount currency } variant { sku name } }
  }
}
"""
TREE = """
query Tree($first: Int!) {
  orders(first: $first) {
    nodes { number lines { ordered variant { sku product { name } } } }
  }
}
"""


@dataclass(frozen=True, kw_only=True)
class Question:
    document: str
    variables: dict[str, object]
    by_hand: Callable[[Driver], Awaitable[bytes]]


async def answered(site: Site) -> list[Row]:
    """Each question by plans against by hand; the remark says what graphql-core alone takes."""
    newest = (await site.bare.rows("SELECT MAX(id) FROM orders"))[0][0]
    number = {"number": f"ORD-{1000 + newest}"}
    questions = {
        "one order": Question(
            document=ONE, variables=number, by_hand=lambda db: bare.one_order(db, newest)
        ),
        f"{LISTED} orders": Question(
            document=LIST,
            variables={"first": LISTED},
            by_hand=lambda db: bare.list_orders(db, LISTED),
        ),
        "four levels": Question(
            document=TREE, variables={"first": LISTED}, by_hand=lambda db: bare.tree(db, LISTED)
        ),
    }
    rows = []
    for what, question in questions.items():
        rows += await _compared(site, what, question)
    return rows


async def _compared(site: Site, what: str, question: Question) -> list[Row]:
    effort = site.effort
    plans, core = (asking(question, compiled=compiled) for compiled in (True, False))

    async def by_hand() -> bytes:
        return await question.by_hand(site.bare)

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


async def grown(site: Site) -> list[Row]:
    """A page of the newest orders among many against the same page among few."""
    rows = []
    question = Question(
        document=LIST,
        variables={"first": LISTED},
        by_hand=lambda db: bare.list_orders(db, LISTED),
    )
    ask = asking(question, compiled=True)
    few, _ = await side_by_side(
        site.effort.rounds, site.effort.lists, Side(work=ask), Side(work=ask)
    )
    for orders in site.effort.grown:
        await growing.grow(site.bare, orders)
        many, _ = await side_by_side(
            site.effort.rounds, site.effort.lists, Side(work=ask), Side(work=ask)
        )
        rows += rows_of(f"{LISTED} of {orders:,} orders", site.on, (many, few))
    return rows

"""Segments: customers told apart by how lately, how often and for how much they buy.

Each of the three is put into fifths of all customers who buy in a currency, 5 the best, after
Hughes, Strategic Database Marketing (1994), ch. 4, and Bult and Wansbeek, "Optimal Selection for
Direct Mail", Marketing Science 14 (1995), 378-394, who name the three: recency, frequency, monetary
value. Customers who ordered equally often are told apart by what they spent.
The first rule that fits gives the segment its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from models import Customer, CustomerFigure, CustomerSegment, SegmentSum
from models.statements import select
from services import customer_figures, event_log
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.customers import CustomersSegmented

EVERY = timedelta(days=1)
_S = CustomerSegment


@dataclass(frozen=True, kw_only=True)
class SegmentRule:
    """The fifths that somebody has to reach for a segment."""

    segment: CustomerSegment
    recency: int = 1
    frequency: int = 1
    monetary: int = 1


RULES: Sequence[SegmentRule] = (
    SegmentRule(segment=_S.CHAMPIONS, recency=4, frequency=4, monetary=4),
    SegmentRule(segment=_S.LOYAL, recency=3, frequency=4),
    SegmentRule(segment=_S.BIG_SPENDERS, recency=3, monetary=4),
    SegmentRule(segment=_S.NEW, recency=5),
    SegmentRule(segment=_S.PROMISING, recency=3),
    SegmentRule(segment=_S.AT_RISK, frequency=4),
    SegmentRule(segment=_S.AT_RISK, monetary=4),
    SegmentRule(segment=_S.HIBERNATING, recency=2),
    SegmentRule(segment=_S.LOST),
)


def segment_of(recency: int, frequency: int, monetary: int) -> CustomerSegment:
    """The segment of three fifths."""
    return next(
        rule.segment
        for rule in RULES
        if recency >= rule.recency and frequency >= rule.frequency and monetary >= rule.monetary
    )


_NAMED = "\n".join(
    f"WHEN recency >= {rule.recency} AND frequency >= {rule.frequency} "
    f"AND monetary >= {rule.monetary} THEN '{rule.segment}'"
    for rule in RULES
)
_TOLD = f"""
    SELECT id, recency, frequency, monetary, CASE {_NAMED} END AS segment
    FROM (
      SELECT id,
             NTILE(5) OVER (PARTITION BY currency ORDER BY last_order_at, id) AS recency,
             NTILE(5) OVER (PARTITION BY currency ORDER BY orders, spent, id) AS frequency,
             NTILE(5) OVER (PARTITION BY currency ORDER BY spent, id) AS monetary
      FROM customer_figures WHERE orders > 0
    ) AS fifths
"""
# Only what differs is written, which from one day to the next is little.
_TELL = f"""
    UPDATE customer_figures
    SET recency = told.recency, frequency = told.frequency, monetary = told.monetary,
        segment = told.segment, version = customer_figures.version + 1
    FROM ({_TOLD}) AS told
    WHERE told.id = customer_figures.id
      AND (customer_figures.segment IS NULL OR customer_figures.recency <> told.recency
           OR customer_figures.frequency <> told.frequency
           OR customer_figures.monetary <> told.monetary)
"""
_FORGET = """
    UPDATE customer_figures SET recency = NULL, frequency = NULL, monetary = NULL, segment = NULL
    WHERE orders = 0 AND segment IS NOT NULL
"""


async def due(at: datetime, limit: int) -> list[int]:
    """A number where customers were told apart a day ago, or never."""
    if await SegmentSum.filter(told_at__gt=at - EVERY).exists():
        return []
    return [0] if await CustomerFigure.filter(orders__gt=0).exists() else []


@operation
async def tell_apart(_: int = 0) -> None:
    """Put every customer into a segment, and sum the segments up: in a few statements, however
    many customers there are."""
    # Neither another worker nor the reader of figures goes on before this is done.
    await event_log.hold(customer_figures.READER)
    if not await due(now(), 1):
        return
    customers = await reckon(now())

    announce(SYSTEM, CustomersSegmented(customers=customers))


async def reckon(at: datetime) -> int:
    """Find the segment of everybody and sum them up, as of a moment; how many customers that is."""
    connection = get_connection("default")
    await connection.execute_query(_TELL)
    await connection.execute_query(_FORGET)
    await SegmentSum.all().delete()
    await connection.execute_query(f"""
        INSERT INTO segment_sums (currency, segment, customers, orders, spent, told_at)
        SELECT currency, segment, COUNT(*), SUM(orders), SUM(spent), '{at}'
        FROM customer_figures WHERE segment IS NOT NULL GROUP BY currency, segment
        ORDER BY currency, segment
    """)
    return sum(row.customers for row in await SegmentSum.all())


async def sums(actor: Actor) -> list[SegmentSum]:
    """What each segment is worth, the best first, as it was told last."""
    order = list(CustomerSegment)
    rows = await SegmentSum.all()
    return sorted(rows, key=lambda row: (row.currency, order.index(row.segment)))


async def of_customers(actor: Actor, customers: Sequence[Customer]) -> list[CustomerFigure | None]:
    """The figures in the currency that each customer orders most in, where those have a segment."""
    ids = [each.id for each in customers]
    found: dict[int, CustomerFigure] = {}
    rows = await select(CustomerFigure, customer_id__in=ids)
    for row in sorted(rows, key=lambda row: (row.orders, row.spent)):
        if row.segment is not None:
            found[row.customer_id] = row
    return [found.get(each) for each in ids]

"""How well suppliers deliver: what was kept of what they promised, and of how much.

Judged are the lines of orders that were sent within a period, by what came of them until now,
leaving out orders that were cancelled and lines we gave up before they were answered:

- on time: everything that came did so by the time confirmed for it, else expected, and a grace of
  `supplier_grace_days`, and nothing is missing after that;
- in full: as many good units as were asked for, those the supplier has declined included;
- quality: the units that were ordered and came undamaged and passed inspection, of all that came,
  also of what nobody had ordered;
- lead time: everything came within the days the supplier states, and the grace;
- answers: orders answered for the first time within `supplier_answer_days`;
- price: the line costs no more than the supplier's list said when it came.

A line is judged on time and in full once all of it is there, its order has ended, or its time is
over. What was not put to the test, such as the damage of what has not come, is not counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tortoise.connection import get_connection

from models import PurchaseOrderStatus, Supplier
from models.lifecycle import Status
from services import policies
from services.clock import now
from services.inputs import Inputs
from services.listing import Window, size_of

_S = PurchaseOrderStatus
USUAL_DAYS = 365
MOST_DAYS = 3 * 366


class ScorecardMeasure(Status):
    ON_TIME = "on_time", "Everything came when it was confirmed or expected."
    IN_FULL = "in_full", "As many good units came as were asked for."
    PERFECT = "perfect", "On time and in full."
    QUALITY = "quality", "Nothing that came was damaged or rejected."
    LEAD_TIME = "lead_time", "Everything came within the days that are stated."
    ANSWERS = "answers", "Its order was answered in time."
    PRICE = "price", "It cost no more than the list said."


@dataclass(frozen=True, kw_only=True)
class Score:
    """So many `met` what was promised, `of` those that were put to the test."""

    met: int
    of: int


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """A supplier's deliveries of orders sent from `since` until `until`."""

    supplier_id: int
    since: datetime
    until: datetime
    orders: int
    line_count: int
    units: int
    scores: Mapping[ScorecardMeasure, Score] = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What became of a line. Each verdict is None where it was not put to the test."""

    order_id: int
    line_id: int
    sku: str
    name: str
    asked: int
    came: int
    damaged: int
    verdicts: Mapping[ScorecardMeasure, bool | None]


_M = ScorecardMeasure
# One row per line, with 1 for what was met, 0 for what was not, and NULL for what was not tested.
_JUDGED = """
WITH came AS (
  SELECT line_id, SUM(units) AS units,
         SUM(CASE WHEN late_days IS NULL OR late_days <= $4 THEN units ELSE 0 END) AS in_time,
         SUM(CASE WHEN lead_days <= stated_days + $4 THEN units ELSE 0 END) AS as_stated,
         MIN(listed) AS listed
  FROM supplier_deliveries
  WHERE supplier_id IN ({ids}) AND sent_at >= $1 AND sent_at < $2
  GROUP BY line_id
), found AS (
  SELECT sent.supplier_id, found.purchase_order_line_id AS line_id, SUM(found.rejected) AS rejected,
         SUM(found.wrong) AS wrong
  FROM purchase_orders AS sent
  JOIN receipts ON receipts.purchase_order_id = sent.id
  JOIN receipt_lines AS found ON found.receipt_id = receipts.id
  WHERE sent.supplier_id IN ({ids}) AND sent.sent_at >= $1 AND sent.sent_at < $2
  GROUP BY sent.supplier_id, found.purchase_order_line_id
), asked AS (
  SELECT sent.supplier_id, sent.id AS order_id, line.id AS line_id, line.sku, line.name,
         line.quantity, line.received, line.price,
         line.damaged + COALESCE(found.rejected, 0) AS damaged,
         came.units, came.in_time, came.as_stated, came.listed,
         COALESCE(line.confirmed_at, line.expected_at) < $3
           AND line.received < line.quantity - line.cancelled AS is_overdue,
         line.received >= line.quantity OR sent.status IN ('{received}', '{closed}')
           OR COALESCE(line.confirmed_at, line.expected_at) < $3 AS is_decided,
         CASE WHEN sent.answered_at IS NOT NULL
              THEN CASE WHEN {answer_days} <= $5 THEN 1 ELSE 0 END
              WHEN sent.sent_at < $6 THEN 0 END AS answers
  FROM purchase_orders AS sent
  JOIN purchase_order_lines AS line ON line.purchase_order_id = sent.id
  LEFT JOIN came ON came.line_id = line.id
  LEFT JOIN found ON found.line_id = line.id
  WHERE sent.supplier_id IN ({ids}) AND sent.sent_at >= $1 AND sent.sent_at < $2
    AND sent.status <> '{cancelled}'
    AND NOT (line.received = 0 AND line.confirmed IS NULL AND line.cancelled >= line.quantity
             AND sent.status <> '{closed}')
), judged AS (
  SELECT asked.*,
         CASE WHEN NOT is_decided THEN NULL
              WHEN units > 0 AND in_time >= units AND NOT COALESCE(is_overdue, FALSE) THEN 1
              ELSE 0 END AS on_time,
         CASE WHEN NOT is_decided THEN NULL
              WHEN received - damaged >= quantity THEN 1 ELSE 0 END AS in_full,
         CASE WHEN received > 0 THEN CASE WHEN damaged = 0 THEN 1 ELSE 0 END END AS quality,
         CASE WHEN units > 0 THEN CASE WHEN as_stated >= units THEN 1 ELSE 0 END END AS lead_time,
         CASE WHEN listed IS NOT NULL
              THEN CASE WHEN price <= listed THEN 1 ELSE 0 END END AS price_kept
  FROM asked
)
"""
# What each measure is called there.
_COLUMNS = {
    _M.ON_TIME: "on_time",
    _M.IN_FULL: "in_full",
    _M.PERFECT: "on_time * in_full",
    _M.QUALITY: "quality",
    _M.LEAD_TIME: "lead_time",
    _M.ANSWERS: "answers",
    _M.PRICE: "price_kept",
}


def period(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """The period asked for, the last year where nothing else is said; of three years at most."""
    inputs = Inputs()
    inputs.period(since, until, "until")
    inputs.refuse()
    end = until or now()
    begin = since or end - timedelta(days=USUAL_DAYS)
    if not timedelta(0) < end - begin <= timedelta(days=MOST_DAYS):
        inputs.wrong(f"Give a period of at most {MOST_DAYS} days.", "since")
        inputs.refuse()
    return begin, end


async def of_suppliers(
    rows: Sequence[Supplier], since: datetime, until: datetime
) -> list[Scorecard]:
    """The scorecard of each supplier for a period, in one query."""
    sums = ", ".join(
        f"SUM({column}) AS {measure}_met, COUNT({column}) AS {measure}_of"
        for measure, column in _COLUMNS.items()
    )
    found = await _ask(
        [row.id for row in rows],
        since,
        until,
        f"SELECT supplier_id, COUNT(*) AS lines, COUNT(DISTINCT order_id) AS orders, "
        f"SUM(received) AS units, SUM(damaged) AS damaged, {sums}, "
        "COUNT(DISTINCT CASE WHEN answers = 1 THEN order_id END) AS answered, "
        "COUNT(DISTINCT CASE WHEN answers IS NOT NULL THEN order_id END) AS to_answer, "
        "(SELECT SUM(wrong) FROM found WHERE found.supplier_id = judged.supplier_id) AS wrong "
        "FROM judged GROUP BY supplier_id",
    )
    by_id = {each["supplier_id"]: each for each in found}
    return [_scorecard(row.id, since, until, by_id.get(row.id, {})) for row in rows]


async def lines_of(
    cards: Sequence[Scorecard], measure: ScorecardMeasure, *, met: bool, first: int | None
) -> list[list[Judgement]]:
    """The newest lines of each scorecard that met a measure, or did not; of one period."""
    size, _ = size_of(Window(first=first))
    column = _COLUMNS[measure]
    columns = ", ".join(f"{each} AS is_{name}" for name, each in _COLUMNS.items())
    found = await _ask(
        [card.supplier_id for card in cards],
        cards[0].since,
        cards[0].until,
        f"SELECT * FROM (SELECT supplier_id, order_id, line_id, sku, name, quantity, received, "
        f"damaged, {columns}, ROW_NUMBER() OVER (PARTITION BY supplier_id ORDER BY line_id DESC) "
        f"AS place FROM judged WHERE {column} = {int(met)}) AS ranked "
        f"WHERE place <= {size:d} ORDER BY place",
    )
    return [
        [_judgement(each) for each in found if each["supplier_id"] == card.supplier_id]
        for card in cards
    ]


async def _ask(
    ids: Sequence[int], since: datetime, until: datetime, what: str
) -> list[dict[str, Any]]:
    policy, at = policies.current(), now()
    database = get_connection("default")
    on_postgres = database.capabilities.dialect == "postgres"
    judged = _JUDGED.format(
        ids=", ".join(f"{each:d}" for each in ids) or "0",
        received=_S.RECEIVED,
        closed=_S.CLOSED,
        cancelled=_S.CANCELLED,
        answer_days="EXTRACT(EPOCH FROM sent.answered_at - sent.sent_at) / 86400"
        if on_postgres
        else "julianday(sent.answered_at) - julianday(sent.sent_at)",
    )
    grace, answer_days = policy.supplier_grace_days, policy.supplier_answer_days
    values = [
        since,
        until,
        at - timedelta(days=grace),
        float(grace),
        float(answer_days),
        at - timedelta(days=answer_days),
    ]
    sql = judged + what
    # To SQLite $4 is but a name, and what comes first is the first.
    sql = sql if on_postgres else sql.replace("$", "?")
    found: list[dict[str, Any]] = await database.execute_query_dict(sql, values)
    return found


def _scorecard(
    supplier_id: int, since: datetime, until: datetime, sums: Mapping[str, Any]
) -> Scorecard:
    scores = {
        measure: Score(met=sums.get(f"{measure}_met") or 0, of=sums.get(f"{measure}_of") or 0)
        for measure in ScorecardMeasure
    }
    units = sums.get("units") or 0
    scores[_M.QUALITY] = Score(
        met=units - (sums.get("damaged") or 0), of=units + (sums.get("wrong") or 0)
    )
    scores[_M.ANSWERS] = Score(met=sums.get("answered") or 0, of=sums.get("to_answer") or 0)
    return Scorecard(
        supplier_id=supplier_id,
        since=since,
        until=until,
        orders=sums.get("orders") or 0,
        line_count=sums.get("lines") or 0,
        units=units,
        scores=scores,
    )


def _judgement(found: Mapping[str, Any]) -> Judgement:
    verdicts = {measure: found[f"is_{measure}"] for measure in ScorecardMeasure}
    return Judgement(
        order_id=found["order_id"],
        line_id=found["line_id"],
        sku=found["sku"],
        name=found["name"],
        asked=found["quantity"],
        came=found["received"],
        damaged=found["damaged"],
        verdicts={each: None if value is None else bool(value) for each, value in verdicts.items()},
    )

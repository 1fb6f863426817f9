"""The very orders behind a figure, each with what it adds."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import orjson

from models import OrderChannel
from models.errors import Refused, invalid
from services.kpis.figures import Cut, Figure
from services.kpis.figures import where as places
from services.kpis.journal import as_day
from services.kpis.stories import ask
from services.listing import Page, Window, size_of


@dataclass(frozen=True, kw_only=True)
class KpiShare:
    """What an order adds to a figure on a day."""

    order_id: int
    day: date
    numerator: int
    denominator: int


async def orders(figure: Figure, *, first: int | None, after: str | None) -> Page[Any]:
    """The orders of a figure by their days, some at a time; what they add sums to the figure. One
    that counts on two days is there twice."""
    size, _ = size_of(Window(first=first))
    start = None if after is None else _place(after)
    rows = await _rows(figure, start, size + 1)
    return Page(
        rows=rows[:size], cursor=_cursor, has_next=len(rows) > size, has_previous=bool(after)
    )


async def count(figure: Figure) -> int:
    """How many there are."""
    rows = await ask(f"SELECT COUNT(*) FROM ({_told(figure, '')}) AS told")
    return int(next(iter(rows))[0])


async def _rows(figure: Figure, start: tuple[date, int] | None, size: int) -> Sequence[KpiShare]:
    """Each channel's first ones by an index, and of all these the first ones."""
    beyond = ""
    if start is not None:
        day, order_id = start
        beyond = f"AND (day, order_id) > ('{day}', {order_id:d})"
    cuts = [figure.cut.channel] if figure.cut.channel is not None else list(OrderChannel)
    parts = " UNION ALL ".join(
        f"SELECT * FROM ({_told(figure, beyond, channel)} ORDER BY day, order_id "
        f"LIMIT {size:d}) AS of_{channel}"
        for channel in cuts
    )
    found = await ask(f"SELECT * FROM ({parts}) AS told ORDER BY day, order_id LIMIT {size:d}")
    return [
        KpiShare(order_id=order_id, day=as_day(day), numerator=int(above), denominator=int(below))
        for day, order_id, above, below in found
    ]


def _told(figure: Figure, beyond: str, channel: OrderChannel | None = None) -> str:
    cut = figure.cut
    where = places([figure.definition.name], _of(cut, channel))
    # An order that no longer counts on a day has entries there that come to nothing.
    return (
        "SELECT day, order_id, SUM(numerator) AS above, SUM(denominator) AS below "
        f"FROM kpi_entries WHERE {where} AND day >= '{cut.since}' AND day <= '{cut.until}' "
        f"AND position <= {cut.position:d} AND order_id IS NOT NULL {beyond} "
        "GROUP BY day, order_id HAVING SUM(numerator) <> 0 OR SUM(denominator) <> 0"
    )


def _of(cut: Cut, channel: OrderChannel | None) -> Cut:
    return cut if channel is None else replace(cut, channel=channel)


def _cursor(row: KpiShare) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([row.day, row.order_id])).decode()


def _place(cursor: str) -> tuple[date, int]:
    try:
        day, order_id = orjson.loads(base64.b64decode(cursor, b"-_", validate=True))
        if type(order_id) is not int or not 0 <= order_id < 2**63:
            raise ValueError(order_id)
        return date.fromisoformat(day), order_id
    except (ValueError, TypeError, binascii.Error) as error:
        message = "This cursor does not belong to this list. Use one that this list gave you."
        raise Refused(invalid(message, "after")) from error

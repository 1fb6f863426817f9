"""Return rates: how much of what was delivered came back, by what it was, whose, and why.

Read from the journal of figures (`services/kpis/`). Units count on the day their order was
delivered. By item they are those of its lines; by location, supplier and picker those of whole
orders which these had a part in, as for every figure; by reason what came back for it is compared
with all that was delivered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models import KpiDimension, KpiName, OrderChannel
from models.lifecycle import Status
from services import dwells
from services.actors import Actor
from services.inputs import Inputs
from services.kpis.journal import as_day
from services.kpis.stories import ask

MOST = 100
_K = KpiDimension


class ReturnRateBy(Status):
    VARIANT = "variant", "By item."
    SUPPLIER = "supplier", "By the supplier its goods were bought from."
    PICKER = "picker", "By who picked."
    LOCATION = "location", "By where it was sent from."
    REASON = "reason", "By why it came back."


_DIMENSIONS: Mapping[ReturnRateBy, KpiDimension] = {
    ReturnRateBy.VARIANT: _K.VARIANT,
    ReturnRateBy.SUPPLIER: _K.SUPPLIER,
    ReturnRateBy.PICKER: _K.PICKER,
    ReturnRateBy.LOCATION: _K.LOCATION,
    ReturnRateBy.REASON: _K.REASON,
}


@dataclass(frozen=True, kw_only=True)
class Period:
    """Of which orders: delivered on these days, both included, and come in this way, if any."""

    since: date
    until: date
    channel: OrderChannel | None = None

    @classmethod
    def of(
        cls, since: date | None, until: date | None, channel: OrderChannel | None = None
    ) -> "Period":
        begin, end = dwells.days(since, until)
        return cls(since=begin, until=end, channel=channel)

    @property
    def where(self) -> str:
        channel = f" AND channel = '{self.channel}'" if self.channel else ""
        return (
            f"kpi = '{KpiName.RETURN_RATE}' AND day >= '{self.since}' AND day <= '{self.until}'"
            f"{channel}"
        )


@dataclass(frozen=True, kw_only=True)
class ReturnRate:
    """How many units were delivered and how many of them came back, of one item, one supplier, one
    reason and so on. The key is an id, a person's number or a reason."""

    by: ReturnRateBy
    key: str
    period: Period
    returned: int
    delivered: int

    @property
    def rate(self) -> float | None:
        return round(self.returned / self.delivered, 6) if self.delivered > 0 else None


@dataclass(frozen=True, kw_only=True)
class ReturnedOrder:
    """An order of which units came back."""

    order_id: int
    day: date
    returned: int
    delivered: int


async def read(
    actor: Actor, by: ReturnRateBy, period: Period, *, most: int = 20, below: int = 0
) -> list[ReturnRate]:
    """The keys of which most came back, the ranks after `below`."""
    inputs = Inputs()
    inputs.number(most, "most", most=MOST)
    inputs.number(below, "below", least=0)
    inputs.refuse()
    rows = await ask(f"""
        SELECT dimension_key, SUM(numerator), SUM(denominator) FROM kpi_cells
        WHERE {period.where} AND dimension = '{_DIMENSIONS[by]}'
        GROUP BY dimension_key HAVING SUM(numerator) > 0 OR SUM(denominator) > 0
        ORDER BY SUM(numerator) DESC, dimension_key LIMIT {most:d} OFFSET {below:d}
    """)
    everything = await _delivered(period) if by is ReturnRateBy.REASON else 0
    return [
        ReturnRate(
            by=by,
            key=key,
            period=period,
            returned=int(returned),
            delivered=everything or int(delivered),
        )
        for key, returned, delivered in rows
    ]


async def orders(actor: Actor, rate: ReturnRate, *, most: int = 20) -> list[ReturnedOrder]:
    """The very orders of which units came back, those of most units first."""
    inputs = Inputs()
    inputs.number(most, "most", most=MOST)
    inputs.refuse()
    key = rate.key.replace("'", "''")
    rows: Any = await ask(f"""
        SELECT order_id, day, SUM(numerator), SUM(denominator) FROM kpi_entries
        WHERE {rate.period.where} AND dimension = '{_DIMENSIONS[rate.by]}'
          AND dimension_key = '{key}' AND order_id IS NOT NULL
        GROUP BY order_id, day HAVING SUM(numerator) > 0
        ORDER BY SUM(numerator) DESC, order_id LIMIT {most:d}
    """)
    return [
        ReturnedOrder(
            order_id=order_id, day=as_day(day), returned=int(returned), delivered=int(delivered)
        )
        for order_id, day, returned, delivered in rows
    ]


async def _delivered(period: Period) -> int:
    rows = await ask(
        f"SELECT SUM(denominator) FROM kpi_cells WHERE {period.where} AND dimension = '{_K.ALL}'"
    )
    return int(next(iter(rows))[0] or 0)

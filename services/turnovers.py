"""Stock turnover: how often what lies somewhere is sold and replaced.

The cost of the goods that were shipped over a period, divided by what lay there was worth on
average; the average is over thirteen moments of the period, its two ends and eleven between, as
accountants take the balances of months. Both at what a unit costs us now, so prices that changed
since do not make goods seem to turn.

It is told of one level, of an item, of all items of a product and of all that is bought from a
supplier first of all, each in as many statements for many rows as for one. Of a whole location it
is a key figure, kept day by day (`services/kpis/stock.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from models import Level, MovementReason, Product, Row, Supplier, Variant
from models.statements import select_by_id
from services import policies
from services.actors import Actor
from services.clock import now
from services.inputs import Inputs

PARTS = 12
MOST_DAYS = 366
USUAL_DAYS = 90
DAY = timedelta(days=1)
YEAR_DAYS = 365

# Of each kind of row, by what levels and their variants belong to it. What several suppliers sell
# belongs to the one who is asked first.
_FIRST_SUPPLIER = """
    JOIN supplier_items AS item ON item.variant_id = variant.id AND item.archived_at IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM supplier_items AS other
      WHERE other.variant_id = item.variant_id AND other.archived_at IS NULL
      AND (other.rank < item.rank OR (other.rank = item.rank AND other.id < item.id))
    )
"""
_OWN: Mapping[type[Row], tuple[str, str]] = {
    Level: ("level.id", ""),
    Variant: ("level.variant_id", ""),
    Product: ("variant.product_id", ""),
    Supplier: ("item.supplier_id", _FIRST_SUPPLIER),
}


@dataclass(frozen=True, kw_only=True)
class Turnover:
    """How often a stock was turned over in a period. Money is in minor units of `currency`;
    `turned` is how often, not rounded, and None where nothing lay there."""

    since: datetime
    until: datetime
    units_shipped: int
    mean_units: float
    cost: int
    mean_value: int
    currency: str
    turned: float | None

    @property
    def turns(self) -> float | None:
        """How often in the period."""
        return None if self.turned is None else round(self.turned, 4)

    @property
    def turns_per_year(self) -> float | None:
        return None if self.turned is None else round(self.turned * YEAR_DAYS / self._days, 4)

    @property
    def days_to_sell(self) -> float | None:
        """For how many days what lay there on average lasts; None where nothing was shipped."""
        if not self.units_shipped:
            return None
        return round(self._days / self.turned, 2) if self.turned else 0.0

    @property
    def _days(self) -> float:
        return (self.until - self.since) / DAY


def period(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """The last ninety days, or what is given of a beginning and an end."""
    inputs = Inputs()
    inputs.period(since, until, "since")
    inputs.refuse()
    end = until or now()
    begin = since or end - USUAL_DAYS * DAY
    if not timedelta() < end - begin <= MOST_DAYS * DAY:
        inputs.wrong(f"Give a period of at most {MOST_DAYS} days.", "since")
    inputs.refuse()
    return begin, end


async def of_levels(
    actor: Actor, levels: Sequence[Level], since: datetime, until: datetime
) -> list[Turnover]:
    """How often what lies at each level was turned over."""
    variants = await select_by_id(Variant, {level.variant_id for level in levels})
    currencies = [variants[level.variant_id].currency for level in levels]
    return await _turnovers(Level, levels, currencies, since, until)


async def of_variants(
    actor: Actor, variants: Sequence[Variant], since: datetime, until: datetime
) -> list[Turnover]:
    """How often what lies of each variant was turned over, at all locations together."""
    currencies = [variant.currency for variant in variants]
    return await _turnovers(Variant, variants, currencies, since, until)


async def of_products(
    actor: Actor, products: Sequence[Product], since: datetime, until: datetime
) -> list[Turnover]:
    """The same of all variants of each product together, of those in the shop's own currency."""
    return await _turnovers(Product, products, _home(products), since, until)


async def of_suppliers(
    actor: Actor, suppliers: Sequence[Supplier], since: datetime, until: datetime
) -> list[Turnover]:
    """The same of all variants that each supplier is asked for first, of those in the shop's own
    currency."""
    return await _turnovers(Supplier, suppliers, _home(suppliers), since, until)


def _home(rows: Sequence[Row]) -> list[str]:
    return [policies.current().home_currency] * len(rows)


async def _turnovers(
    kind: type[Row],
    rows: Sequence[Row],
    currencies: Sequence[str],
    since: datetime,
    until: datetime,
) -> list[Turnover]:
    """The turnover of each row, in the currency that is given for it."""
    if not rows:
        return []
    wanted = _wanted(kind, [row.id for row in rows], set(currencies))
    shipped, lay = await _shipped(wanted, since, until), await _lay(wanted, since, until)
    found = []
    for row, currency in zip(rows, currencies, strict=True):
        units, cost = shipped.get(row.id, (0, 0))
        mean_units, mean_value = (each / (PARTS + 1) for each in lay.get(row.id, (0, 0)))
        turned = units / mean_units if mean_units else None
        if cost and mean_value:
            # By units it would be what sells that counts, whatever it costs.
            turned = cost / mean_value
        found.append(
            Turnover(
                since=since,
                until=until,
                units_shipped=units,
                mean_units=round(mean_units, 4),
                cost=cost,
                mean_value=round(mean_value),
                currency=currency,
                turned=turned,
            )
        )
    return found


def _wanted(kind: type[Row], ids: Sequence[int], currencies: set[str]) -> str:
    """The levels that belong to rows, and what a unit there costs us or, where nobody knows, what
    it is sold for."""
    own, join = _OWN[kind]
    among = ", ".join(f"{each:d}" for each in ids)
    paid_in = ", ".join(f"'{each}'" for each in sorted(currencies))
    return f"""
        SELECT {own} AS own, level.id AS level_id, COALESCE(variant.cost, variant.price) AS cost
        FROM stock_levels AS level JOIN variants AS variant ON variant.id = level.variant_id {join}
        WHERE {own} IN ({among}) AND variant.currency IN ({paid_in})
    """


# Units, and what they cost.
Sums = Mapping[int, tuple[int, int]]


async def _shipped(wanted: str, since: datetime, until: datetime) -> Sums:
    rows = await get_connection("default").execute_query_dict(
        f"""
        WITH wanted AS ({wanted})
        SELECT own, -SUM(on_hand_change) AS units, -SUM(on_hand_change * cost) AS value
        FROM wanted JOIN stock_movements AS each ON each.level_id = wanted.level_id
        WHERE at >= $1 AND at < $2 AND reason = '{MovementReason.SHIPPED}'
        GROUP BY own
        """,
        [since, until],
    )
    return {row["own"]: (int(row["units"]), int(row["value"])) for row in rows}


async def _lay(wanted: str, since: datetime, until: datetime) -> Sums:
    """What lay there at all moments together. Each moment of a level is one look into an index,
    whatever happened before and since."""
    moments = [since + (until - since) * n / PARTS for n in range(PARTS + 1)]
    connection = get_connection("default")
    kind = "timestamptz" if connection.capabilities.dialect == "postgres" else "text"
    times = ", ".join(f"(CAST('{each}' AS {kind}))" for each in moments)
    rows = await connection.execute_query_dict(f"""
        WITH moments(at) AS (VALUES {times}), wanted AS ({wanted})
        SELECT own, SUM(units) AS units, SUM(units * cost) AS value FROM (
          SELECT wanted.own AS own, wanted.cost AS cost, (
            SELECT on_hand_after + damaged_after + quarantined_after FROM stock_movements AS each
            WHERE each.level_id = wanted.level_id AND each.at <= moments.at
            ORDER BY each.at DESC, each.id DESC LIMIT 1
          ) AS units
          FROM wanted CROSS JOIN moments
        ) AS looked
        GROUP BY own
    """)
    return {row["own"]: (int(row["units"] or 0), int(row["value"] or 0)) for row in rows}

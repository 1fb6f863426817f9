"""A share: what an order adds to one figure, before it is told apart and added up."""

from dataclasses import dataclass
from datetime import date

from models import KpiDimension


@dataclass(frozen=True, kw_only=True)
class Share:
    """What an order adds to a figure on a day. Without a dimension it counts in all, and at each
    location, supplier and picker of the order."""

    kpi: str
    day: date
    numerator: int
    denominator: int
    seconds: float | None = None
    dimension: KpiDimension | None = None
    key: str = ""

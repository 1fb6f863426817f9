"""What is announced of forecasts."""

from dataclasses import dataclass

from services.facts.stock import StockFact


@dataclass(frozen=True, kw_only=True)
class ForecastChanged(StockFact):
    """Much more or less is expected to be asked for of a level than before, in units per day."""

    mean_before: float
    mean: float

"""Forecasts of daily demand, for many series at once. Pure calculation: no database, no clock.

No maintained library with these methods fits a default install (they need numba, scipy or pandas),
so they are written out here from the literature that each names, over arrays of numpy. One row
of an array is one series, one column one day, the last of them the latest. The same numbers in
always give the same numbers out.
"""

from services.forecasting.safety import safety_stock, z_of
from services.forecasting.selection import HORIZON, Estimate, estimate
from services.forecasting.series import Array
from services.forecasting.uncensoring import uncensored

__all__ = [
    "HORIZON",
    "Array",
    "Estimate",
    "estimate",
    "safety_stock",
    "uncensored",
    "z_of",
]

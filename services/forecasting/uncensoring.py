"""What would have been asked for on days without stock.

Who finds a shelf empty asks for nothing that anybody records, so demand is seen only for that part
of a day in which there was stock: it is censored. Taken for a Poisson process, which it is where
many buy independently, what was missed in the rest of the day is independent of what was seen, and
the likeliest rate is the demand seen divided by the time in which it could be seen. Expecting the
missed part at that rate is where the EM algorithm comes to rest (Dempster, Laird and Rubin (1977),
"Maximum likelihood from incomplete data via the EM algorithm", Journal of the Royal Statistical
Society B 39; for lost sales: Conrad (1976), Operational Research Quarterly 27).
"""

import numpy as np

from services.forecasting.series import Array

# The rate is that of the days around, as demand changes over time.
AROUND = 28
# With less time in stock than this the days around say nothing, and the whole history is asked.
LEAST_DAYS = 7


def uncensored(demand: Array, out: Array) -> Array:
    """Demand by day with what was missed in the share of each day that was out of stock."""
    if not out.any():
        return demand
    seen = 1.0 - np.clip(out, 0.0, 1.0)
    units, time = _around(demand), _around(seen)
    overall = demand.sum() / seen.sum() if seen.sum() > 0 else 0.0
    rate = np.where(time >= LEAST_DAYS, units / np.maximum(time, 1e-9), overall)
    corrected: Array = demand + rate * (1.0 - seen)
    return corrected


def _around(values: Array) -> Array:
    """The sum of each day and the days around it."""
    days = len(values)
    running = np.concatenate([[0.0], values.cumsum()])
    first = np.maximum(np.arange(days) - AROUND, 0)
    last = np.minimum(np.arange(days) + AROUND + 1, days)
    total: Array = running[last] - running[first]
    return total

"""How much stock to keep against what is not known of demand and of lead times."""

from math import sqrt
from statistics import NormalDist


def z_of(service_level: float) -> float:
    """How many standard deviations cover this share of all cases, if they are normal."""
    return NormalDist().inv_cdf(service_level)


def safety_stock(
    *,
    service_level: float,
    mean: float,
    spread: float,
    lead_days: float,
    lead_spread_days: float = 0.0,
) -> float:
    """z × √(L·s² + d²·t²): Silver, Pyke and Peterson (1998), "Inventory Management and Production
    Planning and Scheduling", 3rd edition, section 7.10.

    Demand has a mean of d and a standard deviation of s per day, the lead time one of L days and
    t. The service level is the share of replenishments that come before the stock is gone.
    """
    deviation = sqrt(lead_days * spread**2 + mean**2 * lead_spread_days**2)
    return max(0.0, z_of(service_level) * deviation)

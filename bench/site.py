"""Where a part of the bench works: a database, the shop in it, and how much to measure."""

from dataclasses import dataclass

from bench.drivers import Driver
from bench.measure import Effort
from bench.shop import Shop


@dataclass(frozen=True, kw_only=True)
class Site:
    on: str
    url: str
    shop: Shop
    bare: Driver
    effort: Effort

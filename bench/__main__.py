"""`python -m bench`: one table of what Waybill costs beside its baselines."""

import argparse
import sys
from collections.abc import Awaitable, Callable
from time import monotonic

import uvloop

from bench import (
    among_many,
    databases,
    drivers,
    forecasting,
    http_reading,
    kpis,
    lifecycle,
    placing,
    reading,
    shop,
    watching,
)
from bench.measure import QUICK, THOROUGH, Effort
from bench.site import Site
from bench.table import Row, printed
from models import database
from services import commit

PARTS: dict[str, Callable[[Site], Awaitable[list[Row]]]] = {
    "place": placing.by_services,
    "place-http": placing.by_http,
    "life": lifecycle.lived,
    "read": reading.answered,
    "read-http": http_reading.asked,
    "watch": watching.watched,
    "grow": among_many.grown,
    "kpi": kpis.kept,
}
# In a database of its own, as everything after it would be measured among a million orders.
ALONE = {"grow", "kpi"}

FORECAST = "forecast"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run of less than a minute")
    parser.add_argument("--only", choices=[*PARTS, FORECAST], help="measure this alone")
    given = parser.parse_args()
    if given.only in (None, FORECAST):
        print(forecasting.table(quick=given.quick), end="\n\n")
    if given.only == FORECAST:
        return
    began = monotonic()
    names = [given.only] if given.only else list(PARTS)
    rows = uvloop.run(_measured(names, QUICK if given.quick else THOROUGH))
    print(printed(rows))
    print(f"\nMedians of rounds, taken in turns; {monotonic() - began:.0f} s in all.")


async def _measured(names: list[str], effort: Effort) -> list[Row]:
    rows = []
    together = [name for name in names if name not in ALONE]
    parts = [together] * bool(together) + [[name] for name in names if name in ALONE]
    for on, fresh in databases.KINDS.items():
        for part in parts:
            async with fresh() as url:
                if url is None:
                    print(f"{on} is left out: it does not answer at WAYBILL_TEST_POSTGRES_URL.")
                    break
                rows += await _measured_in(url, on, part, effort)
    return rows


async def _measured_in(url: str, on: str, names: list[str], effort: Effort) -> list[Row]:
    rows = []
    async with database.opened(url):
        await database.migrate(url)
        async with drivers.connected(url) as driver:
            opened = await shop.opened()
            site = Site(on=on, url=url, shop=opened, bare=driver, effort=effort)
            for name in names:
                print(f"{on}: {name} …", file=sys.stderr)
                rows += await PARTS[name](site)
        await commit.finish_all()
    return rows


if __name__ == "__main__":
    main()

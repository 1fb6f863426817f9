"""Reports of how long stages take, and of how much comes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from models import Location, ReturnReason, Supplier, Variant
from models.statements import select_by_id
from services import dwells, return_rates
from services.actors import Actor, Permission
from services.dwells import DwellBy
from services.kpis.stories import zone
from services.reports.report import Column, Given, Pages, Parameter, Report
from services.return_rates import MOST, Period, ReturnRate, ReturnRateBy

_P, _B = Parameter, ReturnRateBy
NEEDS = frozenset({Permission.KPIS_READ})


def _column(name: str, description: str, of: Callable[[Any], Any] | None = None) -> Column:
    return Column(name=name, description=description, of=of or (lambda item: getattr(item, name)))


def _days(given: Given) -> dict[str, Any]:
    """The days of the shop that lie in a period, whose end is not in it any more."""
    return {
        "since": given.since and given.since.astimezone(zone()).date(),
        "until": given.until
        and (given.until - timedelta(microseconds=1)).astimezone(zone()).date(),
    }


async def _dwells(actor: Actor, given: Given) -> Pages:
    places = {row.id: row.code for row in await Location.all().only("id", "code")}
    for by in (
        (DwellBy.NOTHING, DwellBy.LOCATION) if given.location_id is None else [DwellBy.NOTHING]
    ):
        found = await dwells.read(
            actor, channel=given.channel, location_id=given.location_id, by=by, **_days(given)
        )
        yield [(each, places.get(each.location_id or 0)) for each in found]


def _of_dwell(name: str, description: str) -> Column:
    return _column(name, description, lambda item: getattr(item[0], name))


DWELL_TIMES = Report(
    name="dwell-times",
    description="How long stages took that ended in a period of whole days of the shop, the last "
    "thirty unless others are given, in seconds: in all, and at each location.",
    needs=NEEDS,
    parameters=(_P.FROM, _P.TO, _P.CHANNEL, _P.LOCATION),
    pages=_dwells,
    columns=(
        _column("stage", "The stage.", lambda item: item[0].stage.name),
        _column("location", "Where; empty for all together.", lambda item: item[1]),
        _of_dwell("stays", "How many there were."),
        _of_dwell("mean", "How long they took on average."),
        _of_dwell("p50", "Half took no longer."),
        _of_dwell("p90", "Nine of ten took no longer."),
    ),
)


async def _rates(actor: Actor, given: Given) -> Pages:
    wanted = _days(given)
    period = Period.of(wanted["since"], wanted["until"], given.channel)
    for by in ReturnRateBy:
        below = 0
        while found := await return_rates.read(actor, by, period, most=MOST, below=below):
            names = await _names(by, found)
            yield [(each, names.get(each.key, each.key)) for each in found]
            below += len(found)


async def _names(by: ReturnRateBy, found: list[ReturnRate]) -> dict[str, str]:
    """What keys are called."""
    if by is _B.REASON:
        return {str(each): each.name for each in ReturnReason}
    if by is _B.PICKER:
        return {}
    kinds: dict[ReturnRateBy, tuple[Any, str]] = {
        _B.VARIANT: (Variant, "sku"),
        _B.SUPPLIER: (Supplier, "code"),
        _B.LOCATION: (Location, "code"),
    }
    kind, name = kinds[by]
    rows = await select_by_id(kind, [int(each.key) for each in found])
    return {str(key): getattr(row, name) for key, row in rows.items()}


RETURN_RATES = Report(
    name="return-rates",
    description="How much of what was delivered in a period of whole days of the shop, the last "
    "thirty unless others are given, came back: by item, supplier, picker, location and reason.",
    needs=NEEDS | {Permission.RETURNS_READ},
    parameters=(_P.FROM, _P.TO, _P.CHANNEL),
    pages=_rates,
    columns=(
        _column("by", "By what it is told apart.", lambda item: item[0].by.name),
        _column("of", "Of which of these.", lambda item: item[1]),
        _column("returned", "Units that came back.", lambda item: item[0].returned),
        _column("delivered", "Units that were delivered.", lambda item: item[0].delivered),
        _column("rate", "The one divided by the other.", lambda item: item[0].rate),
    ),
)

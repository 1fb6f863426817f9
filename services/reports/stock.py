"""Reports of stock: a line for each level, with what is known of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models import Level, Location, Variant
from models.statements import select, select_by_id
from services import scopes, stock_ages, stock_outlooks, turnovers, velocities
from services.actors import Actor, Permission
from services.reports.report import (
    Column,
    Given,
    Pages,
    Parameter,
    Report,
    amount,
    keyed,
    narrowed,
)
from services.stock_ages import BOUNDS
from services.variances import worth

_P = Parameter
PARAMETERS = (_P.LOCATION, _P.VARIANT)
NEEDS = frozenset({Permission.KPIS_READ, Permission.STOCK_READ})
Service = Callable[[Actor, Sequence[Level], Given], Awaitable[Sequence[Any]]]


@dataclass(frozen=True, kw_only=True)
class Item:
    """A level, what lies there and where, and what a service says about it."""

    level: Level
    variant: Variant
    location: Location
    found: Any


def _column(name: str, description: str, of: Callable[[Item], Any]) -> Column:
    return Column(name=name, description=description, of=of)


def _of_level(name: str, description: str) -> Column:
    return _column(name, description, lambda item: getattr(item.level, name))


def _of_found(name: str, description: str) -> Column:
    return _column(name, description, lambda item: getattr(item.found, name))


def _amount(name: str, description: str) -> Column:
    return _column(
        name, description, lambda item: amount(getattr(item.found, name), item.variant.currency)
    )


WHICH = (
    _column("sku", "What lies there.", lambda item: item.variant.sku),
    _column("name", "What that is called.", lambda item: item.variant.name),
    _column("location", "Where.", lambda item: item.location.code),
)
CURRENCY = _column("currency", "The currency of all amounts.", lambda item: item.variant.currency)


def _report(
    name: str,
    description: str,
    columns: Sequence[Column],
    service: Service,
    parameters: Sequence[Parameter] = (),
) -> Report:
    async def pages(actor: Actor, given: Given) -> Pages:
        query = narrowed(scopes.visible(actor, Level), given, PARAMETERS, "id")
        places = {row.id: row for row in await Location.all()}
        async for rows in keyed(query, "id", ()):
            levels = await select(Level, id__in=[row[1] for row in rows])
            variants = await select_by_id(Variant, {level.variant_id for level in levels})
            yield [
                Item(
                    level=level,
                    variant=variants[level.variant_id],
                    location=places[level.location_id],
                    found=found,
                )
                for level, found in zip(levels, await service(actor, levels, given), strict=True)
            ]

    return Report(
        name=name,
        description=description,
        needs=NEEDS,
        parameters=(*parameters, *PARAMETERS),
        pages=pages,
        columns=(*WHICH, *columns),
    )


async def _nothing(actor: Actor, levels: Sequence[Level], given: Given) -> Sequence[None]:
    return [None] * len(levels)


async def _ages(actor: Actor, levels: Sequence[Level], given: Given) -> Sequence[Any]:
    return await stock_ages.of_levels(actor, levels)


async def _turnovers(actor: Actor, levels: Sequence[Level], given: Given) -> Sequence[Any]:
    return await turnovers.of_levels(actor, levels, *turnovers.period(given.since, given.until))


async def _outlooks(actor: Actor, levels: Sequence[Level], given: Given) -> Sequence[Any]:
    return await stock_outlooks.of_levels(actor, levels)


async def _velocities(actor: Actor, levels: Sequence[Level], given: Given) -> Sequence[Any]:
    return await velocities.of_levels(actor, levels)


STOCK_LEVELS = _report(
    "stock-levels",
    "What lies where, now.",
    (
        _of_level("on_hand", "Good units."),
        _of_level("reserved", "Of those, set aside."),
        _of_level("available", "The others."),
        _of_level("damaged", "Damaged units."),
        _of_level("quarantined", "Units that nobody has judged yet."),
        _of_level("reorder_point", "At how many more are to be bought."),
        _column(
            "unit_cost",
            "What a unit cost us.",
            lambda item: amount(worth(item.variant), item.variant.currency),
        ),
        _column(
            "value",
            "What the good units cost us.",
            lambda item: amount(item.level.on_hand * worth(item.variant), item.variant.currency),
        ),
        CURRENCY,
    ),
    _nothing,
)


def _age(n: int) -> tuple[Column, Column]:
    begin = 0 if n == 0 else BOUNDS[n - 1] + 1
    ages = f"{begin}_{BOUNDS[n]}" if n < len(BOUNDS) else f"{begin}_up"
    described = f"{begin} to {BOUNDS[n]} days" if n < len(BOUNDS) else f"{begin} days or longer"
    return (
        _column(f"units_{ages}", f"There for {described}.", lambda item: item.found[n].units),
        _column(
            f"value_{ages}",
            "What those cost us.",
            lambda item: amount(item.found[n].value, item.variant.currency),
        ),
    )


STOCK_AGEING = _report(
    "stock-ageing",
    "How long what lies there has lain there; what left was what had lain there longest.",
    (
        _column("units", "All of them.", lambda item: stock_ages.units_of(item.level)),
        *(column for n in range(len(BOUNDS) + 1) for column in _age(n)),
        CURRENCY,
    ),
    _ages,
)
TURNOVER = _report(
    "turnover",
    "How often what lies there was sold and replaced in a period of up to a year, the last ninety "
    "days unless another is given.",
    (
        _of_found("since", "The beginning of the period."),
        _of_found("until", "Its end."),
        _of_found("units_shipped", "Units that were shipped in it."),
        _of_found("mean_units", "Units that lay there on average."),
        _amount("cost", "What the units shipped cost us."),
        _amount("mean_value", "What lay there was worth on average."),
        CURRENCY,
        _of_found("turns", "How often it was turned over."),
        _of_found("turns_per_year", "The same in a year."),
        _of_found("days_to_sell", "For how many days what lies there on average lasts."),
    ),
    _turnovers,
    (_P.FROM, _P.TO),
)
DAYS_OF_COVER = _report(
    "days-of-cover",
    "How long what lies there will last.",
    (
        _of_found("available", "Units that can be had."),
        _of_found("demand_per_day", "Units that are expected to be asked for each day."),
        _of_found("days_of_cover", "For how many days what is available lasts by itself."),
        _of_found("incoming", "Units that are expected to come."),
        _of_found("runs_out_on", "The day on which it is gone, with what is to come."),
        _of_found("lead_days", "How many days it takes until more could be there."),
    ),
    _outlooks,
)
SALES_VELOCITY = _report(
    "sales-velocity",
    "How fast what lies there is asked for, over the last whole days.",
    (
        _of_found("units7", "Units in the last 7 days."),
        _of_found("units28", "Units in the last 28 days."),
        _of_found("units90", "Units in the last 90 days."),
        _of_found("per_day7", "Units per day in the last 7 days."),
        _of_found("per_day28", "Units per day in the last 28 days."),
        _of_found("per_day90", "Units per day in the last 90 days."),
        _of_found("weekly_change", "By how many units per day that changes each week."),
        _column(
            "trend",
            "Whether that means anything.",
            lambda item: item.found.trend and item.found.trend.name,
        ),
    ),
    _velocities,
)

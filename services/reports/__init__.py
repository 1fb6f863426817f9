"""Reports: tables of what the shop knows, to be downloaded as CSV and opened elsewhere.

They are read a page at a time, so a report of a million rows takes no more memory than one of a
thousand; what changes meanwhile may be in it or not. Who reads one may see what it shows, and is
asked again for every page whether they still may.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from models import Customer, Location, OrderChannel, Row, Supplier, Variant
from models.errors import NotFound, Problem, Refused
from models.lifecycle import Status
from services import people
from services.actors import Actor
from services.inputs import Inputs, storable
from services.reports import (
    cases,
    customers,
    insight,
    kpis,
    money,
    orders,
    purchases,
    returns,
    stock,
    text,
)
from services.reports.report import Given, Parameter, Report

MOST_TEXT = 100
_P = Parameter
S = TypeVar("S", bound=Status)

REPORTS: Mapping[str, Report] = {
    each.name: each
    for each in (
        orders.ORDERS,
        orders.ORDER_LINES,
        returns.RETURNS,
        money.REFUNDS,
        stock.STOCK_LEVELS,
        stock.STOCK_AGEING,
        stock.TURNOVER,
        stock.DAYS_OF_COVER,
        stock.SALES_VELOCITY,
        purchases.PURCHASE_ORDERS,
        customers.CUSTOMERS,
        cases.SERVICE_CASES,
        kpis.KPIS,
        customers.CUSTOMER_FIGURES,
        insight.DWELL_TIMES,
        insight.RETURN_RATES,
    )
}


class NotAllowed(Exception):
    """Somebody may not read a report, or not any more."""


def offered(actor: Actor) -> list[Report]:
    """The reports that somebody may read."""
    return [each for each in REPORTS.values() if may_read(actor, each)]


def may_read(actor: Actor, report: Report) -> bool:
    return report.needs <= actor.permissions


def require(actor: Actor, report: Report) -> None:
    """Raise where somebody may not read a report."""
    if not may_read(actor, report):
        needed = ", ".join(sorted(each.name for each in report.needs))
        raise NotAllowed(f"This report needs the permissions {needed}.")


def find(name: str) -> Report:
    if name not in REPORTS:
        message = f"There is no such report. Reports are {', '.join(REPORTS)}."
        raise Refused(NotFound(message=message, path=("name",)))
    return REPORTS[name]


async def lines(actor: Actor, report: Report, given: Given) -> AsyncGenerator[bytes, None]:
    """A report as CSV, its columns first, then a page at a time."""
    require(actor, report)
    yield text.lines([[each.name for each in report.columns]])
    pages: Any = report.pages(actor, given)
    async with aclosing(pages) as read:
        async for page in _while_allowed(actor, report, read):
            yield text.lines([each.of(item) for each in report.columns] for item in page)


async def _while_allowed(
    actor: Actor, report: Report, pages: AsyncIterator[Sequence[Any]]
) -> AsyncIterator[Sequence[Any]]:
    async for page in pages:
        yield page
        # Downloads can take long, and somebody's rights may end before they do.
        if actor.person_id is not None:
            still = await people.still(actor.person_id, actor.token_id)
            if still is None or not may_read(still, report):
                raise NotAllowed("You may not read this report any more.")


async def understood(report: Report, given: Iterable[tuple[str, str]]) -> Given:
    """What parameters say; all that is wrong with them is refused at once."""
    inputs, found = Inputs(), dict[str, Any]()
    known = {str(each): each for each in report.parameters}
    for name, said in given:
        if name not in known:
            names = ", ".join(known) or "none"
            inputs.wrong(f"This report has no parameter {name[:60]}; it has {names}.", name[:60])
        elif not storable(said, MOST_TEXT):
            inputs.wrong(f"Give a text of at most {MOST_TEXT} characters.", name)
        else:
            column, meaning = await _read(inputs, report, known[name], said.strip())
            found[column] = meaning
    inputs.period(found.get("since"), found.get("until"), str(_P.FROM))
    inputs.refuse()
    return Given(**found)


async def _read(inputs: Inputs, report: Report, parameter: Parameter, said: str) -> tuple[str, Any]:
    match parameter:
        case _P.FROM:
            return "since", _moment(inputs, said, parameter)
        case _P.TO:
            return "until", _moment(inputs, said, parameter)
        case _P.CHANNEL:
            return "channel", _one_of(inputs, OrderChannel, said, parameter)
        case _P.STATUS:
            assert report.statuses is not None
            return "status", _one_of(inputs, report.statuses, said, parameter)
        case _P.LOCATION:
            return "location_id", await _row(inputs, Location, "code", said, parameter)
        case _P.VARIANT:
            return "variant_id", await _row(inputs, Variant, "sku", said, parameter)
        case _P.SUPPLIER:
            return "supplier_id", await _row(inputs, Supplier, "code", said, parameter)
        case _P.CUSTOMER:
            return "customer_id", await _row(inputs, Customer, None, said, parameter)
    raise LookupError(parameter)


def _moment(inputs: Inputs, said: str, parameter: Parameter) -> datetime | None:
    try:
        if len(said) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(said), time(), UTC)
        # A plus in an address is a space.
        return inputs.moment(datetime.fromisoformat(said.replace(" ", "+")), str(parameter))
    except (ValueError, OverflowError):
        inputs.wrong("Give a day or a moment, as ISO 8601 has them.", str(parameter))
        return None


def _one_of(inputs: Inputs, kind: type[S], said: str, parameter: Parameter) -> S | None:
    words = {each.name: each for each in kind}
    if said.upper() not in words:
        inputs.wrong(f"Give one of {', '.join(words)}.", str(parameter))
    return words.get(said.upper())


async def _row(
    inputs: Inputs, kind: type[Row], called: str | None, said: str, parameter: Parameter
) -> int | None:
    number = kind.id_of(said)
    where: dict[str, Any] = {"id": number} if number is not None else {called or "id": said}
    found = None
    if number is not None or called is not None:
        found = await kind.get_or_none(**where)
    if found is None:
        inputs.add(NotFound(message=f"There is no {parameter} {said}.", path=(str(parameter),)))
        return None
    return int(found.id)


def why(refused: Refused) -> str:
    """All that is wrong with parameters, a line each."""
    return "\n".join(_line(each) for each in refused.problems)


def _line(problem: Problem) -> str:
    return f"{'.'.join(map(str, problem.path))}: {problem.message}"

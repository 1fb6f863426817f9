"""The papers of returns: the label of the parcel, and what is to be in it."""

from collections import defaultdict
from collections.abc import Sequence

from models import Location, Order, OrderLine, Return, ReturnLine
from models.statements import select, select_by_id
from services.actors import Actor
from services.papers import addresses
from services.papers.paper import Column, Entry, Paper, PaperKind, Party

COLUMNS = (
    Column(title="Item", width=7),
    Column(title="SKU", width=4, is_code=True),
    Column(title="Reason", width=4),
    Column(title="Units", width=2, is_number=True, strong=True),
)


async def labels_of(actor: Actor, rows: Sequence[Return]) -> list[Paper]:
    """A label for each return: where it goes, and what we scan when it comes."""
    orders, places = await _around(rows)
    return [
        Paper(
            kind=PaperKind.RETURN_LABEL,
            number=row.number,
            title="Return",
            code=row.number,
            at=row.created_at,
            parties=_parties(orders[row.order_id], places[row.location_id]),
            facts=(
                Entry(label="Return", value=row.number, strong=True),
                Entry(label="Order", value=orders[row.order_id].number),
                *_due(row),
            ),
            is_small=True,
        )
        for row in rows
    ]


async def slips_of(actor: Actor, rows: Sequence[Return]) -> list[Paper]:
    """What is to be in the parcel of each return, to be put into it."""
    orders, places = await _around(rows)
    lines: dict[int, list[ReturnLine]] = defaultdict(list)
    for each in await select(ReturnLine, returned_id__in=[row.id for row in rows]):
        lines[each.returned_id].append(each)
    bought = await select_by_id(
        OrderLine, [each.line_id for found in lines.values() for each in found]
    )
    return [
        Paper(
            kind=PaperKind.RETURN_SLIP,
            number=row.number,
            title="Return slip",
            code=row.number,
            at=row.created_at,
            parties=_parties(orders[row.order_id], places[row.location_id]),
            facts=(
                Entry(label="Order", value=orders[row.order_id].number, strong=True),
                Entry(label="For", value=_words(row.resolution)),
                *_due(row),
            ),
            columns=COLUMNS,
            rows=tuple(
                (
                    _item(bought[each.line_id], each),
                    bought[each.line_id].sku,
                    _words(each.reason),
                    str(each.quantity),
                )
                for each in lines[row.id]
            ),
            totals=(
                Entry(
                    label="Units",
                    value=str(sum(each.quantity for each in lines[row.id])),
                    strong=True,
                ),
            ),
            notes=(row.note,) if row.note else (),
        )
        for row in rows
    ]


def _parties(order: Order, location: Location) -> tuple[Party, ...]:
    return (
        Party(title="To", lines=addresses.of_location(location)),
        Party(title="From", lines=addresses.lines(order.ship_to)),
    )


def _due(row: Return) -> tuple[Entry, ...]:
    return (Entry(label="Send by", value=f"{row.due_at:%Y-%m-%d}"),) if row.due_at else ()


def _item(line: OrderLine, asked: ReturnLine) -> str:
    return f"{line.name}\n{asked.comment}" if asked.comment else line.name


def _words(value: str) -> str:
    return value.replace("_", " ").capitalize()


async def _around(rows: Sequence[Return]) -> tuple[dict[int, Order], dict[int, Location]]:
    """The orders and locations of returns, by id."""
    return (
        await select_by_id(Order, [row.order_id for row in rows]),
        await select_by_id(Location, [row.location_id for row in rows]),
    )

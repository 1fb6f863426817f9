"""Papers: what is printed in the warehouse and sent to customers, as data, HTML and PDF.

A kind of paper is about a kind of row; who may see that row may see its paper.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import (
    CreditNote,
    Fulfillment,
    FulfillmentStatus,
    Invoice,
    Order,
    PurchaseOrder,
    Return,
    ReturnStatus,
    Row,
    Shipment,
    Wave,
)
from models.errors import NotFound, Refused
from services import scopes
from services.actors import SYSTEM, Actor, Permission
from services.papers import invoices, links, purchases, returned, warehouse
from services.papers.links import Link
from services.papers.paper import Paper, PaperKind

Builder = Callable[[Actor, Sequence[Any]], Awaitable[list[Paper]]]
_P, _K = Permission, PaperKind


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a paper is made from: rows of a kind, for whoever has the permission as well."""

    kind: type[Row]
    build: Builder
    needs: Permission
    title: str


SOURCES: Mapping[PaperKind, Sequence[Source]] = {
    _K.PICK_LIST: (
        Source(
            kind=Fulfillment,
            build=warehouse.pick_lists_of,
            needs=_P.PICKING_READ,
            title="Pick list",
        ),
        Source(
            kind=Wave,
            build=warehouse.pick_lists_of_waves,
            needs=_P.PICKING_READ,
            title="Pick list",
        ),
    ),
    _K.PACKING_SLIP: (
        Source(
            kind=Fulfillment,
            build=warehouse.packing_slips_of,
            needs=_P.ORDERS_READ,
            title="Packing slip",
        ),
    ),
    _K.LABEL: (
        Source(
            kind=Shipment, build=warehouse.labels_of, needs=_P.ORDERS_READ, title="Shipping label"
        ),
    ),
    _K.INVOICE: (
        Source(kind=Invoice, build=invoices.invoices_of, needs=_P.INVOICES_READ, title="Invoice"),
    ),
    _K.CREDIT_NOTE: (
        Source(
            kind=CreditNote,
            build=invoices.credit_notes_of,
            needs=_P.INVOICES_READ,
            title="Credit note",
        ),
    ),
    _K.PURCHASE_ORDER: (
        Source(
            kind=PurchaseOrder,
            build=purchases.purchase_orders_of,
            needs=_P.PURCHASES_READ,
            title="Purchase order",
        ),
    ),
    _K.RETURN_LABEL: (
        Source(kind=Return, build=returned.labels_of, needs=_P.RETURNS_READ, title="Return label"),
    ),
    _K.RETURN_SLIP: (
        Source(kind=Return, build=returned.slips_of, needs=_P.RETURNS_READ, title="Return slip"),
    ),
}


def may_read(actor: Actor, kind: PaperKind) -> bool:
    """Whether the actor may read some papers of a kind."""
    return any(actor.may(source.needs) for source in SOURCES.get(kind, ()))


async def find(actor: Actor, kind: PaperKind, number: str) -> Paper:
    """A paper by the number of what it is about; refused where there is none the actor may
    see."""
    for source in SOURCES.get(kind, ()):
        row_id = source.kind.id_of(number)
        if row_id is not None and actor.may(source.needs):
            row = await scopes.find(actor, source.kind, row_id)
            [paper] = await source.build(actor, [row])
            return paper
    raise Refused(NotFound(message="There is no such paper.", path=("number",)))


async def contents(actor: Actor, wanted: Sequence[Link]) -> list[Paper]:
    """The papers behind links that were made for this actor, a few queries for all of a kind."""
    together: dict[tuple[PaperKind, type[Row]], set[int]] = defaultdict(set)
    for link in wanted:
        source, row_id = _source(link)
        together[link.kind, source.kind].add(row_id)
    found: dict[tuple[PaperKind, str], Paper] = {}
    for (kind, row_kind), ids in together.items():
        source = next(each for each in SOURCES[kind] if each.kind is row_kind)
        rows: list[Any] = await source.kind.filter(id__in=sorted(ids)).order_by("id")
        # Whom a link was made for may read it.
        for paper in await source.build(SYSTEM, rows):
            found[kind, paper.number] = paper
    return [found[link.kind, link.number] for link in wanted]


async def of_fulfillments(actor: Actor, rows: Sequence[Fulfillment]) -> list[list[Link]]:
    """The papers of each fulfillment that the actor may read."""
    return [
        _offered(actor, row, _K.PICK_LIST, _K.PACKING_SLIP)
        if row.status is not FulfillmentStatus.CANCELLED
        else []
        for row in rows
    ]


async def of_waves(actor: Actor, rows: Sequence[Wave]) -> list[list[Link]]:
    """The papers of each wave that the actor may read."""
    return [_offered(actor, row, _K.PICK_LIST) for row in rows]


async def of_shipments(actor: Actor, rows: Sequence[Shipment]) -> list[list[Link]]:
    """The papers of each shipment that the actor may read."""
    return [_offered(actor, row, _K.LABEL) for row in rows]


async def of_invoices(actor: Actor, rows: Sequence[Invoice]) -> list[list[Link]]:
    """Each invoice on paper, where the actor may read it."""
    return [_offered(actor, row, _K.INVOICE) for row in rows]


async def of_credit_notes(actor: Actor, rows: Sequence[CreditNote]) -> list[list[Link]]:
    """Each credit note on paper, where the actor may read it."""
    return [_offered(actor, row, _K.CREDIT_NOTE) for row in rows]


async def of_purchase_orders(actor: Actor, rows: Sequence[PurchaseOrder]) -> list[list[Link]]:
    """Each purchase order on paper, where the actor may read it."""
    return [_offered(actor, row, _K.PURCHASE_ORDER) for row in rows]


async def of_returns(actor: Actor, rows: Sequence[Return]) -> list[list[Link]]:
    """The papers of each return that may be sent, or was, and that the actor may read."""
    return [
        _offered(actor, row, _K.RETURN_LABEL, _K.RETURN_SLIP)
        if row.status in (ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)
        else []
        for row in rows
    ]


async def of_tracked_returns(actor: Actor, rows: Sequence[Return]) -> list[list[Link]]:
    """The papers of each return, for whoever has the tracking token of its order."""
    return await of_returns(SYSTEM, rows)


PARTS: Sequence[tuple[type[Any], Callable[[Actor, Sequence[Any]], Awaitable[list[list[Link]]]]]] = (
    (Fulfillment, of_fulfillments),
    (Shipment, of_shipments),
    (Invoice, of_invoices),
    (CreditNote, of_credit_notes),
    (Return, of_returns),
)


async def of_orders(actor: Actor, rows: Sequence[Order]) -> list[list[Link]]:
    """The papers of each order and of its parts that the actor may read."""
    found: dict[int, list[Link]] = defaultdict(list)
    for kind, of_parts in PARTS:
        parts = await kind.filter(order_id__in=[row.id for row in rows]).order_by("id")
        for part, offered in zip(parts, await of_parts(actor, parts), strict=True):
            found[part.order_id] += offered
    return [found[row.id] for row in rows]


def _offered(actor: Actor, row: Row, *kinds: PaperKind) -> list[Link]:
    return [
        links.link(kind, row.number, source.title)
        for kind in kinds
        for source in SOURCES[kind]
        if isinstance(row, source.kind) and actor.may(source.needs)
    ]


def _source(link: Link) -> tuple[Source, int]:
    for source in SOURCES[link.kind]:
        row_id = source.kind.id_of(link.number)
        if row_id is not None:
            return source, row_id
    raise LookupError(link.number)

"""Exports: all that is kept about a customer, as JSON that is written a page of rows at a time.

Which rows are theirs is what `services/scopes.py` says of every kind, so what is kept of a new kind
is handed out as well. Money is in minor units, as it is kept.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from tortoise.expressions import Subquery
from tortoise.models import Model

import models
from models import Customer, Event, Person, Row
from models.statements import get
from services import customer_merges, policies, scopes, seals
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.customers import CustomerExported

PAGE = 500
# What opens something or is about others, rather than about the customer.
OMITTED: Mapping[type[Model], frozenset[str]] = {
    models.Order: frozenset({"tracking_token", "goods_digest", "place_digest"}),
    models.Payment: frozenset({"reference"}),
    models.PaymentEvent: frozenset({"reference", "outside_id"}),
    Person: frozenset({"subject"}),
}
_NOT_THEIRS = (models.CustomerDuplicate,)


@dataclass(frozen=True, kw_only=True)
class Download:
    """Where an export can be read until `expires_at`, with no other credential."""

    url: str
    expires_at: datetime


@operation
async def export(actor: Actor, customer_id: int) -> Customer:
    """Hand out all that is kept about a customer: their record and addresses, orders with their
    lines, payments and papers, store credit, returns, cases, messages, answers, and everything
    that happened, by a link to JSON that needs no token and is good for an hour."""
    customer = await scopes.find(actor, Customer, customer_id)

    announce(actor, CustomerExported(customer_id=customer.id))
    return customer


def link(customer: Customer) -> Download:
    """A link to the export of a customer, signed."""
    expires_at = seals.deadline(policies.current().paper_link_minutes)
    expires = int(expires_at.timestamp())
    signature = seals.seal("export", customer.number, expires)
    url = f"/exports/{customer.number}.json?expires={expires}&signature={signature}"
    return Download(url=url, expires_at=expires_at)


def is_good(number: str, expires: str, signature: str) -> bool:
    """Whether a link was made here and has not expired."""
    # A moment beyond the calendar was never signed.
    if not (expires.isascii() and expires.isdigit() and len(expires) < 12):
        return False
    is_ours = seals.holds(signature, "export", number, int(expires))
    return is_ours and int(expires) > now().timestamp()


async def written(customer_id: int) -> AsyncIterator[bytes]:
    """The export, piece by piece; each piece is a page of rows at most."""
    customer = await get(Customer, customer_id)
    head = {"customer": _plain(customer), "exportedAt": now()}
    yield orjson.dumps(head)[:-1]
    former = await customer_merges.former_ids(customer.id)
    for name, pages in await _parts(customer.id, sorted(former)):
        yield f',"{name}":['.encode()
        comma = b""
        async for rows in pages:
            yield comma + b",".join(orjson.dumps(_plain(row)) for row in rows)
            comma = b","
        yield b"]"
    yield b"}"


async def _parts(
    customer_id: int, former: list[int]
) -> Iterable[tuple[str, AsyncIterator[list[Model]]]]:
    ids = [customer_id, *former]
    parts: list[tuple[str, AsyncIterator[list[Model]]]] = [
        ("formerly", _pages(Customer, {"id__in": former})),
        ("people", _pages(Person, {"customer_id": customer_id})),
    ]
    for kind, scope in scopes.SCOPES.items():
        if scope.customer is not None and kind not in (Customer, *_NOT_THEIRS):
            parts.append((kind._meta.db_table, _pages(kind, {f"{scope.customer}__in": ids})))
    # What happened to their orders is of them too, by whatever name it was announced.
    parts.append(("events", _pages(Event, {"customer_id__in": ids})))
    orders = Subquery(models.Order.filter(customer_id=customer_id).values("id"))
    of_orders = {"order_id__in": orders, "customer_id__isnull": True}
    parts.append(("order_events", _pages(Event, of_orders)))
    return parts


async def _pages(kind: type[Model], where: Mapping[str, Any]) -> AsyncIterator[list[Model]]:
    last = 0
    while rows := await kind.filter(id__gt=last, **where).order_by("id").limit(PAGE):
        yield list(rows)
        last = rows[-1].pk


def _plain(row: Model) -> dict[str, Any]:
    omitted = OMITTED.get(type(row), frozenset())
    names = [name for name in row._meta.db_fields if name not in omitted]
    number = {"number": row.number} if isinstance(row, Row) else {}
    return number | {name: getattr(row, name) for name in names}

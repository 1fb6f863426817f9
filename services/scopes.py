"""Which rows an actor may see: a permission for the kind, and the customer they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

import models
from models import Row
from models.errors import NotFound, Path, Refused
from models.statements import select_by_id, select_one
from services.actors import Actor, Permission

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Scope:
    """Who may see a kind of row. `customer` is the lookup that leads to its customer; where it is
    None, rows belong to nobody in particular."""

    permission: Permission
    customer: str | None = None


_P = Permission
SCOPES: dict[type[Model], Scope] = {
    models.Product: Scope(_P.CATALOG_READ),
    models.Variant: Scope(_P.CATALOG_READ),
    models.Customer: Scope(_P.CUSTOMERS_READ, "id"),
    models.Address: Scope(_P.CUSTOMERS_READ, "customer_id"),
    models.Location: Scope(_P.LOCATIONS_READ),
    models.Bin: Scope(_P.LOCATIONS_READ),
    models.Level: Scope(_P.STOCK_READ),
    models.Arrival: Scope(_P.STOCK_READ),
    models.Movement: Scope(_P.STOCK_READ),
    models.StockAlert: Scope(_P.STOCK_READ),
    models.Order: Scope(_P.ORDERS_READ, "customer_id"),
    models.OrderLine: Scope(_P.ORDERS_READ, "order__customer_id"),
    models.DataIssue: Scope(_P.ORDERS_READ, "order__customer_id"),
    models.PriceList: Scope(_P.PRICES_READ),
    models.Price: Scope(_P.PRICES_READ),
    models.TaxRate: Scope(_P.PRICES_READ),
    models.Discount: Scope(_P.ORDERS_READ, "order__customer_id"),
    models.Invoice: Scope(_P.INVOICES_READ, "order__customer_id"),
    models.CreditNote: Scope(_P.INVOICES_READ, "order__customer_id"),
    models.Hold: Scope(_P.ORDERS_READ, "order__customer_id"),
    models.Carrier: Scope(_P.SHIPPING_READ),
    models.ShippingMethod: Scope(_P.SHIPPING_READ),
    models.ShippingZone: Scope(_P.SHIPPING_READ),
    models.Promise: Scope(_P.ORDERS_READ, "order__customer_id"),
    models.OrderException: Scope(_P.EXCEPTIONS_READ, "order__customer_id"),
    models.Reservation: Scope(_P.ORDERS_READ, "line__order__customer_id"),
    models.Fulfillment: Scope(_P.ORDERS_READ, "order__customer_id"),
    models.FulfillmentLine: Scope(_P.ORDERS_READ, "fulfillment__order__customer_id"),
    models.Wave: Scope(_P.PICKING_READ),
    models.Mispick: Scope(_P.PICKING_READ),
    models.Package: Scope(_P.ORDERS_READ, "order__customer_id"),
    models.PackageLine: Scope(_P.ORDERS_READ, "package__order__customer_id"),
    models.Shipment: Scope(_P.ORDERS_READ, "order__customer_id"),
    models.ShipmentLine: Scope(_P.ORDERS_READ, "shipment__order__customer_id"),
    models.CarrierEvent: Scope(_P.ORDERS_READ, "shipment__order__customer_id"),
    models.Payment: Scope(_P.PAYMENTS_READ, "order__customer_id"),
    models.PaymentEvent: Scope(_P.PAYMENTS_READ, "payment__order__customer_id"),
    models.Person: Scope(_P.PEOPLE_READ),
    models.Token: Scope(_P.PEOPLE_READ),
}


def visible(actor: Actor, kind: type[M]) -> QuerySet[M]:
    """The rows of a kind that an actor may see; none of them without its permission."""
    scope = SCOPES[kind]
    if not actor.may(scope.permission):
        return kind.filter(id__in=[])
    if actor.customer_id is not None and scope.customer is not None:
        return kind.filter(**{scope.customer: actor.customer_id})
    return kind.all()


async def find(actor: Actor, kind: type[R], row_id: int, *path: str | int) -> R:
    """One row an actor may see; refused with NotFound, which does not tell whether it exists."""
    row = await _seen(actor, kind, row_id)
    if row is None:
        raise Refused(not_found(kind, path))
    return row


async def take(actor: Actor, kind: type[R], row_id: int, *path: str | int) -> R:
    """Like `find`, and nobody else can change the row until the operation is over."""
    if actor.customer_id is None and "order_id" not in kind._meta.fields:
        # Of the common case, what would be seen is what is locked.
        row = await _seen(actor, kind, row_id, locked=True)
    else:
        row = await lock(await find(actor, kind, row_id, *path))
    if row is None:
        raise Refused(not_found(kind, path))
    return row


async def take_part(
    actor: Actor, kind: type[R], row_id: int, *path: str | int
) -> tuple[models.Order, R]:
    """A part of an order, and the order, which nobody else can change until the operation is
    over."""
    seen: Any = await find(actor, kind, row_id, *path)
    order = await select_one(models.Order, locked=True, id=seen.order_id)
    row = await select_one(kind, id=row_id)
    if order is None or row is None:
        raise Refused(not_found(kind, path))
    return order, row


async def lock(row: R) -> R | None:
    """The row as it is when nobody else can change it any more, or None where it is gone.

    Everything that changes an order or its parts locks the order first, so two verbs on one order
    never wait for each other in a circle.
    """
    kind, order_id = type(row), getattr(row, "order_id", None)
    if isinstance(row, models.Wave):
        await lock_orders_of(row)
    if order_id is not None:
        await select_one(models.Order, locked=True, id=order_id)
        return await select_one(kind, id=row.id)
    # Locked by its id alone: a lock over a join would take the rows of the other tables too.
    return await select_one(kind, locked=True, id=row.id)


async def _seen(actor: Actor, kind: type[R], row_id: int, *, locked: bool = False) -> R | None:
    scope = SCOPES[kind]
    if not actor.may(scope.permission):
        return None
    if actor.customer_id is None or scope.customer is None:
        return await select_one(kind, locked=locked, id=row_id)
    return await visible(actor, kind).get_or_none(id=row_id)


async def lock_orders_of(wave: models.Wave) -> None:
    """Lock every order that a wave works for, in the order of their ids."""
    work = await models.Fulfillment.filter(wave_id=wave.id).values_list("order_id", flat=True)
    await models.Order.filter(id__in=list(work)).select_for_update().order_by("id")


def not_found(kind: type[Row], path: Path) -> NotFound:
    word = "".join(f" {c.lower()}" if c.isupper() else c for c in kind.__name__).strip()
    example = f", such as {kind.PREFIX}-1042" if kind.PREFIX else ""
    return NotFound(
        message=f"There is no such {word}. Give an id this API gave you, or a number{example}.",
        path=path or ("id",),
    )


async def find_all(actor: Actor, kind: type[R], ids: Sequence[int]) -> dict[int, R]:
    """Those of the rows with these ids that an actor may see, by id."""
    scope = SCOPES[kind]
    if actor.customer_id is None or scope.customer is None:
        return await select_by_id(kind, ids) if actor.may(scope.permission) else {}
    rows: list[Any] = await visible(actor, kind).filter(id__in=sorted(set(ids)))
    return {row.id: row for row in rows}

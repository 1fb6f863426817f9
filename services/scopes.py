"""Which rows an actor may see: a permission for the kind, and the customer or supplier they belong
to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

import models
from models import Row
from models.errors import NotFound, Path, Refused
from models.statements import select_by_id, select_columns, select_kept, select_one
from services.actors import Actor, Permission

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Scope:
    """Who may see a kind of row. `customer` is the lookup that leads to its customer; where it is
    None, rows belong to nobody in particular. `supplier` leads to its supplier; where it is None,
    no supplier sees any. They see a row `once` that lookup holds. Rows for which `internal` holds
    are for those alone who have that permission."""

    permission: Permission
    customer: str | None = None
    supplier: str | None = None
    once: str | None = None
    internal: tuple[str, Permission] | None = None

    def bounds(self, actor: Actor) -> dict[str, Any]:
        """The lookups that hold for every row of the kind that a permitted actor may see."""
        if actor.supplier_id is not None:
            if self.supplier is None:
                return {"id__in": []}
            once = {} if self.once is None else {self.once: True}
            return {self.supplier: actor.supplier_id} | once
        bounds: dict[str, Any] = {}
        if self.internal is not None and not actor.may(self.internal[1]):
            bounds[self.internal[0]] = False
        if actor.customer_id is not None and self.customer is not None:
            bounds[self.customer] = actor.customer_id
        return bounds


_P = Permission
SCOPES: dict[type[Model], Scope] = {
    models.Product: Scope(_P.CATALOG_READ),
    models.Variant: Scope(_P.CATALOG_READ),
    models.Customer: Scope(_P.CUSTOMERS_READ, "id"),
    models.Address: Scope(_P.CUSTOMERS_READ, "customer_id"),
    models.CustomerFigure: Scope(_P.CUSTOMERS_ANALYZE, "customer_id"),
    models.CustomerDuplicate: Scope(_P.CUSTOMERS_MERGE, "customer_id"),
    models.Location: Scope(_P.LOCATIONS_READ),
    models.Bin: Scope(_P.LOCATIONS_READ),
    models.Level: Scope(_P.STOCK_READ),
    models.Quant: Scope(_P.STOCK_READ),
    models.Lot: Scope(_P.STOCK_READ),
    models.Recall: Scope(_P.STOCK_READ),
    models.Transfer: Scope(_P.STOCK_READ),
    models.TransferLine: Scope(_P.STOCK_READ),
    models.Supplier: Scope(_P.SUPPLIERS_READ, supplier="id"),
    models.SupplierContact: Scope(_P.SUPPLIERS_READ, supplier="supplier_id"),
    models.SupplierItem: Scope(_P.SUPPLIERS_READ, supplier="supplier_id"),
    # What was not sent is no business of theirs.
    models.PurchaseOrder: Scope(
        _P.PURCHASES_READ, supplier="supplier_id", once="sent_at__not_isnull"
    ),
    models.PurchaseOrderLine: Scope(
        _P.PURCHASES_READ,
        supplier="purchase_order__supplier_id",
        once="purchase_order__sent_at__not_isnull",
    ),
    models.Forecast: Scope(_P.STOCK_READ),
    models.ReplenishmentPolicy: Scope(_P.BUYING_READ),
    models.Proposal: Scope(_P.BUYING_READ),
    models.LandedCost: Scope(_P.BUYING_READ),
    models.PurchaseDispatch: Scope(_P.BUYING_READ),
    models.Receipt: Scope(
        _P.PURCHASES_READ, supplier="supplier_id", once="completed_at__not_isnull"
    ),
    models.ReceiptLine: Scope(
        _P.PURCHASES_READ,
        supplier="receipt__supplier_id",
        once="receipt__completed_at__not_isnull",
    ),
    models.ReceiptScan: Scope(_P.STOCK_READ),
    models.SupplierClaim: Scope(
        _P.PURCHASES_READ, supplier="supplier_id", once="sent_at__not_isnull"
    ),
    models.Arrival: Scope(_P.STOCK_READ),
    models.Movement: Scope(_P.STOCK_READ),
    models.StockAlert: Scope(_P.STOCK_READ),
    models.StockCount: Scope(_P.COUNTS_READ),
    models.CountLine: Scope(_P.COUNTS_READ),
    models.CountScan: Scope(_P.COUNTS_READ),
    models.Variance: Scope(_P.COUNTS_REVIEW),
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
    models.StoreCredit: Scope(_P.PAYMENTS_READ, "customer_id"),
    models.StoreCreditMovement: Scope(_P.PAYMENTS_READ, "store_credit__customer_id"),
    models.Return: Scope(_P.RETURNS_READ, "customer_id"),
    models.ReturnLine: Scope(_P.RETURNS_READ, "returned__customer_id"),
    models.ReturnUnit: Scope(_P.RETURNS_READ, "returned__customer_id"),
    models.Exchange: Scope(_P.RETURNS_READ, "customer_id"),
    models.Claim: Scope(_P.RETURNS_READ, "customer_id"),
    models.ClaimLine: Scope(_P.RETURNS_READ, "claim__customer_id"),
    models.ServiceCase: Scope(_P.CASES_READ, "customer_id"),
    models.CaseMessage: Scope(
        _P.CASES_READ, "case__customer_id", internal=("is_internal", _P.CASES_WORK)
    ),
    models.Survey: Scope(_P.CASES_READ, "customer_id"),
    models.Person: Scope(_P.PEOPLE_READ),
    models.Token: Scope(_P.PEOPLE_READ),
}


def visible(actor: Actor, kind: type[M]) -> QuerySet[M]:
    """The rows of a kind that an actor may see; none of them without its permission."""
    scope = SCOPES[kind]
    if not actor.may(scope.permission):
        return kind.filter(id__in=[])
    bounds = scope.bounds(actor)
    return kind.filter(**bounds) if bounds else kind.all()


async def find(actor: Actor, kind: type[R], row_id: int, *path: str | int) -> R:
    """One row an actor may see; refused with NotFound, which does not tell whether it exists."""
    row = await see(actor, kind, row_id)
    if row is None:
        raise Refused(not_found(kind, path))
    return row


async def take(actor: Actor, kind: type[R], row_id: int, *path: str | int) -> R:
    """Like `find`, and nobody else can change the row until the operation is over."""
    if not SCOPES[kind].bounds(actor) and "order_id" not in kind._meta.fields:
        # Of the common case, what would be seen is what is locked.
        row = await see(actor, kind, row_id, locked=True)
    else:
        row = await lock(await find(actor, kind, row_id, *path))
    if row is None:
        raise Refused(not_found(kind, path))
    return row


async def keep(actor: Actor, kind: type[R], row_id: int, *path: str | int) -> R:
    """Like `find`, and nobody else can take the row until the operation is over, but keep it: it
    is neither put away nor made another one while something new comes to refer to it."""
    if SCOPES[kind].bounds(actor) or not actor.may(SCOPES[kind].permission):
        await find(actor, kind, row_id, *path)
    row = await select_kept(kind, row_id)
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
    if isinstance(row, (models.Receipt, models.SupplierClaim)):
        # Whatever comes of a purchase order locks that first.
        await select_one(models.PurchaseOrder, locked=True, id=row.purchase_order_id)
    if order_id is not None:
        await select_one(models.Order, locked=True, id=order_id)
        return await select_one(kind, id=row.id)
    if isinstance(row, models.Variance | models.CountLine):
        await select_one(models.StockCount, locked=True, id=row.count_id)
        return await select_one(kind, id=row.id)
    # Locked by its id alone: a lock over a join would take the rows of the other tables too.
    return await select_one(kind, locked=True, id=row.id)


async def see(
    actor: Actor,
    kind: type[R],
    row_id: int,
    *,
    locked: bool = False,
    columns: Collection[str] | None = None,
) -> R | None:
    """One row an actor may see, with all columns or only with these, to be read and nothing else;
    None where there is none."""
    scope = SCOPES[kind]
    if not actor.may(scope.permission):
        return None
    if scope.bounds(actor):
        return await visible(actor, kind).get_or_none(id=row_id)
    if columns is None:
        return await select_one(kind, locked=locked, id=row_id)
    return next(iter(await select_columns(kind, tuple(sorted(columns)), id=row_id)), None)


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
    if not scope.bounds(actor):
        return await select_by_id(kind, ids) if actor.may(scope.permission) else {}
    rows: list[Any] = await visible(actor, kind).filter(id__in=sorted(set(ids)))
    return {row.id: row for row in rows}
